"""`fissure explain`: what made it come apart."""

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


def explain(
    case: Case = REFERENCE,
    of: Annotated[
        list[str] | None,
        typer.Option(metavar="OUTCOME", help="As collapse or territory@2016-12-31; may be given again."),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A first look: few members, and no pairs.")] = False,
    members: Annotated[
        int | None, typer.Option(parser=whole, metavar="N", help="For the five groups: 32 runs each.")
    ] = None,
    sampled: Annotated[
        int | None, typer.Option(parser=whole, metavar="N", help="At most, for all 54 mechanisms: 108 runs each.")
    ] = None,
    error: Annotated[
        float | None, typer.Option(metavar="SHARE", help="Of the whole effect; sampling stops there. 0.1 by default.")
    ] = None,
    strongest: Annotated[
        int | None, typer.Option(parser=whole, metavar="K", help="How many are looked at in pairs; 10 by default.")
    ] = None,
    pairs: Annotated[
        int | None, typer.Option(parser=whole, metavar="N", help="For these: 2^K runs each; 0 leaves them out.")
    ] = None,
    seed: Seed = 1,
    weeks: Weeks = None,
    prior: FromPrior = False,
    posterior: FromPosterior = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep it in the case folder, or your data folder, for reports.")
    ] = False,
    out: Annotated[
        Path | None,
        folder_option("Folder for the numbers and the page; ./runs/explain-CASE-... by default."),
    ] = None,
    cluster: OnCluster = None,
) -> None:
    """Tell what made it come apart: each outcome shared among groups, mechanisms and pairs of them, with intervals.

    The same members are run with the same luck under many sets of mechanisms (Shapley values). One that was stopped
    goes on where it was. Without --of: collapse, desertion, and ground, fighters, income and support at two days.
    """
    from fissure import api
    from fissure.api.explains import explain_folder, require_all_weeks, size_of
    from fissure.engine.progress import RichProgress
    from fissure.studies.attribution import most_runs

    size = size_of(quick=quick, members=members, sampled=sampled, strongest=strongest, pairs=pairs, error=error)
    context = api.context_of(case)
    if keep:
        require_all_weeks(context.case, weeks)
    draws = context.draws(prior=prior, posterior=posterior)
    folder = out or Path("runs") / explain_folder(context, of or (), draws, seed=seed, weeks=weeks)
    whom = "the prior" if draws is None else f"the posterior of evidence up to {draws.until}"
    typer.echo(f"At most {most_runs(size):,} runs, with members drawn from {whom}; what is there already is read back.")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on Ctrl-C keeps what is finished
    found = api.explain(
        context, of or (), quick=quick, members=members, sampled=sampled, strongest=strongest, pairs=pairs, error=error,
        seed=seed, weeks=weeks, prior=prior, posterior=posterior, out=folder, cluster=cluster,
        progress=RichProgress(what="runs"),
    )  # fmt: skip
    made = {"Numbers": found.write(folder / "explain.json"), "Page": found.report(folder / "explain.html")}
    if keep:
        made["Kept"] = found.keep()
    show(found.document(), made)
