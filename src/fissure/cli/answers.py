"""`fissure answers`: the questions that the sources ask."""

import signal
from pathlib import Path
from typing import Annotated

import typer

from fissure.cli.parts import (
    REFERENCE,
    Case,
    FromPosterior,
    FromPrior,
    OnCluster,
    Seed,
    Weeks,
    folder_option,
    show,
    whole,
)


def answers(
    case: Case = REFERENCE,
    members: Annotated[int, typer.Option(parser=whole, metavar="N", help="How many simulated histories.")] = 48,
    seed: Seed = 1,
    weeks: Weeks = None,
    prior: FromPrior = False,
    posterior: FromPosterior = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep them in the case folder, or your data folder, for reports.")
    ] = False,
    out: Annotated[
        Path | None,
        folder_option("Folder for the numbers and the page; ./runs/answers-CASE by default."),
    ] = None,
    cluster: OnCluster = None,
) -> None:
    """Answer the questions that the sources of a case ask, with an interval, and say how it could be wrong.

    One that was stopped goes on where it was.
    """
    from fissure import api
    from fissure.engine.progress import RichProgress
    from fissure.errors import FissureError

    context = api.context_of(case)
    if keep and weeks not in (None, context.case.weeks):
        raise FissureError(f"found {weeks} weeks to keep, expected all {context.case.weeks} of the case")
    folder = out or Path("runs") / f"answers-{context.case.name}"
    signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on Ctrl-C keeps what is finished
    found = api.answers(
        context, members=members, seed=seed, weeks=weeks, prior=prior, posterior=posterior, out=folder,
        cluster=cluster, progress=RichProgress(what="runs"),
    )  # fmt: skip
    made = {"Numbers": found.save(folder / "answers.json"), "Page": found.report(folder / "answers.html")}
    if keep:
        made["Kept"] = found.keep()
    show(found.document(), made)
