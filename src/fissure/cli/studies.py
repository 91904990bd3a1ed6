"""Commands that study a case: what-ifs, attribution, answers, sensitivity, checks of mechanisms, fits and hindcasts."""

from pathlib import Path
from typing import Annotated

import typer

from fissure.cli import parts
from fissure.cli.parts import REFERENCE, count_option, folder_option, keep_option, quick_option, show, split_case
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
    of: parts.Outcomes = None,
    members: parts.Members = 48,
    seed: parts.Seed = 1,
    weeks: parts.Weeks = None,
    prior: parts.FromPrior = False,
    posterior: parts.FromPosterior = None,
    out: Annotated[Path | None, folder_option("Folder for the numbers and the page", "runs/whatif-CASE-...")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every named study of the case.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="Show the named studies and stop.")] = False,
    as_json: parts.AsJson = False,
    search: Annotated[
        str | None,
        typer.Option("--maximise", "--maximize", "--minimise", "--minimize", "--optimise", "--optimize", hidden=True),
    ] = None,
    war: parts.InWar = "recorded",
    cluster: parts.OnCluster = None,
) -> None:
    """Tell what a change would have done: the same histories with and without it, and their differences.

    Name studies that come with the case, or say a change of your own with --set, --off and --from. A what-if that was
    stopped goes on where it was. Nothing here searches for a change that serves an aim.
    """
    from fissure.studies.scenario import REFUSED, refuse

    if search is not None:
        refuse([REFUSED[0]])
    from fissure import api
    from fissure.present.sections.whatif import study_table
    from fissure.studies.paired_runs import planned

    case, studies = split_case(words)
    context = api.context_of(case, war)
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
    found = api.whatif(
        [*studies, *known], case=context, set=moves or (), off=off or (), since=since, of=of or (),
        members=members, seed=seed, weeks=weeks, prior=prior, posterior=posterior, out=folder,
        cluster=cluster, progress=parts.live("runs"),
    )  # fmt: skip
    made = {"Numbers": found.save(folder / "whatif.json"), "Page": found.report(folder / "whatif.html")}
    parts.say_draws(draws, as_json)
    show(found.document(), made, as_json=as_json)


def explain(
    case: parts.Case = REFERENCE,
    of: parts.Outcomes = None,
    quick: Annotated[bool, quick_option("few members, and no pairs")] = False,
    members: Annotated[int | None, count_option("For the five groups: 32 runs each.")] = None,
    sampled: Annotated[int | None, count_option("At most, for all 54 mechanisms: 108 runs each.")] = None,
    error: Annotated[
        float | None, typer.Option(metavar="SHARE", help="Of the whole effect; sampling stops there. 0.1 by default.")
    ] = None,
    strongest: Annotated[int | None, count_option("How many are looked at in pairs; 10 by default.", "K")] = None,
    pairs: Annotated[int | None, count_option("For these: 2^K runs each; 0 leaves them out.")] = None,
    seed: parts.Seed = 1,
    weeks: parts.Weeks = None,
    prior: parts.FromPrior = False,
    posterior: parts.FromPosterior = None,
    keep: Annotated[bool, keep_option("it")] = False,
    out: Annotated[Path | None, folder_option("Folder for the numbers and the page", "runs/explain-CASE-...")] = None,
    war: parts.InWar = "recorded",
    cluster: parts.OnCluster = None,
    as_json: parts.AsJson = False,
) -> None:
    """Tell what made it come apart: each outcome shared among groups, mechanisms and pairs of them, with intervals.

    The same members are run with the same luck under many sets of mechanisms (Shapley values). One that was stopped
    goes on where it was. Without --of: collapse, desertion, and ground, fighters, income and support at two days.
    """
    from fissure import api
    from fissure.api.attributions import explain_folder, require_all_weeks, size_of
    from fissure.studies.attribution import most_runs
    from fissure.studies.kept_results import keep_in

    size = size_of(quick=quick, members=members, sampled=sampled, strongest=strongest, pairs=pairs, error=error)
    context = api.context_of(case, war)
    if keep:
        keep_in(context.case)
        require_all_weeks(context.case, weeks)
    draws = context.draws(prior=prior, posterior=posterior)
    folder = out or Path("runs") / explain_folder(context, of or (), draws, seed=seed, weeks=weeks)
    whom = "the prior" if draws is None else f"the posterior of evidence up to {draws.until}"
    typer.echo(
        f"At most {most_runs(size):,} runs, with members drawn from {whom}; what is there already is read back.",
        err=as_json,
    )
    found = api.explain(
        context, of or (), quick=quick, members=members, sampled=sampled, strongest=strongest, pairs=pairs, error=error,
        seed=seed, weeks=weeks, prior=prior, posterior=posterior, out=folder, cluster=cluster,
        progress=parts.live("runs"),
    )  # fmt: skip
    made = {"Numbers": found.write(folder / "explain.json"), "Page": found.report(folder / "explain.html")}
    if keep:
        made["Kept"] = found.keep()
    show(found.document(), made, as_json=as_json)


