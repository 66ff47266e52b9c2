"""The page put together: what is known of a run, filled into the templates, in one file that asks for nothing."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sightkit_plugins.reports._confusion import confused_pairs, percent, printable, shown_names
from sightkit_plugins.reports._confusion_order import similarity_order
from sightkit_plugins.reports._page.calibration import calibration_of
from sightkit_plugins.reports._page.cells import cells_document
from sightkit_plugins.reports._page.curves import learning_curves
from sightkit_plugins.reports._page.facts import CASES, command_of, duration, monitored, seconds_of, split_counts
from sightkit_plugins.reports._page.gallery import exhibits
from sightkit_plugins.reports._page.matrix import shades
from sightkit_plugins.reports._page.network import drawing_of
from sightkit_plugins.reports._page.outcome import Outcome
from sightkit_plugins.reports._page.scores import class_table, score_table
from sightkit_plugins.reports._splits import called

if TYPE_CHECKING:
    from sightkit import Predictions, ReportTask

TEMPLATES = Path(__file__).parent / "templates"
PAIRS = 15
"""How many confused pairs of classes are listed."""
NAME_WIDTH = 48
"""How many terminal cells of a class name are shown."""


def page_of(task: ReportTask, *, split: str, predictions: Predictions, mistakes: int, picture_bytes: int) -> str:
    """Return the page.

    Args:
        task: What is known of the run.
        split: The split that the page is about.
        predictions: Its predictions, at least one.
        mistakes: How many of the worst mistakes, and of the least certain predictions, are shown.
        picture_bytes: How much the pictures may take.
    """
    outcome = Outcome(predictions, task.classes)
    worst = exhibits(task, outcome, outcome.worst(mistakes), split=split)
    unsure = exhibits(task, outcome, outcome.least_certain(mistakes), split=split)
    room = picture_bytes - sum(len(each.picture) + len(each.heat) for each in (*worst, *unsure))
    names = shown_names(task.classes, width=NAME_WIDTH)
    model = task.model()
    trained = task.data.get("images_per_class", {}).get("train")
    return (
        environment()
        .get_template("report.html")
        .render(
            task=task,
            split=split,
            outcome=outcome,
            names=names,
            scores=score_table(task.scores, split=split),
            curves=learning_curves(task, monitor=monitored(task.settings)),
            shades=shades(outcome.matrix),
            pairs=confused_pairs(outcome.matrix)[:PAIRS],
            classes=class_table(outcome, task.scores.get(split, {}), trained=trained),
            worst=worst,
            unsure=unsure,
            calibration=calibration_of(outcome),
            counts=split_counts(task.data),
            cases=CASES,
            network=None if model is None else drawing_of(model),
            command=command_of(task.manifest),
            seconds=seconds_of(task),
            document={
                "classes": names,
                "order": similarity_order(outcome.matrix).tolist(),
                **cells_document(task, outcome, split=split, room=room),
            },
        )
    )


@cache
def environment() -> Environment:
    """Return what fills the templates: every value is text unless a template of ours says otherwise."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    made.filters.update(percent=percent, text=text, decimals=decimals, duration=duration, count=count, called=called)
    made.globals.update(source=source, digest=digest)
    return made


def text(value: object) -> str:
    """Return untrusted text in one line without controls; Jinja escapes it."""
    return printable(str(value))


def decimals(value: float | None) -> str:
    """Return a score with four decimals, or a dash where it is not defined."""
    return "\N{EN DASH}" if value is None else f"{value:.4f}"


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: ``"1 image"``, ``"1,797 images"``."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


@cache
def source(name: str) -> Markup:
    """Return a style sheet or script of ours as it stands."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def digest(name: str) -> str:
    """Return what the page's security policy allows a style sheet or script of ours by."""
    return f"sha256-{base64.b64encode(hashlib.sha256(source(name).encode()).digest()).decode()}"
