"""Images that cannot be used, and files that are named for another format."""

from __future__ import annotations

import numpy as np

from sightkit.images.decoding.decode import FORMATS
from sightkit.images.decoding.facts import FACTS
from sightkit.images.findings.condition import bad_images, wrong_extensions

IDS = ["a.jpg", "b.jpg", "c.jpg"]


def test_bad_images_are_refused_or_left_out():
    told = {"problems": {2: "truncated", 0: "empty"}, "ids": IDS, "places": {0: "/pets/a.jpg", 2: "/pets/c.jpg"}}
    refused, skipped = bad_images(**told, skip=False), bad_images(**told, skip=True)
    assert refused is not None
    assert skipped is not None
    assert (refused.refused, skipped.refused) == (True, False)
    assert refused.summary == "2 of 3 images cannot be used"
    assert skipped.summary == "2 of 3 images cannot be used and were left out"
    assert [refused.line(case) for case in refused.cases] == ["/pets/a.jpg: empty", "/pets/c.jpg: truncated"]
    assert bad_images({}, ids=IDS, places={}, skip=True) is None


def test_a_file_that_is_named_for_another_format_is_a_warning_that_says_what_it_is():
    facts = np.zeros(3, FACTS)
    assert wrong_extensions(facts, ids=IDS) is None
    facts["mislabelled"][1], facts["format"][1] = True, FORMATS.index("PNG") + 1
    finding = wrong_extensions(facts, ids=IDS)
    assert finding is not None
    assert (finding.kind, finding.refused) == ("wrong-extension", False)
    assert finding.summary == "1 of 3 images has the extension of another format"
    assert [finding.line(case) for case in finding.cases] == ["b.jpg: a PNG"]
