"""How the help of a command is set: its paragraphs are as wide as the terminal."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer


def let_flow(app: typer.Typer) -> None:
    """Join the lines of each paragraph; typer would break them where the docstrings in the code do, too."""
    for command in app.registered_commands:
        paragraphs = (inspect.getdoc(command.callback) or "").split("\n\n")
        command.help = "\n\n".join(paragraph.replace("\n", " ") for paragraph in paragraphs)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            let_flow(group.typer_instance)
