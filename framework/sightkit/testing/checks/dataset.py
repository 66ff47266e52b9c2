"""What every dataset owes: a sound table, images that can be read by anybody at any time, and the same ones again."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from sightkit.contracts import DatasetTask, ImageSource
from sightkit.contracts.fingerprint import digest_of
from sightkit.errors import SightkitError
from sightkit.images.checks import check_table
from sightkit.images.decoding.decode import decode
from sightkit.images.decoding.form import Form
from sightkit.runs.building.build import build
from sightkit.testing.contract import Contract
from sightkit.testing.elsewhere import Elsewhere, built_elsewhere, columns_of, table_of
from sightkit.testing.finding import BrokenContractError, NotApplicableError
from sightkit.testing.subject import Subject
from sightkit.testing.threads import called_at_once, giving_turns

TASK = DatasetTask(seed=7)
MOST = 64
"""Of how many images the content is looked at, spread over the table."""
MOST_FOR_SPLITS = 5000
"""In how many images the same content is looked for in two splits."""
THREADS, ROUNDS = 8, 4
SWITCH_SECONDS = 1e-5
"""After how long Python lets another thread run: often, so that what must not be interrupted is."""
FORM = Form(size=(16, 16), channels=3)


def source_of(subject: Subject) -> ImageSource:
    """Return the dataset's source of images."""
    source: ImageSource = subject.once("source", lambda: build(subject.use, TASK))
    return source


def some_rows(source: ImageSource) -> list[int]:
    """Return a few rows of the table, from all of it."""
    count = len(source.samples.ids)
    return sorted({int(row) for row in np.linspace(0, count - 1, min(count, MOST))})


def builds_a_source(subject: Subject) -> None:
    """It builds an ImageSource."""
    try:
        source = source_of(subject)
    except SightkitError as error:
        raise BrokenContractError(
            expected="an ImageSource",
            found=str(error),
            remedy="look at what build reads and returns; if its parameters are why, give an example that names data "
            "which are there",
        ) from error
    if not isinstance(source, ImageSource):
        raise BrokenContractError(
            expected="an ImageSource",
            found=repr(source),
            remedy="return sightkit.ArraySource(images, labels, classes=...), or a subclass of sightkit.ImageSource",
        )


def has_a_sound_table(subject: Subject) -> None:
    """Its table names every image once, with a label in range, and every class has images."""
    try:
        check_table(source_of(subject))
    except (SightkitError, AttributeError) as error:
        raise BrokenContractError(
            expected="a table of unique ids, labels that are indices into classes, and columns of one length",
            found=str(error),
            remedy="make Samples(ids=..., labels=...) with int64 labels from 0 to len(classes) - 1, an id for each "
            "image, and classes that occur",
        ) from error


def images_can_be_decoded(subject: Subject) -> None:
    """What it reads is uint8 pixels, or an encoded image that sightkit can decode."""
    source = source_of(subject)
    for row in some_rows(source):
        try:
            decode(source.read(row), FORM)
        except Exception as error:
            raise BrokenContractError(
                expected="uint8 pixels (height, width[, 1 or 3]), or the path or bytes of an image, from read",
                found=f"{source.samples.ids[row]!r}: {' '.join(str(error).split())}",
                remedy="scale pixels to 0..255 and convert them to uint8; return paths as pathlib.Path, bytes as they "
                "are in the file",
            ) from error


def content(read: Any) -> Any:
    """Return what `read` returned, in a form that can be compared."""
    return (read.dtype.str, read.shape, read.tobytes()) if isinstance(read, np.ndarray) else read


def reads_the_same_again(subject: Subject) -> None:
    """Reading an image a second time, after others and in another order, gives the same."""
    source = source_of(subject)
    rows = some_rows(source)
    held, first = {}, {}
    for row in rows:
        held[row] = source.read(row)
        first[row] = content(held[row])
    if changed := [row for row in rows if content(held[row]) != first[row]]:
        raise BrokenContractError(
            expected="an image that was read to stay as it is",
            found=f"{len(changed)} of {len(rows)} that changed while others were read",
            remedy="return an array of its own from each call of read, not one buffer again and again",
        )
    for row in reversed(rows):
        if content(source.read(row)) != first[row]:
            raise BrokenContractError(
                expected=f"the same image {source.samples.ids[row]!r} each time that it is read",
                found="another one the second time",
                remedy="compute an image from its index alone: seed a generator with it, seek to its place in a file",
            )


def reads_in_threads(subject: Subject) -> None:
    """Read by several threads at once, the images are the same as one after the other."""
    source = source_of(subject)
    rows = some_rows(source)
    expected = [content(source.read(row)) for row in rows]
    with switching_often():
        for _ in range(ROUNDS):
            found = called_at_once(lambda row: attempted(source, row, subject), rows, threads=THREADS)
            wrong = [row for row, one, other in zip(rows, expected, found, strict=True) if one != other]
            if wrong:
                raise BrokenContractError(
                    expected=f"the same images from {THREADS} threads at once",
                    found=f"{len(wrong)} of {len(rows)} that differ, {source.samples.ids[wrong[0]]!r} first",
                    remedy="share no open file and no buffer between calls of read: open the file in it, use os.pread, "
                    "or hold a lock",
                )


def attempted(source: ImageSource, row: int, subject: Subject) -> Any:
    """Return the content of an image, or the error that reading it raised."""
    try:
        with giving_turns(subject.file and subject.file.parent):
            return content(source.read(row))
    except Exception as error:
        return error


