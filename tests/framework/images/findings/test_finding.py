"""The message for refused data, and the table of findings."""

from __future__ import annotations

from sightkit.images.findings.finding import Case, Finding, refusal, table_rows

BAD = Finding(
    kind="bad-image",
    refused=True,
    summary="102 of 700 images cannot be used",
    remedy="replace or remove them",
    cases=tuple(Case((f"cats/{row}.jpg",), f"/pets/cats/{row}.jpg: the file is\nempty") for row in range(102)),
)
NEAR = Finding(
    kind="near-duplicate", refused=False, summary="1 image looks odd", remedy="look", cases=(Case(("a", "b"), "train"),)
)
ABSENT = Finding(
    kind="absent-class", refused=True, summary="1 of 2 classes has none", remedy="add some", cases=(Case((), "'cat'"),)
)


def test_a_refusal_lists_what_is_refused_and_then_a_line_for_each_warning():
    lines = refusal([NEAR, BAD, ABSENT]).split("\n")
    assert lines[:2] == ["102 of 700 images cannot be used:", "  /pets/cats/0.jpg: the file is\\nempty"]
    assert lines[100:] == [
        "  /pets/cats/99.jpg: the file is\\nempty",
        "  and 2 more; `sightkit data` writes all into data.json",
        "Replace or remove them.",
        "1 of 2 classes has none:",
        "  'cat'",
        "Add some.",
        "Also: 1 image looks odd.",
    ]


def test_the_table_has_refused_findings_first_each_with_an_example():
    assert table_rows([NEAR, BAD]) == [
        ["102 of 700 images cannot be used", "102", "/pets/cats/0.jpg: the file is\\nempty", "replace or remove them"],
        ["1 image looks odd", "1", "a, b: train", "look"],
    ]


def test_a_document_has_every_case():
    assert NEAR.document() == {
        "kind": "near-duplicate",
        "refused": False,
        "summary": "1 image looks odd",
        "remedy": "look",
        "cases": [{"images": ["a", "b"], "detail": "train"}],
    }
    assert len(BAD.document()["cases"]) == 102


def test_of_many_copies_of_an_image_the_first_few_are_named():
    copies = Case(tuple("abcdefg"), "train and test")
    assert NEAR.line(copies) == "a, b, c, d, e and 2 more: train and test"
