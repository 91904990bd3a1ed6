"""With mechanisms of other packages installed, everything works, and what was made ready before says what it lacks."""

import json
import re
from html import unescape

import pytest
from tests.plugin_package import SOURCES, install

from fissure import api
from fissure.cases.loader import load_case
from fissure.engine import ensemble

NAME, OTHER = "rumour-spread", "night-raids"
CASE = "islamic_state"
SMALL = {"weeks": 3, "units": 6, "slots": 10}
MODULE = '''"""Raids by night frighten those who remember losses.

Written in its own way, without the parts that Fissure's own have. It has no parameter.
"""

from typing import ClassVar

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects
from fissure.model.measure import mean
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.sense import Sensed
from fissure.model.world import Week


class NightRaids(Mechanism):
    """Fear rises with strikes and with those killed from the air."""

    title: ClassVar[str] = "Raids by night"
    in_group: ClassVar[str] = "war"
    claims: ClassVar[tuple[str, ...]] = ("night-raids-s1-01a",)
    checks: ClassVar[tuple[Check, ...]] = (Check("fear", mean("fear"), LOWER),)

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        killed = sensed.flows.by_cause.sum() + sensed.wish.sum() + week.strikes.sum()
        return Effects(fear_rise=0.01 * killed / (1.0 + killed), rift_rise=0.001 * draw.uniform())
'''
EVERYTHING = f"""
import json, os, sys, time, warnings
from pathlib import Path
warnings.simplefilter("ignore")
from fastapi.testclient import TestClient
from fissure import api
from fissure.app.run_view import prepared
from fissure.app.mechanisms import look
from fissure.app.pages import VIEWS
from fissure.app.server import create_app
from fissure.app.settings import Limits, Settings
from fissure.cases.loader import load_case
from fissure.engine import ensemble
from tools.docs.odd.page import protocol

out = Path(sys.argv[1])
case = load_case("{CASE}")
drawn = api.draws_of(case)
stored = ensemble.run(case, members=2, out=out / "runs" / "small", draws=drawn, **{SMALL})
result = api.RunResult(api.context_of(case), stored, drawn)
without = ensemble.run(case, members=2, out=out / "off", draws=drawn, off=["{NAME}", "{OTHER}"], **{SMALL})
found = {{
    "report": result.report(out / "report.html").read_text("utf-8"),
    "cautions": {{"on": result.cautions, "off": api.RunResult(api.context_of(case), without, drawn).cautions}},
    "odd": protocol("{CASE}"),
}}
settings = Settings(folders=(out / "runs",), home=out / "home", limits=Limits(burst=10_000, rate=10_000.0), weeks=60)
with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
    desk = client.app.state.desk
    while look(desk).waiting:
        time.sleep(0.01)
    while prepared(desk, desk.run("small")).waiting:
        time.sleep(0.05)
    paths = [view.path for view in VIEWS]
    paths += [f"/cracks?mechanism={{name}}" for name in ("{NAME}", "{OTHER}", "pay-gap")]
    paths += ["/cracks?field=fighters.doubt", "/cracks?field=fighters.fear", "/cracks/edges.csv", "/cracks?find=raids"]
    paths += ["/evidence?kind=claims&entry={OTHER}-s1-01a", "/evidence?kind=learned", "/evidence?kind=forecast"]
    paths += ["/api/cases/{CASE}/graph", "/api/cases/{CASE}/mechanisms", "/api/cases/{CASE}/mechanisms/{OTHER}"]
    paths += ["/api/cases/{CASE}/parameters", "/api/trace/{OTHER}"]
    found["pages"] = {{path: (answer.status_code, answer.text) for path in paths for answer in [client.get(path)]}}
json.dump(found, sys.stdout)
sys.stdout.flush()
os._exit(0)  # threads of the server may still be inside JAX
"""
LEDGER = {
    "sources.yaml": """\
- id: night-raids-s1
  title: Raids
  kind: research
  publisher: A made-up report
  leaning: Nobody was asked.
""",
    "claims.yaml": """\
- id: night-raids-s1-01a
  source: night-raids-s1
  line: 1
  paraphrase: Raids by night frighten.
  mechanism: night-raids
  direction: raises
  effect: raids on fear
""",
    "mechanisms.yaml": """\
- name: night-raids
  group: war
  title: Raids by night
  check: Without it less fear.
""",
}


