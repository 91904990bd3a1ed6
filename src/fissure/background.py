"""Work in the background."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def meanwhile(work: Callable[[], object]) -> Iterator[None]:
    """Do `work` in a thread of its own while the body runs, and wait for its end.

    It fills what is made once and kept. Its errors are left to whoever needs that: they make it again, and fail there.
    """

    def quietly() -> None:
        with suppress(Exception):
            work()

    thread = threading.Thread(target=quietly, name="meanwhile")
    thread.start()
    try:
        yield
    finally:
        thread.join()
