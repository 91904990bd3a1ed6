"""Evidence: the ledger to search, each entry in full, what was learned from it, and whether it can forecast."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

import numpy as np
from fastapi import APIRouter, Query, Request
from markupsafe import Markup
from pydantic import BaseModel, Field, TypeAdapter
from starlette.responses import HTMLResponse

from fissure import api
from fissure.api.stored import Stored
from fissure.app import derived, ledger_rows
from fissure.app.derived import Kind, Lookup
from fissure.app.desk import Desk
from fissure.app.pages import AtDesk, Citation, citation, page
from fissure.context import Context
from fissure.errors import ArgumentError, nearest
from fissure.present import formatting
from fissure.present.document import Block, Notice, Section
from fissure.present.render.html import fragment, specs_of
from fissure.present.sections import hindcast, learned, ledger, observation_influence
from fissure.present.sections import learned as words
from fissure.present.sections import parts as publishers
from fissure.present.sections.observation_influence import FigureInRun, RunComparison, updates_of
from fissure.studies.calibration import influence
from fissure.studies.calibration.posterior import Posterior
from fissure.studies.kept_results import of_posterior
from fissure.studies.measurement import comparable, floored, truths

router = APIRouter(include_in_schema=False)
TABS = {kind.name: kind.title for kind in ledger_rows.KINDS.values()} | {
    "learned": "What was learned",
    "forecast": "Can it forecast?",
}
FIRST = "observations"
Text = Annotated[str, Field(max_length=200)]
_JSON = TypeAdapter(RunComparison)
COMPARISONS = Kind("figures", __name__, _JSON.dump_json, _JSON.validate_json)


class Address(BaseModel):
    """The query of the address: a list or an entry, words to look for, a run, and of each filter a value."""

    kind: Text = ""
    find: Text = ""
    entry: Text = ""
    run: Text = ""
    source: Text = ""
    variable: Text = ""
    output: Text = ""
    group: Text = ""
    mechanism: Text = ""
    direction: Text = ""
    fit: Text = ""
    verdict: Text = ""
    rivals: Text = ""
    behind: Text = ""
    type: Text = ""
    counterpart: Text = ""
    family: Text = ""


@router.get("/evidence")
def view(request: Request, desk: AtDesk, address: Annotated[Address, Query()]) -> HTMLResponse:
    """The view."""
    tab = _tab(address.kind, address.entry, desk.context)
    if tab == "learned":
        return _learned(request, desk)
    if tab == "forecast":
        return _forecast(request, desk)
    return _ledger(request, desk, ledger_rows.KINDS[tab], address)


def _tab(kind: str, entry: str, context: Context) -> str:
    """The tab that is shown: as asked, else that of the entry. Raises `FissureError` for what does not exist."""
    if kind and kind not in TABS:
        raise ArgumentError(f"there is no kind of evidence '{kind}'{nearest(kind, TABS)}")
    if not entry or kind in ("learned", "forecast"):
        return kind or FIRST
    entries = ledger_rows.entries(context)
    found = next((name for name in (kind, *entries) if entry in entries.get(name, {})), None)
    if found is None:
        everything = [name for own in entries.values() for name in own]
        raise ArgumentError(f"there is no entry '{entry}' in the ledger{nearest(entry, everything)}")
    return found


@dataclass(frozen=True)
class OpenEntry:
    """The entry that is open: its name, what it is, and all of it as a piece of the page."""

    id: str
    kind: str
    title: str
    body: Markup
    trace: str


def _ledger(request: Request, desk: Desk, kind: ledger_rows.Kind, address: Address) -> HTMLResponse:
    context, stored, found, failed = desk.context, None, None, ""
    run, name = address.run, address.entry
    given = address.model_dump(exclude={"kind", "find", "entry", "run"}, exclude_defaults=True)
    if kind.name == "observations":
        held, stored = comparison(desk, run or None)
        found, failed = held.value, held.error
        if found is None:
            given.pop("verdict", None)  # not known yet
    elif run:
        desk.run(run)  # refuses a run that does not exist
    rows = ledger_rows.rows(kind.name, context, found)
    offered = ledger_rows.filters(kind.name, context, rows)
    search = ledger_rows.search_of(address.find, given, offered, kind)
    matching = [search.matches(row) for row in rows]
    state = {"kind": kind.name, "find": search.find, **search.chosen, "run": run}
    waiting = stored is not None and found is None and not failed
    opened, blocks = _opened(desk, kind, name, found, stored, waiting) if name else (None, ())
    return page(
        request, "evidence", shared={"specs": specs_of(blocks)}, tabs=TABS, tab=kind.name, kind=kind,
        rows=list(zip(rows, matching, strict=True)), count=sum(matching), filters=offered, search=search,
        opened=opened, state=urlencode({key: value for key, value in state.items() if value}), run=run,
        waiting=waiting, failed=failed, stored=stored, citation=_cited(context, kind, opened, found),
    )  # fmt: skip


def _opened(
    desk: Desk, kind: ledger_rows.Kind, name: str, found: RunComparison | None, stored: Stored | None, waiting: bool
) -> tuple[OpenEntry, tuple[Block, ...]]:
    """An entry, and the blocks that it is shown as; of a figure also what it did to what is believed."""
    context = desk.context
    trace = context.trace(f"{kind.traced}:{name}")
    influence = []
    if kind.name == "observations":
        no_run = "" if stored else "No run is stored; after “fissure run” its verdict stands here."
        if stored and waiting:
            run = f"The stored run {stored.name}"
            no_run = f"{run} is being compared with the figures; what it says stands here in a moment."
        past, one = derived.forecasts(context).value, context.ledger.observations[name]
        influence.append(observation_influence.section(one, context, past, found, no_run))
    blocks = ledger.entry(trace, context, influence)
    title, command = ledger.title(trace, context), f"fissure trace {context.cli_name} {name}"
    return OpenEntry(name, ledger.KINDS[kind.traced], title, fragment(blocks, 3, linked=True), command), blocks


def _learned(request: Request, desk: Desk) -> HTMLResponse:
    context, posterior = desk.context, desk.context.posterior
    cited = None if posterior is None else _cited_posterior(posterior, desk)
    found = publishers.publishers(context.ledger, desk.case.leanings)
    blocks: list[Block] = [Notice((context.no_posterior,))] if posterior is None else [*_updates(posterior, context)]
    if found:
        blocks.append(publishers.measured(found))
    return _tab_page(request, "learned", blocks, cited)


def _updates(posterior: Posterior, context: Context) -> Iterator[Section]:
    """Parameters, those that moved furthest first as in the report, and publishers' biases."""
    caution = of_posterior(posterior.plugins, context.parameters)
    if section := learned.section(posterior, context.case, len(context.fitted), caution, everything=True):
        yield section
    seen = [item for name, item in context.comparable.items() if name in context.fitted]
    yield learned.publishers(words.publisher_biases(posterior, seen, context.ledger))


