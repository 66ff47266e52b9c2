"""What ``sightkit explain`` tells of the pictures that it wrote, and of the layers that there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sightkit.cli.console import print_table, print_text

if TYPE_CHECKING:
    from pathlib import Path

    from sightkit.runs.explaining.pictures import Pictures, Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What was explained.

    Attributes:
        pictures: What wrote the pictures.
        written: Those of each image.
        filters: The picture of the filters, or why there is none.
        bad: How many images could not be used.
    """

    pictures: Pictures
    written: Sequence[Written]
    filters: Path | str
    bad: int

    @property
    def total(self) -> int:
        """How many images there were."""
        return len(self.written) + self.bad


def tell(explained: Explained) -> None:
    """Print which pictures were written of each image, or the layers where there were no images."""
    if explained.written:
        tell_images(explained)
    elif not explained.total:
        tell_layers(explained.pictures)
    filters = explained.filters
    print_text(f"filters  {f'no picture: {filters}' if isinstance(filters, str) else filters}")


def tell_images(explained: Explained) -> None:
    """Print which pictures were written of each image, and what is in them."""
    pictures = explained.pictures
    rows = [
        [
            each.name,
            "  ".join(f"{name} {100 * chance:.1f} %" for name, chance in each.predictions),
            each.heat.name,
            each.maps.name,
        ]
        for each in explained.written
    ]
    print_table(["image", "explained", "heat maps", "feature maps"], rows)
    print_text(f"\nheat     {pictures.heat_layer}\nlayers   {', '.join(pictures.layers)}\nfolder   {pictures.folder}")


def tell_layers(pictures: Pictures) -> None:
    """Print the layers whose feature maps can be drawn."""
    rows = [
        [
            layer.name,
            "{} x {}".format(*layer.shape),
            str(layer.shape[2]),
            "yes" if layer.name in pictures.layers else "",
            "yes" if layer.name == pictures.heat_layer else "",
        ]
        for layer in pictures.known
    ]
    print_table(["layer", "maps", "channels", "drawn", "heat maps"], rows)
    print_text("")


def document(explained: Explained) -> dict[str, Any]:
    """Return what a script is told."""
    pictures, filters = explained.pictures, explained.filters
    return {
        "images": [
            {
                "image": each.name,
                "classes": [{"class": name, "probability": chance} for name, chance in each.predictions],
                "heat_maps": str(each.heat.absolute()),
                "feature_maps": str(each.maps.absolute()),
            }
            for each in explained.written
        ],
        "heat_layer": pictures.heat_layer,
        "layers": [
            {"layer": layer.name, "shape": list(layer.shape), "drawn": layer.name in pictures.layers}
            for layer in pictures.known
        ],
        "filters": None if isinstance(filters, str) else str(filters.absolute()),
    }
