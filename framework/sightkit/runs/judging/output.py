"""What a report says that it made, looked at before anybody relies on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sightkit.contracts import ReportOutput
from sightkit.errors import PluginError
from sightkit.runs.building.build import described
from sightkit.use import Use


def checked_output(returned: object, use: Use[Any], folder: Path) -> ReportOutput:
    """Return what a report returned, after checking that it keeps the contract.

    Args:
        returned: Anything.
        use: The report.
        folder: Where it was to write.

    Raises:
        PluginError: it is no `ReportOutput`, its text is none, or a file is missing or elsewhere.
    """
    if not isinstance(returned, ReportOutput):
        raise broken(use, f"returned {returned!r}; expected a sightkit.ReportOutput")
    if not isinstance(returned.text, str):
        raise broken(use, f"returned the text {returned.text!r}; expected a str")
    if isinstance(returned.files, str):
        raise broken(use, f"returned the files {returned.files!r}; expected a tuple of pathlib.Path")
    for file in returned.files:
        if not isinstance(file, Path):
            raise broken(use, f"returned the file {file!r}; expected a pathlib.Path")
        if not file.resolve().is_relative_to(folder.resolve()):
            raise broken(
                use, f"wrote {file}; expected files in the folder that it was given, {folder}, and nowhere else"
            )
        if not file.is_file():
            raise broken(use, f"said that it wrote {file}; there is no such file")
    return returned


def broken(use: Use[Any], what: str) -> PluginError:
    """Return the error that says which report didn't keep the contract, and how."""
    return PluginError(f"{described(use)} {what}; this is a mistake in the plugin")
