"""``sightkit resume``: go on with a run that was interrupted, killed or failed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sightkit.cli.options import CacheOption, JsonOption, RegistryOption, RunsOption, StrictOption, TrustOption

if TYPE_CHECKING:
    from sightkit.registry.registry import Registry
    from sightkit.runs.course.stop import Stop
    from sightkit.runs.display import Display
    from sightkit.runs.record.run import Run


def resume(
    run: Annotated[
        str | None,
        typer.Argument(
            metavar="RUN",
            help="The folder of a run, or the name of an experiment, which means its newest run that has not finished; "
            "by default the newest of all.",
            show_default=False,
        ),
    ] = None,
    *,
    runs_dir: RunsOption = Path("runs"),
    cache_dir: CacheOption = None,
    json: JsonOption = False,
    registry: RegistryOption = [],
    trust_project: TrustOption = False,
    strict: StrictOption = False,
) -> None:
    """Go on with a run that was interrupted, killed or failed: it ends as if nothing had happened.

    Starts from the newest good checkpoint. Refused where the experiment, its code or its data is not what it was. The
    same registries count as before, unless others are named.

    Example:  sightkit resume runs/flowers/20260727-101500-3fa9c1
    """
    from sightkit.cli.carrying import carry_out

    def begin(*, display: Display, stop: Stop) -> Run:
        from sightkit.api import resume as go_on
        from sightkit.runs.record.run import Run

        found = Run(folder_of(run, runs_dir))
        opened = registry_of(found, files=registry, trust=trust_project, strict=strict)
        return go_on(found.path, registry=opened, cache_dir=cache_dir, stop=stop, display=display, argv=sys.argv)

    carry_out(begin, json=json)


def folder_of(word: str | None, runs_dir: Path) -> Path:
    """Return the folder of the run that the argument means.

    Raises:
        ConfigError: there is none.
    """
    from sightkit.errors import ConfigError
    from sightkit.runs.record.finished import unfinished_run
    from sightkit.runs.record.named import folder_of_experiment, folders_of_experiments, means_folder

    if word is not None and means_folder(word):
        return Path(word)
    wanted = folders_of_experiments(runs_dir).values() if word is None else [folder_of_experiment(word, runs_dir)]
    found = [run for each in wanted if (run := unfinished_run(each)) is not None]
    if not found:
        whose = "" if word is None else f" of {word}"
        message = f"{runs_dir}: expected a run{whose} that has not finished, found none; start one with sightkit run"
        raise ConfigError(message)
    return max(found, key=lambda path: path.name)  # a run's name begins with the time at which it was made


def registry_of(run: Run, *, files: list[Path], trust: bool, strict: bool) -> Registry:
    """Return the registry that counted for a run, as it is now: the same project's, and the same named files.

    Args:
        run: The run.
        files: Registries that are named now, instead of those that were named then.
        trust: Whether the project's counts without having been trusted.
        strict: Whether every plugin must load.
    """
    from sightkit.cli.opening import open_registry
    from sightkit.registry.policy import COMMAND_LINE, PROJECT

    counted = run.manifest.get("registry", [])
    projects = [Path(layer["file"]).parent for layer in counted if layer["layer"] == PROJECT]
    named = [Path(layer["file"]) for layer in counted if layer["layer"] == COMMAND_LINE]
    # No project's registry is in the run's own folder: where none counted, none counts now.
    return open_registry(projects[0] if projects else run.path, files=files or named, trust=trust, strict=strict)
