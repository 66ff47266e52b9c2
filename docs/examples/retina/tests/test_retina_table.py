"""What the table of retinas promises."""

import pytest
from sightkit_retina.draw import draw
from sightkit_retina.retina_table import RetinaTableParams, build_retina_table

from sightkit import DataError, DatasetTask


def source(table, folder):
    return build_retina_table(RetinaTableParams(table=table, folder=folder, suffix=".png"), DatasetTask())


def test_both_eyes_of_a_patient_are_one_group(tmp_path):
    made = source(draw(tmp_path, patients=3), tmp_path / "train")
    assert list(made.samples.ids) == ["10_left", "10_right", "11_left", "11_right", "12_left", "12_right"]
    assert list(made.samples.groups) == ["10", "10", "11", "11", "12", "12"]
    assert made.classes[made.samples.labels[0]] in {"none", "mild", "moderate", "severe", "proliferative"}
    assert all(made.read(row).is_file() for row in range(6))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("image,grade\n10_left,0\n", "expected the columns image and level, found image, grade; name the column level"),
        ("image,level\n10_left,0\n10_right,5\n", "table.csv:3: level: expected a grade from 0 to 4, found '5'"),
        ("image,level\n../10_left,0\n", "expected a patient and an eye, such as 10_left; found '../10_left'"),
        ("image,level\n10_left\n", "level: expected a grade from 0 to 4, found ''"),
    ],
)
def test_a_wrong_table_is_told_with_its_place(text, said, tmp_path):
    (tmp_path / "table.csv").write_text(text)
    with pytest.raises(DataError) as told:
        source(tmp_path / "table.csv", tmp_path)
    assert said in str(told.value)


def test_a_table_that_is_not_there_is_told(tmp_path):
    with pytest.raises(DataError, match=r"none\.csv: expected a CSV file in UTF-8, which cannot be read"):
        source(tmp_path / "none.csv", tmp_path)
