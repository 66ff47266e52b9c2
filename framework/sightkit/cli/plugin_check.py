"""``sightkit plugins check``: does what a plugin offers keep the contracts of its kinds?"""

from __future__ import annotations

import dataclasses
import faulthandler
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sightkit.cli.console import complain, console, print_json, print_text
from sightkit.cli.options import JsonOption, RegistryOption, TrustOption
from sightkit.cli.plugin_findings import print_findings

if TYPE_CHECKING:
    from sightkit.errors import PluginError
    from sightkit.testing import Finding
    from sightkit.testing.examination import Examination

NEED_TENSORFLOW = frozenset({"augmentation", "architecture", "optimizer", "loss", "extension"})

ExampleOption = Annotated[
    list[str],
    typer.Option(
        "--example",
        "-e",
        metavar="NAME.KEY=VALUE",
        help="A parameter to check component NAME with, as TOML; KIND.NAME where two kinds have the name.",
    ),
]
ShapeOption = Annotated[
    list[str],
    typer.Option(
        "--shape",
        metavar="NAME=HxWxC",
        help="Height, width and channels of the images to check architecture or augmentation NAME with.",
    ),
]
TimeoutOption = Annotated[
    int, typer.Option(metavar="SECONDS", min=0, max=86400, help="What each check may take; 0 for as long as it wants.")
]


def check_plugin(
    target: Annotated[
        list[str],
        typer.Argument(
            metavar="PLUGIN...",
            help="Installed plugins or distributions, modules, .py files or packages' folders; their code is run.",
        ),
    ],
    *,
    example: ExampleOption = [],
    shape: ShapeOption = [],
    timeout: TimeoutOption = 300,
    json: JsonOption = False,
    registry: RegistryOption = [],
    trust_project: TrustOption = False,
) -> None:
    """Check everything that plugins offer against the contract of its kind, and say how to mend what breaks it.

    Example:  sightkit plugins check my_plugin.py -e lesions.path=images
    """
    from sightkit.cli.opening import open_registry
    from sightkit.cli.plugin_examples import examples_from, shapes_from
    from sightkit.errors import PluginError
    from sightkit.testing import Outcome
    from sightkit.testing.conformance import examinations
    from sightkit.testing.limit import Limit
    from sightkit.testing.plugin import load_plugins_to_check, loaded_within

    if sys.__stderr__ is not None:
        faulthandler.enable(sys.__stderr__)  # a component that crashes the process is told with its line, at least
    found: list[Finding] = []
    limit = Limit(seconds=timeout, stuck=lambda told: end_with(told, found, json=json))
    examples, shapes = examples_from(example), shapes_from(shape)
    plugins = loaded_within(
        limit,
        lambda: load_plugins_to_check(
            *target, registry=lambda files: open_registry(Path.cwd(), files=[*registry, *files], trust=trust_project)
        ),
    )
    for examination in examinations(plugins, examples, shapes, limit):
        before = len(found)
        found.extend(watched(examination))  # one by one: `end_with` tells those that there are
        if not json:
            print_findings(found[before:])
    counts = Counter(finding.outcome for finding in found)
    if json:
        print_json([dataclasses.asdict(finding) for finding in found])
    else:
        print_text(", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome]))
    if failed := counts[Outcome.FAILED]:
        message = f"{', '.join(target)}: {failed} of {len(found)} checks failed"
        raise PluginError(message)


def end_with(told: Finding | PluginError, found: Sequence[Finding], *, json: bool) -> None:
    """Tell what is known of code that cannot be interrupted, and end the process, since nothing else would."""
    from sightkit.errors import PluginError

    sys.stdout = sys.__stdout__ or sys.stdout  # whatever the code has made of it
    why = "it cannot be interrupted, so nothing after it was checked"
    if isinstance(told, PluginError):
        complain(f"{told}; {why}")
    else:
        if json:
            print_json([dataclasses.asdict(finding) for finding in (*found, told)])
        else:
            print_findings([*(each for each in found if each.component == told.component), told])
        complain(f"{told.component}: {told.check}: {why}")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(PluginError.exit_code)


def watched(examination: Examination) -> Iterator[Finding]:
    """Yield what each check finds, and show in a terminal which one is at work."""
    from rich.markup import escape

    terminal = console(stderr=True)
    if examination.kind in NEED_TENSORFLOW and "tensorflow" not in sys.modules:
        if terminal.is_terminal:
            terminal.print("[dim]starting TensorFlow[/dim]")
        prepare_tensorflow()
    with terminal.status("") as status:
        for check in examination.checks:
            status.update(escape(f"{examination.kind} {examination.identity}: {check.name}"))
            with redirect_stdout(sys.stderr):  # what a plugin prints is not what a script has asked for
                finding = examination.finding(check)
            yield finding


def prepare_tensorflow() -> None:
    """Start TensorFlow without its greetings; nothing moves in the terminal meanwhile, what is written is kept back."""
    from sightkit.cli.process import start_tensorflow
    from sightkit.experiment.settings import TrainingSettings

    start_tensorflow(TrainingSettings())
