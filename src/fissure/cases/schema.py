"""The schema of the files of a case folder: one strict model for each kind of row or entry.

Every model forbids unknown keys. Shares lie in [0, 1]; a value stands between its low and its high. No number is larger
or smaller than what the arrays of a run can hold and add up: whole numbers of 32 bits, and single precision.
"""

import math
from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, create_model, field_validator, model_validator

from fissure.constants import Z90
from fissure.reading import Amount, Day, Flag, Positive, Real, Share, Strict, Text, Whole
from fissure.reading.values import LARGEST, LAST_YEAR, SMALLEST

MOST = 1e9
"""The most residents, fighters, strikes or barrels a day of one place: what adds up over places still fits 31 bits."""


def _whole(count: float) -> float:
    if not count.is_integer():
        raise ValueError("expected a whole number")
    return count


Count = Annotated[Amount, Field(le=MOST)]
Rate = Annotated[Positive, Field(ge=1e-12, le=1e12)]
"""Of exchange, or a price: their ratios fit single precision too."""
Ratio = Annotated[Positive, Field(ge=1e-4, le=1e3)]
KINDS = ("assault", "isolation")
"""What a campaign is for: to take a place, or to cut it off."""
PLACES = 10_000_000
"""The most places for fighters, units times slots."""
REACH = 6.4
"""The farthest standard normal that a member can draw from a prior."""
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]


class Opponent(Strict):
    """One enemy of the group: a state, a militia or a coalition, in one country.

    `regime` says whether it is a ruling regime, the enemy that members say they joined to fight; `abroad` whether it
    comes from outside the region; `acceptable` is the share of the group's constituency who would accept its rule.
    `numbers` are fighters whom it can send against the group beside its garrisons; `worth` is that of one of them at
    the start, in committed skilled fighters of the group, and `growth` the ratio of that worth once its army is
    rebuilt: less than 1 where it may as well wear out. `enters` is the day on which it enters the war, null for the
    start. Lows and highs are 5% and 95% points.
    """

    name: Name
    title: Text
    country: Text
    regime: Flag
    abroad: Flag
    enters: Day | None = None
    acceptable_low: Share
    acceptable_high: Share
    numbers_low: Count
    numbers: Count
    numbers_high: Count
    worth_low: Ratio
    worth_high: Ratio
    growth_low: Ratio
    growth_high: Ratio
    reason: Text
    source: Text

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _ordered("numbers", self.numbers_low, self.numbers, self.numbers_high)
        for name in ("acceptable", "worth", "growth"):
            low, high = getattr(self, f"{name}_low"), getattr(self, f"{name}_high")
            if low > high:
                raise ValueError(f"{name}_low is {low:g}, expected at most {name}_high {high:g}")
        return self


class Bloc(Strict):
    """A national or ethnic faction of the group's fighters.

    `share` is its share of the fighters of its origin at the start; `doctrine` its mean position on the axis
    from -1 (soft flank) to 1 (hard flank), `doctrine_spread` the standard deviation within it.
    """

    name: Name
    title: Text
    origin: Literal["local", "foreign"]
    country: str | None = None
    share: Share
    doctrine: Annotated[Real, Field(ge=-1, le=1)]
    doctrine_spread: Annotated[Real, Field(gt=0, le=1)]
    at_odds_with: tuple[str, ...] = ()
    reason: Text
    source: Text

    @model_validator(mode="after")
    def _country_of_locals(self) -> Self:
        if (self.origin == "local") != (self.country is not None):
            raise ValueError("expected a country for a local bloc, and null for a foreign one")
        return self


