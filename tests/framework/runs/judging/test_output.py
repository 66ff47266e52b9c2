"""Reports that don't keep the contract are told, with whose they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import sightkit

PLUGIN = '''
from pathlib import Path
from pydantic import Field
from sightkit import Params, Report, ReportOutput, hookimpl


class CarelessParams(Params):
    """What is returned."""

    returned: str = Field("ReportOutput(files=())", description="In Python.")


def build_careless(params, task):
    def write(predictions, folder):
        (folder / "here.txt").write_text("x")
        (folder.parent / "elsewhere.txt").write_text("x")
        return eval(params.returned, {**globals(), **locals()})

    return write


@hookimpl
def sightkit_reports():
    return [Report(name="careless", summary="Breaks its promises.", params=CarelessParams, build=build_careless)]
'''


@pytest.fixture
def report(finish: Callable[..., sightkit.Run], tmp_path: Path) -> Callable[[str], list[Path]]:
    """Make the report of a run that returns something."""
    (tmp_path / "careless.py").write_text(f"# {tmp_path}\n{PLUGIN}")
    (tmp_path / "registry.toml").write_text('api = 1\n[plugins.mine]\npath = "careless.py"\n')
    registry = sightkit.Registry(extra=[tmp_path / "registry.toml"])

    def make(returned: str) -> list[Path]:
        run = finish()
        resolved = run.path / "resolved.toml"
        reports = f"reports = [{{use = 'careless', returned = '''{returned}'''}}]"
        resolved.write_text(resolved.read_text().replace("reports = []", reports))
        return sightkit.report(run, registry=registry)

    return make


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        ("None", "returned None; expected a sightkit.ReportOutput"),
        ("ReportOutput(files=(), text=3)", "returned the text 3; expected a str"),
        ('ReportOutput(files="here.txt")', "returned the files 'here.txt'; expected a tuple of pathlib.Path"),
        ('ReportOutput(files=("here.txt",))', "returned the file 'here.txt'; expected a pathlib.Path"),
        ('ReportOutput(files=(folder / "nowhere.txt",))', r"said that it wrote .*nowhere\.txt; there is no such file"),
        (
            'ReportOutput(files=(folder.parent / "elsewhere.txt",))',
            r"wrote .*elsewhere\.txt; expected files in the folder",
        ),
        ("predictions.clear()", "failed while it wrote its files: AttributeError: "),
    ],
)
def test_a_report_that_breaks_its_promise_is_named(
    report: Callable[[str], list[Path]], returned: str, message: str
) -> None:
    with pytest.raises(sightkit.PluginError, match=rf'report "careless" \(plugin mine, from .*\) {message}'):
        report(returned)


def test_a_report_that_keeps_it_is_believed(report: Callable[[str], list[Path]]) -> None:
    (file,) = report('ReportOutput(files=(folder / "here.txt",), text="well")')
    assert file.name == "here.txt"
