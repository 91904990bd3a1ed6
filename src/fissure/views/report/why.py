"""What the report of a run says of why it came apart: the attribution that was kept with the case."""

from typing import Any

from fissure.model.catalogue import mechanism_classes
from fissure.present import formatting
from fissure.present.charts import explain as charts
from fissure.present.formatting import signed
from fissure.present.words import explain as words
from fissure.studies.attribution import Attribution, Explained
from fissure.studies.attribution_file import Saved
from fissure.studies.coverage import caution

EXACT = 1e-12
"""Exact values sum to the whole effect to within this share of it, or the page says by how much they miss."""

STEPS = "Blue adds, orange takes away; the thin line is the 90% interval of the step, ? means that it includes zero."


def section(saved: Saved) -> dict[str, Any]:
    """The section, of the first outcome; its charts are in ``specs``."""
    found = saved.found
    others = [one.title for one in found.outcomes[1:]]
    return {
        **part(found, 0),
        "of": drawn(saved),
        "members": found.groups.members,
        "others": others,
        "legend": words.KEY,
        "few": found.few_histories,
        "rests": words.rests_on(found),
        "sure": sure(found),
        "wrong": words.WRONG,
        "command": saved.command,
        "lacks": caution(found.plan.plugins),
    }


def part(found: Explained, outcome: int) -> dict[str, Any]:
    """What is shown of one outcome: sentences, figures (with their charts in ``specs``) and tables."""
    one = found.outcomes[outcome]
    slug = one.name.replace("@", "-")
    marks = f"● {charts.SAMPLED}" + ("" if found.strongest is None else f"; ◆ {charts.EXACT}, with all else on")
    drawn = {
        f"{slug}-groups": ("From everything off to everything on", STEPS, charts.by_group(found, outcome)),
        f"{slug}-blocks": ("Inside, outside, and only both", "", charts.inside_outside(found, outcome)),
        f"{slug}-mechanisms": (
            "Strongest mechanisms", f"{marks}. To the right: {one.more}.", charts.mechanisms(found, outcome)
        ),
    }  # fmt: skip
    heat = charts.interactions(found, outcome)
    specs = {key: spec | {"width": "container"} for key, (*_, spec) in drawn.items()}
    if heat is not None:
        specs[f"{slug}-pairs"] = heat | {"width": "container"}
    return {
        "key": slug,
        "title": one.title,
        "unit": formatting.unit(one.unit),
        "more": one.more,
        "sentences": words.sentences(found, outcome),
        "lead": 1 + len(words.ends_reached(found, outcome)),
        "note": words.note(found, outcome),
        "figures": [(key, title, said, spec["description"]) for key, (title, said, spec) in drawn.items()],
        "heat": None if heat is None else (f"{slug}-pairs", heat["description"]),
        "groups": [(words.GROUPS.get(row["name"], row["name"]), row) for row in rows(found, found.groups, outcome)],
        "mechanisms": rows(found, found.every, outcome),
        "exact": None if found.strongest is None else rows(found, found.strongest, outcome),
        "pairs": pairs(found, outcome),
        "specs": specs,
    }


def rows(found: Explained, attribution: Attribution, outcome: int) -> list[dict[str, str]]:
    """The players, strongest first, with value, interval and share of the whole effect."""
    kinds = mechanism_classes()
    told = []
    for name in attribution.strongest(len(attribution.players), outcome):
        value, low, high = words.of(attribution, attribution.players.index(name), outcome)
        group = kinds[name].group() if name in kinds else ""
        told.append({"name": name, "title": words.title(name), "group": words.GROUPS.get(group, "")})
        told[-1] |= _numbers(value, low, high) | {"share": words.share(value, found, outcome)}
    return told


def pairs(found: Explained, outcome: int) -> list[dict[str, str]]:
    """Pairs of the strongest with their interaction, those that differ from nothing first."""
    if found.pairs is None:
        return []
    return [
        {
            "what": " and ".join(words.title(found.pairs.players[k]) for k in (i, j)),
            "kind": words.WORDS[words.pair(found, i, j, outcome)],
            **_numbers(*words.at(found.pairs.interaction, i, j, outcome)),
        }
        for i, j in words.ranked(found, outcome)
    ]


def _numbers(value: float, low: float, high: float) -> dict[str, str]:
    return {"value": signed(value), "interval": words.ends(low, high), "mark": words.mark(low, high)}


def sure(found: Explained) -> list[str]:
    """How sure the numbers are: sampling, pairing, and that exact values sum to the whole effect."""
    away = words.sums(found.groups.value, found.effect.mean)
    said = "sum to the whole effect to machine precision" if away < EXACT else f"miss the whole effect by {away:.1g}"
    return [words.sampling(found), words.pairing(found), f"Values of the groups {said}."]


def drawn(saved: Saved) -> str:
    """What members are drawn from."""
    return f"the posterior of evidence up to {saved.until}" if saved.until else "the prior"
