"""Images decoded in their order while the caller is at work."""

from __future__ import annotations

import itertools
import threading

import numpy as np
import pytest
from PIL import Image

from sightkit import DataError
from sightkit.images.decoding.decode import decode
from sightkit.images.decoding.form import Form
from sightkit.images.decoding.stream import BYTES_AHEAD, DecodedStream

FORM = Form(size=(8, 6), channels=3)


def arrays(count, *, side=6):
    generator = np.random.default_rng(0)
    return [(str(number), generator.integers(0, 256, (side, side, 3), dtype=np.uint8)) for number in range(count)]


def gone_through(items, *, rows):
    with DecodedStream(items, FORM, rows=rows) as stream:
        return list(stream)


@pytest.mark.parametrize("side", [6, 1500], ids=["by one thread", "by a thread a processor"])
@pytest.mark.parametrize("count", [0, 1, 8, 9, 41])
def test_all_images_come_in_their_order_in_full_batches(count, side):
    items = arrays(min(count, 41 if side < 100 else 9), side=side)
    batches = gone_through(items, rows=4)
    assert [len(batch.ids) for batch in batches[:-1]] == [4] * (len(batches) - 1)
    assert [name for batch in batches for name in batch.ids] == [name for name, _ in items]
    pixels = [image for batch in batches for image in batch.pixels]
    for (_, content), image in zip(items, pixels, strict=True):
        np.testing.assert_array_equal(image, decode(content, FORM))


def test_a_bad_image_keeps_its_place_and_says_what_is_wrong_without_saying_where(tmp_path):
    Image.new("RGB", (5, 5)).save(tmp_path / "good.png")
    (tmp_path / "bad.png").write_bytes(b"nothing")
    items = [(name, tmp_path / name) for name in ("good.png", "bad.png", "missing.png", "good.png")]
    items.append(("folder", DataError("cannot be listed")))
    first, second = gone_through(items, rows=3)
    assert list(first.problems) == [1, 2]
    assert first.problems[1].startswith("expected an image")
    assert first.problems[2] == "cannot be read: No such file or directory"
    assert second.problems == {1: "cannot be listed"}
    assert not first.pixels[1].any()


def test_no_more_is_asked_for_than_fits_the_memory_that_is_allowed():
    asked = itertools.count()
    large = np.zeros((1000, 1000, 3), np.uint8)
    endless = ((str(next(asked)), large) for _ in itertools.repeat(None))
    with DecodedStream(endless, FORM, rows=4) as stream:
        for batch in itertools.islice(stream, 20):
            assert len(batch.ids) == 4
    assert next(asked) <= 80 + BYTES_AHEAD // large.nbytes + 10


def test_no_thread_is_left_when_nobody_asks_for_more():
    with DecodedStream(iter(arrays(500)), FORM, rows=4) as stream:
        next(iter(stream))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("sightkit-images")]


def test_an_error_of_the_caller_s_own_iterator_reaches_the_caller():
    def items():
        yield from arrays(10)
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        gone_through(items(), rows=4)
