"""What every report owes: it writes into its own folder and nowhere else, whatever classes and images are called."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sightkit.contracts import SPLIT_NAMES, Predictions, ReportOutput, ReportTask
from sightkit.errors import SightkitError
from sightkit.runs.judging.judge import write_report
from sightkit.testing.checks.place import a_place
from sightkit.testing.contract import Contract
from sightkit.testing.finding import BrokenContractError, NotApplicableError
from sightkit.testing.subject import Subject

PLAIN = ("cat", "dog", "fox")
MARKUP = "<img src=x onerror=alert(1)>"
NO_TEXT = "\udc80"
FORMULA = "=1+1"
ODD = (
    "../../escaped",
    MARKUP,
    "/no-such-folder/absolute",
    "a/b\\c",
    FORMULA,
    "new\nline",
    "\x1b[31mred",
    "\u202eright to left",
    "caf\u00e9 \u732b \U0001f98a",
    f"{NO_TEXT} not UTF-8",
    "%s {0} $HOME",
    "x" * 300,
    " ",
)
"""Names as they come out of archives and folders of strangers."""
PAGES = frozenset({".html", ".htm", ".xhtml", ".svg"})
TABLES = {".csv": ",", ".tsv": "\t"}
COUNT = 130


@dataclass(frozen=True)
class Writing:
    """What came of letting a report write.

    Attributes:
        output: What it returned.
        files: What each file in its folder held.
        figures: How many figures of pyplot it left open.
        strays: The names of what it wrote elsewhere.
    """

    output: ReportOutput
    files: Mapping[Path, bytes]
    figures: int
    strays: Sequence[str]


def predictions(classes: Sequence[str], splits: Sequence[str]) -> dict[str, Predictions]:
    """Return predictions that are wrong for some images of each class; images are called like their classes.

    Where a class is no text, none of the images has a name that is: a report that lists a few would miss the others.
    """
    ending = NO_TEXT if any(NO_TEXT in name for name in classes) else ""
    random = np.random.default_rng(0)
    made = {}
    for split in splits:
        labels = np.arange(COUNT, dtype=np.int64) % len(classes)
        probabilities = random.dirichlet(np.full(len(classes), 0.5), COUNT)
        probabilities[np.arange(COUNT), labels] += 0.1
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        labels.flags.writeable = probabilities.flags.writeable = False
        ids = tuple(f"{classes[label]}/{row}{ending}" for row, label in enumerate(labels.tolist()))
        made[split] = Predictions(ids=ids, labels=labels, probabilities=probabilities)
    return made


def written(subject: Subject, classes: Sequence[str], splits: Sequence[str]) -> Writing:
    """Let the report write into a folder of its own, from a working directory of its own."""

    def write() -> Writing:
        task = ReportTask(classes=tuple(classes), experiment="conformance")
        with a_place() as place:
            before = open_figures()
            output = write_report(subject.use, task, predictions(classes, splits), place.folder)
            files = {path: path.read_bytes() for path in place.folder.rglob("*") if path.is_file()}
            return Writing(output, files, len(open_figures() - before), place.strays())

    return subject.once(("written", tuple(classes), tuple(splits)), write)


def open_figures() -> set[int]:
    """Return the numbers of the figures that pyplot keeps, if anybody has imported it."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set() if pyplot is None else set(pyplot.get_fignums())


def writes_a_report(subject: Subject) -> None:
    """From predictions and class names alone, it writes and returns a ReportOutput."""
    try:
        written(subject, PLAIN, SPLIT_NAMES)
    except SightkitError as error:
        raise BrokenContractError(
            expected="a ReportOutput, with nothing but predictions and class names at hand",
            found=str(error),
            remedy="write into the folder that it is given, and return ReportOutput(files=(path,)); leave out what "
            "needs scores, history, pictures() or model() where these are empty or None",
        ) from error


def writes_only_into_its_folder(subject: Subject) -> None:
    """Nothing appears outside the folder that it is given."""
    if strays := written(subject, PLAIN, SPLIT_NAMES).strays:
        raise BrokenContractError(
            expected="files in the given folder only",
            found=f"{', '.join(strays)} outside of it",
            remedy="join every path to the folder that the function is given, never to the working directory",
        )


