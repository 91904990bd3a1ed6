"""The parts of a report that are the same for every run."""

import importlib


def prepare_report() -> None:
    """Make what the report of any run needs: its libraries, its templates, and the causal picture of the model.

    It takes seconds and is kept in this process; whoever writes a report later finds it.
    """
    from fissure.present.render import html
    from fissure.studies.kept_picture import atlas

    html.prepare()
    atlas()
    importlib.import_module("fissure.present.sections.run")  # to load what it imports takes as long
