"""Evidence: the ledger to search, each entry in full, what was learned from it, and whether it can forecast."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from fissure.app import derived
from fissure.app.cite import Citation, citation
from fissure.app.desk import Desk
from fissure.app.evidence import rows as ledger_rows
from fissure.app.evidence.beside import Beside, beside
from fissure.app.evidence.entry import CHART, entry
from fissure.app.pages import AtDesk, page
from fissure.context import Context
from fissure.errors import FissureError, nearest
from fissure.evidence import Ledger
from fissure.present import formatting
from fissure.present.document import Section
from fissure.present.render.html import fragment, specs_of
from fissure.present.sections import hindcast, learned
from fissure.present.words import calibration as words
from fissure.studies.calibration.posterior import Posterior
from fissure.studies.coverage import of_posterior
from fissure.views.report.measurement import publishers

router = APIRouter(include_in_schema=False)
Listed = Literal["observations", "claims", "sources", "variables"]
TABS = (
    *((kind.name, kind.title) for kind in ledger_rows.KINDS),
    ("learned", "What was learned"),
    ("forecast", "Can it forecast?"),
)
FIRST = "observations"
FILTERS = (
    "source", "variable", "output", "group", "mechanism", "direction", "fit", "verdict", "rivals", "behind", "type",
    "counterpart", "family",
)  # fmt: skip
Text = Annotated[str, Query(max_length=200)]
MECHANISMS_AT = "cracks?mechanism="


@router.get("/evidence")
def view(
    request: Request,
    desk: AtDesk,
    kind: Text = "",
    find: Text = "",
    entry: Text = "",
    run: Text = "",
    source: Text = "",
    variable: Text = "",
    output: Text = "",
    group: Text = "",
    mechanism: Text = "",
    direction: Text = "",
    fit: Text = "",
    verdict: Text = "",
    rivals: Text = "",
    behind: Text = "",
    type: Text = "",
    counterpart: Text = "",
    family: Text = "",
) -> HTMLResponse:
    """The view."""
    named = (
        source, variable, output, group, mechanism, direction, fit, verdict, rivals, behind, type, counterpart, family
    )  # fmt: skip
    given = {name: value for name, value in zip(FILTERS, named, strict=True) if value}
    at = desk.context
    tab = _tab(kind, entry, at)
    told: dict[str, Any] = {"tabs": TABS, "tab": tab, "mechanisms_at": MECHANISMS_AT, "claims_at": "evidence?entry="}
    if tab == "learned":
        return _learned(request, desk, at, told)
    if tab == "forecast":
        return _forecast(request, desk, at, told)
    return _ledger(request, desk, at, told, tab, find, entry, run or None, given)


def _tab(kind: str, entry: str, at: Context) -> str:
    """What is shown: as asked, else the kind that the entry is of. Raises `FissureError` for what there is not."""
    names = [name for name, _ in TABS]
    if kind and kind not in names:
        raise FissureError(f"there is no kind of evidence '{kind}'{nearest(kind, names)}")
    if not entry or kind in ("learned", "forecast"):
        return kind or FIRST
    entries = ledger_rows.by_kind(at)
    found = ledger_rows.kind_of(entry, entries, kind or None)
    if found is None:
        everything = [name for own in entries.values() for name in own]
        raise FissureError(f"there is no entry '{entry}' in the ledger{nearest(entry, everything)}")
    return found


def _ledger(
    request: Request, desk: Desk, at: Context, told: dict[str, Any], tab: str, find: str, name: str, run: str | None,
    given: Mapping[str, str],
) -> HTMLResponse:  # fmt: skip
    kind = next(one for one in ledger_rows.KINDS if one.name == tab)
    held, stored = beside(desk, run) if tab == "observations" else (None, None)
    found = held.value if held else None
    if run is not None and tab != "observations":
        desk.run(run)  # refuses a run that there is not
    rows = ledger_rows.rows(tab, at, found.verdicts if found else None)
    offered = ledger_rows.filters(tab, at, rows)
    if found is None and tab == "observations":
        given = {key: value for key, value in given.items() if key != "verdict"}  # not known yet
    asked = ledger_rows.asked_for(find, given, offered, kind)
    matching = [ledger_rows.matches(row, asked) for row in rows]
    failed = held.error if held else ""
    opened = _opened(desk, at, tab, name, found) if name else None
    specs = {CHART: opened["spec"]} if opened and opened["spec"] else {}
    state = {"kind": tab, "find": asked.find, **asked.chosen, "run": run or ""}
    return page(
        request, "evidence", shared={"specs": specs}, kind=kind, rows=list(zip(rows, matching, strict=True)),
        count=sum(matching), filters=offered, asked=asked, opened=opened, chart_key=CHART,
        state=urlencode({key: value for key, value in state.items() if value}), run=run or "",
        waiting=stored is not None and found is None and not failed, failed=failed, stored=stored, held=found,
        citation=_cited(desk, at, kind, opened, found), **told,
    )  # fmt: skip


def _opened(desk: Desk, at: Context, tab: str, name: str, found: Beside | None) -> dict[str, Any]:
    past = derived.forecasts(desk.context).found if tab == "observations" else None
    return entry(tab, name, at, past, found)


def _learned(request: Request, desk: Desk, at: Context, told: dict[str, Any]) -> HTMLResponse:
    posterior = at.posterior
    return page(
        request, "evidence_learned", learned=fragment(_what_was_learned(posterior, at)) if posterior else "",
        why_not=at.no_posterior, measurement=publishers(at.ledger, desk.case.leanings),
        citation=None if posterior is None else _cited_posterior(posterior, desk), **told,
    )  # fmt: skip


def _what_was_learned(posterior: Posterior, at: Context) -> Iterator[Section]:
    """Parameters, those that moved furthest first as in the report, and publishers' biases."""
    caution = of_posterior(posterior.plugins, at.parameters)
    if section := learned.section(posterior, at.case, len(at.fitted), caution, everything=True):
        yield section
    seen = [item for name, item in at.comparable.items() if name in at.fitted]
    yield learned.publishers(words.publisher_biases(posterior, seen, at.ledger))


