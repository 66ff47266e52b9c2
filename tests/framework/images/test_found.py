"""Which images the words of a person mean."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightkit import ConfigError, DataError
from sightkit.images.found import find_images, sorted_entries


@pytest.fixture
def photos(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("b.JPG", "a.png", "notes.txt", ".hidden.png", "zoo/2.webp", "zoo/1.gif", ".git/x.png", "[1].jpg"):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "photos"


def names(*words):
    return [name for name, _ in find_images(words)]


def test_a_folder_means_the_images_below_it_in_order_but_for_hidden_ones(photos):
    assert names("photos") == [f"photos/{name}" for name in ("[1].jpg", "a.png", "b.JPG", "zoo/1.gif", "zoo/2.webp")]


def test_a_file_is_an_image_whatever_its_name_and_words_keep_their_order(photos):
    assert names("photos/notes.txt", "photos/a.png", "photos/zoo") == [
        "photos/notes.txt",
        "photos/a.png",
        "photos/zoo/1.gif",
        "photos/zoo/2.webp",
    ]


def test_a_pattern_means_what_it_matches_sorted(photos):
    assert names("photos/**/*.[gw]*") == ["photos/zoo/1.gif", "photos/zoo/2.webp"]
    assert names("photos/zo*") == ["photos/zoo/1.gif", "photos/zoo/2.webp"]


def test_a_file_that_looks_like_a_pattern_is_a_file(photos):
    assert names("photos/[1].jpg") == ["photos/[1].jpg"]


def test_a_link_that_leads_nowhere_is_found_and_one_to_a_folder_is_not_followed(photos):
    (photos / "link.png").symlink_to("nowhere.png")
    (photos / "zoo" / "circle").symlink_to(photos)
    assert "photos/link.png" in names("photos")
    assert len(names("photos")) == 6


@pytest.mark.parametrize(
    ("word", "message"),
    [("photo", "photo: no such file or folder"), ("photos/*.tiff", r"photos/\*.tiff: nothing matches this pattern")],
)
def test_a_word_that_means_nothing_is_refused_before_anything_else_is_done(photos, word, message):
    with pytest.raises(ConfigError, match=message):
        find_images(["photos", word])


def test_folders_without_an_image_are_refused(photos):
    (photos / ".git" / "empty").mkdir()
    with pytest.raises(DataError, match=r"photos/\.git/empty: no image there; expected files that end in \.bmp"):
        find_images(["photos/.git/empty"])


@given(st.sets(st.text("abc", min_size=1, max_size=4), max_size=12), st.integers(1, 5))
def test_names_come_in_order_however_few_are_in_memory(tmp_path_factory, wanted, at_once):
    folder: Path = tmp_path_factory.mktemp("names")
    for name in wanted:
        (folder / name).touch()
    assert [name for name, _ in sorted_entries(str(folder), at_once=at_once)] == sorted(wanted)
