"""What the interface for programs answers when it refuses: one sentence, whatever the reason."""

from typing import Any

from pydantic import BaseModel

Answers = dict[int | str, dict[str, Any]]
"""By status, as FastAPI takes them."""


class Said(BaseModel):
    """Why a request was refused."""

    detail: str


def refusal(status: int, description: str) -> Answers:
    """The answer of that status, for the description of an endpoint."""
    return {status: {"model": Said, "description": description}}


EVERYWHERE = refusal(422, "Something in the request cannot be; the sentence says what, and what can.")
