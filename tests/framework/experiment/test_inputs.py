"""Files that an experiment will read, and that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

import sightkit


class StartParams(sightkit.Params):
    """Where to start from."""

    start: sightkit.InputFile | None = None


class Teacher(sightkit.Params):
    """A table inside of parameters."""

    weights: sightkit.InputFile


class ManyParams(sightkit.Params):
    """Files in a list, and in tables of one."""

    parts: tuple[sightkit.InputFile, ...] = ()
    teachers: tuple[Teacher, ...] = ()


def test_a_file_that_is_not_there_is_told_where_it_was_written_before_anything_is_read(tmp_path: Path) -> None:
    file = tmp_path / "e.toml"
    file.write_text(
        '[dataset]\nuse = "image-folder"\npath = "nowhere"\n[architecture]\nuse = "keras-file"\npath = "base.keras"\n'
    )
    experiment = sightkit.load(file)
    told = rf"e\.toml:6:8: architecture\.path: expected a file, found no such file: {tmp_path / 'base.keras'}$"
    with pytest.raises(sightkit.ConfigError, match=told):
        experiment.check()
    with pytest.raises(sightkit.ConfigError, match=told):
        experiment.run(runs_dir=tmp_path / "runs")
    (tmp_path / "base.keras").touch()
    experiment.check()


def test_a_misspelt_word_in_the_place_of_a_file_is_told_the_words(tmp_path: Path) -> None:
    values = {"dataset": {"use": "digits"}, "architecture": {"use": "resnet", "weights": "imagenett"}}
    with pytest.raises(sightkit.ConfigError, match=r'expected "imagenet" or "none" or a file, found no .*tt$'):
        sightkit.load(values).check()
    with pytest.raises(sightkit.ConfigError, match=f"found a folder: {tmp_path}$"):
        sightkit.load(values).override({"architecture.weights": tmp_path}).check()
    for weights in ("imagenet", "none", __file__):
        sightkit.load(values).override({"architecture.weights": weights}).check()


def test_files_of_components_of_stages_are_looked_for() -> None:
    registry = sightkit.Registry()
    registry.add(
        sightkit.Schedule(name="from-file", summary="As a file says.", params=StartParams, build=lambda *_: None)
    )
    values = {
        "dataset": {"use": "digits"},
        "training": {"stages": [{"epochs": 1}, {"epochs": 1, "schedule": {"use": "from-file", "start": "rates"}}]},
    }
    experiment = sightkit.load(values, registry=registry)
    with pytest.raises(sightkit.ConfigError, match=r"training\.stages\.1\.schedule\.start: expected a file, found no"):
        experiment.check()
    experiment.override({"training.stages.1.schedule": {"use": "from-file", "start": __file__}}).check()


def test_files_in_lists_and_tables_of_a_component_are_looked_for() -> None:
    registry = sightkit.Registry()
    registry.add(sightkit.Architecture(name="many", summary="Many.", params=ManyParams, build=lambda *_: None))
    files = {"parts": [__file__, "part"], "teachers": [{"weights": __file__}, {"weights": "taught"}]}
    experiment = sightkit.load(
        {"dataset": {"use": "digits"}, "architecture": {"use": "many", **files}}, registry=registry
    )
    with pytest.raises(sightkit.ConfigError) as caught:
        experiment.check()
    told = [line.partition(": ")[2] for line in str(caught.value).splitlines()]
    assert told == [
        f"architecture.parts.1: expected a file, found no such file: {Path.cwd() / 'part'}",
        f"architecture.teachers.1.weights: expected a file, found no such file: {Path.cwd() / 'taught'}",
    ]
    experiment.override({"architecture.parts": [__file__], "architecture.teachers": []}).check()
