"""decode: one documented result for every kind of image, and a clear refusal of everything else."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from sightkit import DataError
from sightkit.images.decoding.decode import MAX_PIXELS, decode, examine
from sightkit.images.decoding.form import Form

GRADIENT = np.stack(
    [
        np.tile(np.arange(48) * 5, (32, 1)),
        np.tile(np.arange(32)[:, None] * 8, (1, 48)),
        np.add.outer(np.arange(32), np.arange(48)) * 3,
    ],
    axis=-1,
).astype(np.uint8)  # (32, 48, 3), no two corners alike
NOISE = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)


def encoded(pixels, kind, **options):
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def as_is(content, *, size=(32, 48), channels=3):
    return decode(content, Form(size=size, channels=channels, resize="stretch"))


# What is read ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "BMP", "PPM", "TIFF"])
def test_lossless_files_of_the_right_size_come_back_bit_for_bit(kind, tmp_path):
    content = encoded(GRADIENT, kind)
    path = tmp_path / "image"
    path.write_bytes(content)
    for given_as in (content, path):
        np.testing.assert_array_equal(as_is(given_as), GRADIENT)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_lossy_files_come_back_nearly(kind):
    content = encoded(GRADIENT, kind, quality=95)
    assert np.abs(as_is(content).astype(int) - GRADIENT).mean() < 4


def test_pixels_are_treated_like_the_lossless_file_of_them():
    content = encoded(GRADIENT, "PNG")
    for size in ((32, 48), (20, 20), (64, 100)):
        for channels in (1, 3):
            for resize in ("stretch", "crop", "pad"):
                options = {"size": size, "channels": channels, "resize": resize}
                np.testing.assert_array_equal(decode(GRADIENT, Form(**options)), decode(content, Form(**options)))


@pytest.mark.parametrize("pixels", [GRADIENT[..., 0], GRADIENT[..., :1]])
def test_grey_pixels_become_three_equal_channels(pixels):
    result = as_is(pixels)
    for channel in range(3):
        np.testing.assert_array_equal(result[..., channel], GRADIENT[..., 0])


def test_colour_becomes_grey_as_luma_of_bt_601():
    luma = GRADIENT @ np.array([0.299, 0.587, 0.114])
    assert np.abs(as_is(encoded(GRADIENT, "PNG"), channels=1)[..., 0] - luma).max() <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_exif_orientation_is_applied(orientation, kind):
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encoded(GRADIENT, kind, exif=exif)
    with Image.open(io.BytesIO(content)) as image:
        upright = np.asarray(ImageOps.exif_transpose(image))
    assert upright.shape == ((32, 48, 3) if orientation < 5 else (48, 32, 3))
    np.testing.assert_array_equal(as_is(content, size=upright.shape[:2]), upright)


@pytest.mark.parametrize(
    ("shape", "size", "resize"),
    [((640, 960), (40, 40), "crop"), ((640, 960), (160, 200), "pad"), ((400, 2000), (20, 100), "stretch")],
)
def test_large_jpegs_are_reduced_while_decoding_but_never_below_what_is_needed(shape, size, resize):
    cells = np.random.default_rng(0).integers(0, 256, (shape[0] // 4, shape[1] // 4, 3), dtype=np.uint8)
    large = np.repeat(np.repeat(cells, 4, axis=0), 4, axis=1)
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn clockwise
    for content, upright in (
        (encoded(large, "JPEG", quality=95, subsampling=0), large),
        (encoded(large, "JPEG", quality=95, subsampling=0, exif=exif), np.rot90(large, k=-1)),
    ):
        found = decode(content, Form(size=size, channels=3, resize=resize))
        assert np.abs(found.astype(int) - decode(upright, Form(size=size, channels=3, resize=resize))).mean() < 5


def test_palettes_become_their_colours():
    image = Image.fromarray(GRADIENT).quantize(16)
    np.testing.assert_array_equal(as_is(encoded(image, "PNG")), np.asarray(image.convert("RGB")))


def test_black_and_white_becomes_0_and_255():
    image = Image.fromarray((GRADIENT[..., 0] > 100).astype(np.uint8) * 255).convert("1")
    assert set(np.unique(as_is(encoded(image, "PNG"), channels=1))) == {0, 255}


@pytest.mark.parametrize("channels", [1, 3])
def test_transparent_parts_show_white(channels):
    rgba = np.dstack([np.zeros_like(GRADIENT), np.zeros((32, 48), np.uint8)])
    rgba[:, 24:, 3] = 255
    rgba[0, 0, 3] = 51  # a fifth of black over white
    result = as_is(encoded(rgba, "PNG"), channels=channels)
    assert (result[1:, :24] == 255).all()
    assert (result[:, 24:] == 0).all()
    assert (result[0, 0] == 204).all()


def test_a_transparent_colour_of_a_palette_or_of_grey_shows_white():
    palette = Image.new("P", (48, 32), 0)
    palette.putpalette([10, 20, 30, 40, 50, 60])
    assert (as_is(encoded(palette, "PNG", transparency=0)) == 255).all()
    assert (as_is(encoded(palette, "PNG", transparency=bytes([128, 255]))) > 128).all()
    assert (as_is(encoded(Image.new("L", (48, 32), 7), "PNG", transparency=7)) == 255).all()


def test_cmyk_becomes_rgb():
    content = encoded(Image.new("CMYK", (48, 32), (255, 0, 0, 0)), "JPEG", quality=95)
    assert np.abs(as_is(content)[0, 0].astype(int) - [0, 255, 255]).max() <= 3


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PPM"])
def test_sixteen_bit_grey_is_scaled_to_eight(kind):
    values = np.array([[0, 128, 129, 257], [32768, 65278, 65406, 65535]], dtype=np.uint16)
    expected = np.array([[0, 0, 1, 1], [128, 254, 254, 255]])
    result = as_is(encoded(values, kind), size=(2, 4), channels=1)[..., 0]
    np.testing.assert_array_equal(result, expected)


def test_of_an_animation_the_first_frame_is_taken():
    frames = [Image.new("RGB", (48, 32), colour) for colour in ((200, 0, 0), (0, 200, 0))]
    for kind in ("GIF", "PNG", "WEBP"):
        content = encoded(frames[0], kind, save_all=True, append_images=frames[1:], **LOSSLESS.get(kind, {}))
        np.testing.assert_array_equal(as_is(content)[0, 0], [200, 0, 0])


LOSSLESS = {"WEBP": {"lossless": True}}

# Size -----------------------------------------------------------------------------------------------------------------


def test_stretch_uses_the_whole_image():
    result = decode(GRADIENT, Form(size=(8, 8), channels=3, resize="stretch"))
    assert result.shape == (8, 8, 3)
    assert np.abs(result.mean((0, 1)) - GRADIENT.mean((0, 1))).max() < 1


def test_crop_takes_the_centre():
    np.testing.assert_array_equal(decode(GRADIENT, Form(size=(32, 20), channels=3, resize="crop")), GRADIENT[:, 14:34])
    np.testing.assert_array_equal(decode(GRADIENT, Form(size=(10, 48), channels=3, resize="crop")), GRADIENT[11:21])
    centre = decode(np.ascontiguousarray(GRADIENT[:, 8:40]), Form(size=(16, 16), channels=3, resize="stretch"))
    assert np.abs(decode(GRADIENT, Form(size=(16, 16), channels=3, resize="crop")).astype(int) - centre).max() <= 2


def test_pad_puts_the_whole_image_on_black():
    result = decode(np.full((10, 40, 3), 200, np.uint8), Form(size=(20, 20), channels=3, resize="pad"))
    lit = (result == 200).all(axis=(1, 2))
    assert np.flatnonzero(lit).tolist() == [7, 8, 9, 10, 11]
    assert (result[~lit] == 0).all()


def test_reduction_averages_instead_of_skipping_pixels():
    stripes = np.zeros((64, 64), np.uint8)
    stripes[:, ::2] = 254
    result = decode(stripes, Form(size=(8, 8), channels=1, resize="stretch"))
    assert np.abs(result.astype(int) - 127).max() <= 8


@settings(max_examples=60, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 70), st.integers(1, 70)),
    size=st.tuples(st.integers(1, 70), st.integers(1, 70)),
    resize=st.sampled_from(["stretch", "crop", "pad"]),
    channels=st.sampled_from([1, 3]),
)
def test_any_image_reaches_any_size_and_one_colour_stays_one_colour(shape, size, resize, channels):
    result = decode(np.full(shape, 137, np.uint8), Form(size=size, channels=channels, resize=resize))
    assert result.shape == (*size, channels)
    assert set(np.unique(result)) <= ({137} if resize != "pad" else {0, 137})


# What is refused ------------------------------------------------------------------------------------------------------


def png_header(width, height):
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [12_000, 30_000])
def test_a_png_bomb_is_refused_before_it_is_decoded(side):
    assert side**2 > MAX_PIXELS
    with pytest.raises(DataError, match="expected at most 134,217,728 pixels, found"):
        as_is(png_header(side, side))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "found an empty file"),
        (b"<!DOCTYPE html><title>404", "found a file that starts with b'<!DOCTYPE html><title>40'"),
        (b"just text\n", "starts with b'just text"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "expected an image"),
        (encoded(NOISE, "JPEG")[:2000], "damaged image: image file is truncated"),
        (encoded(NOISE, "PNG")[:4000], "damaged image: image file is truncated"),
        (encoded(GRADIENT[..., 0].astype(np.float32), "TIFF"), "found 32-bit floats"),
        (encoded(np.full((4, 4), 70_000, np.int32), "TIFF"), "found integers from 70000 to 70000"),
    ],
)
def test_what_is_not_a_whole_image_is_refused_with_the_cause(content, found, tmp_path):
    path = tmp_path / "bad.jpg"
    path.write_bytes(content)
    with pytest.raises(DataError) as from_bytes:
        as_is(content)
    with pytest.raises(DataError) as from_file:
        as_is(path)
    assert found in str(from_bytes.value)
    assert str(from_file.value) == f"{path}: {from_bytes.value}"


def test_files_that_cannot_be_opened_are_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "fifo.jpg")
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    (tmp_path / "folder.jpg").mkdir()
    for name, found in {
        "fifo.jpg": "not a regular file",
        "folder.jpg": "not a regular file",
        "loop.jpg": "symbolic links",
        "missing.jpg": "No such file",
    }.items():
        with pytest.raises(DataError) as caught:
            as_is(tmp_path / name)
        assert str(tmp_path / name) in str(caught.value)
        assert found in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused_by_name(tmp_path):
    path = tmp_path / "secret.png"
    path.write_bytes(encoded(GRADIENT, "PNG"))
    path.chmod(0)
    with pytest.raises(DataError, match=r"secret\.png: cannot be read: Permission denied"):
        as_is(path)


@pytest.mark.parametrize(
    "pixels", [GRADIENT.astype(float), GRADIENT[0, 0], np.zeros((4, 4, 4), np.uint8), GRADIENT[:0]]
)
def test_arrays_that_are_no_pixels_are_refused(pixels):
    with pytest.raises(DataError, match="expected"):
        as_is(pixels)


WHOLE = [encoded(GRADIENT, kind) for kind in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "PPM")]


@settings(max_examples=150, deadline=None)
@given(content=st.sampled_from(WHOLE), data=st.data())
def test_however_a_file_is_damaged_it_is_an_image_or_a_data_error(content, data):
    damaged = bytearray(content[: data.draw(st.integers(0, len(content)))])
    for position in data.draw(st.lists(st.integers(0, max(len(damaged) - 1, 0)), max_size=5)):
        if damaged:
            damaged[position] = data.draw(st.integers(0, 255))
    try:
        result = decode(bytes(damaged), Form(size=(16, 16), channels=3, resize="crop"))
    except DataError:
        return
    assert result.shape == (16, 16, 3)


# The host -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("exif", [b"Exif\0\0garbage", b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_damaged_metadata_does_not_hide_the_image(exif, kind):
    assert as_is(encoded(GRADIENT, kind, exif=exif)).shape == (32, 48, 3)


def test_odd_metadata_neither_warns_nor_hides_the_image():
    # A TIFF header, one directory that promises three entries, and one entry that claims four billion numbers.
    exif = b"Exif\0\0II*\0\x08\0\0\0\x03\0\x12\x01\x03\0\xff\xff\xff\xff\0\0\0\0"
    content = encoded(GRADIENT, "JPEG", exif=exif)
    with (
        pytest.warns(UserWarning, match="Tag data larger than file|Corrupt EXIF"),
        Image.open(io.BytesIO(content)) as image,
    ):
        image.getexif()
    assert as_is(content).shape == (32, 48, 3)  # under pytest a warning would be an error


def test_the_filters_for_warnings_are_left_as_they_were():
    before = list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        for content in WHOLE * 8:
            pool.submit(as_is, content)
        with pytest.raises(DataError):
            as_is(b"")
    assert warnings.filters == before


def test_paths_may_be_relative(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("image.png").write_bytes(encoded(GRADIENT, "PNG"))
    np.testing.assert_array_equal(as_is(Path("image.png")), GRADIENT)


def test_an_unknown_way_of_resizing_is_a_mistake_of_the_caller_and_no_bad_image():
    for content in (GRADIENT, encoded(GRADIENT, "PNG")):
        with pytest.raises(ValueError, match="expected one of stretch, crop, pad, found 'squash'"):
            decode(content, Form(size=(32, 48), channels=3, resize="squash"))


@pytest.mark.parametrize("bit", range(0, 8000, 1000))
def test_a_png_with_one_wrong_bit_in_its_pixels_is_damaged(bit):
    stream = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)).save(stream, "PNG")
    content = bytearray(stream.getvalue())
    content[100 + bit // 8] ^= 1 << bit % 8
    with pytest.raises(DataError, match=r"damaged image: ."):
        decode(bytes(content), Form(size=(40, 40), channels=3))


def test_too_little_memory_is_not_taken_for_damage():
    program = (
        "import io, resource, numpy as np; from PIL import Image\n"
        "from sightkit.images.decoding.decode import Form, decode\n"
        "stream = io.BytesIO(); Image.new('RGB', (8000, 8000)).save(stream, 'PNG')\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (150 * 2**20, 150 * 2**20))\n"
        "try: decode(stream.getvalue(), Form(size=(4, 4), channels=3))\n"
        "except MemoryError: print('memory')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "memory\n", done.stderr


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("turn", [1, 3, 6, 8])
def test_the_size_that_is_told_is_that_of_the_upright_image(kind, turn):
    exif = Image.Exif()
    exif[0x0112] = turn
    stream = io.BytesIO()
    Image.new("RGB", (50, 40)).save(stream, kind, exif=exif)
    found = examine(stream.getvalue(), Form(size=(8, 8), channels=3))
    assert found.size == ((50, 40) if turn in {6, 8} else (40, 50))
