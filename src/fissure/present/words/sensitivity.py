"""How a sensitivity study is put in words."""

from fissure.present import certainty, formatting
from fissure.present.formatting import listed, percent
from fissure.studies.sensitivity.design import CONVERGED, FACTOR, LUCK, REST
from fissure.studies.sensitivity.information_value import InformationValue
from fissure.studies.sensitivity.result import OutcomeSensitivity, Sensitivity

QUICK = "A quick look: half the units and few runs. Run without --quick for the full study."
KEY = (
    "First-order index: the part of the variance that is due to the input by itself. Total index: with its "
    "interactions. In brackets 95% intervals. ✓ converged: both are known within a tenth of the variance each way; "
    "? not yet."
)
CHANCE = {
    REST: "Everything that is not among these inputs: the other parameters, and luck",
    LUCK: "Luck alone, which no knowledge of any input takes away",
}


def between(low: float, high: float) -> str:
    """An interval in per cent."""
    return "–" if low != low else f"{percent(low)} to {percent(high)}"


def share(middle: float, low: float, high: float) -> str:
    """A share with its interval."""
    return "–" if middle != middle else f"{percent(middle)} ({between(low, high)})"


def rests_on(found: Sensitivity) -> str:
    """What the shares rest on."""
    return certainty.rests_on(found.worth_of, found.sizes.plain)


def ends(of: OutcomeSensitivity, found: Sensitivity) -> str:
    """How many histories are at an end of an outcome, where it does not vary, and how a time is meant."""
    said = certainty.at_ends(found.bounds_at(of.outcome), of.unit)
    return " ".join(one for one in [*said, certainty.restricted(of.outcome, found.plan.weeks)] if one)


def screened(found: Sensitivity) -> str:
    """What the screening came to."""
    own, sizes = found.screened, found.sizes
    kept = len(own.kept)
    moved = (
        f"{kept} of {own.inputs} inputs move an outcome" if kept else f"None of {own.inputs} inputs moves an outcome"
    )
    design = f"; the {len(found.strong)} strongest are in the design" if kept else ""
    return (
        f"{moved} by more than chance explains over {own.runs} runs{design}. An input that explains less than about "
        f"{percent(30 / own.runs)} of an outcome would not be seen. Forcings were moved between 1/{FACTOR:g} and "
        f"{FACTOR:g} times in {sizes.forced} of these runs."
    )


def converged(found: Sensitivity) -> str:
    """Whether the indices can be trusted yet."""
    if not found.strong:
        return "No index was estimated, as no input is strong enough."
    every = [index for one in found.of for index in one.indices]
    many = sum(index.converged for index in every)
    said = f"{many} of {len(every)} indices have converged: their 95% intervals are no wider than {percent(CONVERGED)}"
    rows = f"{said} of the variance, with {found.sizes.rows} rows of {len(found.strong) + 4} runs."
    return (
        rows if many == len(every) else f"{rows} The others need more --members; read them as an order, not as numbers."
    )


def headline(of: OutcomeSensitivity, found: Sensitivity) -> str:
    """What one outcome depends on, in a sentence or two."""
    unit = formatting.unit(of.unit)
    said = f"{of.title}: {formatting.number(of.low)} to {formatting.number(of.high)} {unit} (90% of histories). "
    inputs = [one for one in of.indices if one.input not in CHANCE and one.total_low > 0.02]
    if not inputs:
        return said + "No input stands out by itself."
    strongest = [f"{one.input} ({percent(one.total)}, {between(one.total_low, one.total_high)})" for one in inputs[:3]]
    luck = next(one for one in of.indices if one.input == LUCK)
    return f"{said}Its variance is due most to {listed(strongest)}; luck alone is {percent(luck.total)} of it."


def evidence(outcome: str, found: Sensitivity) -> str:
    """What would narrow one outcome most, in a sentence."""
    kinds = [one for one in found.of_outcome(outcome, "kind") if one.beyond_chance and not one.itself]
    parameters = [one for one in found.of_outcome(outcome, "parameter") if one.beyond_chance]
    if not kinds and not parameters:
        return "Nothing that was weighed would narrow it by itself by more than chance explains."
    out = []
    if kinds:
        best = [f"{_low(one.title)} ({share(one.share, one.low, one.high)})" for one in kinds[:3]]
        out.append(f"Of published kinds, figures of {listed(best)} would take most off its variance.")
    if parameters:
        best = [f"{one.name} ({share(one.share, one.low, one.high)})" for one in parameters[:3]]
        out.append(f"Of parameters, it would pay most to know {listed(best)}.")
    return " ".join(out)


def overall(found: Sensitivity) -> str:
    """Which kinds of evidence would narrow the answers most, over all outcomes."""
    kinds, parameters = found.narrowing("kind"), found.narrowing("parameter")
    if not kinds and not parameters:
        return "No kind of evidence that was weighed would narrow an answer by more than chance explains."
    over = f"on average over {len(found.of)} outcomes" if len(found.of) > 1 else "of its variance"
    out = []
    if kinds:
        best = listed([f"{_low(title)} ({percent(mean)})" for _, title, mean in kinds[:3]])
        out.append(f"Figures that would narrow the answers most, {over}: {best}.")
    if parameters:
        best = listed([f"{name} ({percent(mean)})" for name, _, mean in parameters[:3]])
        out.append(f"Parameters that it would pay most to know: {best}.")
    return " ".join(out)


def learned(found: Sensitivity) -> str:
    """What was learned already; empty where members come from the prior."""
    names = {one.outcome for one in found.of}
    own = [one for one in found.learned if one.name in names]
    if not own:
        return ""
    surely = [one for one in own if one.low > 0]
    most = max(own, key=lambda one: one.share)
    verb = "is" if len(surely) == 1 else "are"
    return (
        f"Of {len(own)} outcomes {len(surely)} {verb} narrower than under the prior for what was learned up to "
        f"{found.until}; most of all {_low(most.title)}, whose variance fell by "
        f"{share(most.share, most.low, most.high)}."
    )


def dependence(of: OutcomeSensitivity) -> str:
    """How much the variance of the design differs from that of members as they are believed."""
    if not of.spread or of.design_spread != of.design_spread:
        return ""
    return (
        f"Over the design, in which inputs are independent and strong forcings move, its standard deviation is "
        f"{of.design_spread / of.spread:.2f} times that of members as they are believed."
    )


def when(one: InformationValue) -> str:
    """The days that figures speak of."""
    if one.first is None or one.last is None:
        return ""
    days = (
        formatting.day(one.first)
        if one.first == one.last
        else f"{formatting.day(one.first)} to {formatting.day(one.last)}"
    )
    return f"{one.figures} figures, {days}" if one.figures > 1 else days


def worth(one: InformationValue) -> str:
    """What a kind of evidence would take of the variance of an outcome, in a line."""
    itself = " (the answer itself, measured)" if one.itself else ""
    return f"{share(one.share, one.low, one.high)}  {one.title}{itself}, {when(one)}"


def _low(title: str) -> str:
    return title[:1].lower() + title[1:]
