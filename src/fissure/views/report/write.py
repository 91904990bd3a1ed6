"""The report: one page with everything in it, that opens with no network."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr
from markupsafe import Markup

from fissure.cases.loader import Case
from fissure.cases.naming import called
from fissure.evidence.entries import Mechanism
from fissure.evidence.ledger import Ledger
from fissure.files import write_whole
from fissure.model.catalogue import parameters_of
from fissure.present import certainty, formatting
from fissure.present.charts import maps, theme
from fissure.present.charts.panels import CONDITIONAL
from fissure.present.document import Section
from fissure.present.formatting import MECHANISM_GROUPS as GROUPS
from fissure.present.render.html import as_json, bundle, check_place, environment, explained, fragment, specs_of
from fissure.present.sections import causal, effects, hindcast, learned
from fissure.studies import answers as replies_to
from fissure.studies import coverage, verdicts
from fissure.studies.calibration import Posterior
from fissure.studies.compare import ABSURD_FACTOR, ABSURD_POINTS, CLASSES, Compared, count
from fissure.studies.effective import few_histories
from fissure.studies.explained import kept as kept_explained
from fissure.studies.explained import kept_at as explained_at
from fissure.studies.hindcast import kept
from fissure.studies.hindcast import kept_at as hindcast_at
from fissure.studies.patterns import patterns_of
from fissure.views.report import answers, apart, page, patterns, why, wrong
from fissure.views.report.events import happened
from fissure.views.report.measurement import publishers

if TYPE_CHECKING:
    import pandas as pd


def write_report(
    data: xr.Dataset,
    case: Case,
    ledger: Ledger,
    rows: Sequence[Compared],
    path: Path,
    *,
    about: Mapping[str, Any],
    missing: Sequence[Mechanism] = (),
    limits: Sequence[str] = (),
    events: "pd.DataFrame | None" = None,
    posterior: Posterior | None = None,
) -> Path:
    """Write the report of `data` to `path`, whole or not at all, and return the path.

    `rows` is what `compare` found. `about` says how the run was made: version, seed, members, worth (what these are
    worth as independent draws), weeks, off (mechanisms switched off), digest (of the case), command, kind (``prior
    predictions``), until (of a fit, the last day that it was told of) and timing; what is absent is left out.
    `missing` are mechanisms of the ledger that the model does not have yet, `limits` what its structure cannot show,
    one sentence each; `events` is the table of `Run.events`, `posterior` what members were drawn from, if not the
    prior. Raises `FissureError` when it cannot be written.
    """
    check_place(path)
    text = render_report(
        data, case, ledger, rows, about=about, missing=missing, limits=limits, events=events, posterior=posterior
    )
    with explained(path):
        write_whole(path, text.encode())
    return path


def render_report(
    data: xr.Dataset,
    case: Case,
    ledger: Ledger,
    rows: Sequence[Compared],
    *,
    about: Mapping[str, Any],
    missing: Sequence[Mechanism] = (),
    limits: Sequence[str] = (),
    events: "pd.DataFrame | None" = None,
    posterior: Posterior | None = None,
) -> str:
    """The page as text; see `write_report`."""
    titles = {str(name): str(array.attrs.get("long_name", name)) for name, array in data.data_vars.items()}
    counts, members = count(rows), data.sizes["member"]
    worth = about.get("worth")
    history, mapped = page.sections(data, ledger, rows), page.map_figures(data)
    shown = patterns.section(data, patterns_of(case, ledger), ledger, rows, about)
    log = None if events is None else happened(events, data)
    drawn = (*(f for section in history for f in section.figures), *(log.figures if log else ()), *mapped)
    specs = {f.key: f.spec for f in drawn}
    specs |= shown["specs"] if shown else {}
    ended = apart.section(data)
    specs |= {f.key: f.spec for f in ended["figures"]} if ended else {}
    replies = replies_to.kept(case, about.get("posterior") or "")
    said = None if replies is None else answers.section(replies, ledger) | _lacks(replies.plugins, about)
    specs |= said["specs"] if said else {}
    past = kept(case)
    scored = (
        None
        if past is None
        else hindcast.section(past, called(case.folder), ledger, _lacks(past.plugins, about)["lacks"])
    )
    specs |= specs_of([scored]) if scored else {}
    cause = _why(case, about)
    specs |= cause["specs"] if cause else {}
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            case=case,
            about=about,
            members=members,
            few=few_histories(members),
            rests=certainty.rests_on(worth, members) if worth else "",
            least_sure=certainty.least_sure(rows, worth),
            how=how_made(about),
            counts=counts,
            headline=formatting.headline(counts, members) if counts.compared else "",
            behind=formatting.behind(counts, members),
            sign=formatting.BEHIND,
            classes=[(name, page.style(name), *formatting.VERDICTS[name]) for name in CLASSES],
            conditional=CONDITIONAL,
            misses=wrong.misses(rows),
            imposed=wrong.imposed(rows),
            wide=wrong.too_wide(rows),
            absurd_factor=f"{ABSURD_FACTOR:.0f}",
            absurd_points=f"{100 * ABSURD_POINTS:.0f}",
            missing=_by_group(missing),
            missing_count=len(missing),
            mechanisms_count=len(ledger.mechanisms),
            limits=list(limits),
            sections=history,
            apart=ended,
            events=log,
            maps=mapped,
            patterns=shown,
            answers=said,
            forecasts=fragment([scored]) if scored else "",
            why=cause,
            learned=_learned(posterior, case, ledger, data, about),
            others=_others(about),
            hidden=_hidden(case, cause, said, scored),
            subjects=page.table(rows, ledger, titles),
            without=page.without_counterpart(rows, ledger),
            causal=fragment([causal.section(ledger)]),
            effects=fragment([_effects(ledger, about)]),
            evidence=page.evidence(ledger),
            measurement=publishers(ledger, case.leanings),
            bundle=Markup(bundle()),
            shared=as_json(
                {
                    "specs": specs,
                    "geography": maps.geography(case),
                    "config": {mode: theme.config(mode) for mode in ("light", "dark")},
                }
            ),
        )
    )


def _learned(
    posterior: Posterior | None, case: Case, ledger: Ledger, data: xr.Dataset, about: Mapping[str, Any]
) -> Markup | None:
    if posterior is None:
        return None
    lacks = coverage.of_posterior(posterior.plugins, parameters_of(case), *_run(about))
    section = learned.section(posterior, case, learned.fitted_to(posterior, case, ledger, data), lacks)
    return None if section is None else fragment([section])


def _hidden(case: Case, cause: object, said: object, scored: object) -> list[str]:
    """What is kept with the case and not shown, as it is of another model, or of other draws."""
    kept_ = {
        "the attribution": (explained_at, cause),
        "the answers": (replies_to.kept_at, said),
        "the forecasts from the past": (hindcast_at, scored),
    }
    return [what for what, (at, shown) in kept_.items() if shown is None and at(case).is_file()]


def _run(about: Mapping[str, Any]) -> tuple[Sequence[str], Sequence[str]]:
    """Packages that bring mechanisms with which the run was made, and what was switched off."""
    return about.get("plugins") or (), about.get("off") or ()


def _lacks(made: Sequence[str], about: Mapping[str, Any]) -> dict[str, str]:
    """What a section of numbers kept with the case says that they do not cover of this run."""
    return {"lacks": coverage.caution(made, *_run(about))}


def _others(about: Mapping[str, Any]) -> list[str]:
    """What the head of the page says of mechanisms from other packages, a sentence each."""
    packages, off = _run(about)
    on = coverage.uncovered((), packages, off)
    said = [
        f"This run has mechanisms that did not come with Fissure: those of {coverage.named(on)}. Where a section shows "
        "what was made before the run, it says whether that covers them."
    ]
    return [*(said if on else []), *(about.get("cautions") or ())]


def _why(case: Case, about: Mapping[str, Any]) -> dict[str, Any] | None:
    """The attribution that was kept with the case, if it is of the draws that this run's members are from."""
    found = kept_explained(case, about.get("posterior") or "")
    return None if found is None else why.section(found) | _lacks(found.found.plan.plugins, about)


