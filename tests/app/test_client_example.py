"""The example in the docs, run as a reader would."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "client.py"


def client(*arguments, timeout=280):
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLE), *arguments],
        capture_output=True, text=True, timeout=timeout, env=environment,
    )  # fmt: skip


def test_a_what_if_gets_better_and_ends(server):
    done = client(server, "forcing.strikes=x2", "--from", "2014-09", "--members", "8")
    assert done.returncode == 0, done.stderr
    assert re.findall(r"after (\d+) pairs", done.stdout)[-1] == "8"
    assert re.search(r"^  .+: [+-][\d,.e+-]+ .*\(.+ to .+\)$", done.stdout, re.M), done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["forcing.strike=x2"], ["refused (422)", "forcing.strike", "forcing.strikes"]),
        (["--off", "pay-gapp"], ["refused (422)", "pay-gapp", "pay-gap"]),
        (["forcing.strikes=x2", "--members", "100000"], ["refused (422)", "members"]),
        (["forcing.strikes=x2", "--from", "2015-13"], ["refused (422)", "2015-13"]),
    ],
)
def test_a_mistake_is_the_servers_own_sentence(server, arguments, words):
    done = client(server, *arguments)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


def test_without_a_server_it_says_how_to_start_one():
    done = client("http://127.0.0.1:9", "forcing.strikes=x2")
    assert done.returncode == 1 and "fissure serve" in done.stderr and "Traceback" not in done.stderr
