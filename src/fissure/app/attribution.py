"""Why: how much of each outcome is due to what, and what the model answers to the sources' questions."""

from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from fissure.app import derived
from fissure.app.desk import Desk
from fissure.app.pages import AtDesk, Citation, citation, page
from fissure.errors import ArgumentError, nearest
from fissure.present.document import Notice, Paragraph, Section
from fissure.present.render.html import fragment, specs_of
from fissure.present.sections import answers, attribution
from fissure.studies.attribution_file import SavedAttribution
from fissure.studies.kept_results import caution

router = APIRouter(include_in_schema=False)


@router.get("/why")
def view(
    request: Request,
    desk: AtDesk,
    outcome: Annotated[str | None, Query(max_length=100, description="The outcome that is shared out.")] = None,
) -> HTMLResponse:
    """The view."""
    shared, replies = derived.attribution(desk.context), derived.replies(desk.context)
    intro, about, cited, names = "", [], None, dict[str, str]()
    if (saved := shared.value) is not None:
        at, found = chosen(saved, outcome), saved.found
        lead = Paragraph(attribution.intro(saved))
        intro = fragment([lead, *attribution.cautions(found, caution(found.plan.plugins))])
        about, cited = [shown(saved, at), attribution.certainty(found)], _cited(saved, at, desk)
        names = {one.name: one.title for one in found.outcomes}
    asked = Section("answers", answers.HEADING, (Notice((replies.error,)),))
    if (made := replies.value) is not None:
        asked = answers.section(made, desk.ledger, caution(made.plugins))
    return page(
        request, "why", shared={"specs": specs_of([*about, asked])}, intro=intro, outcomes=names,
        outcome=outcome or next(iter(names), ""), about=fragment(about, linked=True), why_not=shared.error,
        answers=fragment([asked], linked=True), citation=cited,
    )  # fmt: skip


def chosen(saved: SavedAttribution, outcome: str | None) -> int:
    """The place of an outcome, of the first where none is named. Raises `FissureError` for one that is not there."""
    names = [one.name for one in saved.found.outcomes]
    if outcome is None:
        return 0
    if outcome not in names:
        raise ArgumentError(f"nothing was shared out for the outcome '{outcome[:100]}'{nearest(outcome, names)}")
    return names.index(outcome)


@lru_cache(maxsize=32)
def shown(saved: SavedAttribution, at: int) -> Section:
    """The section of the report on one outcome, remembered: its charts take a moment."""
    found = saved.found
    return Section(attribution.slug(found, at), found.outcomes[at].title, tuple(attribution.outcome(found, at)))


def _cited(saved: SavedAttribution, at: int, desk: Desk) -> Citation:
    found, plan = saved.found, saved.found.plan
    sampled = {"Members over which all mechanisms are sampled": found.every.members}
    exact = {} if found.pairs is None else {"Members of the strongest, exactly": found.pairs.members}
    return citation(
        f"Attribution of “{found.outcomes[at].title}” to mechanisms", case=desk.case.title,
        case_digest=plan.case_digest, posterior=plan.draws, until=saved.until, seed=plan.seed,
        members=found.groups.members, weeks=plan.weeks, off=plan.off,
        more=sampled | exact | {"Digest of the model (SHA-256)": plan.model_digest}, command=saved.command,
    )  # fmt: skip
