"""What a ready-made result does not cover, in one sentence."""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest

from fissure.cases.loader import load_case
from fissure.engine.provenance import digest_with, model_digest, own_digest
from fissure.errors import FissureError
from fissure.studies import answers, attribution_file, hindcast, kept_results
from fissure.studies.calibration import posterior as posteriors
from fissure.studies.kept_results import place

TRUST, RUMOUR = "fissure-trust 0.1.0 (digest abc)", "talk 2.0 (digest def)"


@dataclass(frozen=True)
class Brought:
    name: str
    package: str
    version: str


@pytest.fixture
def installed(monkeypatch):
    """Lets packages be installed, by what `made_of` gives and the mechanisms that they bring."""

    def install(**packages):
        known = {"trust": (TRUST, ("trust",)), "talk": (RUMOUR, ("gossip", "rumour")), **packages}
        own = [known[name] for name in ("trust", "talk") if name in packages]
        brought = [Brought(m, *text.split(" ")[:2]) for text, names in own for m in names]
        monkeypatch.setattr(kept_results, "made_of", lambda: tuple(text for text, _ in own))
        monkeypatch.setattr(kept_results, "plugins", lambda: tuple(brought))

    return install


ALONE = (TRUST, ("trust",))
TWO = (RUMOUR, ("gossip", "rumour"))


def test_nothing_is_said_where_nothing_is_missing(installed):
    installed()
    assert kept_results.caution(()) == kept_results.of_posterior((), []) == kept_results.of_run(()) == ""
    installed(trust=ALONE)
    assert kept_results.caution((TRUST,)) == "" and kept_results.serves((TRUST,))
    assert kept_results.caution((), now=()) == ""


def test_a_package_that_was_not_there_is_named_with_its_mechanisms(installed):
    installed(trust=ALONE)
    assert kept_results.serves(())
    assert kept_results.caution(()) == (
        "Made without the package 'fissure-trust' 0.1.0 (mechanism 'trust'): these numbers are of the model without it."
    )
    installed(trust=ALONE, talk=TWO)
    assert "(mechanism 'trust') and the package 'talk' 2.0 (mechanisms 'gossip' and 'rumour')" in kept_results.caution(
        ()
    )
    assert kept_results.caution((TRUST,)).startswith("Made without the package 'talk'")


def test_what_is_switched_off_is_not_missed(installed):
    installed(trust=ALONE, talk=TWO)
    assert kept_results.uncovered((), off=("trust",)) == (RUMOUR,)
    assert kept_results.uncovered((), off=("trust", "gossip")) == (RUMOUR,)
    assert kept_results.uncovered((), off=("trust", "gossip", "rumour")) == ()


def test_a_posterior_says_which_parameters_keep_their_prior(installed):
    installed(talk=TWO)
    parameters = [SimpleNamespace(name=f"{owner}.pace", owner=owner) for owner in ("pay-gap", "gossip", "rumour")]
    assert kept_results.of_posterior((), parameters) == (
        "Fitted without the package 'talk' 2.0 (mechanisms 'gossip' and 'rumour'): gossip.pace, rumour.pace are drawn "
        "from the prior, and histories with it were never held against the evidence."
    )


def test_what_is_gone_or_has_changed_is_said_of_a_run_and_not_used(installed):
    installed(trust=("fissure-trust 0.1.0 (digest other)", ("trust",)))
    assert kept_results.gone((TRUST,)) == "the package 'fissure-trust' 0.1.0, which has changed since"
    assert "'talk' 2.0, which is not installed now; what is said here" in kept_results.of_run((RUMOUR,))
    assert not kept_results.serves((TRUST,)) and not kept_results.serves((RUMOUR,))


def test_signs_and_verdicts_are_kept_of_our_own_alone(installed):
    installed()
    kept_results.require_own("signs")
    installed(trust=ALONE)
    with pytest.raises(FissureError, match=r"found the package 'fissure-trust' 0\.1\.0 .* uninstall the others first"):
        kept_results.require_own("signs")


def test_the_digest_of_a_model_with_packages_is_that_of_a_process_that_has_them():
    assert digest_with(()) == model_digest()  # none is installed here
    assert len({own_digest(), digest_with((TRUST,)), digest_with((TRUST, RUMOUR)), digest_with(())}) == 4


class TestKept:
    """Of a case whose kept results name the packages that they were made with."""

    @pytest.fixture
    def case(self, tmp_path):
        return replace(load_case("islamic_state"), folder=tmp_path)

    @pytest.mark.parametrize("kind", [answers, hindcast])
    def test_answers_and_forecasts(self, case, kind, installed):
        found = kind.kept(load_case("islamic_state"), *((_draws(kind),) if kind is answers else ()))
        own = (_draws(kind),) if kind is answers else ()
        for made, now, served in [
            ((), {"trust": ALONE}, True),
            ((TRUST,), {"trust": ALONE}, True),
            ((TRUST,), {}, False),
        ]:
            installed(**now)
            place(case, kind.KEPT).parent.mkdir(exist_ok=True)
            replace(found, plugins=made, case_digest=case.digest).save(place(case, kind.KEPT))
            again = kind.kept(case, *own)
            assert (again is not None) == served
            assert again is None or again.plugins == made

    def test_an_attribution(self, case, installed):
        here = load_case("islamic_state")
        saved = attribution_file.read_explained(place(here, attribution_file.KEPT))
        plan = saved.found.plan
        for made, now, served in [
            ((), {"trust": ALONE}, True),
            ((TRUST,), {"trust": ALONE}, True),
            ((TRUST,), {}, False),
        ]:
            installed(**now)
            other = replace(plan, plugins=made, model_digest=digest_with(made))
            replace(saved, found=replace(saved.found, plan=other)).write(place(case, attribution_file.KEPT))
            assert (attribution_file.kept(case, plan.draws) is not None) == served

    def test_a_posterior_that_was_fitted_with_a_package_that_is_gone(self, installed):
        case = load_case("islamic_state")
        found = posteriors.read_posterior(posteriors.path_of(case, posteriors.packaged(case)[-1]))
        assert found.plugins == ()
        with_it = replace(found, made={**found.made, "plugins": [TRUST]})
        installed(trust=ALONE)
        posteriors.require_fresh("it.json", with_it, case, found.fitted_to)
        installed()
        with pytest.raises(FissureError, match=r"was fitted with the package 'fissure-trust' 0\.1\.0, which is not"):
            posteriors.require_fresh("it.json", with_it, case, found.fitted_to)


def _draws(kind):
    return answers.read_answers(place(load_case("islamic_state"), answers.KEPT)).draws
