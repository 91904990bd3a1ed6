"""Made-up figures for the tests of scores and forecasts."""

from datetime import date
from itertools import count

from fissure.evidence.entries import Observation, Variable
from fissure.studies.measurement import Datum

_number = count()


def variable(name="stock", how="at", unit="persons", **more) -> Variable:
    return Variable(id=name, title=name.capitalize(), unit=unit, how=how, output="out", note="made up", **more)


def datum(
    published, when, of=None, *, scale="factor", half=0.0, error=0.0, bias="paper.stock", lean=0.0, spread=0.0, **more
) -> Datum:
    """A figure `published` (on the scale); `more` goes to the observation."""
    of = of or variable()
    when = {"date": when} if isinstance(when, date) else {"period": when}
    doubt = {"doubt_factor": 1.0} if scale == "factor" else {"doubt_abs": 0.0}
    fields = {"bound": "exact", "value": 1.0} | doubt | when | more
    observation = Observation(
        id=f"figure-{next(_number)}",
        variable=of.id,
        source="paper",
        unit=of.unit,
        scope="all",
        doubt="made up",
        **fields,
    )
    return Datum(observation, of, scale, published, half, error, bias, lean, spread)
