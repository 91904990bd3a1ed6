"""The parts of a report that are the same for every run, made while its histories are simulated."""

import importlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


def prepare_report() -> None:
    """Make what the report of any run needs: its libraries, its templates, and the causal picture of the model.

    What the tables need comes first, as they are shown first. It takes seconds and is kept in this process; whoever
    writes a report later finds it.
    """
    import xarray as xr

    importlib.import_module("fissure.present.sections.run")  # to load what it imports takes as long as all else here
    xr.Dataset({"x": ("x", [0])})  # the first of a process loads dask and others, where these are installed

    from fissure.present.render import html
    from fissure.studies.kept_picture import atlas

    html.prepare()
    atlas()


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
