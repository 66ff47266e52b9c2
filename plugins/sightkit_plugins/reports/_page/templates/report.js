// What the page does: it shows the images of a cell, draws the confusion matrix of many classes, and sorts tables.
"use strict";

const { classes, order, cells, images } = JSON.parse(document.getElementById("document").textContent);
const cellAt = new Map(cells.map((cell) => [`${cell[0]},${cell[1]}`, cell]));
const imagesOf = new Array(classes.length).fill(0);
for (const [actual, , count] of cells) imagesOf[actual] += count;

/** Make an element; what is in it is only ever text or another element. */
function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Say in words what is in a cell. */
function inWords([actual, predicted, count]) {
  const share = `${((100 * count) / imagesOf[actual]).toFixed(1)} % of the class`;
  const verdict = actual === predicted ? "right" : `taken for ${classes[predicted]}`;
  return `${classes[actual]}, ${verdict}: ${count.toLocaleString("en")} image${count === 1 ? "" : "s"}, ${share}`;
}

const panel = document.getElementById("cell");

/** Show the images of a cell. */
function choose(key) {
  const cell = cellAt.get(key);
  if (!cell) return;
  const [actual, predicted, count, shown] = cell;
  const list = make("ul");
  for (const [name, certainty, source] of shown.map((index) => images[index])) {
    if (source) {
      const picture = make("img", { src: source, alt: name, title: name });
      list.append(make("li", {}, picture, `${certainty.toFixed(0)} %`));
    } else {
      list.append(make("li", { className: "name" }, `${name}, ${certainty.toFixed(0)} %`));
    }
  }
  const children = [make("p", {}, inWords(cell)), list];
  if (shown.length < count) {
    const left = (count - shown.length).toLocaleString("en");
    children.push(make("p", { className: "note" }, `${left} more ${count - shown.length === 1 ? "is" : "are"} not shown.`));
  }
  if (shown.length) {
    const what = actual === predicted ? "the least certain first" : "the surest first";
    children.push(make("p", { className: "note" }, `Below each image how sure the model was; ${what}.`));
  }
  panel.replaceChildren(...children);
  for (const button of document.querySelectorAll("#matrix button")) {
    button.setAttribute("aria-pressed", String(button.dataset.cell === key));
  }
  if (map) map.chosen = key;
  draw();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-cell]");
  if (!button) return;
  choose(button.dataset.cell);
  const { top, bottom } = panel.getBoundingClientRect();
  if (top < 0 || bottom > innerHeight) panel.scrollIntoView({ block: "nearest" });
});

// The matrix of many classes: a picture, since a table of forty thousand cells would be neither quick nor readable.
const canvas = document.getElementById("map");
const map = canvas && { here: null, chosen: null, side: 1 };
const placeOf = new Array(classes.length);
order.forEach((label, place) => (placeOf[label] = place));
const LEAST = 3; // pixels of a cell
const REACH = 12; // pixels within which a finger finds the next cell with images

/** Draw the matrix in the colours of the page. */
function draw() {
  if (!map) return;
  const width = Math.max(canvas.parentElement.clientWidth, LEAST * classes.length);
  const ratio = devicePixelRatio || 1;
  map.side = width / classes.length;
  canvas.style.width = canvas.style.height = `${width}px`;
  canvas.width = canvas.height = Math.round(width * ratio);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  pen.fillStyle = colour("raised");
  pen.fillRect(0, 0, width, width);
  pen.fillStyle = colour("rule");
  for (let line = 10; line < classes.length; line += 10) {
    pen.fillRect(line * map.side, 0, 0.5, width);
    pen.fillRect(0, line * map.side, width, 0.5);
  }
  for (const [actual, predicted, count] of cells) {
    pen.globalAlpha = 0.15 + 0.85 * Math.sqrt(count / imagesOf[actual]);
    pen.fillStyle = colour(actual === predicted ? "right" : "wrong");
    pen.fillRect(placeOf[predicted] * map.side, placeOf[actual] * map.side, map.side, map.side);
  }
  pen.globalAlpha = 1;
  for (const [key, tone, around] of [[map.chosen, "ink", 2], [map.here, "ink", 3]]) {
    if (!key) continue;
    const [actual, predicted] = cellAt.get(key);
    pen.strokeStyle = colour(tone);
    pen.lineWidth = 1.5;
    const side = map.side + 2 * around;
    pen.strokeRect(placeOf[predicted] * map.side - around, placeOf[actual] * map.side - around, side, side);
  }
}

