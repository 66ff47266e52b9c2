"""report.html: one page that needs nothing else, with scores, curves, confusions, mistakes and what ran."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Params, Report, ReportOutput, ReportTask, hookimpl

if TYPE_CHECKING:
    from sightkit import Predictions, ReportFunction


class HtmlParams(Params):
    """Parameters of ``use = "html"``."""

    mistakes: int = Field(
        24, ge=0, le=200, description="How many of the worst mistakes, and of the least certain predictions, are shown."
    )
    picture_megabytes: float = Field(
        3.0, ge=0, le=100, description="How much of the file the pictures may be; in MB of 1,000,000 bytes."
    )


def build_html(params: HtmlParams, task: ReportTask) -> ReportFunction:
    """Return a report that writes ``report.html``, a page that asks nothing of a network.

    It is about one split, whose images it shows: ``test``, else ``validation``, else ``train``. Scores of the others
    stand beside it.
    """

    def write(predictions: Mapping[str, Predictions], folder: Path) -> ReportOutput:
        from sightkit_plugins.reports._page.page import page_of
        from sightkit_plugins.reports._splits import shown_splits

        splits = shown_splits(predictions)
        if not splits:
            return ReportOutput(files=())
        path = folder / "report.html"
        page = page_of(
            task,
            split=splits[0],
            predictions=predictions[splits[0]],
            mistakes=params.mistakes,
            picture_bytes=int(params.picture_megabytes * 1_000_000),
        )
        path.write_text(page, encoding="utf-8", newline="\n")
        return ReportOutput(files=(path,))

    return write


@hookimpl
def sightkit_reports() -> list[Report[HtmlParams]]:
    """Offer the page."""
    return [
        Report(
            name="html",
            summary="One offline page: scores, curves, confusions and mistakes as pictures, and what ran.",
            params=HtmlParams,
            build=build_html,
        )
    ]