def _effects(ledger: Ledger, about: Mapping[str, Any]) -> Section:
    """The verdicts kept of the last full check."""
    told = verdicts.kept()
    return effects.section(
        verdicts.effects(told), ledger, case=told["case"], members=told["members"], stale=verdicts.stale(told),
        caution=_lacks((), about)["lacks"],
    )  # fmt: skip


def _by_group(missing: Sequence[Mechanism]) -> dict[str, list[Mechanism]]:
    out: dict[str, list[Mechanism]] = {}
    for group, title in GROUPS.items():
        own = [mechanism for mechanism in missing if mechanism.group == group]
        if own:
            out[title] = own
    return out


def how_made(about: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the page says of how it was made, as label and value."""
    labels = {
        "version": "Version of Fissure",
        "members": "Simulated histories (members)",
        "weeks": "Weeks",
        "seed": "Seed",
        "off": "Mechanisms switched off",
        "plugins": "Mechanisms from other packages",
        "kind": "Kind",
        "digest": "Digest of the case (SHA-256)",
        "changed": "The case today",
        "posterior": "Digest of the posterior (SHA-256)",
        "timing": "Time it took",
    }
    out = []
    for key, label in labels.items():
        value = about.get(key)
        if key == "off" and not value:
            value = "none"
        if value is not None:
            out.append((label, _words(value)))
    return out


def _words(value: Any) -> str:
    if all(hasattr(value, name) for name in ("compile", "run", "ns", "members")):
        return formatting.timing(value.members, value.run, value.compile, value.ns)
    if isinstance(value, Mapping):
        return "; ".join(f"{key} {_words(one)}" for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) else str(value)
