"""Signs and loops of the causal picture: planted ones, and those of the model."""

from dataclasses import replace

import pytest
from tools.docs import signs as search

from fissure.cases.loader import load_case
from fissure.model.catalogue import mechanism_classes
from fissure.present.sections.causal import loop_name
from fissure.studies import causal, kept_picture
from fissure.studies.causal import UNKNOWN, Picture, kept, loops, merged, picture, product, unknown


@pytest.fixture(scope="module")
def seen():
    return picture()


def test_signs_multiply_in_a_chain_and_merge_side_by_side():
    assert [product("+", "-"), product("-", "-"), product("-", "±"), product("±", "0")] == ["-", "+", "±", "0"]
    assert [merged(["+", "0"]), merged(["+", "-"]), merged(["0"]), merged(["-", "-"])] == ["+", "±", "0", "-"]
    assert [product("+", "?"), product("?", "±"), product("?", "0")] == ["?", "?", "0"]
    assert [merged(["+", "?"]), merged(["?", "0"]), merged(["+", "?", "-"]), merged(["±", "?"])] == ["?", "?", "±", "±"]


def test_planted_loops_are_all_found_and_named():
    planted = Picture(
        reads={"spread": {"up": {"a": "+"}}, "check": {"down": {"b": "-"}}, "both": {"up": {"a": "±"}}},
        direct={},
        writes={},
        moves={"up": {"b": "+"}, "down": {"a": "+"}},
        processes={"b": {"a": ("-", "habit"), "b": ("+", "habit")}},
    )
    assert {(loop_name(loop), loop.kind) for loop in loops(planted)} == {
        ("A → Spread → B → Check → A", "balancing"),
        ("A → Both → B → Check → A", "undetermined"),
        ("A → Spread → B → Habit → A", "balancing"),
        ("A → Both → B → Habit → A", "undetermined"),
    }
    assert {loop.mechanisms for loop in loops(planted, 1)} == {1}


def test_no_field_and_no_mechanism_comes_twice(seen):
    found = loops(seen)
    assert len({(loop.fields, loop.carriers) for loop in found}) == len(found)
    for loop in found:
        assert len(set(loop.fields)) == len(loop.fields) == len(loop.carriers)
        own = [carrier for carrier in loop.carriers if carrier in mechanism_classes()]
        assert len(set(own)) == len(own) == loop.mechanisms <= 3


@pytest.mark.parametrize(
    ("fields", "carriers", "kind"),
    [
        ({"fighters.doubt", "units.departures"}, {"desertion", "contagion"}, "reinforcing"),
        ({"districts.control"}, {"overextension"}, "balancing"),
        ({"districts.residents"}, {"flight-of-residents"}, None),
    ],
)
def test_known_loops_of_the_model(seen, fields, carriers, kind):
    found = [loop for loop in loops(seen) if set(loop.fields) == fields and set(loop.carriers) == carriers]
    assert found
    if kind:
        assert {loop.kind for loop in found} == {kind}


def test_known_signs_of_the_model(seen):
    assert seen.reads["desertion"]["attempt"]["fighters.commitment"] == "-"
    assert seen.reads["deterrence"]["attempt_log"]["fighters.fear"] == "-"
    assert seen.moves["attempt"]["fighters.present"] == "-"
    assert seen.processes["districts.services"]["districts.support"] == ("+", "residents")


def test_every_sign_of_the_model_is_known(seen):
    found = [seen.moves, seen.writes, *seen.reads.values()]
    signs = [sign for tables in found for own in tables.values() for sign in own.values()]
    assert unknown(seen) == () and UNKNOWN not in signs, "run make docs"
    assert UNKNOWN not in [sign for own in seen.processes.values() for sign, _ in own.values()]


def test_a_sign_that_was_not_looked_for_is_unknown():
    signs = kept()
    own = {key: sign for key, sign in signs.reads.items() if key[1] != "contagion"}
    seen = picture(replace(signs, reads=own, pushes={k: s for k, s in signs.pushes.items() if k[0] != "contagion"}))
    assert unknown(seen) == ("contagion",)
    assert set(seen.writes["contagion"].values()) == {UNKNOWN}
    assert seen.writes_to("contagion")["fighters.doubt"] == UNKNOWN
    assert {loop.kind for loop in loops(seen, 1) if "contagion" in loop.carriers} == {"unknown"}
    assert all(loop.kind != "unknown" for loop in loops(seen, 1) if "contagion" not in loop.carriers)


def test_every_mechanism_was_seen_to_move_something(seen):
    assert [name for name in mechanism_classes() if not seen.writes_to(name)] == []


def test_signs_survive_being_kept(tmp_path, monkeypatch):
    before = kept()
    monkeypatch.setattr(causal, "SIGNS", tmp_path / "signs.json")
    monkeypatch.setattr(search, "SIGNS", tmp_path / "signs.json")
    search.keep(before)
    assert kept() == before


@pytest.mark.slow
def test_kept_signs_are_those_of_the_code():
    assert search.find(load_case("islamic_state")) == kept()


def test_the_picture_is_traced_once(tmp_path, monkeypatch):
    monkeypatch.setenv("FISSURE_CACHE", str(tmp_path))
    kept_picture._atlas.cache_clear()
    first = kept_picture.atlas()
    kept_picture._atlas.cache_clear()
    monkeypatch.setattr(causal, "picture", lambda: pytest.fail("traced again"))
    again = kept_picture.atlas()
    assert (again.picture, again.loops) == (first.picture, first.loops)
    kept_picture._atlas.cache_clear()
