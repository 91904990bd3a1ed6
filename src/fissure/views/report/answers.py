"""What the sources ask, and what the model answers: a section of a run's report, and a page of its own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from fissure.cases.loader import Case
from fissure.engine.blocks import write_whole
from fissure.evidence.ledger import Ledger
from fissure.present import certainty, formatting
from fissure.present.charts import answers as charts
from fissure.present.charts import theme
from fissure.present.render.html import as_json, bundle, check_place, environment, explained
from fissure.present.sections import answers as words
from fissure.studies.answers import Answer, Answers
from fissure.studies.coverage import caution
from fissure.version import __version__


def section(made: Answers, ledger: Ledger) -> dict[str, Any]:
    """The section: an entry for each question, what they do not cover in ``lacks``, and the charts in ``specs``."""
    specs: dict[str, Any] = {}
    entries = []
    for answer in made.answers:
        said = words.sentence(answer, made)
        key = f"answer-{answer.name}"
        if charts.drawn(answer.figures):
            specs[key] = charts.intervals(answer.figures, said)
        entries.append(_entry(answer, said, key if key in specs else None, ledger))
    return {
        "entries": entries,
        "specs": specs,
        "command": made.command,
        "notes": words.notes(made),
        "lacks": caution(made.plugins),
    }


def _entry(answer: Answer, said: str, chart: str | None, ledger: Ledger) -> dict[str, Any]:
    return {
        "name": answer.name,
        "asks": answer.asks,
        "claims": [_claim(name, ledger) for name in answer.claims],
        "said": said,
        "few": answer.few_histories,
        "ends": words.ends(answer),
        "rests": certainty.worth(answer.worth, answer.members),
        "chart": chart,
        "figures": [_row(figure) for figure in answer.figures],
        "study": answer.study,
        "members": answer.members,
        "caution": answer.caution,
    }


def _row(figure: Any) -> dict[str, str]:
    many = "–" if figure.least is None else formatting.interval(figure.least, figure.most, figure.unit)
    return {
        "what": f"{figure.title}: {words.part(figure)}",
        "mean": words.amount(figure.mean, figure.unit) + (f" {certainty.AT_END}" if figure.at_bound.found else ""),
        "interval": words.interval(figure),
        "one": many,
    }


def _claim(name: str, ledger: Ledger) -> dict[str, str]:
    claim = ledger.claims[name]
    return {"id": name, "text": claim.paraphrase}


def write_answers(made: Answers, case: Case, ledger: Ledger, path: Path) -> Path:
    """Write the page to `path`, whole or not at all. Raises `FissureError` when it cannot be written."""
    check_place(path)
    text = render_answers(made, case, ledger)
    with explained(path):
        write_whole(path, text.encode())
    return path


def render_answers(made: Answers, case: Case, ledger: Ledger) -> str:
    """The page as text; see `write_answers`."""
    shown = section(made, ledger)
    about: Mapping[str, Any] = {"version": __version__}
    config = {mode: theme.config(mode) for mode in ("light", "dark")}
    return (
        environment()
        .get_template("answers.html.j2")
        .render(
            case=case,
            about=about,
            answers=shown,
            bundle=Markup(bundle()),
            shared=as_json({"specs": shown["specs"], "config": config}),
        )
    )
