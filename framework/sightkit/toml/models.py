"""What a pydantic model knows of the tables it describes: their keys, for messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from sightkit.toml.document import KeyPath


def field_names(model: type[BaseModel], path: KeyPath) -> list[str]:
    """Return the keys that the table holding ``path`` knows, following nested models from ``model`` on."""
    for key in path[:-1]:
        if (nested := nested_model(model, key)) is not None:
            model = nested
    return [field.alias or name for name, field in model.model_fields.items()]


def nested_model(model: type[BaseModel], key: str | int) -> type[BaseModel] | None:
    """Return the model that a field holds: alone, or in an array, a dictionary or a union."""
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    annotations: Iterable[Any] = [fields[key].annotation] if isinstance(key, str) and key in fields else []
    while annotations:
        for annotation in annotations:
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                return annotation
        annotations = [inner for outer in annotations for inner in getattr(outer, "__args__", ())]
    return None