def answers(
    case: parts.Case = REFERENCE,
    members: parts.Members = 48,
    seed: parts.Seed = 1,
    weeks: parts.Weeks = None,
    prior: parts.FromPrior = False,
    posterior: parts.FromPosterior = None,
    keep: Annotated[bool, keep_option("them")] = False,
    out: Annotated[Path | None, folder_option("Folder for the numbers and the page", "runs/answers-CASE")] = None,
    war: parts.InWar = "recorded",
    cluster: parts.OnCluster = None,
    as_json: parts.AsJson = False,
) -> None:
    """Answer the questions that the sources of a case ask, with an interval, and say how it could be wrong.

    One that was stopped goes on where it was.
    """
    from fissure import api
    from fissure.api.attributions import require_all_weeks
    from fissure.studies.kept_results import keep_in

    context = api.context_of(case, war)
    if keep:
        keep_in(context.case)
        require_all_weeks(context.case, weeks)
    folder = out or Path("runs") / f"answers-{context.case.name}"
    found = api.answers(
        context, members=members, seed=seed, weeks=weeks, prior=prior, posterior=posterior, out=folder,
        cluster=cluster, progress=parts.live("runs"),
    )  # fmt: skip
    made = {"Numbers": found.save(folder / "answers.json"), "Page": found.report(folder / "answers.html")}
    if keep:
        made["Kept"] = found.keep()
    show(found.document(), made, as_json=as_json)


def sensitivity(
    case: parts.Case = REFERENCE,
    of: parts.Outcomes = None,
    members: Annotated[int | None, count_option("Histories to simulate in all.")] = None,
    seed: parts.Seed = 1,
    weeks: parts.Weeks = None,
    prior: parts.FromPrior = False,
    posterior: parts.FromPosterior = None,
    quick: Annotated[bool, quick_option("half the units and fewer runs")] = False,
    out: Annotated[Path | None, folder_option("Folder for numbers and page", "runs/sensitivity-CASE-...")] = None,
    as_json: parts.AsJson = False,
    war: parts.InWar = "recorded",
    cluster: parts.OnCluster = None,
) -> None:
    """Show what outcomes depend on: inputs screened, shares of the variance, and what evidence would narrow them.

    A study that was stopped goes on where it was.
    """
    from fissure import api
    from fissure.studies.paired_runs import planned

    context = api.context_of(case, war)
    draws = context.draws(prior=prior, posterior=posterior)
    plan = planned(context.case, draws=draws, seed=seed, weeks=weeks, quick=quick)
    folder = out or Path("runs") / f"sensitivity-{plan.folder_name}"
    found = api.sensitivity(
        of or (), case=context, members=members, seed=seed, weeks=weeks, prior=prior, posterior=posterior, quick=quick,
        out=folder, cluster=cluster, progress=parts.live("runs"),
    )  # fmt: skip
    page = found.report(folder / "sensitivity.html")
    show(found.document(), {"Page": page, "Numbers": folder / "sensitivity.json"}, as_json=as_json)


