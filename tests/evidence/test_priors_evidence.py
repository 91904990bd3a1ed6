"""What priors rest on must be in the ledger: all that is not is named at once, each with file and line."""

import pytest
import yaml
from tests.own_case import written

from fissure.context import context_of
from fissure.errors import FissureError


def spoilt(folder, names):
    """The case, with evidence that nothing knows in the priors of `names`; returns the lines on which it stands."""
    path = folder / "priors.yaml"
    priors = yaml.safe_load(path.read_text())
    for name in names:
        priors[name]["evidence"] = ["G-01a", "G-1a"]
    path.write_text(yaml.safe_dump(priors))
    lines = path.read_text().splitlines()
    return [number for number, line in enumerate(lines, start=1) if line.strip() == "- G-1a"]


def refused(folder):
    with pytest.raises(FissureError) as caught:
        context_of(folder).require()
    return str(caught.value).replace(f"{folder}/", "")


def test_one_is_named_with_its_line_and_the_nearest(tmp_path):
    folder = written(tmp_path / "mine")
    (line,) = spoilt(folder, ["start.fighters"])
    assert refused(folder) == (
        f"priors.yaml:{line}: the prior of 'start.fighters' rests on 'G-1a', expected the id of a claim or an "
        "observation; did you mean 'G-01a'?"
    )


def test_all_are_named(tmp_path):
    folder = written(tmp_path / "mine")
    lines = spoilt(folder, ["air-strikes.killed", "pay-gap.exposure", "start.fighters"])
    said = refused(folder)
    assert ": the prior of " in said.split("; ")[0] and "; so do 2 more: " in said
    assert all(f"priors.yaml:{line}: " in said for line in lines) and said.count("on 'G-1a'") == 3
