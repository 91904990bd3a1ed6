"""Saved questions: kept on this machine, each under a name."""

from typing import Annotated

from fastapi import APIRouter, HTTPException
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict, Field

from fissure.app.pages import AtDesk
from fissure.app.schemas import refusal
from fissure.app.what_if.questions import LONG, NAME
from fissure.app.what_if.questions import named as tidied

router = APIRouter()


class Keep(BaseModel):
    """A question to save, as it stands in an address, under a name."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=NAME)]
    q: Annotated[str, Field(min_length=1, max_length=LONG)]


class SavedOut(BaseModel):
    """A saved question."""

    id: str
    name: str
    q: str
    saved: str = Field(description="when, as an ISO date and time")


@router.get("/saved", summary="Saved questions, by name")
def saved(desk: AtDesk) -> list[SavedOut]:
    """Those about the case of this server."""
    found = desk.studio.saved.all(desk.case.name)
    return [SavedOut(id=one.id, name=one.name, q=one.q, saved=one.saved) for one in found]


@router.post("/saved", summary="Save a question, or give a saved one another name", status_code=201)
def save(desk: AtDesk, body: Keep) -> SavedOut:
    """Kept once, whatever it is called: saving it again renames it."""
    reader = desk.studio.reader()
    read = reader.read(body.q)
    question = type(read)(read.scenario, tidied(body.name), read.study)
    one = desk.studio.saved.save(question, desk.case.name)
    return SavedOut(id=one.id, name=one.name, q=one.q, saved=one.saved)


@router.delete("/saved/{id}", summary="Delete a saved question", status_code=204,
               responses=refusal(404, "There is no such saved question."))  # fmt: skip
def delete(desk: AtDesk, id: Annotated[str, InPath(min_length=1, max_length=64)]) -> None:
    """Gone for good; what was measured for it stays."""
    if not desk.studio.saved.delete(id):
        raise HTTPException(404, "there is no such saved question")
