"""Work in the background."""

import threading

import pytest

from fissure.api.prepared import meanwhile


def test_is_done_when_the_body_is():
    done = []
    with meanwhile(lambda: done.append(threading.current_thread())):
        pass
    assert done[0] is not threading.main_thread()
    assert not done[0].is_alive()


def test_its_errors_are_left_to_who_needs_it():
    with meanwhile(lambda: 1 / 0):
        pass


def test_no_thread_is_left_where_the_body_fails():
    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt), meanwhile(lambda: None):
        raise KeyboardInterrupt
    assert threading.active_count() == before
