"""What is said of a component that takes images of none of the shapes that were tried."""

from __future__ import annotations

from collections.abc import Sequence

from sightkit.errors import ConfigError
from sightkit.testing.finding import BrokenContractError
from sightkit.testing.subject import Shape, Subject


def refused_all(subject: Subject, usual: Sequence[Shape], what: str, refusal: ConfigError) -> BrokenContractError:
    """Return the failure of a component that refuses all images, which says how to name those that it takes.

    Args:
        subject: The component.
        usual: The shapes that are tried where none is given.
        what: That was to be built: ``"a network for"``.
        refusal: How it refused the largest of them.
    """
    name = subject.component.name
    return BrokenContractError(
        expected=f"{what} images of one of the shapes {', '.join(map(str, subject.shapes(usual)))}",
        found=f"it refuses them all: {refusal}",
        remedy=f"name one that it takes: --shape {name}=HEIGHTxWIDTHxCHANNELS, or, from a fixture sightkit_shapes, "
        f'{{"{name}": (height, width, channels)}}; if its parameters are why, such as weights to download, give an '
        "example without",
    )
