"""The page of a calibration: whether the inference can be trusted, and what was learned."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from markupsafe import Markup

from fissure.cases.loader import Case
from fissure.cases.naming import called
from fissure.evidence.ledger import Ledger
from fissure.files import write_whole
from fissure.present import formatting
from fissure.present.charts import calibration as charts
from fissure.present.charts import theme
from fissure.present.render.html import as_json, bundle, check_place, environment, explained
from fissure.present.words import calibration as words
from fissure.present.words import calibration_checks as trust
from fissure.studies.calibrate import Calibration, Posterior
from fissure.studies.calibrate.checks import Recovered, Told
from fissure.studies.calibrate.posterior import WHAT
from fissure.studies.calibrate.simple import MAIN, Agreement
from fissure.studies.measurement import Datum
from fissure.views.report import moves

STYLES = {True: "inside", False: "outside", None: "not-compared"}
FIRST = 20
"""Parameters that stand in the open table."""
WIDTH, EDGE = 180, 7
"""Pixels of the picture of a figure, and of the room at its two ends."""


def write_calibration(found: Calibration, case: Case, ledger: Ledger, path: Path, *, about: Mapping[str, Any]) -> Path:
    """Write the page to `path`, whole or not at all, and return the path.

    `about` may hold ``version`` (of Fissure, where it is not that of the fit) and ``command``. Raises `FissureError`
    when the page cannot be written.
    """
    check_place(path)
    text = render_calibration(found, case, ledger, about=about)
    with explained(path):
        write_whole(path, text.encode())
    return path


def render_calibration(found: Calibration, case: Case, ledger: Ledger, *, about: Mapping[str, Any]) -> str:
    """The page as text; see `write_calibration`."""
    titles = words.titles(found, case, ledger)
    specs = {
        "coverage": charts.coverage(found.recovery, titles),
        "agreement": charts.agreement(found.agreements, titles),
        "losses": charts.losses(found.losses),
    }
    learned = moves.rows(words.moves(found.posterior, case), _most(found, ledger))
    return (
        environment()
        .get_template("calibration.html.j2")
        .render(
            case=case,
            version=str(about.get("version") or found.posterior.made.get("fissure", "")),
            until=formatting.day(found.posterior.until),
            fitted=words.fitted(found),
            learned_said=words.learned(found),
            verdict=trust.verdict(found),
            checks=[(STYLES[one.holds], one) for one in trust.checks(found)],
            key=trust.KEY,
            main=f"{MAIN:.0%}",
            learned=learned[:FIRST],
            more=learned[FIRST:],
            width=moves.WIDTH,
            leans=[lean_row(one, found.posterior) for one in words.leans(found, ledger)],
            left=_left(found, case, ledger),
            recovery=_recovery(found, titles),
            agreement=_agreement(found, titles),
            told=_told(found, ledger),
            missed=_missed(found, ledger),
            figure_width=WIDTH,
            figure_edge=EDGE,
            alt={key: spec["description"] for key, spec in specs.items()},
            losses=[(at, f"{a:.4g}", f"{b:.4g}") for at, (a, b) in enumerate(found.losses, start=1)],
            how=_how(found, about),
            command=str(about.get("command") or command(found, case)),
            bundle=Markup(bundle()),
            shared=as_json({"specs": specs, "config": {mode: theme.config(mode) for mode in ("light", "dark")}}),
        )
    )


def command(found: Calibration, case: Case) -> str:
    """The command that makes the fit again."""
    posterior, made = found.posterior, found.posterior.made
    options = "".join(f" --{key} {made[key]}" for key in ("members", "seed") if key in made)
    return f"fissure calibrate {called(case.folder)} --until {posterior.until}{options}"


def _most(found: Calibration, ledger: Ledger) -> dict[str, dict[str, str]]:
    """For each parameter the figure that it explains most of."""
    named = {item.observation.id: item for item in found.items}
    return {
        one.parameter: {"share": words.percent(one.explains), "id": one.of, "what": _what(named.get(one.of), ledger)}
        for one in found.screened
    }


def _what(item: Datum | None, ledger: Ledger) -> str:
    if item is None:
        return ""
    observation = item.observation
    return f"{item.variable.title}, {formatting.when(observation)} ({formatting.short(observation, ledger.sources)})"


def lean_row(one: words.Lean, posterior: Posterior) -> dict[str, Any]:
    """A row of the table of publishers' leans, with both 90% intervals as a picture."""
    z = posterior.draws[:, posterior.learned.index(words.BIAS + one.bias)]
    return {
        "publisher": one.publisher,
        "bias": one.bias,
        "family": one.family,
        "figures": one.figures,
        "prior": f"{words.lean(one.prior.middle, one.scale)} ({words.lean_interval(one.prior, one.scale)})",
        "middle": words.lean(one.posterior.middle, one.scale),
        "interval": words.lean_interval(one.posterior, one.scale),
        "contraction": words.percent(one.contraction),
        "verdict": one.verdict,
        "style": {"says too much": "near", "says too little": "near"}.get(one.verdict, "not-compared"),
        "picture": moves.picture(words.quantiles(z)),
    }


