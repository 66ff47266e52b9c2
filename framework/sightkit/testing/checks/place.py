"""Where a check lets components write: a folder that is theirs, and a working directory that is not."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from sightkit.testing.staying import staying


class Place:
    """A folder that a component may write into, and what is around it.

    Args:
        root: Holds it all.

    Attributes:
        folder: Where it may write.
        elsewhere: The working directory while it does.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.folder = root / "run" / "own"
        self.elsewhere = root / "elsewhere"
        self.folder.mkdir(parents=True)
        self.elsewhere.mkdir()

    def strays(self) -> list[str]:
        """Return the names of what was written outside of the folder."""
        expected = {self.folder, self.folder.parent, self.elsewhere}
        return sorted(
            path.name for path in self._root.rglob("*") if path not in expected and not path.is_relative_to(self.folder)
        )


@contextlib.contextmanager
def a_place() -> Iterator[Place]:
    """Yield an empty place, with the working directory in it; both are gone afterwards."""
    with TemporaryDirectory(prefix="sightkit-") as name:
        place = Place(Path(name).resolve())
        with contextlib.chdir(place.elsewhere), staying():
            yield place
