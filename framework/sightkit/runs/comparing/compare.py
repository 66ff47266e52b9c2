"""`compare_runs`: the scores of several runs on the same images, and which differences are more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from sightkit.registry.registry import Registry
from sightkit.runs.comparing.agreement import check_runs, differing_settings, predictions_of, same_images
from sightkit.runs.comparing.names import short_names
from sightkit.runs.comparing.result import ComparedRun, Comparison, Difference
from sightkit.runs.evaluating.metrics import judging_settings
from sightkit.runs.evaluating.split import classes_of
from sightkit.runs.judge import build_metrics, scores_of

if TYPE_CHECKING:
    from sightkit.config.overrides import Override
    from sightkit.contracts import MetricFunction, Predictions
    from sightkit.runs.folder import Run
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
    settings = judging_settings(runs[0].path, registry=registry or Registry(), overrides=overrides, problems=problems)
    name, first = predictions_of(runs[0], split)
    others = [same_images(runs[0], first, run, predictions_of(run, name)[1], split=name) for run in runs[1:]]
    classes = classes_of(runs[0])
    metrics = build_metrics(settings, classes)
    predictions = dict(zip(short_names(runs), (first, *others), strict=True))
    compared = tuple(
        ComparedRun(name=short, run=run, scores=scores_of(metrics, each, seed=settings.seed))
        for run, (short, each) in zip(runs, predictions.items(), strict=True)
    )
    return Comparison(
        split=name,
        images=len(first.ids),
        classes=classes,
        runs=compared,
        differences=tuple(
            difference
            for metric, function in metrics.items()
            for difference in differences_in(metric, function, compared, predictions, seed=settings.seed)
        ),
        settings=differing_settings(runs),
        notes=notes_on(runs),
    )


def differences_in(
    metric: str,
    function: MetricFunction,
    runs: Sequence[ComparedRun],
    predictions: Mapping[str, Predictions],
    *,
    seed: int,
) -> list[Difference]:
    """Return the differences of all pairs of runs in a metric, their p-values corrected together."""
    from sightkit.evaluation.holm import holm

    if metric == ACCURACY:
        found = [accuracy_difference(first.name, second.name, predictions) for first, second in combinations(runs, 2)]
    else:
        found = bootstrap_differences(metric, function, runs, predictions, seed=seed)
    adjusted = holm([each.p_value for each in found])
    return [replace(each, adjusted_p_value=value) for each, value in zip(found, adjusted, strict=True)]


def accuracy_difference(first: str, second: str, predictions: Mapping[str, Predictions]) -> Difference:
    """Return how two runs differ in accuracy, by McNemar's test; no p-value is corrected yet."""
    from sightkit.evaluation.mcnemar import (
        EXACT_BELOW,
        accuracy_difference_interval,
        mcnemar_p_value,
        paired_counts,
    )

    counts = paired_counts(predictions[first], predictions[second])
    p_value = mcnemar_p_value(counts)
    return Difference(
        metric=ACCURACY,
        first=first,
        second=second,
        value=counts.difference,
        interval=accuracy_difference_interval(counts),
        p_value=p_value,
        adjusted_p_value=p_value,
        test="mcnemar-exact" if counts.discordant < EXACT_BELOW else "mcnemar",
        only_first=counts.only_first,
        only_second=counts.only_second,
    )


def bootstrap_differences(
    metric: str,
    function: MetricFunction,
    runs: Sequence[ComparedRun],
    predictions: Mapping[str, Predictions],
    *,
    seed: int,
) -> list[Difference]:
    """Return how all pairs of runs differ in a metric on the same resamples; no p-value is corrected yet."""
    from sightkit.evaluation.paired import bootstrap_p_value, difference_interval, resampled_scores, resamples_for

    pairs = list(combinations(runs, 2))
    resamples = resamples_for(function, pairs=len(pairs))
    values = {
        name: resampled_scores(function, each, seed=seed, resamples=resamples) for name, each in predictions.items()
    }
    found = []
    for first, second in pairs:
        differences = values[second.name] - values[first.name]
        p_value = bootstrap_p_value(differences)
        found.append(
            Difference(
                metric=metric,
                first=first.name,
                second=second.name,
                value=second.scores[metric].value - first.scores[metric].value,
                interval=difference_interval(differences),
                p_value=p_value,
                adjusted_p_value=p_value,
                test="bootstrap",
                resamples=resamples,
            )
        )
    return found


def notes_on(runs: Sequence[Run]) -> tuple[str, ...]:
    """Return what a reader of the comparison has to know."""
    if len({run.manifest["data"]["fingerprint"] for run in runs}) > 1:
        return ("the runs were made with other data; of what they are compared on, ids and labels are the same",)
    return ()
