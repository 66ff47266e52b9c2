"""retina-table: graded photographs of both eyes of patients, named by a CSV file as in the EyePACS data."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from pydantic import Field

from sightkit import DataError, Dataset, DatasetTask, ImageSource, Params, Samples, hookimpl

GRADES = ("none", "mild", "moderate", "severe", "proliferative")
"""The international scale: Wilkinson et al., "Proposed international clinical diabetic retinopathy and diabetic macular
edema disease severity scales", Ophthalmology 110 (2003), 1677-1682."""

NAME = re.compile(r"(?P<patient>\w+)_(left|right)")
COLUMNS = ("image", "level")


class RetinaTableParams(Params):
    """Parameters of ``[dataset] use = "retina-table"``."""

    table: Path = Field(description="A CSV file with the columns image, such as 10_left, and level, from 0 to 4.")
    folder: Path = Field(description="The folder of the images.")
    suffix: str = Field(".jpeg", pattern=r"^\.\w+$", description="What the files' names have behind that in the table.")


class RetinaTable(ImageSource):
    """The images of a table, whose patients are groups: no split has an eye of a patient that another has, too."""

    classes = GRADES

    def __init__(self, params: RetinaTableParams, rows: list[tuple[str, str, int]]) -> None:
        import numpy as np

        self.paths = [params.folder / f"{image}{params.suffix}" for image, _, _ in rows]
        self.files = [params.table, *self.paths]
        self.samples = Samples(
            ids=[image for image, _, _ in rows],
            labels=np.array([grade for _, _, grade in rows], dtype=np.int64),
            groups=[patient for _, patient, _ in rows],
        )

    def read(self, index: int) -> Path:
        """Return the path of image ``index``; sightkit decodes it."""
        return self.paths[index]


def build_retina_table(params: RetinaTableParams, _task: DatasetTask) -> RetinaTable:
    """Return the images of the table.

    Raises:
        DataError: the table cannot be read, lacks a column, or has a row that makes no sense.
    """
    try:
        with params.table.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if missing := set(COLUMNS) - set(reader.fieldnames or ()):
                found = ", ".join(reader.fieldnames or ()) or "none"
                message = f"{params.table}: expected the columns {' and '.join(COLUMNS)}, found {found}"
                raise DataError(f"{message}; name the column {min(missing)}")
            rows = [checked(row, f"{params.table}:{reader.line_num}") for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = f"{params.table}: expected a CSV file in UTF-8, which cannot be read: {error}"
        raise DataError(message) from error
    return RetinaTable(params, rows)


def checked(row: dict[str, str | None], place: str) -> tuple[str, str, int]:
    """Return the image, the patient and the grade of a row.

    Raises:
        DataError: they are something else.
    """
    image, level = row["image"] or "", row["level"] or ""
    name = NAME.fullmatch(image)
    if name is None:
        message = f"{place}: image: expected a patient and an eye, such as 10_left; found {image!r}"
        raise DataError(message)
    if level not in {str(grade) for grade in range(len(GRADES))}:
        message = f"{place}: level: expected a grade from 0 to {len(GRADES) - 1}, found {level!r}"
        raise DataError(message)
    return image, name["patient"], int(level)


@hookimpl
def sightkit_datasets() -> list[Dataset[RetinaTableParams]]:
    """Offer the table of retinas."""
    return [
        Dataset(
            name="retina-table",
            summary="Graded photographs of the retina; patients stay together.",
            params=RetinaTableParams,
            build=build_retina_table,
        )
    ]
