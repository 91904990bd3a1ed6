"""Parameters: what the model declares, what the case believes of it, and how beliefs become numbers."""

import dataclasses
import re
from datetime import date
from functools import cache

import numpy as np
import pytest

from fissure.cases import load_case
from fissure.cases.schema import Prior
from fissure.constants import Z90
from fissure.errors import FissureError
from fissure.evidence import load_ledger, package_ledger
from fissure.model.catalogue import build, mechanism_classes, parameters_of, parts, prior_values
from fissure.model.parameters import quantile, quantities

KINDS = {"lognormal": (0.2, 5.0), "normal": (-1.0, 3.0), "logitnormal": (0.1, 0.7), "uniform": (-2.0, 4.0)}
LAST = date(2015, 12, 31)


@cache
def the_case():
    return load_case("islamic_state")


@cache
def the_ledger():
    return load_ledger(package_ledger(), the_case().ledger_folder)


def prior(kind, low=None, high=None):
    ends = KINDS.get(kind, (low, high)) if low is None else (low, high)
    return Prior(kind=kind, low=ends[0], high=ends[1])


@pytest.mark.parametrize("kind", ["lognormal", "normal", "logitnormal"])
def test_low_and_high_are_the_5_and_95_percent_quantiles(kind):
    low, high = KINDS[kind]
    np.testing.assert_allclose(quantile(prior(kind), np.array([-Z90, Z90])), [low, high], rtol=1e-12)
    assert pytest.approx(1.645, abs=2e-4) == Z90


@pytest.mark.parametrize(
    ("kind", "middle"),
    [
        ("lognormal", 1.0),  # sqrt(0.2 x 5)
        ("normal", 1.0),
        ("logitnormal", 1 / (1 + np.sqrt(9 * 3 / 7))),  # the mean of the log odds
        ("uniform", 1.0),
    ],
)
def test_the_middle_is_that_of_the_scale(kind, middle):
    assert quantile(prior(kind), np.zeros(1))[0] == pytest.approx(middle, rel=1e-12)


def test_a_uniform_has_its_ends_as_bounds():
    np.testing.assert_allclose(quantile(prior("uniform"), np.array([-Z90, Z90])), [-1.7, 3.7], rtol=1e-12)
    far = quantile(prior("uniform"), np.array([-40.0, 40.0]))
    np.testing.assert_array_equal(far, [-2.0, 4.0])


@pytest.mark.parametrize("kind", KINDS)
def test_values_rise_with_z_and_keep_its_shape(kind):
    z = np.linspace(-5, 5, 24).reshape(2, 3, 4)
    values = quantile(prior(kind), z)
    assert values.shape == z.shape
    assert values.dtype == np.float64
    assert (np.diff(values.ravel()) > 0).all()


def test_a_fixed_prior_is_one_value():
    np.testing.assert_array_equal(quantile(prior("fixed", 3.5, 3.5), np.linspace(-3, 3, 7)), np.full(7, 3.5))


def test_positive_and_share_priors_stay_in_bounds():
    z = np.linspace(-8, 8, 33)
    assert (quantile(prior("lognormal"), z) > 0).all()
    share = quantile(prior("logitnormal"), z)
    assert ((share > 0) & (share < 1)).all()


def test_prior_values_are_the_quantiles_column_by_column():
    parameters = parameters_of(the_case())
    z = np.random.default_rng(3).standard_normal((2, 3, len(parameters)))
    values = prior_values(parameters, z)
    assert values.shape == z.shape
    for i in (0, 17, len(parameters) - 1):
        np.testing.assert_array_equal(values[..., i], quantile(parameters[i].prior.prior, z[..., i]))


def test_names_join_owner_and_field_with_dashes_in_the_order_of_the_parts():
    parameters = parameters_of(the_case())
    assert len({p.name for p in parameters}) == len(parameters)
    for p in parameters:
        assert p.name == f"{p.owner}.{p.field.replace('_', '-')}"
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*", p.name)
    assert list(dict.fromkeys(p.owner for p in parameters)) == list(parts())
    assert set(mechanism_classes()) < set(parts())


def test_every_field_of_the_model_is_a_parameter_or_a_switch():
    for owner, kind in parts().items():
        declared = {field for _, field, _ in quantities(owner, kind)}
        assert {f.name for f in dataclasses.fields(kind)} - {"on"} == declared, owner


