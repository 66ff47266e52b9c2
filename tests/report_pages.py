"""Pages made of a few predictions, for tests of report.html."""

from __future__ import annotations

import json
import re

import numpy as np

from sightkit import Predictions, ReportTask
from sightkit_plugins.reports.html import HtmlParams, build_html


def predictions_of(labels, predicted, *, classes, ids=None, certainty=0.8):
    labels, predicted = np.asarray(labels, dtype=np.int64), np.asarray(predicted, dtype=np.int64)
    probabilities = np.full((len(labels), classes), (1 - certainty) / (classes - 1))
    probabilities[np.arange(len(labels)), predicted] = certainty
    return Predictions(
        ids=ids or tuple(f"{row}.png" for row in range(len(labels))), labels=labels, probabilities=probabilities
    )


def squares(split, rows):
    """Return pictures 40 pixels wide, each of one grey."""
    return np.repeat((rows % 256).astype(np.uint8), 40 * 40 * 3).reshape(len(rows), 40, 40, 3)


def page_of(predictions, folder, *, params=None, **known):
    known = {"classes": ("cat", "dog", "fox"), "experiment": "pets", **known}
    report = build_html(params or HtmlParams(), ReportTask(**known))
    (path,) = report({"test": predictions}, folder).files
    assert path == folder / "report.html"
    return path.read_text(encoding="utf-8")


def document_of(page):
    (text,) = re.findall(r'<script type="application/json" id="document">(.*?)</script>', page)
    return json.loads(text)


THREE = predictions_of([0, 0, 0, 1, 1, 2], [0, 1, 1, 1, 0, 2], classes=3)
