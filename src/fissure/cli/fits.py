"""`fissure calibrate` and `fissure hindcast`."""

import signal
from pathlib import Path
from typing import Annotated

import typer

from fissure.cli.parts import REFERENCE, AsJson, Case, OnCluster, Seed, folder_option, show, whole
from fissure.errors import ArgumentError


def calibrate(
    case: Case = REFERENCE,
    until: Annotated[str, typer.Option(metavar="DATE", help="The cut-off: later figures are never looked at.")] = "",
    members: Annotated[
        int, typer.Option(parser=whole, metavar="N", help="How many simulated histories to learn from.")
    ] = 4000,
    seed: Seed = 1,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the posterior in the case folder, or your data folder, for later runs.")
    ] = False,
    out: Annotated[
        Path | None,
        folder_option("Folder of the fit; ./runs/fit-CASE-DATE by default."),
    ] = None,
    as_json: AsJson = False,
    cluster: OnCluster = None,
) -> None:
    """Learn from what was published of a case up to a day, check what was learned, and write a page about it.

    A fit that was stopped goes on where it was.
    """
    from fissure import api
    from fissure.engine.progress import RichProgress

    if not until:
        raise ArgumentError("no cut-off was given, expected --until and a day such as 2015-12-31")
    context = api.context_of(case)
    folder = out or Path("runs") / f"fit-{context.case.name}-{until}"
    signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on Ctrl-C keeps what is finished
    found = api.calibrate(
        context, until=until, members=members, seed=seed, out=folder, cluster=cluster, progress=RichProgress()
    )
    posterior = found.keep() if keep else folder / "posterior.json"
    made = {"Page": found.report(folder / "calibration.html"), "Posterior": posterior}
    show(found.document(), made, as_json=as_json)


def hindcast(
    case: Case = REFERENCE,
    dates: Annotated[
        list[str] | None,
        typer.Option("--from", metavar="DATE", help="Forecast from this day, as 2015-12-31; may be given again."),
    ] = None,
    members: Annotated[int, typer.Option(parser=whole, metavar="N", help="Histories of each ensemble.")] = 300,
    seed: Seed = 1,
    out: Annotated[
        Path | None,
        folder_option("Folder for fits, runs and the page; ./runs/hindcast-CASE by default."),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the scores in the case folder, or your data folder, for reports.")
    ] = False,
    cluster: OnCluster = None,
    as_json: AsJson = False,
) -> None:
    """Fit to what was published up to a date, forecast to the end, and be scored on what was published later.

    Beside the model stand persistence, a linear trend, exponential decay and the prior ensemble. A hindcast that was
    stopped goes on where it was. Without --from: March 2015, December 2015 and June 2016.
    """
    from fissure import api
    from fissure.engine.progress import RichProgress

    context = api.context_of(case)
    folder = out or Path("runs") / f"hindcast-{context.case.name}"
    signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on Ctrl-C keeps what is finished
    found = api.hindcast(
        context, dates or (), members=members, seed=seed, out=folder, cluster=cluster, progress=RichProgress()
    )
    made = {"Page": found.report(folder / "hindcast.html")}
    if keep:
        made["Kept"] = found.keep()
    show(found.document(), made, as_json=as_json)
