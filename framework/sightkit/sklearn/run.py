"""Carrying out the run that `fit` stands for, and what the estimator keeps of it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.runs.display import Display
from sightkit.sklearn.kept import KeptModel
from sightkit.sklearn.learned import Learned

if TYPE_CHECKING:
    from sightkit.api import Experiment
    from sightkit.sklearn.pixels import Pixels


@dataclass(frozen=True, kw_only=True)
class Result:
    """What is kept of a run.

    Attributes:
        learned: With the weights of its best epoch.
        history: One row an epoch.
        path: Its folder, if that was to stay.
    """

    learned: Learned
    history: list[dict[str, float]]
    path: Path | None


class Lines(Display):
    """Prints a line an epoch, and what is odd."""

    def epoch(self, row: Mapping[str, float], *, best: bool) -> None:
        """Print the numbers of an epoch."""
        shown = {name: value for name, value in row.items() if "loss" in name or "accuracy" in name}
        numbers = "  ".join(f"{name.replace('_', ' ')} {value:.4f}" for name, value in shown.items())
        print(f"epoch {row['epoch']:.0f}  {numbers}{'  *' if best else ''}")

    def warn(self, message: str) -> None:
        """Print a warning."""
        print(f"warning: {message}")


def carry_out(experiment: Experiment, pixels: Pixels, *, runs_dir: str | Path | None, verbose: bool) -> Result:
    """Run an experiment to its end.

    Args:
        experiment: What is run.
        pixels: How its images were made.
        runs_dir: Where its folder stays; ``None`` removes it.
        verbose: Whether epochs and warnings are printed.

    Raises:
        SightkitError: what went wrong.
    """
    from sightkit.runs.prediction.form import trained

    with ExitStack() as held:
        folder = held.enter_context(tempfile.TemporaryDirectory()) if runs_dir is None else runs_dir
        run = experiment.run(runs_dir=folder, display=Lines() if verbose else None)
        about = trained(run)
        model = KeptModel(file=(run.path / "model" / "model.keras").read_bytes())
        return Result(
            learned=Learned(pixels=pixels, form=about.form, model=model, temperature=about.temperature),
            history=run.history,
            path=None if runs_dir is None else run.path,
        )
