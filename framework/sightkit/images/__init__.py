"""Images: from any source to one checked uint8 array with its splits. Nothing in here imports TensorFlow."""

from sightkit.images.prepare import prepare
from sightkit.images.prepared import PreparedData

__all__ = ("PreparedData", "prepare")
