"""How to cite what is on the screen: case, posterior, version, seed, switches, and the command that makes it again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fissure.version import __version__


@dataclass(frozen=True)
class Citation:
    """`facts` are labels and values in order; `command` makes the same numbers again, where one command does."""

    what: str
    facts: tuple[tuple[str, str], ...]
    command: str | None = None

    @property
    def text(self) -> str:
        """All of it on a few lines, to be copied; the page adds its address."""
        lines = [f"Fissure {__version__}. {self.what}.", *(f"{label}: {value}." for label, value in self.facts)]
        return "\n".join([*lines, *([f"Made with: {self.command}"] if self.command else [])])


def citation(
    what: str,
    *,
    case: str,
    case_digest: str = "",
    posterior: str = "",
    until: Any = None,
    seed: int | None = None,
    members: int | None = None,
    weeks: int | None = None,
    off: Sequence[str] | None = None,
    more: Mapping[str, Any] | None = None,
    command: str | None = None,
) -> Citation:
    """The citation of numbers that were made so; what is not given is left out."""
    drawn = f"posterior of evidence up to {until} (SHA-256 {posterior})" if posterior else "the prior"
    facts: dict[str, Any] = {
        "Case": case,
        "Digest of the case (SHA-256)": case_digest or None,
        "Members drawn from": drawn,
        "Seed": seed,
        "Members": members,
        "Weeks": weeks,
        "Mechanisms switched off": None if off is None else ", ".join(off) or "none",
        **(more or {}),
    }
    told = tuple((label, str(value)) for label, value in facts.items() if value is not None)
    return Citation(what, told, command)