def check(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[CASE] [MECHANISM]...", help="A case; mechanisms, all if none.")
    ] = None,
    members: Annotated[int, count_option("Histories at most; stops early once a check passes.")] = 48,
    weeks: parts.Weeks = None,
    seed: parts.Seed = 1,
    quick: Annotated[bool, quick_option("half the units, 16 members at most")] = False,
    out: Annotated[Path | None, folder_option("Folder for the numbers and the page", "runs/check-CASE-...")] = None,
    war: parts.InWar = "recorded",
    cluster: parts.OnCluster = None,
    as_json: parts.AsJson = False,
) -> None:
    """Check that each mechanism moves what its sources say: paired runs with and without it, with the same luck.

    A check that was stopped goes on where it was. Exit code 1 if one does not hold.
    """
    from fissure import api
    from fissure.studies.effects import planned

    case, mechanisms = split_case(words)
    context = api.context_of(case, war)
    folder = out or Path("runs") / f"check-{planned(context.case, weeks=weeks, seed=seed, quick=quick).folder_name}"
    found = api.check(
        mechanisms, case=context, members=members, weeks=weeks, seed=seed, quick=quick, out=folder,
        cluster=cluster, progress=parts.live("runs"),
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    show(found.document(), {"Page": found.report(folder / "effects.html")}, as_json=as_json)
    if not found.holds:
        raise typer.Exit(1)


def calibrate(
    case: parts.Case = REFERENCE,
    until: Annotated[str, typer.Option(metavar="DATE", help="The cut-off: later figures are never looked at.")] = "",
    members: Annotated[int, count_option("How many simulated histories to learn from.")] = 4000,
    seed: parts.Seed = 1,
    keep: Annotated[bool, keep_option("the posterior", "later runs")] = False,
    out: Annotated[Path | None, folder_option("Folder of the fit", "runs/fit-CASE-DATE")] = None,
    as_json: parts.AsJson = False,
    cluster: parts.OnCluster = None,
) -> None:
    """Learn from what was published of a case up to a day, check what was learned, and write a page about it.

    It is learned in the war as recorded; members of either war can be drawn from it.
    A fit that was stopped goes on where it was.
    """
    from fissure import api

    if not until:
        raise ArgumentError("no cut-off was given, expected --until and a day such as 2015-12-31")
    context = api.context_of(case)
    folder = out or Path("runs") / f"fit-{context.case.name}-{until}"
    found = api.calibrate(
        context, until=until, members=members, seed=seed, out=folder, cluster=cluster, progress=parts.live()
    )
    posterior = found.keep() if keep else folder / "posterior.json"
    made = {"Page": found.report(folder / "calibration.html"), "Posterior": posterior}
    show(found.document(), made, as_json=as_json)


def hindcast(
    case: parts.Case = REFERENCE,
    dates: Annotated[
        list[str] | None,
        typer.Option("--from", metavar="DATE", help="Forecast from this day, as 2015-12-31; may be given again."),
    ] = None,
    members: Annotated[int, count_option("Histories of each ensemble.")] = 300,
    seed: parts.Seed = 1,
    out: Annotated[Path | None, folder_option("Folder for fits, runs and the page", "runs/hindcast-CASE")] = None,
    keep: Annotated[bool, keep_option("the scores")] = False,
    war: parts.InWar = "recorded",
    cluster: parts.OnCluster = None,
    as_json: parts.AsJson = False,
) -> None:
    """Fit to what was published up to a date, forecast to the end, and be scored on what was published later.

    Beside the model stand persistence, a linear trend, exponential decay and the prior ensemble. A hindcast that was
    stopped goes on where it was. Without --from: March 2015, December 2015 and June 2016.
    """
    from fissure import api
    from fissure.studies.kept_results import keep_in

    context = api.context_of(case, war)
    if keep:
        keep_in(context.case)
    folder = out or Path("runs") / f"hindcast-{context.case.name}"
    found = api.hindcast(
        context, dates or (), members=members, seed=seed, out=folder, cluster=cluster, progress=parts.live()
    )
    made = {"Page": found.report(folder / "hindcast.html")}
    if keep:
        made["Kept"] = found.keep()
    show(found.document(), made, as_json=as_json)
