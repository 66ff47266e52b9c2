"""The message for refused data, and the table of findings."""

from __future__ import annotations

from sightkit.images.findings.finding import Case, Finding, refusal, table_rows

BAD = Finding(
    kind="bad-image",
    refused=True,
    summary="22 of 70 images cannot be used",
    remedy="replace or remove them",
    cases=tuple(Case((f"cats/{row}.jpg",), f"/pets/cats/{row}.jpg: the file is\nempty") for row in range(22)),
)
NEAR = Finding(
    kind="near-duplicate", refused=False, summary="1 image looks odd", remedy="look", cases=(Case(("a", "b"), "train"),)
)
ABSENT = Finding(
    kind="absent-class", refused=True, summary="1 of 2 classes has none", remedy="add some", cases=(Case((), "'cat'"),)
)


def test_a_refusal_lists_what_is_refused_and_then_a_line_for_each_warning():
    lines = refusal([NEAR, BAD, ABSENT]).split("\n")
    assert lines[:2] == ["22 of 70 images cannot be used:", "  /pets/cats/0.jpg: the file is\\nempty"]
    assert lines[20:] == [
        "  /pets/cats/19.jpg: the file is\\nempty",
        "  and 2 more",
        "Replace or remove them.",
        "1 of 2 classes has none:",
        "  'cat'",
        "Add some.",
        "Also: 1 image looks odd.",
    ]


def test_the_table_has_refused_findings_first_each_with_an_example():
    assert table_rows([NEAR, BAD]) == [
        ["22 of 70 images cannot be used", "22", "/pets/cats/0.jpg: the file is\\nempty"],
        ["1 image looks odd", "1", "a, b: train"],
    ]


def test_a_document_has_every_case():
    assert NEAR.document() == {
        "kind": "near-duplicate",
        "refused": False,
        "summary": "1 image looks odd",
        "remedy": "look",
        "cases": [{"images": ["a", "b"], "detail": "train"}],
    }
    assert len(BAD.document()["cases"]) == 22
