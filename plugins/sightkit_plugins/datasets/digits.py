"""digits: the 1,797 handwritten digits that scikit-learn ships, 8 x 8 pixels, there without a download."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightkit import Dataset, DatasetTask, Params, hookimpl

if TYPE_CHECKING:
    from sightkit import ImageSource

BRIGHTEST = 16
LICENCE = "CC-BY-4.0"  # https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits
CITATION = (
    "E. Alpaydin and C. Kaynak (1998). Optical Recognition of Handwritten Digits. UCI Machine Learning Repository. "
    "https://doi.org/10.24432/C50P49"
)


class DigitsParams(Params):
    """Parameters of ``[dataset] use = "digits"``: it has none."""


def build_digits(_params: DigitsParams, _task: DatasetTask) -> ImageSource:
    """Return the digits: ten classes, uint8 of shape ``(8, 8, 1)``, no splits of their own.

    The files hold intensities from 0 to 16, which are scaled to 0..255 and rounded.
    """
    import numpy as np
    from sklearn.datasets import load_digits

    from sightkit import ArraySource

    intensities, labels = load_digits(return_X_y=True)
    images = np.rint(intensities * (255 / BRIGHTEST)).astype(np.uint8).reshape(-1, 8, 8, 1)
    return ArraySource(images, labels, classes=[str(digit) for digit in range(10)], licence=LICENCE, citation=CITATION)


@hookimpl
def sightkit_datasets() -> list[Dataset[DigitsParams]]:
    """Offer the digits."""
    return [
        Dataset(
            name="digits",
            summary="The 1,797 handwritten digits that ship with scikit-learn, 8 x 8 pixels, grey.",
            params=DigitsParams,
            build=build_digits,
        )
    ]