def tells_which_files_it_wrote(subject: Subject) -> None:
    """The files that it returns are those that it wrote."""
    writing = written(subject, PLAIN, SPLIT_NAMES)
    told, there = set(writing.output.files), set(writing.files)
    absent, untold = (sorted(path.name for path in paths) for paths in (told - there, there - told))
    if absent or untold:
        raise BrokenContractError(
            expected="ReportOutput(files=...) to name each file that was written, and no other",
            found=f"named, not there: {', '.join(absent) or 'none'}; there, not named: {', '.join(untold) or 'none'}",
            remedy="return the paths of all files that it wrote, the one to look at first in front",
        )


def copes_with_one_split(subject: Subject) -> None:
    """With predictions of a single split it writes as well: a run may have no validation or test images."""
    for split in ("train", "test"):
        try:
            written(subject, PLAIN, (split,))
        except SightkitError as error:
            raise BrokenContractError(
                expected=f"a report of a run that has predictions of its {split} split only",
                found=str(error),
                remedy="go through predictions.items(), and count on no split to be there",
            ) from error


def survives_odd_names(subject: Subject) -> None:
    """Class names and image ids that are paths, markup, formulas or no text at all lead it nowhere."""
    try:
        writing = written(subject, ODD, ("test",))
    except (SightkitError, OSError, ValueError) as error:
        raise BrokenContractError(
            expected="a report whatever classes and images are called",
            found=" ".join(str(error).split())[:300],
            remedy='use no name as part of a path, and write text with errors="backslashreplace": names may hold what '
            "is no text",
        ) from error
    if strays := set(writing.strays) - set(written(subject, PLAIN, SPLIT_NAMES).strays):
        raise BrokenContractError(
            expected="files in the given folder only",
            found=f"{', '.join(map(repr, sorted(strays)))} outside of it, for a class of such a name",
            remedy="use no name as part of a path; number files instead",
        )


def files_with_odd_names(subject: Subject) -> Mapping[Path, bytes]:
    """Return what it writes for odd names.

    Raises:
        NotApplicableError: it fails.
    """
    try:
        return written(subject, ODD, ("test",)).files
    except (SightkitError, OSError, ValueError) as error:
        reason = '"survives odd names" failed'
        raise NotApplicableError(reason) from error


def escapes_formulas(subject: Subject) -> None:
    """A class that is called like a formula is none in the tables that it writes for spreadsheets."""
    for path, table in files_with_odd_names(subject).items():
        if path.suffix.lower() not in TABLES:
            continue
        lines = table.decode(errors="replace").splitlines()
        rows = csv.reader(lines, delimiter=TABLES[path.suffix.lower()])
        if any(cell.startswith(FORMULA) for row in rows for cell in row):
            raise BrokenContractError(
                expected="names of classes and images to be text in spreadsheets",
                found=f"the formula {FORMULA} in a cell of {path.name}",
                remedy="write sightkit.harmless_cell(name) in the place of name",
            )


def escapes_markup(subject: Subject) -> None:
    """A class that is called like a tag is no tag in the HTML that it writes."""
    files = files_with_odd_names(subject)
    if broken := [
        path.name for path, page in files.items() if path.suffix.lower() in PAGES and MARKUP.encode() in page
    ]:
        raise BrokenContractError(
            expected="names of classes and images to be escaped in HTML",
            found=f"{MARKUP} as a tag in {', '.join(broken)}",
            remedy="use html.escape, or a template engine with autoescape",
        )


def closes_its_figures(subject: Subject) -> None:
    """No figure of matplotlib stays open: pyplot would keep them all, and a notebook would show them."""
    if count := written(subject, PLAIN, SPLIT_NAMES).figures:
        raise BrokenContractError(
            expected="no figure that stays open",
            found=f"{count} that pyplot keeps",
            remedy="make figures with matplotlib.figure.Figure, which nobody else keeps, or call pyplot.close(figure)",
        )


CONTRACT = Contract(
    first=(writes_a_report,),
    then=(
        writes_only_into_its_folder,
        tells_which_files_it_wrote,
        copes_with_one_split,
        survives_odd_names,
        escapes_formulas,
        escapes_markup,
        closes_its_figures,
    ),
)
