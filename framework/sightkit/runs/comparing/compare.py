"""`compare_runs`: the scores of several runs on the same images, and which differences are more than chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from sightkit.registry.registry import Registry
from sightkit.runs.comparing.agreement import (
    check_runs,
    differing_settings,
    predictions_beside,
    predictions_of,
    same_images,
)
from sightkit.runs.comparing.names import short_names
from sightkit.runs.comparing.result import ComparedRun, Comparison, Difference
from sightkit.runs.judging.metrics import build_metrics, scores_of
from sightkit.runs.record.settings import settings_of

if TYPE_CHECKING:
    from sightkit.config.overrides import Override
    from sightkit.contracts import MetricFunction, Score
    from sightkit.runs.record.run import Run
    from sightkit.toml.problems import Problem

ACCURACY = "accuracy"
"""An experiment may give this name to nothing else."""


def compare_runs(
    runs: Sequence[Run],
    *,
    split: str | None = None,
    overrides: Sequence[Override] = (),
    problems: Sequence[Problem] = (),
    registry: Registry | None = None,
) -> Comparison:
    """Compare runs on the same images; see `sightkit.compare`.

    Args:
        runs: At least two.
        split: Which images; by default test images, or else validation or training images.
        overrides: Other metrics than those of the first run.
        problems: What was wrong with the words of these.
        registry: The plugins that metrics may come from; by default the built-in and the installed ones.

    Raises:
        SightkitError: of a kind that says what went wrong.
    """
    check_runs(runs)
    settings = settings_of(
        runs[0].path, ("metrics",), registry=registry or Registry(), overrides=overrides, problems=problems
    )
    name, first = predictions_of(runs[0], split)
    others = [same_images(runs[0], first, run, predictions_beside(runs[0], run, name), split=name) for run in runs[1:]]
    classes = runs[0].classes
    metrics = build_metrics(settings, classes)
    compared = tuple(
        ComparedRun(name=short, run=run, predictions=each, scores=scores_of(metrics, each, seed=settings.seed))
        for run, short, each in zip(runs, short_names(runs), (first, *others), strict=True)
    )
    return Comparison(
        split=name,
        images=len(first.ids),
        classes=classes,
        runs=compared,
        differences=tuple(
            difference
            for metric, function in metrics.functions.items()
            for difference in differences_in(metric, function, compared, seed=settings.seed)
        ),
        settings=differing_settings(runs),
        notes=(*other_data(runs), *few_images(compared, classes)),
    )


def differences_in(
    metric: str, function: MetricFunction, runs: Sequence[ComparedRun], *, seed: int
) -> list[Difference]:
    """Return the differences of all pairs of runs in a metric, their p-values corrected together."""
    from sightkit.evaluation.holm import holm

    if metric == ACCURACY:
        found = [accuracy_difference(first, second) for first, second in combinations(runs, 2)]
    elif all(has_interval(run.scores[metric]) for run in runs):
        found = bootstrap_differences(metric, function, runs, seed=seed)
    else:
        found = [untested_difference(metric, first, second) for first, second in combinations(runs, 2)]
    adjusted = holm([each.p_value for each in found])
    return [replace(each, adjusted_p_value=value) for each, value in zip(found, adjusted, strict=True)]


def accuracy_difference(first: ComparedRun, second: ComparedRun) -> Difference:
    """Return how two runs differ in accuracy, by McNemar's test; the p-value is not corrected yet."""
    from sightkit.evaluation.mcnemar import (
        EXACT_BELOW,
        accuracy_difference_interval,
        mcnemar_p_value,
        paired_counts,
    )

    counts = paired_counts(first.predictions, second.predictions)
    return replace(
        untested_difference(ACCURACY, first, second),
        interval=accuracy_difference_interval(counts),
        p_value=mcnemar_p_value(counts),
        test="mcnemar-exact" if counts.discordant < EXACT_BELOW else "mcnemar",
        only_first=counts.only_first,
        only_second=counts.only_second,
    )


def bootstrap_differences(
    metric: str, function: MetricFunction, runs: Sequence[ComparedRun], *, seed: int
) -> list[Difference]:
    """Return how all pairs of runs differ in a metric on the same resamples; the p-values are not corrected yet."""
    from sightkit.evaluation.paired import bootstrap_p_value, difference_interval, resampled_scores, resamples_for

    pairs = list(combinations(runs, 2))
    resamples = resamples_for(function, pairs=len(pairs))
    values = {run.name: resampled_scores(function, run.predictions, seed=seed, resamples=resamples) for run in runs}
    found = []
    for first, second in pairs:
        differences = values[second.name] - values[first.name]
        found.append(
            replace(
                untested_difference(metric, first, second),
                interval=difference_interval(differences),
                p_value=bootstrap_p_value(differences),
                test="bootstrap",
                resamples=resamples,
            )
        )
    return found


def untested_difference(metric: str, first: ComparedRun, second: ComparedRun) -> Difference:
    """Return how two runs differ in a metric, and no more."""
    return Difference(
        metric=metric,
        first=first.name,
        second=second.name,
        value=second.scores[metric].value - first.scores[metric].value,
        interval=(math.nan, math.nan),
        p_value=math.nan,
        adjusted_p_value=math.nan,
        test=None,
    )


def has_interval(score: Score) -> bool:
    """Say whether a score has an interval: without one its differences can't have any."""
    return score.interval is not None and not math.isnan(score.interval[0])


def other_data(runs: Sequence[Run]) -> list[str]:
    """Return a note where the runs were made with other data."""
    if len({run.manifest["data"]["fingerprint"] for run in runs}) == 1:
        return []
    return ["the runs were made with other data; of what they are compared on, ids and labels are the same"]


def few_images(runs: Sequence[ComparedRun], classes: Sequence[str]) -> list[str]:
    """Return a note where intervals rest on too few images to be trusted."""
    from sightkit.evaluation.document import FEW_IMAGES, scores_document

    document = scores_document(runs[0].scores, classes=classes, labels=runs[0].predictions.labels)
    few = [metric for metric, score in document.items() if score["few_images"]]
    if not few:
        return []
    return [f"few images: the intervals of {', '.join(few)} rest on fewer than {FEW_IMAGES} and can't be trusted"]