def write(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """Two packages: one as it is scaffolded, and one that is written in another way."""
    made = install(tmp_path_factory.mktemp("packages") / "it", NAME)
    about = "fissure_night_raids-2.0.dist-info"
    own = {f"ledger/{name}": text for name, text in LEDGER.items()} | {"__init__.py": "", "night_raids.py": MODULE}
    write(made.src / "fissure_night_raids", own)
    write(made.src / about, {
        "METADATA": "Metadata-Version: 2.1\nName: fissure-night-raids\nVersion: 2.0\n",
        "entry_points.txt": f"[fissure.mechanisms]\n{OTHER} = fissure_night_raids.night_raids:NightRaids\n",
    })  # fmt: skip
    return made


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("out")


@pytest.fixture(scope="module")
def found(packages, out):
    """What a process finds in which both are installed: a report, a page of each view, cautions, the protocol."""
    done = packages.python("-c", EVERYTHING, out)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def said(html):
    """What a reader of a page is told, on one line."""
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", text)).split())


BOTH = (
    "the package 'fissure-night-raids' 2.0 (mechanism 'night-raids') and "
    "the package 'fissure-rumour-spread' 0.1.0 (mechanism 'rumour-spread')"
)
LACKS = f"Made without {BOTH}: these numbers are of the model without them."
FITTED = (
    f"Fitted without {BOTH}: rumour-spread.pace is drawn from the prior, and histories with them were never held "
    "against the evidence."
)


def test_the_report_says_where_what_was_made_before_does_not_cover_them(found):
    report = said(found["report"])
    assert f"This run has mechanisms that did not come with Fissure: those of {BOTH}." in report
    parts = {name: report.partition(heading)[2] for name, heading in {
        "answers": "What the sources ask, and what the model answers", "why": "How much of an outcome is due to",
        "forecasts": "What it would have said in the past", "effects": "What each mechanism was seen to do",
    }.items()}  # fmt: skip
    for name, text in parts.items():
        assert LACKS in text[:1200], name
    assert FITTED in report
    assert "not checked Raids by night night-raids, Rumours spread rumour-spread." in report


def test_the_report_draws_unknown_signs_as_unknown(found):
    report = said(found["report"])
    assert "The signs of night-raids, rumour-spread are not known" in report
    assert "moves it, direction unknown" in report
    assert re.search(r"moves [^:]*doubt[^:]*: \?", report)


def test_nothing_tells_a_user_to_write_into_the_package(found):
    texts = [found["report"], *(text for _, text in found["pages"].values())]
    assert not [text for text in texts if "fissure.views" in text or "--signs" in text]


def test_every_view_of_the_page_is_there(found):
    assert {path: status for path, (status, _) in found["pages"].items() if status != 200} == {}
    pages = {path: said(text) for path, (_, text) in found["pages"].items()}
    assert FITTED in pages["/history"] and FITTED in pages["/evidence?kind=learned"]
    assert pages["/why"].count(LACKS) == 2  # the attribution, and the answers
    assert LACKS in pages["/evidence?kind=forecast"]
    assert "not for night-raids, rumour-spread." in pages["/cracks"]
    one = pages[f"/cracks?mechanism={OTHER}"]
    assert "not checked fissure check night-raids" in one and "has no share of it" in one
    assert "Raids by night frighten those who remember losses." in one


def test_the_graph_has_unknown_edges_with_a_style_of_their_own(found):
    assert 'class="line moves unknown" data-ends="rumour-spread fighters.doubt"' in found["pages"]["/cracks"][1]
    rows = found["pages"]["/cracks/edges.csv"][1].splitlines()
    assert "organisation.prestige,fighters.doubt,?,rumour-spread,doubt_rise" in rows
    assert "edge unknown" in found["pages"][f"/cracks?mechanism={OTHER}"][1]
    css = (SOURCES / "fissure/app/static/cracks.css").read_text()
    assert ".ring .line.unknown { stroke-dasharray" in css


def test_the_protocol_describes_them(found):
    assert "Mechanism night-raids: Raids by night" in found["odd"] and "`rumour-spread-s1-01a`" in found["odd"]


def test_what_is_switched_off_is_not_missed_and_the_rest_is_the_same_to_the_last_byte(found, out):
    assert found["cautions"] == {"on": [FITTED], "off": []}
    case = load_case(CASE)
    alone = ensemble.run(case, members=2, out=out / "alone", draws=api.draws_of(case), **SMALL)
    off = ensemble.open_run(out / "off").data
    for name, array in alone.data.data_vars.items():
        assert array.values.tobytes() == off[name].values.tobytes(), name


def test_a_run_is_still_opened_when_they_are_gone(found, out):
    """Here they are not installed."""
    result = api.read_run(out / "runs" / "small")
    gone = (
        "This run was made with the package 'fissure-night-raids' 2.0, which is not installed now and the package "
        "'fissure-rumour-spread' 0.1.0, which is not installed now; what is said here of mechanisms, causes and claims "
        "is of the model as it is now."
    )
    assert result.cautions[0] == gone
    report = said(result.report(out / "gone.html").read_text())
    assert gone in report and "Made without the package 'fissure-night-raids' 2.0 and the package" in report
    assert "direction unknown" not in report
