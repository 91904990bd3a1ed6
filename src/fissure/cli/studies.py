"""Commands that study a case: `fissure whatif`, `explain`, `answers` and `sensitivity`."""

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
    say_draws,
    show,
    split_case,
    whole,
)
from fissure.errors import ArgumentError


def whatif(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CASE] [STUDY]...", help="A case, the reference case if none; named studies of it."),
    ] = None,
    moves: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=x2", help="Your own: multiply (x2) or set (2) a driver; may be repeated."),
    ] = None,
    off: Annotated[
        list[str] | None, typer.Option(metavar="MECHANISM", help="Your own: switch a mechanism off; may be repeated.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DATE|YYYY-MM", help="When your own change begins; at once if not.")
    ] = None,
    of: Annotated[
        list[str] | None,
        typer.Option(metavar="OUTCOME", help="As collapse or territory@2016-12-31; may be given again."),
    ] = None,
    members: Annotated[int, typer.Option(parser=whole, metavar="N", help="How many simulated histories.")] = 48,
    seed: Seed = 1,
    weeks: Weeks = None,
    prior: FromPrior = False,
    posterior: FromPosterior = None,
    out: Annotated[
        Path | None,
        folder_option("Folder for the numbers and the page; ./runs/whatif-CASE-... by default."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every named study of the case.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="Show the named studies and stop.")] = False,
    as_json: AsJson = False,
    search: Annotated[
        str | None,
        typer.Option("--maximise", "--maximize", "--minimise", "--minimize", "--optimise", "--optimize", hidden=True),
    ] = None,
    cluster: OnCluster = None,
) -> None:
    """Tell what a change would have done: the same histories with and without it, and their differences.

    Name studies that come with the case, or say a change of your own with --set, --off and --from. A what-if that was
    stopped goes on where it was. Nothing here searches for a change that serves an aim.
    """
    from fissure.studies.scenario import REFUSED, refuse

    if search is not None:
        refuse([REFUSED[0]])
    from fissure import api
    from fissure.engine.progress import RichProgress
    from fissure.present.sections.whatif import study_table
    from fissure.studies.paired_runs import planned

    case, studies = split_case(words)
    context = api.context_of(case)
    known = context.studies if all_ or list_ else {}
    if (all_ or list_) and not known:
        raise ArgumentError(
            f"{context.case.folder}: this case brings no named studies, expected a file studies.yaml in its folder, or "
            "--set or --off"
        )
    if list_:
        show(study_table(known.values()), as_json=as_json)
        return
    draws = context.draws(prior=prior, posterior=posterior)
    folder = out or Path("runs") / f"whatif-{planned(context.case, seed=seed, weeks=weeks, draws=draws).folder_name}"
    say_draws(draws, as_json)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on Ctrl-C keeps what is finished
    found = api.whatif(
        [*studies, *known], case=context, set=moves or (), off=off or (), since=since, of=of or (),
        members=members, seed=seed, weeks=weeks, prior=prior, posterior=posterior, out=folder,
        cluster=cluster, progress=RichProgress(what="runs"),
    )  # fmt: skip
    made = {"Numbers": found.save(folder / "whatif.json"), "Page": found.report(folder / "whatif.html")}
    show(found.document(), made, as_json=as_json)


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
    as_json: AsJson = False,
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
    typer.echo(
        f"At most {most_runs(size):,} runs, with members drawn from {whom}; what is there already is read back.",
        err=as_json,
    )
    signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on Ctrl-C keeps what is finished
    found = api.explain(
        context, of or (), quick=quick, members=members, sampled=sampled, strongest=strongest, pairs=pairs, error=error,
        seed=seed, weeks=weeks, prior=prior, posterior=posterior, out=folder, cluster=cluster,
        progress=RichProgress(what="runs"),
    )  # fmt: skip
    made = {"Numbers": found.write(folder / "explain.json"), "Page": found.report(folder / "explain.html")}
    if keep:
        made["Kept"] = found.keep()
    show(found.document(), made, as_json=as_json)


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
    as_json: AsJson = False,
) -> None:
    """Answer the questions that the sources of a case ask, with an interval, and say how it could be wrong.

    One that was stopped goes on where it was.
    """
    from fissure import api
    from fissure.engine.progress import RichProgress

    context = api.context_of(case)
    if keep and weeks not in (None, context.case.weeks):
        raise ArgumentError(f"found {weeks} weeks to keep, expected all {context.case.weeks} of the case")
    folder = out or Path("runs") / f"answers-{context.case.name}"
    signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on Ctrl-C keeps what is finished
    found = api.answers(
        context, members=members, seed=seed, weeks=weeks, prior=prior, posterior=posterior, out=folder,
        cluster=cluster, progress=RichProgress(what="runs"),
    )  # fmt: skip
    made = {"Numbers": found.save(folder / "answers.json"), "Page": found.report(folder / "answers.html")}
    if keep:
        made["Kept"] = found.keep()
    show(found.document(), made, as_json=as_json)


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
    from fissure.studies.paired_runs import planned

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
