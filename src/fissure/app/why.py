"""Why: how much of each outcome is due to what, and what the model answers to the sources' questions."""

from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from fissure.app import derived
from fissure.app.desk import Desk
from fissure.app.pages import AtDesk, Citation, citation, page
from fissure.errors import FissureError, nearest
from fissure.present.words import explain as words
from fissure.studies.attribution_file import Saved
from fissure.studies.coverage import caution
from fissure.views.report import answers, why

router = APIRouter(include_in_schema=False)
STRONGEST = 10
"""Mechanisms in the open table."""
MECHANISMS_AT = "cracks?mechanism="
CLAIMS_AT = "evidence?entry="


@router.get("/why")
def view(
    request: Request,
    desk: AtDesk,
    outcome: Annotated[str | None, Query(max_length=100, description="The outcome that is shared out.")] = None,
) -> HTMLResponse:
    """The view."""
    shared, replies = derived.attribution(desk.context), derived.replies(desk.context)
    specs: dict[str, Any] = {}
    told: dict[str, Any] = {"one": None, "outcomes": [], "citation": None, "why_not": shared.why_not}
    if shared.found is not None:
        told |= _attributed(shared.found, outcome, desk)
        specs |= told["one"]["specs"]
    asked = None if replies.found is None else answers.section(replies.found, desk.ledger)
    specs |= asked["specs"] if asked else {}
    return page(
        request, "why_view", shared={"specs": specs}, answers=asked, answers_not=replies.why_not,
        mechanisms_at=MECHANISMS_AT, claims_at=CLAIMS_AT, **told,
    )  # fmt: skip


def chosen(saved: Saved, outcome: str | None) -> int:
    """The place of an outcome, of the first where none is named. Raises `FissureError` for one that is not there."""
    names = [one.name for one in saved.found.outcomes]
    if outcome is None:
        return 0
    if outcome not in names:
        raise FissureError(f"nothing was shared out for the outcome '{outcome[:100]}'{nearest(outcome, names)}")
    return names.index(outcome)


@lru_cache(maxsize=32)
def shown(saved: Saved, at: int) -> dict[str, Any]:
    """What the report shows of one outcome (`views.report.why`), remembered: its charts take a moment."""
    return why.part(saved.found, at)


def _attributed(saved: Saved, outcome: str | None, desk: Desk) -> dict[str, Any]:
    found, at = saved.found, chosen(saved, outcome)
    one = shown(saved, at)
    return {
        "one": one,
        "outcome": found.outcomes[at].name,
        "outcomes": [(each.name, each.title) for each in found.outcomes],
        "strongest": one["mechanisms"][:STRONGEST],
        "left": len(one["mechanisms"]) - STRONGEST,
        "members": found.groups.members,
        "of": why.drawn(saved),
        "legend": words.KEY,
        "few": found.few_histories,
        "rests": words.rests_on(found),
        "sure": why.sure(found),
        "wrong": words.WRONG,
        "command": saved.command,
        "lacks": caution(found.plan.plugins),
        "citation": _cited(saved, at, desk),
    }


def _cited(saved: Saved, at: int, desk: Desk) -> Citation:
    found, plan = saved.found, saved.found.plan
    sampled = {"Members over which all mechanisms are sampled": found.every.members}
    exact = {} if found.pairs is None else {"Members of the strongest, exactly": found.pairs.members}
    return citation(
        f"Attribution of “{found.outcomes[at].title}” to mechanisms", case=desk.case.title,
        case_digest=plan.case_digest, posterior=plan.draws, until=saved.until, seed=plan.seed,
        members=found.groups.members, weeks=plan.weeks, off=plan.off,
        more=sampled | exact | {"Digest of the model (SHA-256)": plan.model_digest}, command=saved.command,
    )  # fmt: skip