def test_a_parameter_reaches_the_field_it_is_named_after():
    parameters = parameters_of(the_case())
    values = np.arange(len(parameters), dtype=float)
    model = build(parameters, values)
    for i, p in enumerate(parameters):
        owner = model.start if p.owner == "start" else getattr(model.settlement, p.owner, None)
        owner = owner if owner is not None else model.mechanisms[p.owner]
        assert float(getattr(owner, p.field)) == i, p.name


def test_each_has_a_unit_and_a_short_plain_meaning():
    for p in parameters_of(the_case()):
        assert p.unit
        assert p.unit.strip() == p.unit
        assert p.unit == p.prior.unit
        assert re.fullmatch(r"[A-Z].{10,88}\.", p.meaning), p.name
        assert p.meaning.count(". ") == 0, p.name


def test_each_prior_has_a_reason_that_admits_what_is_not_known():
    for p in parameters_of(the_case()):
        assert len(p.prior.reason) > 30 and p.prior.reason.endswith("."), p.name
        assert 1 <= len(re.findall(r"\.(?: |$)", p.prior.reason)) <= 3, p.name
        assert p.prior.evidence or re.search(r"The ledger holds no", p.prior.reason), p.name


def test_evidence_is_in_the_ledger_and_speaks_of_no_day_after_2015():
    ledger = the_ledger()
    for p in parameters_of(the_case()):
        assert len(set(p.prior.evidence)) == len(p.prior.evidence)
        for name in p.prior.evidence:
            assert name in ledger.claims or name in ledger.observations, f"{p.name}: {name}"
            if name in ledger.observations:
                assert ledger.observations[name].when <= LAST, f"{p.name}: {name}"


def test_reasons_speak_of_nothing_after_2015():
    for p in parameters_of(the_case()):
        assert all(int(year) <= LAST.year for year in re.findall(r"\b20\d\d\b", p.prior.reason)), p.name


def test_the_file_keeps_the_order_of_the_model():
    case = the_case()
    assert list(case.priors) == [p.name for p in parameters_of(case)]


def believing(**changed):
    """The reference case with some priors changed, or (None) left out; `__` stands for the dot."""
    case = the_case()
    names = {key.replace("__", ".").replace("_", "-"): value for key, value in changed.items()}
    priors = {name: names.get(name, entry) for name, entry in (case.priors | names).items()}
    return dataclasses.replace(case, priors={k: v for k, v in priors.items() if v is not None})


def message(case):
    with pytest.raises(FissureError) as error:
        parameters_of(case)
    return str(error.value).removeprefix(f"{case.folder}/")


def test_a_missing_prior():
    assert message(believing(pay_gap__resentment=None)) == (
        "priors.yaml: parameter 'pay-gap.resentment' has no prior (unit: per week at a gap of 1, "
        "meaning: Rise of locals' grievance at a pay gap of 1.)"
    )


def test_a_case_without_priors_names_them_all():
    case = the_case()
    said = message(dataclasses.replace(case, priors={}))
    assert said.startswith(
        f"{len(case.priors)} parameters have no prior in {case.folder}/priors.yaml: start.fighters, "
    )
    assert all(f"{name}," in said or f"{name} (fissure trace" in said for name in case.priors)


def test_an_unknown_parameter():
    entry = the_case().priors["pay-gap.resentment"]
    said = "priors.yaml: there is no parameter 'pay-gap.resentmnt'; did you mean 'pay-gap.resentment'?"
    assert message(believing(pay_gap__resentmnt=entry)) == said


def test_another_unit():
    other = the_case().priors["minds.memory"].model_copy(update={"unit": "days"})
    path = the_case().folder / "priors.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    at = lines.index("minds.memory:")
    line = next(i for i in range(at, len(lines)) if lines[i].startswith("  unit:")) + 1
    assert message(believing(minds__memory=other)) == (
        f"priors.yaml:{line}: parameter 'minds.memory' has unit 'days', expected 'weeks'"
    )


def test_a_misspelt_name_in_the_file_is_named_with_its_line(tmp_path):
    case = the_case()
    text = (case.folder / "priors.yaml").read_text(encoding="utf-8")
    (tmp_path / "priors.yaml").write_text(text.replace("\nminds.calm:", "\nminds.clam:"), encoding="utf-8")
    line = text.splitlines().index("minds.calm:") + 1
    priors = {name.replace("minds.calm", "minds.clam"): entry for name, entry in case.priors.items()}
    assert message(dataclasses.replace(case, folder=tmp_path, priors=priors)) == (
        f"priors.yaml:{line}: there is no parameter 'minds.clam'; did you mean 'minds.calm'?"
    )
