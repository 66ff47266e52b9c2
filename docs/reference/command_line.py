"""The reference of the command line: what ``--help`` says of every command, on one page."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import typer

from reference.page import Page, code, fence, plain, table
from sightkit.cli import app

LEAD = """\
What `--help` says of each command. Exit codes and environment variables are in [Scripts](../experiments/scripts.md)."""
EXAMPLE = re.compile(r"^Example:\s+", re.IGNORECASE)
PROGRAM = "sightkit"


def page() -> Page:
    """Return the page of all commands."""
    command = typer.main.get_command(app)
    described = (part for path, each in commands(PROGRAM, command) for part in section(path, each))
    return Page(path="reference/command-line.md", title="Command line", parts=[LEAD, *described])


def commands(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Yield a command, and those below it, each with the words that call it."""
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        if not inner.hidden:
            yield from commands(f"{path} {name}", inner)


def section(path: str, command: Any) -> Iterator[str]:
    """Yield the paragraphs about one command."""
    context = command.make_context(path, [], resilient_parsing=True)
    paragraphs = [*inspect.cleandoc(command.help or "").split("\n\n"), command.epilog or ""]
    examples = [EXAMPLE.sub("", paragraph) for paragraph in paragraphs if EXAMPLE.match(paragraph)]
    yield f"## {code(path)}"
    yield from (plain(paragraph) for paragraph in paragraphs if paragraph and not EXAMPLE.match(paragraph))
    yield fence("text", command.get_usage(context).removeprefix("Usage: "))
    records = [parameter.get_help_record(context) for parameter in command.params]
    if rows := [[code(name), plain(text)] for name, text in filter(None, records)]:
        yield table(["argument or option", "what it is for"], rows)
    for example in examples:
        yield "For example:"
        yield fence("sh", " ".join(example.split()))