class CaseFile(Strict):
    """`case.yaml`: the name, the clock, the sizes of the arrays, the enemies and the blocs."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Text
    summary: Text
    start: Day
    weeks: Annotated[Whole, Field(ge=1, le=2000)]
    units: Annotated[Whole, Field(ge=1, le=100_000)]
    slots: Annotated[Whole, Field(ge=1, le=10_000)]
    countries: Annotated[list[Text], Field(min_length=1)]
    opponents: Annotated[list[Opponent], Field(min_length=1)]
    blocs: Annotated[list[Bloc], Field(min_length=1)]

    @field_validator("start")
    @classmethod
    def _monday(cls, start: date) -> date:
        if start.weekday() != 0:
            raise ValueError(f"expected a Monday, and this is a {start:%A}")
        return start

    @field_validator("countries", "opponents", "blocs")
    @classmethod
    def _each_once(cls, found: list[Any], info: ValidationInfo) -> list[Any]:
        names = [getattr(one, "name", one) for one in found]
        if double := next((name for at, name in enumerate(names) if name in names[:at]), None):
            one = {"countries": "country", "opponents": "opponent", "blocs": "bloc"}[str(info.field_name)]
            raise ValueError(f"{one} '{double}' stands twice")
        return found

    @field_validator("blocs")
    @classmethod
    def _blocs_whole(cls, blocs: list[Bloc]) -> list[Bloc]:
        names = [bloc.name for bloc in blocs]
        for origin in sorted({bloc.origin for bloc in blocs}):
            total = sum(bloc.share for bloc in blocs if bloc.origin == origin)
            if abs(total - 1) > 1e-6:
                raise ValueError(f"the shares of the {origin} blocs sum to {total:.6g}, expected 1")
        for bloc in blocs:
            for other in bloc.at_odds_with:
                if other not in names or other == bloc.name:
                    raise ValueError(
                        f"bloc '{bloc.name}' is at odds with '{other}', "
                        f"expected another of {', '.join(name for name in names if name != bloc.name)}"
                    )
        return blocs

    @model_validator(mode="after")
    def _within_reach(self) -> Self:
        if self.start > date(LAST_YEAR, 12, 31) - timedelta(weeks=self.weeks):
            raise ValueError(
                f"the weeks end after {LAST_YEAR}, expected an end that dates of NumPy and pandas can hold"
            )
        if (places := self.units * self.slots) > PLACES:
            raise ValueError(f"units times slots are {places:,} places for fighters, expected at most {PLACES:,}")
        return self


class District(Strict):
    """One row of `districts.csv`: an admin-2 area as it stood at the start.

    `residents` are people, `area_km2` square kilometres, `oil_bpd` barrels of crude a day that its fields
    could give the group, `garrison` fighters of `opponent` in or facing it, `basis` what the estimates rest
    on.
    """

    id: Text
    name: Text
    adm1: Text
    country: Text
    area_km2: Annotated[Positive, Field(ge=0.001, le=MOST)]
    lon: Annotated[Real, Field(ge=-180, le=180)]
    lat: Annotated[Real, Field(ge=-90, le=90)]
    residents: Annotated[Positive, AfterValidator(_whole), Field(le=MOST)]
    urban_share: Share
    constituency_share: Share
    start_control: Share
    start_control_low: Share
    start_control_high: Share
    oil_bpd: Count
    opponent: Text
    garrison: Count
    garrison_low: Count
    garrison_high: Count
    border: str | None = None
    capital: Flag
    symbolic: Share
    basis: Text

    @field_validator("border")
    @classmethod
    def _name_of_border(cls, border: str | None) -> str | None:
        if border is not None and border.strip().lower() in ("", "no", "none", "false", "0"):
            raise ValueError("expected the name of what lies beyond an open border, and nothing where there is none")
        return border

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _ordered("start_control", self.start_control_low, self.start_control, self.start_control_high)
        _ordered("garrison", self.garrison_low, self.garrison, self.garrison_high)
        return self


def _ordered(name: str, low: float, value: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} is {value:g}, expected a value from its low {low:g} to its high {high:g}")


class Neighbours(Strict):
    """One row of `neighbours.csv`: two districts that share a border (each pair once, either way round)."""

    a: Text
    b: Text


class Strikes(Strict):
    """One row of `forcing/strikes.csv`: air strikes of a week (its Monday), and the rule that gave them."""

    week: Day
    country: Text
    strikes: Count
    low: Count
    high: Count
    basis: Text

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _ordered("strikes", self.low, self.strikes, self.high)
        return self


class AirForce(Strict):
    """One row of `forcing/air_forces.csv`: an air force whose strikes nobody counted, as far as they hit the group.

    From `since` on it flies between `strikes_low` and `strikes_high` strikes a week (5% and 95% points) in `country`.
    """

    since: Day
    country: Text
    title: Text
    strikes_low: Annotated[Positive, Field(ge=0.001, le=MOST)]
    strikes_high: Annotated[Positive, Field(ge=0.001, le=MOST)]
    basis: Text

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.strikes_low > self.strikes_high:
            raise ValueError(
                f"strikes_low is {self.strikes_low:g}, expected at most strikes_high {self.strikes_high:g}"
            )
        return self


class Offensive(Strict):
    """One row of `offensives.csv`: a ground operation against the group, as a cause only.

    A start (`start_doubt_days` either side), a place, an attacker, a kind and a strength in fighters. When it ended,
    who won and at what cost is not in a case. `event` names the place in the record of control that it
    answers.
    """

    id: Name
    title: Text
    district: Text
    opponent: Text
    kind: Literal["assault", "isolation"]
    start: Day
    start_doubt_days: Annotated[Whole, Field(ge=0, le=366)]
    strength_low: Annotated[Positive, Field(le=MOST)]
    strength_high: Annotated[Positive, Field(le=MOST)]
    event: str | None = None
    basis: Text

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.strength_low > self.strength_high:
            raise ValueError(
                f"strength_low is {self.strength_low:g}, expected at most strength_high {self.strength_high:g}"
            )
        return self


class Condemnation(Strict):
    """One row of `forcing/condemnations.csv`: a day on which scholars condemned the group, and with what weight.

    A weight of 1 is a statement by many scholars of several countries together.
    """

    date: Day
    title: Text
    weight: Annotated[Real, Field(gt=0, le=1)]
    basis: Text


class Prior(Strict):
    """The belief about a parameter: 5% and 95% quantiles (bounds if uniform, one value if fixed)."""

    kind: Literal["lognormal", "normal", "logitnormal", "uniform", "fixed"]
    low: Real
    high: Real

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.kind == "fixed":
            if self.low != self.high:
                raise ValueError(f"a fixed prior has low equal to high, found {self.low:g} and {self.high:g}")
        elif self.low >= self.high:
            raise ValueError(f"low is {self.low:g}, expected less than high {self.high:g}")
        if self.kind == "lognormal" and self.low <= 0:
            raise ValueError(f"low is {self.low:g}, expected more than 0 for a lognormal prior")
        if self.kind == "logitnormal" and not (self.low > 0 and self.high < 1):
            raise ValueError(
                f"low and high are {self.low:g} and {self.high:g}, expected both between 0 and 1 "
                "for a logitnormal prior"
            )
        if self.kind in ("normal", "lognormal") and not self._held():
            raise ValueError(
                f"low and high are {self.low:g} and {self.high:g}, so that the outermost draws of the prior are beyond "
                "single precision, expected a narrower prior"
            )
        return self

    def _held(self) -> bool:
        """Can single precision hold every value that a member can draw?"""
        on = math.log if self.kind == "lognormal" else float
        middle, half = (on(self.low) + on(self.high)) / 2, (on(self.high) - on(self.low)) / 2 * REACH / Z90
        if self.kind == "lognormal":
            return math.log(SMALLEST) < middle - half and middle + half < math.log(LARGEST)
        return abs(middle) + half < LARGEST


class ParameterPrior(Strict):
    """An entry of `priors.yaml`: a prior, its unit, why, and the ledger entries behind it."""

    prior: Prior
    unit: Text
    reason: Text
    evidence: tuple[str, ...] = ()


class Provenance(Strict):
    """An entry of `provenance.yaml`: where a file of the case comes from and how it may be used."""

    file: Text
    what: Text
    built_by: Text
    producer: Text
    licence: Text
    attribution: Text
    edition: Text
    caveats: tuple[str, ...] = ()


def price_row(countries: list[str]) -> type[Strict]:
    """The row of `forcing/prices.csv`: `week`, `oil_usd_per_barrel`, `local_per_usd_COUNTRY` for each."""
    fields: dict[str, object] = {f"local_per_usd_{country}": (Rate, ...) for country in countries}
    return create_model(  # type: ignore[call-overload]
        "Prices", __base__=Strict, week=(Day, ...), oil_usd_per_barrel=(Rate, ...), **fields
    )
