"""`fissure run`: simulate a case, and show it beside what was observed."""

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


def run(
    case: Case = REFERENCE,
    members: Annotated[int, typer.Option(parser=whole, metavar="N", help="How many simulated histories.")] = 100,
    seed: Seed = 1,
    weeks: Weeks = None,
    off: Annotated[
        list[str] | None, typer.Option(metavar="MECHANISM", help="Switch a mechanism off; may be given again.")
    ] = None,
    prior: FromPrior = False,
    posterior: FromPosterior = None,
    out: Annotated[
        Path | None,
        folder_option("Folder for the run and its report; ./runs/CASE-... by default."),
    ] = None,
    no_report: Annotated[bool, typer.Option("--no-report", help="Write no report, only the run.")] = False,
    cluster: OnCluster = None,
    as_json: AsJson = False,
) -> None:
    """Simulate a case, show it beside what was observed, and write a report with pictures.

    A run that was stopped, or that has fewer members than asked for, goes on where it was.
    """
    typer.echo("reading the case and its evidence ...", err=True)  # before the libraries, which take a second to load
    from fissure import api
    from fissure.engine.progress import RichProgress

    context = api.context_of(case)
    draws = context.draws(prior=prior, posterior=posterior)
    if draws is not None:
        typer.echo(
            f"Members are drawn from the posterior of evidence up to {draws.until}; --prior for the prior.", err=as_json
        )
    signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on Ctrl-C keeps what is finished
    result = api.run(
        context, members=members, seed=seed, weeks=weeks, off=off or (), prior=prior, posterior=posterior, out=out,
        home=Path("runs"), cluster=cluster, progress=RichProgress(),
    )  # fmt: skip
    made = {} if no_report else {"Report": result.report(result.folder / "report.html")}
    show(result.document() if as_json else result.summary(), made, as_json=as_json)
    timing = result.stored.timing
    if not timing.members:
        typer.echo(f"Nothing to simulate: {members} of {members} members were there already.", err=as_json)
        return
    many = "members" if timing.members != 1 else "member"
    typer.echo(
        f"{timing.members} {many} in {timing.run:.1f} s after {timing.compile:.1f} s of compiling: "
        f"{timing.ns:.1f} ns per fighter-week.",
        err=as_json,
    )
