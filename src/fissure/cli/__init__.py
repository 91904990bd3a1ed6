"""The command `fissure`; thin. Heavy imports stay inside commands so that help appears at once."""

import os
import shlex
import signal
import sys
import warnings
from contextlib import AbstractContextManager
from typing import Annotated, NoReturn

import typer
from typer.exceptions import TyperException

from fissure.cli.listing import cases, mechanisms, new_mechanism, trace
from fissure.cli.runs import orderings, patterns, run, stored
from fissure.cli.serve import serve
from fissure.cli.streams import Streams, ready, require_readable
from fissure.cli.studies import answers, calibrate, check, explain, hindcast, sensitivity, whatif
from fissure.errors import FissureError
from fissure.version import __version__

app = typer.Typer(
    help="How an armed proto-state comes apart, simulated from evidence.",
    epilog="Exit codes: 0 done, 1 a check does not hold, 2 something to mend first, 130 stopped by Ctrl-C.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def main_options(
    version: Annotated[bool, typer.Option("--version", help="Show the version and stop.")] = False,
) -> None:
    """How an armed proto-state comes apart, simulated from evidence."""
    if version:
        typer.echo(f"fissure {__version__}")
        raise typer.Exit


for command in (
    run, serve, answers, explain, whatif, sensitivity, trace, mechanisms, cases, check, orderings, patterns, calibrate,
    hindcast,
):  # fmt: skip
    app.command()(command)
new = typer.Typer(no_args_is_help=True, help="Write the files of something new, ready to fill in.")
new.command("mechanism")(new_mechanism)
app.add_typer(new, name="new")
app.add_typer(stored, name="runs")


def _stop_at_once(*_: object) -> None:
    """Ctrl-C while nothing is at stake; left to libraries that are being imported, it may be lost."""
    _leave("Stopped.")


def _leave(said: str) -> NoReturn:
    """Go at once after Ctrl-C: a compiler's threads may still be running and would crash an orderly exit."""
    typer.echo(said, err=True)
    os._exit(130)


def _warn(message: Warning | str, *_: object, **__: object) -> None:
    typer.echo(f"Warning: {message}", err=True)


def _asking() -> AbstractContextManager[None]:
    """Let what this command keeps say which command it was."""
    from fissure.files import asking

    return asking(command=shlex.join(["fissure", *sys.argv[1:]]))


def _loading() -> AbstractContextManager[None]:
    from fissure.engine.begin import loading

    return loading()


def main() -> None:
    """Run the command line; the exit codes are those of `docs/reference/exit-codes.md`."""
    ready()
    signal.signal(signal.SIGINT, _stop_at_once)
    warnings.showwarning = _warn
    with Streams() as streams:
        code = _exit_code()
        if (failure := streams.failure) is not None:
            typer.echo(f"Error: {_lost(failure)}", err=True)
            code = 2
    sys.exit(code)


def _exit_code() -> int:
    """Run the command; what the user can mend is told in one sentence, and only a bug comes out of here."""
    try:
        require_readable(sys.argv[1:])
        with _asking(), _loading():
            return app(standalone_mode=False) or 0
    except (FissureError, TyperException) as error:
        said = error.format_message() if isinstance(error, TyperException) else str(error)
        if not said:  # no arguments: the help was shown
            return 0
        if isinstance(error.__context__, KeyboardInterrupt):
            _leave(f"Stopped {said.removeprefix('stopped ')}.")
        typer.echo(f"Error: {said}", err=True)
        return 2
    except OSError as error:
        typer.echo(f"Error: {error.filename or 'a file'}: {error.strerror or error}", err=True)
        return 2
    except (KeyboardInterrupt, typer.Abort):
        _leave("Stopped.")


def _lost(failure: OSError) -> str:
    return f"a part of what was to be printed is lost ({failure.strerror or failure}); all files are written"