def _left(found: Calibration, case: Case, ledger: Ledger) -> list[dict[str, str]]:
    """Parameters that keep their prior, those that explain most first."""
    said, most = words.meanings(case), _most(found, ledger)
    kept = sorted((one for one in found.screened if not one.learned), key=lambda one: -one.explains)
    return [
        {
            "name": one.parameter,
            "meaning": said.get(one.parameter, ""),
            "p": words.value(float(f"{one.p:.2g}")),
            **most[one.parameter],
        }
        for one in kept
    ]


def _recovery(found: Calibration, titles: Mapping[str, str]) -> dict[str, Any]:
    low, high = trust.band(found.recovery.sets)

    def row(one: Recovered) -> dict[str, str]:
        return {
            "title": titles.get(one.target, one.target),
            "name": one.target,
            "covered": words.percent(one.covered),
            "rank": _p(one.rank_p),
            "contraction": words.percent(one.contraction),
            "correlation": f"{one.correlation:.2f}".replace("-", "−").replace("nan", "–"),
        }

    return {
        "sets": f"{found.recovery.sets:,}",
        "low": f"{low:.0%}",
        "high": f"{high:.0%}",
        "uncovered": [row(one) for one in trust.uncovered(found)],
        "uneven": [row(one) for one in trust.uneven(found)],
        "rows": [row(one) for one in found.recovery.targets],
    }


def _agreement(found: Calibration, titles: Mapping[str, str]) -> dict[str, Any]:
    def row(one: Agreement) -> dict[str, str]:
        return {
            "title": titles.get(one.target, one.target),
            "name": one.target,
            "flow": _spread(one.mean, one.spread),
            "simple": _spread(one.simple_mean, one.simple_spread),
            "apart": f"{one.apart:.2g}",
        }

    main = sorted((one for one in found.agreements if one.main), key=lambda one: -one.apart)
    return {"apart": [row(one) for one in trust.apart(found)], "main": [row(one) for one in main]}


def _p(p: float) -> str:
    return words.value(float(f"{p:.2g}"))


def _spread(mean: float, spread: float) -> str:
    return f"{mean:+.2f} ± {spread:.2f}".replace("-", "−")


