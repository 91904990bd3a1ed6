"""The page: what code, case and ledger say is gathered here; what is written by hand stands in the templates."""

import inspect
import re
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

import jinja2

from fissure.cases.loader import Case, load_case
from fissure.evidence.ledger import Ledger, load_ledger, package_ledger
from fissure.model.catalogue import mechanism_classes, parameters_of, parts
from fissure.model.description import Variable, variables
from fissure.model.limits import LIMITS
from fissure.model.member_inputs import MemberInputs
from fissure.model.plugins import ledger_folders
from fissure.model.record import COORDINATES, OUTPUTS
from fissure.model.sense import Sensed, wish_to_leave
from fissure.model.state import Cause, Districts, Fighters, Flows, Opponents, Organisation, Units
from fissure.model.world import Week, World
from fissure.studies.compare import ABSURD_FACTOR, ABSURD_POINTS
from fissure.studies.patterns.met import patterns_of
from fissure.version import __version__
from tools.docs.odd import markdown as md
from tools.docs.odd import schedule, submodels, tables

TEMPLATES = Path(__file__).parent / "templates"
STATE = (Fighters, Units, Districts, Opponents, Organisation, Flows)


def protocol(case: str | Path = "islamic_state") -> str:
    """The ODD protocol of the model with `case` (a name or a folder), as Markdown; the same each time.

    Raises `FissureError` for a case or a ledger that cannot be read.
    """
    loaded = load_case(case)
    ledger = load_ledger(package_ledger(), *ledger_folders(), loaded.ledger_folder)
    declared = parameters_of(loaded)
    body = (
        _environment()
        .get_template("odd.md.j2")
        .render(
            case=loaded,
            end=loaded.end - timedelta(days=1),
            version=__version__,
            counts=_counts(loaded, ledger),
            parameters=len(declared),
            observed=tables.observed(loaded, ledger),
            unanswered=tables.unanswered(ledger),
            orderings=tables.qualitative(patterns_of(loaded, ledger)),
            absurd_factor=f"{ABSURD_FACTOR:g}",
            absurd_points=f"{100 * ABSURD_POINTS:g}",
            entities={kind.__name__: _state(kind) for kind in STATE},
            about={kind.__name__: md.prose(inspect.getdoc(kind) or "") for kind in STATE},
            fixed=_by_heading(variables(World)),
            givens=_plain(variables(MemberInputs)),
            week=_plain(variables(Week)),
            causes=_causes(),
            remembered=_remembered(),
            area=f"{sum(d.area_km2 for d in loaded.districts):,.0f}",
            smallest=f"{min(d.area_km2 for d in loaded.districts):,.0f}",
            largest=f"{max(d.area_km2 for d in loaded.districts):,.0f}",
            residents=f"{sum(d.residents for d in loaded.districts):,.0f}",
            places=f"{loaded.units * loaded.slots:,}",
            steps=_steps(),
            risks=_risks(),
            leaving=submodels.process_heading("leaving"),
            channels=_channels(),
            sensed=_plain(variables(Sensed)),
            wish=md.prose(inspect.getdoc(wish_to_leave) or ""),
            streams=_streams(loaded),
            outputs=_outputs(),
            coordinates=[(dim, ", ".join(f"`{label}`" for label in labels)) for dim, labels in COORDINATES.items()],
            beginnings=schedule.beginnings(),
            helpers={name: md.prose(text) for name, text in schedule.helpers().items()},
            blocs=tables.blocs(loaded),
            districts=tables.districts(loaded),
            provenance=tables.provenance(loaded),
            caveats=tables.caveats(loaded),
            operations=tables.operations(loaded),
            forcing=tables.forcing(loaded),
            processes=submodels.processes(declared),
            groups=submodels.mechanisms(declared, ledger),
            missing=[m for name, m in ledger.mechanisms.items() if name not in mechanism_classes()],
            sources=_sources(ledger),
            limits=[md.prose(text) for text in LIMITS],
        )
    )
    body = re.sub(r"\n{3,}", "\n\n", body)
    return f"{_with_contents(body).strip()}\n"


def _counts(case: Case, ledger: Ledger) -> dict[str, int]:
    answered = {v.id for v in ledger.variables.values() if v.output is not None}
    return {
        "mechanisms": len(mechanism_classes()),
        "known": len(ledger.mechanisms),
        "processes": len(parts()) - len(mechanism_classes()),
        "outputs": len(OUTPUTS),
        "claims": len(ledger.claims),
        "observations": len(ledger.observations),
        "answered": sum(o.variable in answered for o in ledger.observations.values()),
    }


def _state(kind: type) -> str:
    rows = [
        (
            md.code(v.name), md.prose(_meaning(v)), v.kind, _axes(v), v.unit,
            v.range,
        )
        for v in variables(kind)
    ]  # fmt: skip
    return md.table(("Variable", "Meaning", "Type", "One for each", "Unit", "Range"), rows)


