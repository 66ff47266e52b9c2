"""What reports are told of a run: the pictures and heat maps that belong to its predictions."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable

import numpy as np
from PIL import Image

import sightkit
from sightkit.evaluation.explain.colours import laid_over
from sightkit.evaluation.explain.grad_cam import GradCam


def pixels_of(uri: str) -> np.ndarray:
    """Return the pixels of a picture in a page."""
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as image:
        return np.asarray(image.convert("RGB"))


def test_every_picture_of_the_page_is_that_of_its_image_and_so_is_its_heat_map(
    finish: Callable[..., sightkit.Run], source: sightkit.ArraySource
) -> None:
    run = finish(reports=[{"use": "html"}])
    page = (run.path / "reports" / "report.html").read_text(encoding="utf-8")
    images = {name: source.images[row][..., np.newaxis] for row, name in enumerate(source.samples.ids)}

    shown = json.loads(re.findall(r'id="document">(.*?)</script>', page)[0])["images"]
    assert {name for name, *_ in shown} == set(run.predictions["test"].ids)
    for name, _, picture in shown:
        np.testing.assert_array_equal(pixels_of(picture), np.repeat(images[name], 3, axis=2))

    grad_cam = GradCam(run.model)
    exhibits = re.findall(r'<img src="([^"]*)" alt="([^"]*)"><img src="([^"]*)" alt="where', page)
    assert len(exhibits) >= 18
    for picture, name, heat in exhibits:
        np.testing.assert_array_equal(pixels_of(picture), np.repeat(images[name], 3, axis=2))
        expected = laid_over(images[name], grad_cam(images[name][np.newaxis])[0])
        np.testing.assert_array_equal(pixels_of(heat), expected)
