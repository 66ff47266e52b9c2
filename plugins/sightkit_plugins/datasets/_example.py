"""tf.train.Example without TensorFlow: the message is described here, protobuf reads it.

https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/example/example.proto and feature.proto.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sightkit import DataError
from sightkit_plugins.datasets._findings import named, nearest

if TYPE_CHECKING:
    from google.protobuf.descriptor_pb2 import DescriptorProto

PACKAGE = "tensorflow"
KINDS = {"bytes_list": "bytes", "float_list": "floats", "int64_list": "whole numbers"}


def read_example(content: bytes, *, image: str, label: str) -> tuple[bytes, int | str]:
    """Return the image and the label that an Example holds.

    Args:
        content: The Example.
        image: The name of its feature with the image: one value, bytes.
        label: The name of its feature with the label: one value, a whole number or a name.

    Raises:
        DataError: it is no Example, or a feature is missing or holds something else.
    """
    from google.protobuf.message import DecodeError

    try:
        features = example_class().FromString(content).features.feature
    except DecodeError as error:
        message = f"expected a tf.train.Example, found something else: {error}"
        raise DataError(message) from error
    found = only_value(features, image, kinds=("bytes_list",))
    what = only_value(features, label, kinds=("int64_list", "bytes_list"))
    try:
        return found, what.decode("utf-8") if isinstance(what, bytes) else what
    except UnicodeDecodeError as error:
        message = f"feature {label!r}: expected a name in UTF-8, found {what[:20]!r}"
        raise DataError(message) from error


def only_value(features: Any, name: str, *, kinds: tuple[str, ...]) -> Any:
    """Return the value of a feature that has one value of one of these kinds."""
    if name not in features:
        names = sorted(features)
        message = f"expected a feature {name!r}, found {named(names)}{nearest(name, names)}"
        raise DataError(message)
    kind = features[name].WhichOneof("kind")
    values: Sequence[Any] = getattr(features[name], kind).value if kind else ()
    if kind not in kinds or len(values) != 1:
        found = f"{len(values):,} of {KINDS[kind]}" if kind else "none"
        message = f"feature {name!r}: expected one value of {' or '.join(KINDS[each] for each in kinds)}, found {found}"
        raise DataError(message)
    return values[0]


@cache
def example_class() -> Any:
    """Return the class of Examples, in a pool of its own: TensorFlow registers its own in the common one."""
    from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
    from google.protobuf.descriptor_pool import DescriptorPool
    from google.protobuf.message_factory import GetMessageClass

    file = FileDescriptorProto(name="example.proto", package=PACKAGE, syntax="proto3")
    lists = {"BytesList": FieldDescriptorProto.TYPE_BYTES, "FloatList": FieldDescriptorProto.TYPE_FLOAT}
    for name, kind in {**lists, "Int64List": FieldDescriptorProto.TYPE_INT64}.items():
        message = file.message_type.add(name=name)
        message.field.add(name="value", number=1, type=kind, label=FieldDescriptorProto.LABEL_REPEATED)
    feature = file.message_type.add(name="Feature")
    feature.oneof_decl.add(name="kind")
    for number, name in enumerate(("BytesList", "FloatList", "Int64List"), start=1):
        add_message(feature, name.replace("List", "_list").lower(), name, number=number, oneof_index=0)
    features = file.message_type.add(name="Features")
    entry = features.nested_type.add(name="FeatureEntry")
    entry.options.map_entry = True
    string, once = FieldDescriptorProto.TYPE_STRING, FieldDescriptorProto.LABEL_OPTIONAL
    entry.field.add(name="key", number=1, type=string, label=once)
    add_message(entry, "value", "Feature", number=2)
    add_message(features, "feature", "Features.FeatureEntry", label=FieldDescriptorProto.LABEL_REPEATED)
    add_message(file.message_type.add(name="Example"), "features", "Features")
    pool = DescriptorPool()
    pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.Example"))


def add_message(to: DescriptorProto, name: str, message: str, *, number: int = 1, **options: Any) -> None:
    """Add a field that holds a message."""
    from google.protobuf.descriptor_pb2 import FieldDescriptorProto

    given = {"label": FieldDescriptorProto.LABEL_OPTIONAL, **options}
    kind = FieldDescriptorProto.TYPE_MESSAGE
    to.field.add(name=name, number=number, type=kind, type_name=f".{PACKAGE}.{message}", **given)
