"""`fissure sensitivity`: what outcomes depend on."""

import signal
from pathlib import Path
from typing import Annotated

import typer

from fissure.cli.parts import (
    REFERENCE,
    AsJson,
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


def sensitivity(
    case: Case = REFERENCE,
    of: Annotated[
        list[str] | None,
        typer.Option("--of", metavar="OUTCOME", help="Such as territory@2016-12-31; may be given again."),
    ] = None,
    members: Annotated[
        int | None, typer.Option(parser=whole, metavar="N", help="Histories to simulate in all.")
    ] = None,
    seed: Seed = 1,
    weeks: Weeks = None,
    prior: FromPrior = False,
    posterior: FromPosterior = None,
    quick: Annotated[bool, typer.Option("--quick", help="A first look: half the units and fewer runs.")] = False,
    out: Annotated[
        Path | None,
        folder_option("Folder for numbers and page; ./runs/sensitivity-CASE-... by default."),
    ] = None,
    as_json: AsJson = False,
    cluster: OnCluster = None,
) -> None:
    """What outcomes depend on: inputs screened, their shares of the variance, and what evidence would narrow them.

    A study that was stopped goes on where it was.
    """
    from fissure import api
    from fissure.engine.progress import RichProgress
    from fissure.studies.sensitivity import planned

    context = api.context_of(case)
    draws = context.draws(prior=prior, posterior=posterior)
    plan = planned(context.case, draws=draws, seed=seed, weeks=weeks, quick=quick)
    folder = out or Path("runs") / f"sensitivity-{plan.folder_name}"
    signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on Ctrl-C keeps what is finished
    found = api.sensitivity(
        of or (), case=context, members=members, seed=seed, weeks=weeks, prior=prior, posterior=posterior, quick=quick,
        out=folder, cluster=cluster, progress=RichProgress(what="runs"),
    )  # fmt: skip
    page = found.report(folder / "sensitivity.html")
    show(found.document(), {"Page": page, "Numbers": folder / "sensitivity.json"}, as_json=as_json)
