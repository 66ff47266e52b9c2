"""The source of small plugins, for tests that install them or lay them into a project."""

from __future__ import annotations

HEAD = '''
from sightkit import ConfigError, Extension, Loss, Metric, Params, Recipe, hookimpl

class Nothing(Params):
    """No parameters."""

def metric(name, **more):
    return Metric(name=name, summary="Says nothing.", params=Nothing, build=lambda params, task: None, **more)
'''


def plugin_source(body: str) -> str:
    """Return a plugin that has `metric` and ``Nothing`` at hand."""
    return f"{HEAD}\n{body}\n"


def metric_plugin(name: str, *, first: str = "") -> str:
    """Return a plugin that offers one metric.

    Args:
        name: The metric's name.
        first: What the module does before anything else.
    """
    return plugin_source(f'{first}\n@hookimpl\ndef sightkit_metrics():\n    return [metric("{name}")]')
