"""The causal picture of a server: read from the code once, in the background."""

from contextlib import suppress

from fissure.app import derived
from fissure.app.derived import Found, Kind
from fissure.app.desk import Desk
from fissure.present.sections.observation_influence import updates_of
from fissure.studies import causal_atlas
from fissure.studies.causal_atlas import Atlas

WAITING = (
    "Mechanisms and fields are being read from the code; this takes some seconds, once for each version of the model."
)
ATLAS = Kind("causal", causal_atlas.__name__, causal_atlas.to_json, causal_atlas.from_json, in_memory=1)


def look(desk: Desk, *, wait: float = 0.0) -> Found[Atlas]:
    """The causal picture of the model as it is; where there is none yet, it is made in the background."""
    return desk.derived.get(ATLAS, [], causal_atlas.atlas, wait=wait)  # it derives from the code alone


def ready(desk: Desk) -> None:
    """Begin with what takes seconds, so that nobody waits for it; whoever asks later is told what goes wrong."""
    with suppress(Exception):
        look(desk)
        _ = updates_of(desk.context), desk.context.subjects, derived.attribution(desk.context)
