"""What was measured stays within its bytes of memory, and is read again from the disk, or known no more."""

import numpy as np
import pytest

from fissure.errors import DamagedError
from fissure.files import DamagedBlock
from fissure.studies import measured as store
from fissure.studies.measured import MeasuredRun, MeasuredRuns

MEMBERS = 4
ONE = 8 * 10 + 8 * 3 * 30 + 400
"""Bytes of a run."""


def run(scenario, member):
    number = float(hash((scenario, member)) % 1000)
    return MeasuredRun(np.full(10, number), np.full((3, 30), number + 0.5))


class Disk:
    """Files of four members of a scenario each, and how often they were read."""

    def __init__(self, folder):
        self.folder, self.read_of = folder, []

    def write(self, scenario):
        path = self.folder / f"{scenario}.npz"
        path.write_text(scenario)
        return path

    def read(self, path):
        self.read_of.append(path.stem)
        try:
            scenario = path.read_text()
        except OSError:
            raise DamagedError(f"{path}: cannot be read") from None
        if scenario != path.stem:
            raise DamagedError(f"{path}: is damaged")
        return {(scenario, member): run(scenario, member) for member in range(MEMBERS)}


@pytest.fixture
def disk(tmp_path):
    return Disk(tmp_path)


def measured(kept, disk, scenario):
    """As a study does it: first on disk, then at hand."""
    path = disk.write(scenario)
    runs = {(scenario, member): run(scenario, member) for member in range(MEMBERS)}
    kept.on_disk(path, runs)
    kept.update(runs)
    return path


def test_what_was_measured_is_there_to_the_last_bit(disk):
    for scenario in "abc":
        disk.write(scenario)
    kept = MeasuredRuns(disk.folder, disk.read)
    assert len(kept) == 3 * MEMBERS and ("a", 3) in kept and ("a", 4) not in kept and ("d", 0) not in kept
    assert sorted(kept) == [(scenario, member) for scenario in "abc" for member in range(MEMBERS)]
    for scenario, member in kept:
        np.testing.assert_array_equal(kept[scenario, member].outcomes, run(scenario, member).outcomes)
        np.testing.assert_array_equal(kept[scenario, member].weekly, run(scenario, member).weekly)
    with pytest.raises(KeyError):
        kept["a", 9]


def test_finding_what_is_there_takes_no_memory(disk):
    for at in range(50):
        disk.write(f"s{at}")
    assert MeasuredRuns(disk.folder, disk.read).bytes == 0


def test_memory_is_bounded_however_much_is_measured(disk):
    most = 12 * MEMBERS * ONE
    kept = MeasuredRuns(disk.folder, disk.read, most)
    seen = []
    for at in range(100):
        measured(kept, disk, f"s{at}")
        seen.append(kept.bytes)
    assert max(seen) <= most + MEMBERS * ONE and kept.bytes <= most
    assert len(kept.files("s0")) == 1
    disk.read_of.clear()
    assert kept["s99", 0] and kept["s95", 0] and not disk.read_of  # the last are at hand
    np.testing.assert_array_equal(kept["s0", 2].outcomes, run("s0", 2).outcomes)
    assert disk.read_of == ["s0"]
    assert kept["s0", 1] and disk.read_of == ["s0"] and kept.bytes <= most
    assert all((f"s{at}", MEMBERS - 1) in kept for at in range(100))


def test_what_is_needed_again_and_again_stays(disk):
    kept = MeasuredRuns(disk.folder, disk.read, 10 * MEMBERS * ONE)
    measured(kept, disk, "as-it-is")
    disk.read_of.clear()
    for at in range(40):
        measured(kept, disk, f"s{at}")
        assert kept["as-it-is", 0]
    assert "as-it-is" not in disk.read_of


def test_a_few_stay_even_where_there_is_no_room(disk):
    kept = MeasuredRuns(disk.folder, disk.read, 0)
    for at in range(store.LEAST):
        measured(kept, disk, f"s{at}")
    disk.read_of.clear()
    assert all((f"s{at}", 0) in kept for at in range(store.LEAST)) and not disk.read_of


def test_what_was_deleted_is_known_no_more(disk):
    kept = MeasuredRuns(disk.folder, disk.read)
    paths = {scenario: measured(kept, disk, scenario) for scenario in "ab"}
    paths["a"].unlink()
    assert ("a", 0) in kept  # it is at hand all the same
    kept.forget([paths["a"]])
    assert ("a", 0) not in kept and ("b", 0) in kept and kept.files("a") == set()
    assert kept.bytes == MEMBERS * ONE
    measured(kept, disk, "a")
    assert ("a", 0) in kept


def test_a_file_that_vanished_unseen_is_known_no_more_either(disk, recwarn):
    path = disk.write("a")
    kept = MeasuredRuns(disk.folder, disk.read)
    path.unlink()
    assert ("a", 0) not in kept and len(kept) == 0 and not kept.files("a")
    assert not [one for one in recwarn if one.category is DamagedBlock]  # somebody made room: nothing is damaged


def test_a_damaged_file_is_named_and_taken_away(disk):
    disk.write("a")
    kept = MeasuredRuns(disk.folder, disk.read)
    (disk.folder / "a.npz").write_text("other")
    with pytest.warns(DamagedBlock, match=r"a\.npz"):
        assert ("a", 0) not in kept
    assert not (disk.folder / "a.npz").exists()


def test_looking_again_finds_what_others_have_measured(disk):
    kept = MeasuredRuns(disk.folder, disk.read)
    measured(kept, disk, "a")
    disk.write("b")
    assert ("b", 0) not in kept
    kept.look_again()
    assert ("b", 0) in kept and ("a", 0) in kept
