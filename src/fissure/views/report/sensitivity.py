"""The page of a study of sensitivity: what each outcome hangs on, how sure that is, what would narrow it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from fissure.cases.loader import Case
from fissure.files import write_whole
from fissure.present import formatting
from fissure.present.charts import sensitivity as charts
from fissure.present.charts import theme
from fissure.present.render.html import as_json, bundle, check_place, environment, explained
from fissure.present.words import sensitivity as words
from fissure.studies.sensitivity import Learned, Of, Sensitivity, Worth


def write_sensitivity(found: Sensitivity, case: Case, path: Path, *, about: Mapping[str, Any]) -> Path:
    """Write the page to `path`, whole or not at all, and return the path.

    `about` holds ``version``, ``command`` and what else says how it was made. Raises `FissureError` when the page
    cannot be written.
    """
    check_place(path)
    text = render_sensitivity(found, case, about=about)
    with explained(path):
        write_whole(path, text.encode())
    return path


def render_sensitivity(found: Sensitivity, case: Case, *, about: Mapping[str, Any]) -> str:
    """The page as text; see `write_sensitivity`."""
    specs: dict[str, dict[str, Any]] = {}
    outcomes = [_outcome(at, of, found, specs) for at, of in enumerate(found.of)]
    names = {one.outcome for one in found.of}
    return (
        environment()
        .get_template("sensitivity.html.j2")
        .render(
            case=case,
            about=about,
            quick=words.QUICK if found.quick else "",
            key=words.KEY,
            few=found.few_histories,
            rests=words.rests_on(found),
            overall=words.overall(found),
            screened=words.screened(found),
            settled=words.settled(found),
            learned_said=words.learned(found),
            outcomes=outcomes,
            passed=_screened(found),
            narrowed=[_learned(one) for one in found.learned if one.name in names],
            parameters=[_learned(one) for one in words.moved([x for x in found.learned if x.name not in names])][:20],
            bundle=Markup(bundle()),
            shared=as_json({"specs": specs, "config": {mode: theme.config(mode) for mode in ("light", "dark")}}),
        )
    )


def _outcome(at: int, of: Of, found: Sensitivity, specs: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """One outcome: its sentences, the keys of its charts, its tables; puts the charts into `specs`."""
    kinds = [one for one in found.of_outcome(of.outcome, "kind") if one.told]
    parameters = [one for one in found.of_outcome(of.outcome, "parameter") if one.told]
    figures = [one for one in found.of_outcome(of.outcome, "figure") if one.told and not one.learned]
    drawn: dict[str, dict[str, Any]] = {}
    if of.indices:
        drawn |= {"indices": charts.indices(of, found), "convergence": charts.convergence(of)}
    if kinds:
        drawn["kinds"] = charts.worth(kinds[: 2 * words.FIRST], of.title, coloured=True)
    if parameters:
        drawn["parameters"] = charts.worth(parameters[: 2 * words.FIRST], of.title)
    specs |= {f"{name}-{at}": spec for name, spec in drawn.items()}
    return {
        "at": at,
        "name": of.outcome,
        "title": of.title,
        "said": words.headline(of, found),
        "evidence": words.evidence(of.outcome, found),
        "ends": words.ends(of, found),
        "dependence": words.dependence(of),
        "settled": f"{of.settled} of {len(of.indices)} have settled.",
        "charts": {name: (f"{name}-{at}", spec["description"]) for name, spec in drawn.items()},
        "indices": [
            {
                "input": one.input,
                "what": found.titles.get(one.input) or words.CHANCE.get(one.input, ""),
                "alone": words.share(one.first, one.first_low, one.first_high),
                "all": words.share(one.total, one.total_low, one.total_high),
                "settled": one.settled,
            }
            for one in of.indices
        ],
        "kinds": [_worth(one) for one in kinds],
        "parameters": [_worth(one) for one in parameters],
        "figures": [_worth(one) for one in figures[: 2 * words.FIRST]],
    }


def _worth(one: Worth) -> dict[str, Any]:
    said = words.share(one.share, one.low, one.high)
    return {"name": one.name, "title": one.title, "said": said, "when": words.worth_when(one), "itself": one.itself}


def _screened(found: Sensitivity) -> list[dict[str, str]]:
    titles = {one.outcome: one.title for one in found.of}
    return [
        {
            "input": one.input,
            "what": found.titles[one.input],
            "outcome": titles[one.outcome],
            "way": "its mean" if one.way == "level" else "its scatter",
            "share": words.percent(one.share),
            "p": f"{one.p:.0e}",
        }
        for one in found.screened.found
    ]


def _learned(one: Learned) -> dict[str, str]:
    return {
        "name": one.name,
        "title": one.title,
        "unit": formatting.unit(one.unit),
        "prior": formatting.number(one.prior),
        "posterior": formatting.number(one.posterior),
        "said": words.share(one.share, one.low, one.high),
    }
