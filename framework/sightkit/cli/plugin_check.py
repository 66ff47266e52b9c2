"""``sightkit plugins check``: does what a plugin offers keep the contracts of its kinds?"""

from __future__ import annotations

import dataclasses
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightkit.cli.console import console, print_json, print_table, print_text
from sightkit.cli.options import JsonOption, RegistryOption, TrustOption

if TYPE_CHECKING:
    from sightkit.testing import Finding
    from sightkit.testing.examination import Examination

NEED_TENSORFLOW = frozenset({"augmentation", "architecture", "optimizer", "loss", "extension"})

ExampleOption = Annotated[
    list[str],
    typer.Option(
        "--example", "-e", metavar="NAME.KEY=VALUE", help="A parameter to check component NAME with, as TOML."
    ),
]


def check_plugin(
    target: Annotated[
        str,
        typer.Argument(
            metavar="PLUGIN",
            help="An installed plugin or distribution, a module, a .py file or a package's folder; its code is run.",
        ),
    ],
    example: ExampleOption = [],
    json: JsonOption = False,
    registry: RegistryOption = [],
    trust_project: TrustOption = False,
) -> None:
    """Check everything that a plugin offers against the contract of its kind, and say how to mend what breaks it.

    Example:  sightkit plugins check my_plugin.py -e lesions.path=images
    """
    from sightkit.cli.opening import open_registry
    from sightkit.errors import PluginError
    from sightkit.testing import Outcome
    from sightkit.testing.conformance import examinations
    from sightkit.testing.plugin import load_plugins_to_check

    plugins = load_plugins_to_check(
        target, registry=lambda files: open_registry(Path.cwd(), files=[*registry, *files], trust=trust_project)
    )
    found: list[Finding] = []
    for examination in examinations(plugins, examples_from(example)):
        findings = list(watched(examination))
        found.extend(findings)
        if not json:
            print_findings(findings)
    counts = Counter(finding.outcome for finding in found)
    if json:
        print_json([dataclasses.asdict(finding) for finding in found])
    else:
        print_text(", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome]))
    if failed := counts[Outcome.FAILED]:
        message = f"{target}: {failed} of {len(found)} checks failed"
        raise PluginError(message)


def examples_from(words: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the parameters of each component that the words of a command line name.

    Raises:
        ConfigError: a word is not NAME.KEY=VALUE.
    """
    from sightkit.config.overrides import parse_value, split_assignment
    from sightkit.errors import ConfigError

    examples: dict[str, dict[str, Any]] = {}
    for word in words:
        path, value = split_assignment(word)
        if path is None or len(path) != 2:
            message = f"--example {word}: expected NAME.KEY=VALUE, such as lesions.path=images"
            raise ConfigError(message)
        name, key = map(str, path)
        examples.setdefault(name, {})[key] = parse_value(value)
    return examples


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


def print_findings(findings: Sequence[Finding]) -> None:
    """Print what the checks of one component found: a row each, and below what is to be mended."""
    first = findings[0]
    rows = [[each.check, str(each.outcome), each.reason] for each in findings]
    print_table(["check", "result", "why"], rows, title=f"{first.kind} {first.component}")
    for finding in findings:
        if finding.outcome == "failed":
            told = {"expected": finding.expected, "found": finding.found, "remedy": finding.remedy}
            print_text("\n".join([f"\n{finding.check}", *(f"  {key:10}{value}" for key, value in told.items())]))
    print_text("")