/** Go to a cell: mark it and say what is in it. */
function goTo(cell) {
  const key = `${cell[0]},${cell[1]}`;
  if (key === map.here) return;
  map.here = key;
  document.getElementById("here").textContent = inWords(cell);
  draw();
}

/** Return the cell with images that is nearest to a place and within reach. */
function nearest(x, y) {
  let found = null;
  let least = REACH;
  for (const cell of cells) {
    const distance = Math.hypot((placeOf[cell[1]] + 0.5) * map.side - x, (placeOf[cell[0]] + 0.5) * map.side - y);
    if (distance < least) [found, least] = [cell, distance];
  }
  return found;
}

/** Return the next cell with images in the direction of an arrow key. */
function next(key) {
  if (!map.here) return cells[0];
  const [row, column] = map.here.split(",").map((label) => placeOf[label]);
  const along = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[key];
  let found = null;
  let least = Infinity;
  for (const cell of cells) {
    const [down, right] = [placeOf[cell[0]] - row, placeOf[cell[1]] - column];
    const ahead = down * along[0] + right * along[1];
    const beside = Math.abs(down * along[1]) + Math.abs(right * along[0]);
    const distance = ahead + 4 * beside;
    if (ahead > 0 && distance < least) [found, least] = [cell, distance];
  }
  return found;
}

if (map) {
  const cellUnder = (event) => nearest(event.offsetX, event.offsetY);
  canvas.addEventListener("pointermove", (event) => {
    const cell = cellUnder(event);
    if (cell) goTo(cell);
  });
  canvas.addEventListener("click", (event) => {
    const cell = cellUnder(event);
    if (!cell) return;
    goTo(cell);
    choose(map.here);
  });
  canvas.addEventListener("keydown", (event) => {
    if (event.key.startsWith("Arrow")) {
      const cell = next(event.key);
      if (cell) goTo(cell);
    } else if ((event.key === "Enter" || event.key === " ") && map.here) {
      choose(map.here);
    } else {
      return;
    }
    event.preventDefault();
  });
  addEventListener("resize", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
}

/** Return what a cell of a table is sorted by: a number where it has one. */
function valueOf(row, column) {
  const { value } = row.cells[column].dataset;
  if (value === undefined) return row.cells[column].textContent.trim();
  return value === "" ? null : Number(value);
}

/** Compare two values; what is not defined comes last either way. */
function compare(first, second, sign) {
  if (first === null || second === null) return (first === null) - (second === null);
  if (typeof first === "number") return sign * (first - second);
  return sign * first.localeCompare(second, undefined, { numeric: true });
}

for (const table of document.querySelectorAll("table.sortable")) {
  const [body] = table.tBodies;
  for (const heading of table.tHead.querySelectorAll("th")) {
    const button = make("button", { type: "button" }, heading.textContent);
    button.addEventListener("click", () => {
      const before = heading.getAttribute("aria-sort");
      const natural = heading.classList.contains("number") ? "descending" : "ascending";
      const other = natural === "ascending" ? "descending" : "ascending";
      const order = before === natural ? other : natural;
      for (const each of table.tHead.querySelectorAll("th")) each.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const column = heading.cellIndex;
      const rows = [...body.rows].map((row) => [valueOf(row, column), row]);
      rows.sort(([first], [second]) => compare(first, second, sign));
      body.append(...rows.map(([, row]) => row));
    });
    heading.replaceChildren(button);
  }
}
