"""Reports that break one rule each, and are named after the check that is to catch them."""

from __future__ import annotations

from pathlib import Path

from sightkit import Params, Report, ReportOutput, hookimpl


class Nothing(Params):
    """No parameters."""


def text_of(predictions):
    return "\n".join(f"{split} {len(given.ids)}" for split, given in predictions.items())


def written(path, text):
    path.write_text(text, encoding="utf-8", errors="backslashreplace")
    return path


def returning_paths(_task):
    return lambda predictions, folder: [written(folder / "counts.txt", text_of(predictions))]


def beside_its_folder(_task):
    def write(predictions, folder):
        written(Path("stray.txt"), "here")
        return ReportOutput(files=(written(folder / "counts.txt", text_of(predictions)),))

    return write


def without_telling(_task):
    def write(predictions, folder):
        written(folder / "counts.txt", text_of(predictions))
        return ReportOutput(files=())

    return write


def of_the_test_split(_task):
    def write(predictions, folder):
        return ReportOutput(files=(written(folder / "counts.txt", f"{len(predictions['test'].ids)}"),))

    return write


def with_a_file_a_class(task):
    def write(predictions, folder):
        return ReportOutput(files=tuple(written(folder / f"{name}.txt", text_of(predictions)) for name in task.classes))

    return write


def as_it_comes(task):
    def write(predictions, folder):
        return ReportOutput(files=(written(folder / "page.html", f"<p>{', '.join(task.classes)}"),))

    return write


def as_a_table(task):
    def write(predictions, folder):
        return ReportOutput(files=(written(folder / "classes.csv", "\n".join(task.classes)),))

    return write


def with_an_open_figure(_task):
    def write(predictions, folder):
        from matplotlib import pyplot

        pyplot.figure(figsize=(1, 1))
        pyplot.savefig(folder / "empty.png")
        return ReportOutput(files=(folder / "empty.png",))

    return write


BROKEN = {
    "writes-a-report": returning_paths,
    "writes-only-into-its-folder": beside_its_folder,
    "tells-which-files-it-wrote": without_telling,
    "copes-with-one-split": of_the_test_split,
    "survives-odd-names": with_a_file_a_class,
    "escapes-formulas": as_a_table,
    "escapes-markup": as_it_comes,
    "closes-its-figures": with_an_open_figure,
}


def component(name, make):
    return Report(name=name, summary="Broken.", params=Nothing, build=lambda params, task: make(task))


@hookimpl
def sightkit_reports():
    return [component(name, make) for name, make in BROKEN.items()]