def _told(found: Calibration, ledger: Ledger) -> list[dict[str, Any]]:
    """Figures by variable; variables with a figure outside its interval first, and these figures first in each."""
    pairs = sorted(zip(found.items, found.predictive, strict=True), key=lambda pair: pair[0].variable.id)
    series = []
    for _, group in groupby(pairs, key=lambda pair: pair[0].variable.id):
        own = sorted(group, key=lambda pair: (pair[1].inside, pair[0].observation.when))
        variable, outside = own[0][0].variable, sum(not told.inside for _, told in own)
        series.append(
            {
                "title": variable.title,
                "unit": "" if variable.unit == "share" else formatting.unit(variable.unit),
                "outside": outside,
                "count": len(own),
                "rows": [_figure(item, told, ledger) for item, told in own],
            }
        )
    return sorted(series, key=lambda one: (-one["outside"] / one["count"], one["title"]))


def _figure(item: Datum, told: Told, ledger: Ledger) -> dict[str, Any]:
    observation, unit = item.observation, item.observation.unit
    low, median, high = (words.own_unit(x, item) for x in (told.low, told.median, told.high))
    gap = words.gap(item, told)
    return {
        "when": formatting.when(observation),
        "id": observation.id,
        "publisher": formatting.publisher(observation, ledger.sources),
        "published": formatting.published(observation),
        "median": words.value(median, unit),
        "interval": words.between(low, high, unit),
        "below": words.percent(told.below),
        "gap": gap,
        "inside": told.inside,
        "style": STYLES[told.inside],
        "verdict": "✓ inside" if told.inside else f"{'▲' if told.published > told.high else '▼'} {gap}",
        "picture": placed(told),
    }


def placed(told: Told) -> dict[str, float]:
    """Where the interval, its median and the published figure lie, in pixels.

    The interval fills the middle half of every picture; what is further out than one width of it stands at the edge.
    """
    inner, start = (WIDTH - 2 * EDGE) / 2, WIDTH / 4 + EDGE / 2
    width = told.high - told.low

    def across(x: float) -> float:
        away = 0.5 if x == told.low else 9.0 if x > told.low else -9.0
        if width > 0:
            away = (x - told.low) / width
        return round(min(max(start + inner * away, EDGE), WIDTH - EDGE), 1)

    return {"low": start, "length": inner, "median": across(told.median), "published": across(told.published)}


def _missed(found: Calibration, ledger: Ledger) -> list[str]:
    """Figures outside their interval in one sentence each, the furthest out first."""
    out = []
    for item, told in trust.not_told(found):
        observation = item.observation
        unit = "" if observation.unit == "share" else f" {formatting.unit(observation.unit)}"
        ends = words.between(words.own_unit(told.low, item), words.own_unit(told.high, item), observation.unit)
        out.append(
            f"{_what(item, ledger)}: published {formatting.published(observation)}{unit}, told back as {ends}; "
            f"{words.gap(item, told)} it."
        )
    return out


def _how(found: Calibration, about: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How it was made, as label and value."""
    posterior, made = found.posterior, found.posterior.made
    labels = {
        "members": "Simulated histories of the prior",
        "draws": "Draws of the posterior kept",
        "checked": "Members kept for the checks, at most",
        "seed": "Seed",
        "units": "Units, where not the case's own",
        "slots": "Fighter slots a unit, where not the case's own",
    }
    rows = [
        ("Case", posterior.case),
        ("Cut-off", formatting.day(posterior.until)),
        ("Version of Fissure at the fit", str(made.get("fissure", "–"))),
        *((label, f"{made[key]:,}") for key, label in labels.items() if made.get(key) is not None),
        ("Synthetic data sets", f"{found.recovery.sets:,}"),
    ]
    if training := made.get("training"):
        rows.append(("Training of the flow", _listed(training)))
    if posterior.plugins:
        rows.append(("Mechanisms from other packages", ", ".join(posterior.plugins)))
    rows.append(("Digest of the posterior (SHA-256)", posterior.digest))
    return rows + [(f"Digest of {WHAT.get(key, key)}", digest) for key, digest in posterior.fitted_to.items()]


def _listed(values: Mapping[str, Any] | Sequence[Any]) -> str:
    return ", ".join(f"{key} {one}" for key, one in values.items()) if isinstance(values, Mapping) else str(values)
