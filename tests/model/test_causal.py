"""Reads and writes found by tracing, on mechanisms whose answer is known."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from fissure.model import causal
from fissure.model.catalogue import mechanism_classes
from fissure.model.causal import contract, forcing, reads_and_writes, settled, state_fields, stated, sums
from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Mechanism
from fissure.model.parameters import parameter
from fissure.model.xla import materialise


class Three(eqx.Module):
    here: Bool[Array, " units"]
    one: Float[Array, " units"]
    other: Float[Array, " units"]


class Planted(Mechanism):
    title = "Planted"
    claims = ()
    strength: Scalar = parameter("share", "A number.")

    def __call__(self, sensed, week, draw):
        shape_alone = jnp.ones_like(sensed.districts.wells)
        assert sensed.organisation.treasury.shape == ()  # looked at, but reaches nothing
        chance = draw.uniform() < sensed.districts.dread.mean()
        return Effects(
            doubt_rise=self.strength * sensed.fighters.fear * sensed.world.foreign[:, None],
            support_fall=jnp.where(chance, sensed.given.garrison, 0.0) * shape_alone,
            oil_income=week.oil_price * sensed.wish.sum() * 0.0,
        )


class Winding(Mechanism):
    """Reads within a conditional, a loop over an array and a loop over numbers."""

    title = "Winding"
    claims = ()

    def __call__(self, sensed, week, draw):
        either = jax.lax.cond(sensed.total > 3, lambda: sensed.power.sum(), lambda: sensed.reserve)
        last, seen = jax.lax.scan(lambda c, x: ((*c[1:], x), c[0]), (0.0, sensed.held_area, 1.0), sensed.posted)
        counted = jax.lax.fori_loop(0, sensed.flows.atrocities, lambda i, x: x + week.exchange.sum(), 0.0)
        return Effects(attempt=either, purge=last[0], clash=seen.sum(), tax_rate_rise=counted)


def test_what_reaches_a_channel_is_read_and_no_more():
    assert reads_and_writes(Planted) == {
        "doubt_rise": {"fighters.fear"},
        "oil_income": {"week.oil_price", "wish"},  # by code, though it is times zero
        "support_fall": {"districts.dread"},
    }
    assert contract(Planted) == (
        "Reads: districts.dread, fighters.fear, week.oil_price, wish. Writes: doubt_rise, oil_income, support_fall."
    )


def test_dataflow_is_followed_into_branches_and_loops():
    assert reads_and_writes(Winding) == {
        "attempt": {"power", "reserve", "total"},
        "clash": {"held_area", "posted"},
        "purge": {"held_area", "posted"},
        "tax_rate_rise": {"flows.atrocities", "week.exchange"},
    }


def test_sums_are_made_of_fields():
    of = sums()
    assert of["wish"] == {"fighters.commitment", "fighters.doubt", "fighters.grievance"}
    assert of["pay"] == {"organisation.pay_scale"}
    assert of["posted"] == {"fighters.present", "units.district"}
    assert set().union(*of.values()) <= set(state_fields())


def test_channels_move_fields_through_parts_of_settling():
    channels = settled().channels
    assert channels["fighters.doubt"]["doubt_rise"] == {("minds",)}
    assert channels["fighters.present"]["attempt"] == {("leaving",)}
    assert channels["flows.by_cause"]["rising"] == {("ground", "leaving")}
    assert "doubt_rise" not in channels["fighters.grievance"]


def test_processes_move_fields_without_mechanisms():
    processes = settled().processes
    assert processes["districts.support"]["districts.services"] == {("residents",)}
    assert ("minds",) in processes["fighters.commitment"]["organisation.prestige"]
    assert "fighters.grievance" not in processes["fighters.present"]


def test_every_path_read_is_a_field_a_sum_or_forcing():
    known = {*state_fields(), *forcing(), *sums()}
    for name, kind in mechanism_classes().items():
        for channel, paths in reads_and_writes(kind).items():
            assert paths <= known, (name, channel, paths - known)


def test_a_docstring_that_says_something_else_is_told_apart():
    kind = mechanism_classes()["contagion"]
    assert stated(kind) == contract(kind)
    assert stated(kind) != contract(Planted)


def test_what_one_condition_joins_and_takes_apart_stays_apart():
    """Who joined and who left are told in one array, by whether the slot was filled; neither depends on the other."""

    def joined(state: Three) -> dict[str, jax.Array]:
        both = materialise(jnp.where(state.here, state.one, state.other), jnp.int32(0))
        back = jnp.where(state.here, both, 0.0)
        return {"back": back, "wrong": jnp.where(state.one > 0, both, 0.0), "both": both}

    found = causal._trace(joined, causal.abstract(Three))
    names = {name: {source for source, _ in labels} for name, labels in found.items()}
    assert names["back"] == {"state.here", "state.one"}
    assert names["both"] == names["wrong"] == {"state.here", "state.one", "state.other"}