def _meaning(v: Variable) -> str:
    """The meaning; the name in words where the comment gives a unit or a range only."""
    bare = v.meaning == v.unit or v.meaning == "residents" or re.fullmatch(r"in \[.*\]", v.meaning)
    return v.name.replace("_", " ") if bare else v.meaning


def _plain(found: Iterable[Variable]) -> str:
    """A table of name, axes and meaning."""
    rows = []
    for v in found:
        heading = f" ({v.heading[:1].lower()}{v.heading[1:]})" if v.heading else ""
        rows.append((md.code(v.name), _axes(v), md.prose(v.meaning + heading)))
    return md.table(("Variable", "One for each", "Meaning"), rows)


def _axes(v: Variable) -> str:
    return md.code(v.shape.replace(" ", " by "))


def _by_heading(found: Iterable[Variable]) -> dict[str, str]:
    out: dict[str, list[Variable]] = {}
    for v in found:
        out.setdefault(v.heading, []).append(v)
    return {
        heading: md.table(
            ("Variable", "One for each", "Meaning"),
            [(md.code(v.name), _axes(v), md.prose(v.meaning)) for v in own],
        )
        for heading, own in out.items()
    }


def _causes() -> str:
    meanings = dict(re.findall(r"^    ([A-Z]+) = \d+(?:  # (.*))?$", inspect.getsource(Cause), re.MULTILINE))
    rows = [(str(c.value), md.code(c.name.lower()), md.prose(meanings.get(c.name, ""))) for c in Cause]
    return md.table(("Code", "Cause", "What happened"), rows)


def _remembered() -> list[str]:
    """State variables that are memories by what their comments say."""
    return [
        f"{md.code(f'{kind.__name__}.{v.name}')} ({md.prose(v.meaning)})"
        for kind in STATE
        for v in variables(kind)
        if re.search(r"\bremembered\b|\bsince joining\b|^weeks under\b", v.meaning)
    ]


def _steps() -> dict[str, list[str]]:
    """The steps of a week as lines of Markdown, by move."""
    found: dict[str, list[str]] = {move: [] for move in schedule.MOVES}
    for step in schedule.steps():
        where = md.to(submodels.process_heading(step.part), vars(parts()[step.part])["title"]) if step.part else ""
        lead = f"{where} (`{step.call}`): " if where else f"`{step.call.lstrip('_')}`: "
        found[step.move].append(lead + md.prose(step.text))
    return found


def _risks() -> str:
    """The paragraph of the docstring on leaving that says which risk comes first."""
    paragraphs = (inspect.getdoc(parts()["leaving"]) or "").split("\n\n")
    return md.prose(next((p for p in paragraphs if "first of:" in p), ""))


def _channels() -> dict[str, str]:
    found = {}
    for heading, own in submodels.channels().items():
        rows = [
            (
                md.code(v.name),
                md.prose("" if v.meaning == v.name.replace("_", " ") else v.meaning),
                ", ".join(md.to(submodels.mechanism_heading(name), name) for name in writers) or "none",
            )
            for v, writers in own
        ]
        found[heading] = md.table(("Channel", "Meaning", "Contributed by"), rows)
    return found


def _streams(case: Case) -> str:
    once, weekly = schedule.streams(case)
    rows = [("once for a member", s) for s in once] + [("every week", s) for s in weekly]
    return md.table(
        ("Stream", "Drawn", "Numbers for each"),
        [(md.code(s.name), when, ", ".join(each or "whole group" for each in s.each)) for when, s in rows],
    )


def _outputs() -> str:
    rows = [(md.code(o.name), md.prose(o.long_name), ", ".join(o.dims) or "none", md.prose(o.unit)) for o in OUTPUTS]
    return md.table(("Output", "What", "Axes beyond member and week", "Unit"), rows)


def _sources(ledger: Ledger) -> str:
    cited = {claim.source for claim in ledger.claims.values()}
    rows = [(s.id, md.prose(s.title), md.prose(s.publisher), md.prose(s.leaning)) for s in ledger.sources.values()]
    return md.table(("Source", "Title", "Publisher", "Leaning"), [row for row in rows if row[0] in cited])


def _with_contents(body: str) -> str:
    """`body` with a list of its headings of levels 2 and 3 where it says `[contents]`."""
    lines = []
    for signs, heading in headings(body):
        if signs in ("##", "###") and heading != "Contents":
            lines.append(f"{'  ' * (len(signs) - 2)}- {md.to(heading)}")
    return body.replace("[contents]", "\n".join(lines), 1)


def headings(text: str) -> list[tuple[str, str]]:
    """The headings of a page, each with its signs; lines of code blocks are none."""
    outside = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^(#+) (.+)$", outside, re.MULTILINE)


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=False,  # Markdown; what is put in has been escaped by `markdown.prose`
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["prose"] = md.prose
    environment.globals["to"] = md.to
    return environment
