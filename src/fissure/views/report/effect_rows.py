"""Effects as rows for a page: what moved, its interval as a picture, and the claims that it answers to."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from fissure.evidence.entries import Claim
from fissure.evidence.ledger import Ledger
from fissure.present.formatting import signed
from fissure.present.render.html import web
from fissure.studies.effects import Effect, Verdict
from fissure.views import text_effects as words

WIDTH, HALF = 180, 84
"""Pixels of an interval's picture, and of its longer side from zero."""
STYLES: dict[Verdict, str] = {
    "holds": "inside",
    "not shown": "near",
    "no effect": "not-compared",
    "contrary": "outside",
}
Rows = list[dict[str, Any]]


def by_group(
    effects: Sequence[Effect], ledger: Ledger, titles: Mapping[str, str], groups: Mapping[str, str]
) -> list[tuple[str, Rows]]:
    """For each of `groups` (its title) with any effect: mechanisms with `name`, `title`, `claims` and `rows`."""
    own: dict[str, list[Effect]] = {}
    for effect in effects:
        own.setdefault(effect.mechanism, []).append(effect)
    found = [_mechanism(name, its, ledger, titles) for name, its in own.items()]
    rows = [(title, [one for one in found if one["group"] == group]) for group, title in groups.items()]
    return [(title, its) for title, its in rows if its]


def tally(effects: Sequence[Effect]) -> list[tuple[Verdict, str, str, int]]:
    """Verdict, style, sign and number of effects, for each verdict."""
    said = [effect.verdict for effect in effects]
    return [(verdict, STYLES[verdict], words.SIGNS[verdict][0], said.count(verdict)) for verdict in STYLES]


def _mechanism(name: str, effects: list[Effect], ledger: Ledger, titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "group": effects[0].group,
        "title": titles.get(name, ""),
        "claims": [_claim(claim, ledger) for claim in ledger.claims_of(name)],
        "rows": [_row(effect) for effect in effects],
    }


def _claim(claim: Claim, ledger: Ledger) -> dict[str, Any]:
    letter = claim.id[-1:] if claim.id[-1:].isalpha() else ""
    return {
        "id": claim.id,
        "place": f"{claim.source}:{claim.line}{letter}",
        "paraphrase": claim.paraphrase,
        "effect": claim.effect,
        "source": claim.source,
        "address": web(ledger.sources[claim.source].address),
    }


def _row(effect: Effect) -> dict[str, Any]:
    return {
        "observable": effect.observable,
        "kind": effect.kind,
        "expected": words.expected(effect),
        "difference": signed(effect.difference),
        "interval": words.interval(effect),
        "relative": words.relative(effect),
        "share": words.share(effect),
        "members": effect.members,
        "seconds": words.seconds(effect),
        "verdict": effect.verdict,
        "sign": words.SIGNS[effect.verdict][0],
        "style": STYLES[effect.verdict],
        "picture": picture(effect),
    }


def picture(effect: Effect) -> dict[str, Any] | None:
    """Where zero, the interval and its middle lie, in pixels; each picture has a scale of its own.

    The side on which the difference is expected is shaded. None where there is no interval.
    """
    ends = effect.low, effect.high, effect.difference
    reach = max(map(abs, ends))
    if not all(map(math.isfinite, ends)) or reach == 0:
        return None
    zero = WIDTH / 2
    low, high, middle = (round(zero + HALF * x / reach, 1) for x in ends)
    shaded = 0 if effect.sign < 0 else zero
    return {"zero": zero, "low": low, "high": high, "middle": middle, "shaded": shaded, "length": max(high - low, 1)}