def _forecast(request: Request, desk: Desk, at: Context, told: dict[str, Any]) -> HTMLResponse:
    past = derived.forecasts(desk.context)
    section = None if past.found is None else hindcast.section(past.found, at.cli_name, at.ledger)
    cited = None
    if past.found is not None and section is not None:
        dates = ", ".join(formatting.day(one.date) for one in past.found.dates)
        cited = citation(
            "Forecasts from past dates and their scores", case=desk.case.title, posterior="", seed=past.found.seed,
            members=past.found.members, weeks=past.found.weeks, command=hindcast.command_of(past.found, at.cli_name),
            more={"Members drawn from": f"posteriors fitted up to {dates}, and the prior",
                  "Digest of the model (SHA-256)": past.found.model},
        )  # fmt: skip
    blocks = [] if section is None else [section]
    return page(
        request, "evidence_forecast", shared={"specs": specs_of(blocks)}, forecasts=fragment(blocks),
        why_not=past.why_not, citation=cited, **told,
    )  # fmt: skip


def _cited(
    desk: Desk, at: Context, kind: ledger_rows.Kind, opened: Mapping[str, Any] | None, found: Beside | None
) -> Citation:
    ledger: Ledger = at.ledger
    counts = f"{len(ledger.claims)} claims, {len(ledger.observations)} figures, {len(ledger.sources)} sources"
    return citation(
        f"{kind.one.capitalize()} {opened['id']} of the ledger" if opened else f"The {kind.many} of the ledger",
        case=desk.case.title, posterior=at.posterior_digest, until=at.until,
        more={"Ledger": counts} | ({"Stored run": f"{found.run}, {found.members} members"} if found else {}),
        command=f"fissure trace {at.cli_name} {opened['id']}" if opened else None,
    )  # fmt: skip


def _cited_posterior(posterior: Posterior, desk: Desk) -> Citation:
    made = posterior.made
    options = "".join(f" --{key} {made[key]}" for key in ("members", "seed") if made.get(key) is not None)
    return citation(
        "What was learned from the evidence", case=desk.case.title, posterior=posterior.digest, until=posterior.until,
        case_digest=posterior.fitted_to.get("case", ""), seed=made.get("seed"), members=made.get("members"),
        more={"Draws": len(posterior.draws)},
        command=f"fissure calibrate {desk.context.cli_name} --until {posterior.until}{options}",
    )  # fmt: skip
