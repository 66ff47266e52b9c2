"""How often intervals hold the true value, and from how many images of a class on they can be trusted. Run by hand.

    python tests/benchmarks/intervals.py [--sets 2000] [--images 500 5000] [--shares 1 10 100]

A population of 200,000 predictions is what is true: of ten classes, which the model finds differently hard, with even
shares, or shares that go from 1 to 10 or from 1 to 100. Each test set is so many of them, drawn at random with
replacement, and has the intervals that `score_all` gives. A 95 % interval should hold the population's value in 95 % of
the test sets; 93 to 97 % will do.

The second table tells the same of intervals of a class, by how many images of it a test set happened to have; the
first, beside each share, how many of the smallest class there are on average. `FEW_IMAGES` is read from both.

Balanced accuracy and F1 depend on nothing but how often which class was taken for which. What is resampled for them is
those numbers, which has the distribution of resampled images and takes a hundredth of the time.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from sightkit import Metric, MetricFunction, MetricTask, Predictions, Registry, Score
from sightkit.evaluation.document import FEW_IMAGES
from sightkit.evaluation.intervals import bias_corrected_interval
from sightkit.evaluation.scores import score_all

CLASSES = 10
POPULATION = 200_000
RESAMPLES = 1000
BOUNDS = (1, 5, 10, 15, 20, 30, 40, 50, 75, 100, 200, 500, 1000)
RESAMPLED_IN_CELLS = ("balanced-accuracy", "f1")
WHOLE = ("accuracy", "balanced-accuracy", "f1", "roc-auc", "log-loss")
OF_A_CLASS = ("recall", "precision", "f1", "specificity", "roc-auc", "average-precision")


def main() -> None:
    """Simulate and print two tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sets", type=int, default=2000)
    parser.add_argument("--images", type=int, nargs="*", default=[500, 5000])
    parser.add_argument("--shares", type=int, nargs="*", default=[1, 10, 100], help="the largest by the smallest class")
    options = parser.parse_args()
    held: dict[tuple[str, int], list[bool]] = defaultdict(list)
    print(f"{options.sets} test sets each; intervals that hold the true value, %\n")
    print(f"{'images':>6}{'shares':>9}{'smallest':>10}  {'  '.join(WHOLE)}", flush=True)
    for images in options.images:
        for share in options.shares:
            population = draw_population(share)
            whole: dict[str, list[bool]] = defaultdict(list)
            smallest = []
            for name, score, truth, counts in simulate(population, images=images, sets=options.sets):
                whole[name].append(holds(score.interval, truth.value))
                smallest.append(counts[counts > 0].min())
                if name in OF_A_CLASS:
                    for label, count in enumerate(counts.tolist()):
                        interval = score.per_class_intervals[label] if score.per_class_intervals else None
                        if count:
                            held[name, bound_of(count)].append(holds(interval, truth.per_class[label]))
            cells = "  ".join(f"{100 * np.mean(whole[name]):{len(name)}.1f}" for name in WHOLE)
            print(f"{images:6}{f'1 to {share}':>9}{np.mean(smallest):10.1f}  {cells}", flush=True)
    print_classes(held)


def print_classes(held: dict[tuple[str, int], list[bool]]) -> None:
    """Print how often intervals of a class hold, by how many images it had."""
    print(f"\n{'of a class with':18}{'intervals':>10}  {'  '.join(OF_A_CLASS)}")
    for bound, following in zip(BOUNDS, (*BOUNDS[1:], None), strict=True):
        if any((name, bound) in held for name in OF_A_CLASS):
            images = f"{bound} to {following - 1}" if following else f"{bound} or more"
            cells = "  ".join(f"{100 * np.mean(held[name, bound]):{len(name)}.1f}" for name in OF_A_CLASS)
            print(f"{images:18}{len(held[OF_A_CLASS[0], bound]):10}  {cells}")
    print(f'\n"few images" is told below {FEW_IMAGES}')


def draw_population(share: int) -> Predictions:
    """Return predictions of ten classes, of which the model finds between 62 and 97 %."""
    random = np.random.default_rng(share)
    sizes = share ** (np.arange(CLASSES) / (CLASSES - 1))
    # Which class is hard has nothing to do with which one is rare.
    labels = random.choice(random.permutation(CLASSES), size=POPULATION, p=sizes / sizes.sum())
    logits = random.normal(size=(POPULATION, CLASSES))
    logits[np.arange(POPULATION), labels] += np.linspace(1.9, 4.0, CLASSES)[labels]
    powers = np.exp(1.5 * logits)
    return Predictions(ids=(), labels=labels, probabilities=powers / powers.sum(axis=1, keepdims=True))


def simulate(
    population: Predictions, *, images: int, sets: int
) -> Iterator[tuple[str, Score, Score, np.ndarray[tuple[int], np.dtype[np.int64]]]]:
    """Yield for each test set and metric its score, the true one, and how many images each class has."""
    metrics = built_metrics()
    truths = {name: metric(population.labels, population.probabilities) for name, metric in metrics.items()}
    random = np.random.default_rng(images)
    for number in range(sets):
        rows = random.integers(POPULATION, size=images)
        labels, probabilities = population.labels[rows], population.probabilities[rows]
        drawn = Predictions(ids=(), labels=labels, probabilities=probabilities)
        counts = np.bincount(labels, minlength=CLASSES)
        for name, metric in metrics.items():
            if name in RESAMPLED_IN_CELLS:
                score = resampled_in_cells(metric, drawn, random)
            elif name in WHOLE:
                (score,) = score_all({name: metric}, drawn, seed=number).values()
            else:  # of the others only the intervals of classes are looked at, which the metrics know
                score = metric(labels, probabilities)
            yield name, score, truths[name], counts


def built_metrics() -> dict[str, MetricFunction]:
    """Return the metrics that are looked at."""
    catalogue, task = Registry().catalogue, MetricTask(classes=tuple(map(str, range(CLASSES))))
    found = {name: catalogue.find(Metric, name).component for name in (*WHOLE, *OF_A_CLASS)}
    return {name: component.build(component.params(), task) for name, component in found.items()}


def resampled_in_cells(metric: MetricFunction, drawn: Predictions, random: np.random.Generator) -> Score:
    """Return a score with the interval of the whole that resampled images would give."""
    cells = drawn.labels * CLASSES + drawn.probabilities.argmax(axis=1)
    kinds, images = np.unique(cells, return_counts=True)
    counts = random.multinomial(len(cells), images / len(cells), size=RESAMPLES)
    values = metric.resampled(kinds // CLASSES, np.eye(CLASSES)[kinds % CLASSES], counts)  # type: ignore[attr-defined]
    score = metric(drawn.labels, drawn.probabilities)
    return replace(score, interval=bias_corrected_interval(values[:, 0], estimate=score.value))


def holds(interval: tuple[float, float] | None, value: float) -> bool:
    """Return whether an interval holds a value; one that is not defined doesn't."""
    return interval is not None and interval[0] <= value <= interval[1]


def bound_of(count: int) -> int:
    """Return the largest bound that is not above a count."""
    return max(bound for bound in BOUNDS if bound <= count)


if __name__ == "__main__":
    main()