@contextmanager
def switching_often() -> Iterator[None]:
    """Let Python's threads take turns often inside; the interval belongs to the process, and is put back."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def fingerprints(subject: Subject) -> tuple[str, str, str]:
    """Return the fingerprint of the source, the same asked again, and that of another source."""

    def ask() -> tuple[str, str, str]:
        source = source_of(subject)
        return source.fingerprint(), source.fingerprint(), build(subject.use, TASK).fingerprint()

    return subject.once("fingerprints", ask)


def has_a_stable_fingerprint(subject: Subject) -> None:
    """Its fingerprint is hexadecimal and stays the same, for the source and for another one of the same data."""
    expected, again, other = fingerprints(subject)
    if not isinstance(expected, str) or not re.fullmatch("[0-9a-f]{16,}", expected) or {again, other} != {expected}:
        raise BrokenContractError(
            expected="one hexadecimal digest, the same each time",
            found=", ".join(repr(each) for each in dict.fromkeys([expected, again, other])),
            remedy="hash the content of all images, labels and class names, and no time, address or order of a set; or "
            "leave out fingerprint, the one of ImageSource reads everything",
        )


def is_the_same_when_built_again(subject: Subject) -> None:
    """Built again with the same seed, it has the same classes and the same table."""
    one, other = source_of(subject), build(subject.use, TASK)
    differing = [name for name, column in table_of(one).items() if table_of(other)[name] != column]
    if differing:
        raise BrokenContractError(
            expected="the same table when it is built again with the same seed",
            found=f"other {', '.join(differing)}",
            remedy="sort what a folder or a set lists, and draw from a generator that is seeded with task.seed",
        )


def elsewhere(subject: Subject) -> Elsewhere:
    """Return what becomes of the dataset in another interpreter, looked at once."""
    return subject.once("elsewhere", lambda: built_elsewhere(subject, source_of(subject).classes, TASK))


def is_the_same_in_another_interpreter(subject: Subject) -> None:
    """Built in a fresh interpreter, in which sets have another order, it has the same table and fingerprint."""
    fingerprint, *others = fingerprints(subject)
    if set(others) != {fingerprint}:
        reason = '"has a stable fingerprint" failed'
        raise NotApplicableError(reason)
    here, there = columns_of(source_of(subject), fingerprint), elsewhere(subject).columns
    if differing := [name for name, digest in here.items() if there[name] != digest]:
        raise BrokenContractError(
            expected="the same classes, table and fingerprint in every process",
            found=f"other {', '.join(differing)} in a fresh interpreter",
            remedy="sort what a set holds before its order matters, and hash with hashlib: hash() of a string differs "
            "from process to process",
        )


def writes_nothing_into_the_working_directory(subject: Subject) -> None:
    """Building and reading it, no file appears in the working directory but where a parameter says so."""
    if written := elsewhere(subject).written:
        raise BrokenContractError(
            expected="nothing to be written into the working directory",
            found=f"{', '.join(written[:3])}{' and more' if len(written) > 3 else ''}",
            remedy="keep what is downloaded or computed in a folder that a parameter names, or in the user's cache",
        )


def its_splits_are_disjoint(subject: Subject) -> None:
    """No image and no group of images is in two of the splits that it states."""
    source = source_of(subject)
    splits, groups = source.samples.splits, source.samples.groups
    if splits is None:
        reason = "it states no splits"
        raise NotApplicableError(reason)
    rows = [row for row, split in enumerate(splits) if split is not None][:MOST_FOR_SPLITS]
    if groups is not None:
        keys = {row: group for row in rows if (group := groups[row]) is not None}
        refuse_straddling(source, keys, "group", "put all images of a group into one split, or leave the split open")
    digests = {row: digest_of(source, row) for row in rows}
    refuse_straddling(source, digests, "image", "leave the copies out, or give them the same split")


def refuse_straddling(source: ImageSource, keys: dict[int, Any], what: str, remedy: str) -> None:
    """Refuse images of one key that are in several splits."""
    together: defaultdict[Any, list[int]] = defaultdict(list)
    for row, key in keys.items():
        together[key].append(row)
    for rows in together.values():
        stated = {str(source.samples.splits[row]): row for row in rows if source.samples.splits}
        if len(stated) > 1:
            names = " and ".join(f"{source.samples.ids[row]!r} in {split}" for split, row in stated.items())
            raise BrokenContractError(expected=f"each {what} in one split", found=names, remedy=remedy)


def names_its_files(subject: Subject) -> None:
    """The files that it names are there: while they stay as they are, nobody reads the images again."""
    source = source_of(subject)
    if source.files is None:
        reason = "it names no files"
        raise NotApplicableError(reason)
    if missing := [str(file) for file in source.files if not Path(file).is_file()]:
        raise BrokenContractError(
            expected="files that exist",
            found=f"{len(missing)} that don't, {missing[0]!r} first",
            remedy="name every file that images, labels or class names come from, by a path that can be opened",
        )


CONTRACT = Contract(
    first=(builds_a_source, has_a_sound_table, images_can_be_decoded, reads_the_same_again),
    then=(
        reads_in_threads,
        is_the_same_when_built_again,
        has_a_stable_fingerprint,
        is_the_same_in_another_interpreter,
        writes_nothing_into_the_working_directory,
        its_splits_are_disjoint,
        names_its_files,
    ),
)
