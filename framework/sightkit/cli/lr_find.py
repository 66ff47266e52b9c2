"""``sightkit lr-find``: which learning rate to start from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightkit.cli.chosen import Chosen, takes_experiment
from sightkit.cli.console import print_json, print_text
from sightkit.cli.options import CacheOption, JsonOption
from sightkit.errors import ConfigError
from sightkit.runs.rates.text import rate_text

if TYPE_CHECKING:
    from sightkit.runs.rates.result import RateSearch


@takes_experiment
def lr_find(
    chosen: Chosen,
    *,
    stage: Annotated[
        int,
        typer.Option(metavar="N", help="Which stage the rate is for; those before it are trained first."),
    ] = 1,
    steps: Annotated[int, typer.Option(metavar="N", help="Updates of the weights, at most.")] = 200,
    low: Annotated[float, typer.Option(metavar="RATE", help="The first learning rate.")] = 1e-6,
    high: Annotated[float, typer.Option(metavar="RATE", help="The last one, if training has not diverged.")] = 10.0,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The PNG that is written; by default NAME-lr-find.png."),
    ] = None,
    cache_dir: CacheOption = None,
    json: JsonOption = False,
) -> None:
    """Suggest a learning rate, from a short training in which it rises step by step until the training diverges.

    Draws the loss over the learning rate. Nothing of the training is kept.

    Example:  sightkit lr-find flowers.toml
    """
    from sightkit.cli.preparing import watched

    experiment = chosen.open()
    path = output or Path(f"{experiment.settings.name}-lr-find.png")
    if path.is_dir() or not path.parent.is_dir():
        message = f"--output {path}: expected a file in a folder that exists, such as rates.png"
        raise ConfigError(message)
    with watched() as display:
        found = experiment.find_learning_rate(
            stage=stage, steps=steps, low=low, high=high, cache_dir=cache_dir, display=display
        )
    found.draw(path)
    if json:
        print_json(document(found, path))
        return
    for line in told(found):
        print_text(line)
    print_text(f"picture    {path}")


def told(found: RateSearch) -> list[str]:
    """Return what a person is told."""
    first, last = rate_text(found.rates[0]), rate_text(found.rates[-1])
    if found.suggestion is None:
        return [
            f"no learning rate to suggest: from {first} to {last} the loss does not fall by more than chance",
            "A network that knows much already has little to learn here: take a rate well below those at which the",
            "loss rises. If it knows nothing, look at images and labels. More steps or larger batches leave less to",
            "chance.",
        ]
    rate = rate_text(found.suggestion)
    lines = [
        f"suggested learning rate {rate} (the experiment has {rate_text(found.current)}): -s {found.key}={rate}",
    ]
    if found.still_falls:
        lines.append(
            f"the loss still falls at {last}, the last rate that was tried: a higher --high may suggest a higher one"
        )
    return lines


def document(found: RateSearch, path: Path) -> dict[str, Any]:
    """Return what a script is told."""
    return {
        "suggestion": found.suggestion,
        "learning_rate": found.current,
        "key": found.key,
        "diverged": found.diverged,
        "picture": str(path.absolute()),
        "rates": found.rates.tolist(),
        "losses": found.losses.tolist(),
        "smoothed": found.smoothed.tolist(),
    }
