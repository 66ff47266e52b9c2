"""Datasets that break one rule each, and are named after the check that is to catch them."""

from __future__ import annotations

import itertools
import os
import random
import time
from pathlib import Path

from sightkit import Dataset, ImageSource, Params, Samples, hookimpl


class Nothing(Params):
    """No parameters."""


class Sound(ImageSource):
    """Thirty small images of two classes."""

    classes = ("dark", "light")

    def __init__(self):
        import numpy as np

        self.samples = Samples(ids=[f"{row:02}" for row in range(30)], labels=np.arange(30) % 2)

    def read(self, index):
        import numpy as np

        return np.full((8, 8), index, np.uint8)

    def fingerprint(self):
        return "0123456789abcdef"


class OutOfRange(Sound):
    def __init__(self):
        super().__init__()
        self.samples.labels[3] = 2


class InFloats(Sound):
    def read(self, index):
        return super().read(index) / 255


class Moody(Sound):
    def read(self, index):
        import numpy as np

        return np.full((8, 8), random.randrange(256), np.uint8)


class SharedPosition(Sound):
    def read(self, index):
        self.position = index
        time.sleep(0.0005)
        return super().read(self.position)


class Timed(Sound):
    def fingerprint(self):
        return f"{time.perf_counter_ns():032x}"


BUILT = itertools.count()


class TurnedEachTime(Sound):
    def __init__(self):
        super().__init__()
        self.samples = Samples(ids=self.samples.ids[:: (-1) ** next(BUILT)], labels=self.samples.labels)


class ClassesOfASet(Sound):
    classes = tuple({"dark", "light"})


class WithANote(Sound):
    def __init__(self):
        super().__init__()
        note = Path(f"sightkit-test-{os.getpid()}.txt")
        note.write_text("thirty images")
        note.unlink()  # tests are not to leave it


class SameInTwoSplits(Sound):
    def __init__(self):
        super().__init__()
        splits = ["test" if row < 15 else "train" for row in range(30)]
        self.samples = Samples(ids=self.samples.ids, labels=self.samples.labels, splits=splits)

    def read(self, index):
        return super().read(index % 15)


class FilesNowhere(Sound):
    files = (Path("nowhere.csv"),)


BROKEN = {
    "builds-a-source": lambda: ["an image"],
    "has-a-sound-table": OutOfRange,
    "images-can-be-decoded": InFloats,
    "reads-the-same-again": Moody,
    "reads-in-threads": SharedPosition,
    "is-the-same-when-built-again": TurnedEachTime,
    "has-a-stable-fingerprint": Timed,
    "is-the-same-in-another-interpreter": ClassesOfASet,
    "writes-nothing-into-the-working-directory": WithANote,
    "its-splits-are-disjoint": SameInTwoSplits,
    "names-its-files": FilesNowhere,
}


def component(name, make):
    return Dataset(name=name, summary="Broken.", params=Nothing, build=lambda params, task: make())


@hookimpl
def sightkit_datasets():
    return [component(name, make) for name, make in BROKEN.items()]
