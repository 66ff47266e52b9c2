"""How long it takes to find 60,000 images prepared already, beyond the start of the command. Run by hand.

    python tests/benchmarks/prepared_again.py [--rounds 7] [--fashion-mnist FOLDER] [--files FOLDER]

The same small PNG files come as folders of classes and as a table; Fashion-MNIST as its IDX files, if a folder is given
that has them. Every figure is a difference of medians over rounds in which `sightkit prepare` and `sightkit check`
run once each on the same experiment, as whole processes.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COUNT, CLASSES, SIDE = 60_000, 10, 28
RACY_SECONDS = 2.5  # files that were written just now may change again without a trace, so that nothing is remembered
TARGET = 1.0


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--fashion-mnist", type=Path, help="the folder of its four IDX files")
    parser.add_argument("--files", type=Path, help="where the PNG files are kept; made if they aren't there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        files = options.files or work / "files"
        print(f"making {COUNT:,} files in {files}", flush=True)
        make_files(files)
        uses = {"image-folder": {"path": str(files / "images")}, "csv": {"path": str(files / "table.csv")}}
        if options.fashion_mnist:
            uses["idx"] = {"path": str(options.fashion_mnist)}
        experiments = {use: write_experiment(work / f"{use}.toml", use, params) for use, params in uses.items()}
        time.sleep(RACY_SECONDS)
        report(measure(experiments, rounds=options.rounds, work=work))


def make_files(folder: Path) -> None:
    """Write the images, a folder for each class, and a table of them."""
    import numpy as np
    from PIL import Image

    if (folder / "table.csv").exists():
        return
    random = np.random.default_rng(0)
    names = [f"images/class-{number % CLASSES}/{number:05}.png" for number in range(COUNT)]
    for number in range(CLASSES):
        (folder / f"images/class-{number}").mkdir(parents=True, exist_ok=True)
    for name in names:
        Image.fromarray(random.integers(0, 256, (SIDE, SIDE), dtype=np.uint8)).save(folder / name, compress_level=1)
    lines = ["path,label", *(f"{name},{name.split('/')[1]}" for name in names)]
    (folder / "table.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_experiment(file: Path, use: str, params: dict[str, str]) -> Path:
    """Write an experiment of a dataset and return its file."""
    values = "".join(f'{key} = "{value}"\n' for key, value in {"use": use, **params}.items())
    file.write_text(f"[dataset]\n{values}\n[images]\nsize = [{SIDE}, {SIDE}]\nchannels = 1\n", encoding="utf-8")
    return file


def measure(experiments: dict[str, Path], *, rounds: int, work: Path) -> dict[str, dict[str, list[float]]]:
    """Return the seconds of each command for each dataset, the first preparation apart."""
    environment = {**os.environ, "SIGHTKIT_CACHE_DIR": str(work / "cache")}

    def run(command: str, file: Path) -> float:
        start = time.perf_counter()
        words = [sys.executable, "-m", "sightkit", command, str(file)]
        done = subprocess.run(words, cwd=work, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"sightkit {command} {file} failed:\n{done.stderr}")
        return time.perf_counter() - start

    seconds: dict[str, dict[str, list[float]]] = {}
    for use, file in experiments.items():
        seconds[use] = {"first": [run("prepare", file)], "check": [], "prepare": []}
    for _ in range(rounds):
        for use, file in experiments.items():
            for command in ("check", "prepare"):
                seconds[use][command].append(run(command, file))
    return seconds


def report(seconds: dict[str, dict[str, list[float]]]) -> None:
    """Print each figure with its target."""
    print(f"\n{'seconds':16}{'first':>9}{'again':>9}{'check':>9}{'beyond':>9}  target")
    for use, taken in seconds.items():
        first, again, check = (statistics.median(taken[command]) for command in ("first", "prepare", "check"))
        print(f"{use:16}{first:9.2f}{again:9.2f}{check:9.2f}{again - check:9.2f}  <= {TARGET}")


if __name__ == "__main__":
    main()