def _forecast(request: Request, desk: Desk) -> HTMLResponse:
    context = desk.context
    past = derived.forecasts(context)
    if (found := past.value) is None:
        why = Section("forecasts", "What it would have said in the past", (Notice((past.error,)),))
        return _tab_page(request, "forecast", [why], None)
    dates = ", ".join(formatting.day(one.date) for one in found.dates)
    cited = citation(
        "Forecasts from past dates and their scores", case=desk.case.title, seed=found.seed, members=found.members,
        weeks=found.weeks, command=hindcast.command_of(found, context.cli_name),
        more={
            "Members drawn from": f"posteriors fitted up to {dates}, and the prior",
            "Digest of the model (SHA-256)": found.model,
        },
    )  # fmt: skip
    return _tab_page(request, "forecast", [hindcast.section(found, context.cli_name, context.ledger)], cited)


def _tab_page(request: Request, tab: str, blocks: Iterable[Block], cited: Citation | None) -> HTMLResponse:
    """A tab that is nothing but sections."""
    blocks = tuple(blocks)
    body = fragment(blocks, linked=True)
    return page(
        request, "evidence_tab", shared={"specs": specs_of(blocks)}, tabs=TABS, tab=tab, body=body, citation=cited
    )


def _cited(context: Context, kind: ledger_rows.Kind, opened: OpenEntry | None, found: RunComparison | None) -> Citation:
    known = context.ledger
    counts = f"{len(known.claims)} claims, {len(known.observations)} figures, {len(known.sources)} sources"
    return citation(
        f"{kind.one.capitalize()} {opened.id} of the ledger" if opened else f"The {kind.many} of the ledger",
        case=context.case.title, posterior=context.posterior_digest, until=context.until,
        more={"Ledger": counts} | ({"Stored run": f"{found.run}, {found.members} members"} if found else {}),
        command=opened.trace if opened else None,
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


# A stored run beside the figures: verdicts, posterior predictive checks, and which parameters go with each figure. It
# takes seconds to minutes, so it is made once a run, in the background.


def comparison(desk: Desk, run: str | None) -> tuple[Lookup[RunComparison], Stored | None]:
    """The run of that name (the newest where none is named) beside the figures, once it is there.

    A run that is being written is none yet: it has other histories at every look. Raises `FissureError` for a run that
    does not exist.
    """
    stored = desk.newest_run() if run is None else desk.run(run)
    if stored is None or stored.state == "being written":
        return Lookup(), None
    source = [stored.name, *desk.source_of(stored)]
    return desk.derived.get(COMPARISONS, source, lambda: _made(stored, desk.context)), stored


def _made(stored: Stored, context: Context) -> RunComparison:
    result = api.opened(stored.folder, context)
    data = result.data
    found: dict[str, FigureInRun] = {}
    for row in result.compared:
        word = "counted as input" if row.kind == "driver" and not row.compared else str(formatting.verdict(row))
        model = formatting.model(row) if row.compared else ""
        found[row.observation.id] = FigureInRun(row.verdict, word, model, row.reason)
    items = comparable(data, context.comparable.values())
    truth = truths(data, items)
    posterior, seed = context.posterior, int(stored.plan["seed"])
    fitted = posterior is not None and stored.plan.get("draws") == context.posterior_digest
    own = [k for k, item in enumerate(items) if item.observation.id in context.fitted]
    if posterior is not None and fitted and own:
        members = [int(member) for member in data["member"].values]
        for one in influence.predictions(posterior, members, truth[:, own], [items[k] for k in own], seed):
            predicted = one.low, one.median, one.high, one.below
            found[one.observation] = replace(found[one.observation], predicted=predicted)
    names = [name for name in updates_of(context) if name in result.parameters["parameter"].values]
    z = np.asarray(result.parameters.sel(parameter=names).transpose("member", "parameter").values, np.float64)
    different = influence.with_own_parameters(z)
    for name, pairs in influence.goes_with(z[different], floored(truth[different], items), names, items).items():
        found[name] = replace(found[name], goes_with=pairs)
    return RunComparison(stored.name, int(data.sizes["member"]), len(different), fitted, found)
