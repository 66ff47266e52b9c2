"""report.html as a reader has it: in a real Chromium, which may ask for nothing and may not complain."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from sightkit import Predictions, ReportTask
from sightkit_plugins.reports.html import HtmlParams, build_html

SCRIPT = "<script>alert(1)</script>"
FILE_NAMES = ('it\'s "quoted".png', "two\nlines.png", "猫 \N{CAT FACE}.png", f"{SCRIPT}.png", "caf\udce9.png")
CONTRAST = """
() => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const luminance = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map((each) => {
      const share = each / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (first, second) => {
    const [dark, light] = [luminance(first), luminance(second)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const page = getComputedStyle(document.body).backgroundColor;
  const all = [];
  for (const button of document.querySelectorAll("#matrix button")) {
    const style = getComputedStyle(button);
    all.push([button.className, ratio(style.color, style.backgroundColor)]);
  }
  for (const name of ["p", ".quiet", "a", "th", ".note", "b.wrong", "svg text"]) {
    const element = document.querySelector(name);
    const style = element && getComputedStyle(element);
    if (style) all.push([name, ratio(element.closest("svg") ? style.fill : style.color, page)]);
  }
  return all;
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium of this machine."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("there is no Chromium on the PATH")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program)
        yield browser
        browser.close()


class Reader:
    """Somebody who opens a page, with everything that their browser noticed."""

    def __init__(self, browser, path, *, width=1280, scheme="light"):
        self.noticed = []
        self.page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.page.on("console", lambda message: self.noticed.append(message.text))
        self.page.on("pageerror", lambda error: self.noticed.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.noticed.append(dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: self.asked(request.url))
        self.path = path
        self.page.goto(path.as_uri())

    def asked(self, url):
        if not url.startswith("data:") and url != self.path.as_uri():
            self.noticed.append(url)


def predictions_of(*, classes, images, ids=None):
    random = np.random.default_rng(0)
    labels = np.arange(images) % classes
    probabilities = random.dirichlet(np.full(classes, 0.3), size=images)
    # Two images in three are right, the others are taken for the next class or the one after it.
    seen = (labels + np.where(np.arange(images) // classes % 3 < 2, 0, 1 + labels % 2)) % classes
    probabilities[np.arange(images), seen] += 2
    ids = ids or tuple(f"{row}.png" for row in range(images))
    return Predictions(ids=ids, labels=labels, probabilities=probabilities / probabilities.sum(axis=1, keepdims=True))


def pictures(split, rows):
    return np.random.default_rng(0).integers(0, 256, (len(rows), 48, 64, 3), dtype=np.uint8)


def written(folder, predictions, classes):
    history = [
        {"epoch": epoch, "stage": 1 + epoch // 3, "loss": 1 / epoch, "validation_loss": 1.1 / epoch, "seconds": 1}
        for epoch in range(1, 5)
    ]
    task = ReportTask(
        classes=classes,
        experiment=SCRIPT,
        history=history,
        scores={"test": {"accuracy": {"value": 0.6, "low": 0.5, "high": 0.7}}},
        pictures=pictures,
        heat_maps=pictures,
    )
    (path,) = build_html(HtmlParams(), task)({"test": predictions}, folder).files
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A page of ten classes whose names and files are made to break it."""
    classes = (SCRIPT, "second", *(f"class {label}" for label in range(3, 11)))
    ids = tuple(f"{row} {FILE_NAMES[row % len(FILE_NAMES)]}" for row in range(90))
    return written(tmp_path_factory.mktemp("small"), predictions_of(classes=10, images=90, ids=ids), classes)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A page of two hundred classes."""
    classes = tuple(f"class {label}" for label in range(200))
    return written(tmp_path_factory.mktemp("large"), predictions_of(classes=200, images=1000), classes)


def test_names_are_shown_as_text_and_nothing_of_them_runs(browser, small):
    reader = Reader(browser, small)
    assert reader.page.locator("h1").inner_text() == SCRIPT
    assert reader.page.locator("#classes tbody th").first.inner_text() == SCRIPT
    reader.page.locator('#matrix button[data-cell="0,1"]').click()
    assert f"{SCRIPT}, taken for second" in reader.page.locator("#cell").inner_text()
    names = reader.page.locator("#cell img").evaluate_all("all => all.map((each) => each.alt)")
    assert names
    assert set(names) <= {f"{row} {' '.join(FILE_NAMES[row % 5].split())}" for row in range(90)}
    assert reader.noticed == []


def test_what_gets_into_the_page_all_the_same_neither_runs_nor_asks(browser, small, tmp_path):
    page = small.read_text(encoding="utf-8")
    path = tmp_path / "broken.html"
    injected = (
        '<script>document.title = "mine"</script><img src="https://example.org/x.png"><style>h1{color:red}</style>'
    )
    path.write_text(page.replace("</h1>", f"</h1>{injected}"), encoding="utf-8")
    reader = Reader(browser, path)
    assert reader.page.title() != "mine"
    assert all("Content Security Policy" in each or "example.org" in each for each in reader.noticed)
    assert reader.page.locator("h1").evaluate("each => getComputedStyle(each).color") != "rgb(255, 0, 0)"


def test_choosing_a_cell_shows_its_pictures(browser, small):
    reader = Reader(browser, small)
    cell = reader.page.locator('#matrix button[data-cell="3,5"]')
    cell.focus()
    reader.page.keyboard.press("Enter")
    assert cell.get_attribute("aria-pressed") == "true"
    shown = reader.page.locator("#cell img")
    assert shown.count() == int(cell.inner_text()) == 3
    assert shown.evaluate_all("all => all.every((each) => each.complete && each.naturalWidth === 64)")
    assert "class 4, taken for class 6: 3 images, 33.3 % of the class" in reader.page.locator("#cell").inner_text()
    reader.page.locator("#classes button.plain").first.click()
    assert "taken for" in reader.page.locator("#cell p").first.inner_text()
    assert reader.noticed == []


@pytest.fixture(scope="module")
def uneven(tmp_path_factory):
    """A page of three classes found one, three and two times of four, and one without images."""
    labels, predicted = np.repeat(np.arange(3), 4), [0, 1, 1, 1, 1, 1, 1, 0, 2, 2, 0, 0]
    predictions = Predictions(ids=tuple(map(str, range(12))), labels=labels, probabilities=np.eye(4)[predicted])
    return written(tmp_path_factory.mktemp("uneven"), predictions, ("a", "b", "c", "none"))


def test_a_heading_sorts_its_table_both_ways_and_what_is_not_defined_stays_last(browser, uneven):
    reader = Reader(browser, uneven)
    table = reader.page.locator("#classes table")
    recall = table.get_by_role("columnheader", name="recall")

    def values():
        return table.locator("tbody tr").evaluate_all("rows => rows.map((row) => row.cells[2].textContent)")

    recall.get_by_role("button").click()
    assert recall.get_attribute("aria-sort") == "descending"
    assert values() == ["0.7500", "0.5000", "0.2500", "\N{EN DASH}"]
    recall.get_by_role("button").focus()
    reader.page.keyboard.press("Enter")
    assert recall.get_attribute("aria-sort") == "ascending"
    assert values() == ["0.2500", "0.5000", "0.7500", "\N{EN DASH}"]
    assert reader.noticed == []


def test_names_are_sorted_as_people_count(browser, small):
    reader = Reader(browser, small)
    table = reader.page.locator("#classes table")
    table.get_by_role("columnheader", name="class", exact=True).get_by_role("button").click()
    names = table.locator("tbody th").all_inner_texts()
    assert names[-1] == "second"
    assert names.index("class 9") < names.index("class 10")
    assert reader.noticed == []


def test_many_classes_are_a_map_for_pointer_and_keys(browser, large):
    reader = Reader(browser, large)
    canvas = reader.page.locator("#map")
    side = canvas.evaluate("each => each.clientWidth") / 200
    order = json.loads(reader.page.locator("#document").inner_text())["order"]
    assert sorted(order) == list(range(200))
    actual, predicted = order.index(7), order.index(9)
    assert abs(actual - predicted) < 10
    canvas.click(position={"x": (predicted + 0.5) * side, "y": (actual + 0.5) * side})
    assert "class 7, taken for class 9" in reader.page.locator("#cell").inner_text()
    assert reader.page.locator("#cell img").count() == 1
    canvas.focus()
    reader.page.keyboard.press("ArrowLeft" if actual < predicted else "ArrowRight")
    assert "class 7, right" in reader.page.locator("#here").inner_text()
    reader.page.keyboard.press("Enter")
    assert "class 7, right" in reader.page.locator("#cell").inner_text()
    assert len(large.read_bytes()) < 5_000_000
    assert reader.noticed == []


def test_the_first_arrow_key_goes_to_the_cell_with_most_images(browser, large):
    reader = Reader(browser, large)
    reader.page.locator("#map").focus()
    reader.page.keyboard.press("ArrowDown")
    assert "right: 4 images" in reader.page.locator("#here").inner_text()
    assert reader.noticed == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", ["small", "large"])
def test_a_phone_shows_it_without_scrolling_sideways(browser, request, page, scheme):
    reader = Reader(browser, request.getfixturevalue(page), width=390, scheme=scheme)
    assert reader.page.evaluate("document.documentElement.scrollWidth") == 390
    assert reader.noticed == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_what_is_behind_it(browser, small, scheme, tmp_path):
    path = tmp_path / "shades.html"
    shades = iter(list(range(1, 11)) * 9)
    page = re.sub(r'class="(right|wrong) s\d+"', lambda found: f'class="{found[1]} s{next(shades)}"', small.read_text())
    path.write_text(page)
    contrasts = Reader(browser, path, scheme=scheme).page.evaluate(CONTRAST)
    assert len({name for name, _ in contrasts}) > 15
    # WCAG 2.2, 1.4.3: at least 4.5 to 1.
    assert [each for each in contrasts if each[1] < 4.5] == []


def test_every_picture_and_drawing_has_words_for_those_who_do_not_see_it(browser, small):
    page = Reader(browser, small).page
    assert page.locator("img:not([alt]), img[alt='']").count() == 0
    assert page.locator("svg:not([aria-label]):not([aria-hidden])").count() == 0
    assert page.locator("table:not(:has(th[scope]))").count() == 0
