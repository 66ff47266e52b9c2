"""``sightkit report``: make the reports of a finished run again."""

from __future__ import annotations

from pathlib import Path

from sightkit.cli.options import (
    CacheOption,
    JsonOption,
    RegistryOption,
    RunArgument,
    RunsOption,
    StrictOption,
    TrustOption,
)


def report(
    run: RunArgument,
    *,
    runs_dir: RunsOption = Path("runs"),
    cache_dir: CacheOption = None,
    json: JsonOption = False,
    registry: RegistryOption = [],
    trust_project: TrustOption = False,
    strict: StrictOption = False,
) -> None:
    """Make all reports of a finished run again, from its stored predictions.

    Nothing is trained or predicted. Pictures come from the prepared images, or from the dataset where it is still
    there; without either the reports have everything but pictures.

    Example:  sightkit report runs/flowers/20260727-101500-3fa9c1
    """
    from sightkit.api.reporting import report as make_reports
    from sightkit.cli.console import print_json, print_text
    from sightkit.cli.preparing import watched
    from sightkit.cli.resume import registry_of
    from sightkit.paths import short
    from sightkit.runs.record.named import finished_run

    found = finished_run(run, runs_dir)
    opened = registry_of(found, files=registry, trust=trust_project, strict=strict)
    with watched() as display:
        files = make_reports(found, registry=opened, cache_dir=cache_dir, display=display)
    if json:
        print_json({"run": str(found.path), "files": [str(file) for file in files]})
    else:
        print_text("\n".join(short(file) for file in files))
