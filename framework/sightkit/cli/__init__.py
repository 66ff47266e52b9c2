"""The command line: one file a command, put together here."""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from sightkit.cli import (
    cache,
    check,
    compare,
    components,
    data,
    evaluate,
    explain,
    lr_find,
    plugins,
    predict,
    prepare,
    preview,
    recipes,
    report,
    resume,
    run,
    schema,
    show,
)
from sightkit.cli.console import complain, reset_output
from sightkit.cli.help_text import let_flow
from sightkit.cli.signals import Terminated
from sightkit.errors import SightkitError

INTERRUPTED = 130

app = typer.Typer(
    name="sightkit",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(run.run)
app.command("resume")(resume.resume)
app.command("evaluate")(evaluate.evaluate)
app.command("compare")(compare.compare)
app.command("report")(report.report)
app.command("predict")(predict.predict)
app.command("explain")(explain.explain)
app.command("check")(check.check)
app.command("prepare")(prepare.prepare)
app.command("data")(data.data)
app.command("preview")(preview.preview)
app.command("lr-find")(lr_find.lr_find)
app.command("show")(show.show)
app.command("schema")(schema.schema)
app.add_typer(cache.app, name="cache")
app.add_typer(plugins.app, name="plugins")
app.command("components")(components.components)
app.command("component")(components.component)
app.command("recipes")(recipes.recipes)
let_flow(app)


def print_version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        from importlib.metadata import version

        typer.echo(f"sightkit {version('sightkit')}")
        raise typer.Exit


@app.callback(epilog="Example:  sightkit run digits")
def sightkit(
    version: Annotated[
        bool,
        typer.Option(
            "--version", metavar="", callback=print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", metavar="", help="Show tracebacks; goes anywhere on the line.")
    ] = False,
) -> None:
    """Train, judge and ship image classifiers; every dataset, model and metric is a plugin."""


def start(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code.

    Args:
        arguments: The words behind ``sightkit``.
    """
    debug = "--debug" in arguments
    words = [word for word in arguments if word != "--debug"]
    try:
        result = app(words, standalone_mode=False, prog_name="sightkit")
        if result == INTERRUPTED:  # typer makes this of Ctrl-C, and says nothing
            raise KeyboardInterrupt
        sys.stdout.flush()  # while there is still somebody to tell that it fails
    except BaseException as error:
        if debug:
            raise
        code = tell(error)
        if code is None:
            raise
        return code
    return result if isinstance(result, int) else 0


def tell(error: BaseException) -> int | None:
    """Tell a person what went wrong and return the exit code; ``None`` for what nobody has foreseen."""
    match error:
        case SightkitError():
            complain(str(error))
            return error.exit_code
        case Terminated():
            complain("terminated")
            return 143
        case KeyboardInterrupt() | typer.Abort():
            complain("interrupted")
            return INTERRUPTED
        case BrokenPipeError() | SystemExit(__context__=BrokenPipeError()):  # as it is, and as typer hands it on
            # Whoever read our output has seen enough, as `| head` does.
            reset_output()
            return 0
        case _ if hasattr(error, "show") and hasattr(error, "exit_code"):
            # A mistake in the words of the command line: typer knows best how to tell it.
            error.show()
            return int(error.exit_code)
        case FileNotFoundError() if not in_a_folder():
            complain("the working directory does not exist any more; change to another one")
            return 5
        case OSError(errno=errno.ENOSPC | errno.EDQUOT | errno.EIO, filename=None):
            # What writes files names them in an error of its own.
            complain(f"standard output cannot be written: {error.strerror}; what is there of it is not all")
            reset_output()
            return 5
        case MemoryError():
            complain("the memory of this machine is used up; smaller images or batches need less")
            return 5
    return None


def in_a_folder() -> bool:
    """Say whether there is a working directory; it may have been removed under our feet."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True
