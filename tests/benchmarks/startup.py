"""How long the light commands take, as ratios to what importing their libraries costs anyway. Run by hand.

    python tests/benchmarks/startup.py [ROUNDS]

Every figure is a median over rounds in which each command runs once, as a whole process, so that a machine that slows
down slows down all of them. The floor is the import of typer, rich, pluggy and pydantic, and a look at entry points.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

FLOOR = (
    "import typer, rich.console, rich.table, pluggy, importlib.metadata as m; from pydantic import BaseModel; "
    "m.entry_points(group='x')"
)
MORE = 200

PLUGIN = '''"""A light plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Optimizer, OptimizerTask, Params, hookimpl

if TYPE_CHECKING:
    import keras


class MineParams(Params):
    """Parameters."""

    learning_rate: float = Field(0.01, gt=0, description="The learning rate, before the schedule.")
    momentum: float = Field(0.9, ge=0, lt=1, description="How much of the last update is kept; 0 for none.")
    nesterov: bool = Field(False, description="Whether momentum looks ahead.")


def build_mine(params: MineParams, _task: OptimizerTask) -> keras.optimizers.Optimizer:
    """Return an optimizer."""
    import keras

    return keras.optimizers.SGD(**params.model_dump())


@hookimpl
def sightkit_optimizers() -> list[Optimizer[MineParams]]:
    """Offer one optimizer."""
    return [Optimizer(name="mine-NUMBER", summary="Mine.", params=MineParams, build=build_mine)]
'''


def main() -> None:
    """Measure and print a table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        many = folder / "many"
        install_plugins(many)
        (folder / "work").mkdir()
        plain = environment(folder)
        crowded = environment(folder) | {"PYTHONPATH": str(many)}
        commands: dict[str, tuple[list[str], Mapping[str, str]]] = {
            "floor": (["-c", FLOOR], plain),
            "--help": (["-m", "sightkit", "--help"], plain),
            "check digits": (["-m", "sightkit", "check", "digits"], plain),
            "plugins list": (["-m", "sightkit", "plugins", "list"], plain),
            "components": (["-m", "sightkit", "components"], plain),
            "--help, crowded": (["-m", "sightkit", "--help"], crowded),
            "plugins list, crowded": (["-m", "sightkit", "plugins", "list"], crowded),
            "components, crowded": (["-m", "sightkit", "components"], crowded),
            "check digits, crowded": (["-m", "sightkit", "check", "digits"], crowded),
        }
        seconds = measure(commands, rounds=rounds, cwd=folder / "work")
    report({name: statistics.median(taken) for name, taken in seconds.items()}, seconds)


def install_plugins(folder: Path) -> None:
    """Make distributions of one light plugin each, as pip would have left them, compiled ones included."""
    for number in range(MORE):
        name = f"more_{number:03}"
        info = folder / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[sightkit.plugins]\n{name.replace('_', '-')} = {name}\n")
        (info / "RECORD").write_text("")
        (folder / f"{name}.py").write_text(PLUGIN.replace("NUMBER", f"{number}"))
    subprocess.run([sys.executable, "-m", "compileall", "-q", folder], check=True)


def environment(folder: Path) -> dict[str, str]:
    """Return the variables of a user who has nothing set up."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("SIGHTKIT_", "XDG_", "PYTHON"))}
    return {**kept, "HOME": str(folder), "PYTHONSAFEPATH": "1"}


def measure(
    commands: Mapping[str, tuple[list[str], Mapping[str, str]]], *, rounds: int, cwd: Path
) -> dict[str, list[float]]:
    """Run every command once a round and return the seconds that each took; the first round only warms up."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for round_ in range(rounds + 1):
        for name, (words, variables) in commands.items():
            start = time.perf_counter()
            done = subprocess.run([sys.executable, *words], cwd=cwd, env=variables, capture_output=True, check=False)
            taken = time.perf_counter() - start
            if done.returncode != 0:
                sys.exit(f"{name} failed:\n{done.stderr.decode()}")
            if round_ > 0:
                seconds[name].append(taken)
    return seconds


def report(medians: Mapping[str, float], seconds: Mapping[str, list[float]]) -> None:
    """Print each figure with its target."""
    floor = medians["floor"]
    print(f"floor {floor:.3f} s (median of {len(seconds['floor'])} rounds; fastest {min(seconds['floor']):.3f} s)\n")
    print(f"{'command':32}{'seconds':>9}{'figure':>14}  target")
    for name, target in {"--help": 1.3, "check digits": 2.0, "plugins list": 2.0, "components": 2.0}.items():
        row(f"sightkit {name}", medians[name], f"{medians[name] / floor:.2f} x floor", f"<= {target} x floor")
    print(f"\nwith {MORE} more plugins of one component each")
    for name, target in {"--help": "0", "plugins list": "<= 1.0 s", "components": "", "check digits": ""}.items():
        extra = medians[f"{name}, crowded"] - medians[name]
        row(f"sightkit {name}", medians[f"{name}, crowded"], f"{extra:+.3f} s", target)
    each = (medians["components, crowded"] - medians["components"]) / MORE
    row("each further component", each, f"{1000 * each:.2f} ms", "<= 3 ms")


def row(name: str, value: float, figure: str, target: str) -> None:
    """Print one line of the table."""
    print(f"{name:32}{value:9.3f}{figure:>14}  {target}")


if __name__ == "__main__":
    main()
