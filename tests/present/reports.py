"""Reports of synthetic runs."""

from fissure.present.render import html, terminal
from fissure.present.sections.run import document as report_of
from fissure.present.sections.run import summary
from fissure.present.sections.runs import RunDescription


def described(data, **own):
    """How the run whose records are `data` was made."""
    return RunDescription(**{"members": data.sizes["member"], "weeks": data.sizes["week"], "version": "0.1.0", **own})


def rendered(
    data, case, ledger, rows, *, events=None, posterior=None, missing=(), limits=(), posterior_digest=None, **own
):
    """The report as a page."""
    run = described(data, posterior=posterior_digest, **own)
    return html.render(
        report_of(run, data, case, ledger, rows, events=events, posterior=posterior, missing=missing, limits=limits)
    )


def lines(data, case, ledger, rows, width=110, **own):
    """What a terminal shows of the run, line by line."""
    return list(terminal.lines(summary(described(data, **own), data, case, ledger, rows), width))
