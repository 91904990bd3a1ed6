"""The page of effects: every check with its interval as a picture, and the claims that it answers to."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fissure.cases.loader import Case
from fissure.engine.blocks import write_whole
from fissure.evidence.entries import Claim
from fissure.evidence.ledger import Ledger
from fissure.studies.effects import Checked, Effect, Verdict
from fissure.views import text_effects as words
from fissure.views.report import page
from fissure.views.report.write import GROUPS, _check_place, _environment, _explained

WIDTH, HALF = 180, 84
"""Pixels of an interval's picture, and of its longer side from zero."""
STYLES: dict[Verdict, str] = {
    "holds": "inside",
    "not shown": "near",
    "no effect": "not-compared",
    "contrary": "outside",
}


def write_effects(
    checked: Checked, case: Case, ledger: Ledger, path: Path, *, about: Mapping[str, Any], titles: Mapping[str, str]
) -> Path:
    """Write the page to `path`, whole or not at all, and return the path.

    `about` holds version, command, seed, weeks, units, slots and digest; `titles` says in a line what each mechanism
    does. Raises `FissureError` when the page cannot be written.
    """
    _check_place(path)
    text = render_effects(checked, case, ledger, about=about, titles=titles)
    with _explained(path):
        write_whole(path, text.encode())
    return path


def render_effects(
    checked: Checked, case: Case, ledger: Ledger, *, about: Mapping[str, Any], titles: Mapping[str, str]
) -> str:
    """The page as text; see `write_effects`."""
    by_mechanism = [_mechanism(name, own, ledger, titles) for name, own in checked.of.items()]
    groups = [(title, [one for one in by_mechanism if one["group"] == group]) for group, title in GROUPS.items()]
    cited = {claim["id"]: claim for one in by_mechanism for claim in one["claims"]}
    verdicts = [effect.verdict for effect in checked.effects]
    return (
        _environment()
        .get_template("effects.html.j2")
        .render(
            case=case,
            about=about,
            checked=checked,
            quick=words.QUICK if checked.quick else "",
            key=words.key(),
            tally=[(verdict, STYLES[verdict], words.SIGNS[verdict][0], verdicts.count(verdict)) for verdict in STYLES],
            groups=[(title, own) for title, own in groups if own],
            claims=list(cited.values()),
            sources=[ledger.sources[id_] for id_ in dict.fromkeys(claim["source"] for claim in cited.values())],
            width=WIDTH,
        )
    )


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
        "address": page.web(ledger.sources[claim.source].address),
    }


def _row(effect: Effect) -> dict[str, Any]:
    return {
        "observable": effect.observable,
        "kind": effect.kind,
        "expected": words.expected(effect),
        "difference": words.signed(effect.difference),
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
