"""What the model is held against, and what comes into it from outside, as rows of tables."""

from collections.abc import Iterable
from typing import Any

from fissure.cases.loader import Case
from fissure.evidence.entries import Observation
from fissure.evidence.ledger import Ledger
from fissure.studies.compare import FORCED
from fissure.studies.patterns.met import Pattern
from tools.docs.odd import markdown as md


def observed(case: Case, ledger: Ledger) -> str:
    """Published quantities that an output answers to: figures, those behind a prior, days, publishers."""
    used = {name for prior in case.priors.values() for name in prior.evidence}
    rows = []
    for v in ledger.variables.values():
        figures = _of(v.id, ledger)
        if v.output is None or not figures:
            continue
        behind = sum(o.id in used for o in figures)
        mark = " (input)" if v.output in FORCED else ""
        rows.append(
            (
                md.prose(v.title) + mark,
                md.code(v.output),
                md.prose(v.unit),
                str(len(figures)),
                str(behind),
                _days(figures),
            )
        )
    return md.table(("Published quantity", "Output", "Unit", "Figures", "Behind a prior", "Days"), rows)


def unanswered(ledger: Ledger) -> str:
    """Published quantities that no output answers to, with the reason."""
    rows = [
        (md.prose(v.title), str(len(figures)), md.prose(v.reason or ""))
        for v in ledger.variables.values()
        if v.output is None and (figures := _of(v.id, ledger))
    ]
    return md.table(("Published quantity", "Figures", "Why not"), rows) if rows else ""


def qualitative(listed: Iterable[Pattern]) -> str:
    """The patterns that a run is held against besides figures; nothing where there are none."""
    rows = [(o.letter, md.prose(o.title), md.prose(o.criterion), md.prose(", ".join(o.source))) for o in listed]
    return md.table(("", "Pattern", "Criterion", "Source"), rows) if rows else ""


def provenance(case: Case) -> str:
    """The files of the case with where they come from."""
    rows = [
        (md.code(p.file), md.prose(p.what), md.prose(p.producer), md.prose(p.licence), md.prose(p.edition))
        for p in case.provenance
    ]
    return md.table(("File", "What", "Producer", "Licence", "Edition"), rows) if rows else ""


def caveats(case: Case) -> list[tuple[str, list[str]]]:
    """What the makers of each file warn of."""
    return [(p.file, [md.prose(c) for c in p.caveats]) for p in case.provenance if p.caveats]


def blocs(case: Case) -> str:
    """The blocs of fighters."""
    rows = [
        (
            md.code(b.name), md.prose(b.title), b.origin, md.number(b.share), md.number(b.doctrine),
            md.number(b.doctrine_spread), ", ".join(map(md.code, b.at_odds_with)), md.prose(b.reason),
        )
        for b in case.blocs
    ]  # fmt: skip
    header = ("Bloc", "Who", "Origin", "Share of its origin", "Doctrine", "Spread", "At odds with", "Why")
    return md.table(header, rows)


def districts(case: Case) -> str:
    """The districts as they stood on the first day."""
    rows = [
        (
            md.prose(d.name), md.prose(d.country), f"{d.residents:,.0f}", f"{d.area_km2:,.0f}",
            f"{d.start_control:g} ({d.start_control_low:g} to {d.start_control_high:g})",
            f"{d.garrison:,.0f} ({d.garrison_low:,.0f} to {d.garrison_high:,.0f})",
            f"{d.constituency_share:g}", f"{d.oil_bpd:,.0f}", f"{d.symbolic:g}",
        )
        for d in case.districts
    ]  # fmt: skip
    header = (
        "District", "Country", "Residents", "km2", "Share held", "Opponents' fighters", "Constituency", "Oil, bpd",
        "Symbol",
    )  # fmt: skip
    return md.table(header, rows)


def operations(case: Case) -> str:
    """Ground operations against the group by opponent: how many, when, how strong."""
    rows = []
    for opponent in case.opponents:
        own = sorted((o for o in case.offensives if o.opponent == opponent.name), key=lambda o: o.start)
        if own:
            rows.append(
                (
                    md.prose(opponent.title), md.prose(opponent.country), str(len(own)),
                    f"{own[0].start} to {own[-1].start}",
                    f"{min(o.strength_low for o in own):,.0f} to {max(o.strength_high for o in own):,.0f}",
                )
            )  # fmt: skip
    return md.table(("Opponent", "Country", "Operations", "Starts", "Fighters"), rows)


def forcing(case: Case) -> str:
    """Weekly series that the case imposes: their spans."""
    rows = [("Price of oil", "USD per barrel", _span(case.oil_price))]
    for at, country in enumerate(case.countries):
        rows.append((f"Air strikes, {country}", "per week", _span(case.strikes[:, at])))
        rows.append((f"Exchange rate, {country}", "local currency per USD", _span(case.exchange[:, at])))
    return md.table(("Series", "Unit", "Lowest to highest week"), sorted(rows))


def _span(values: Any) -> str:
    return f"{md.number(float(values.min()))} to {md.number(float(values.max()))}"


def _of(variable: str, ledger: Ledger) -> list[Observation]:
    return [o for o in ledger.observations.values() if o.variable == variable]


def _days(figures: Iterable[Observation]) -> str:
    days = sorted(o.when for o in figures)
    return f"{days[0]}" if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
