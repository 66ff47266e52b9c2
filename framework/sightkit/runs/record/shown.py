"""A run as a notebook shows it: its scores and the confusion matrix, or how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightkit.errors import SightkitError
from sightkit.evaluation.text import HEAD, score_row
from sightkit.notebook import lines, picture, table, title

if TYPE_CHECKING:
    from sightkit.runs.record.run import Run


def run_html(run: Run) -> str:
    """Return what there is to see of a run, or why there is nothing: a notebook has cells of runs that are gone."""
    try:
        return standing(run)
    except (SightkitError, OSError) as error:
        return title(str(run.path)) + lines([str(error)])


def standing(run: Run) -> str:
    """Return the scores of a finished run, of test images where it has some, with a picture of its confusion matrix.

    Raises:
        StorageError: a file of the run can't be read.
        OSError: a picture can't.
    """
    head = title(f"{run.manifest['experiment']}: {run.state}") + lines([str(run.path)])
    if run.state != "finished":
        return head + lines([run.manifest.get("error") or f"{len(run.history)} epochs so far"])
    scores = run.scores
    split = next(name for name in ("test", "validation", "train") if name in scores)
    rows = [score_row(*each) for each in scores[split].items()]
    matrices = sorted((run.path / "reports").rglob(f"*confusion-matrix-{split}.png"))
    pictures = "".join(picture(path, shows=f"confusion matrix, {split}") for path in matrices)
    return head + title(split) + table(HEAD, rows) + pictures
