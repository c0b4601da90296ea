"""Checking what callers send: a small vocabulary for types, limits and required fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from livechat_sandbox.platform.errors import LiveChatError

Complaint = str | None


@dataclass(frozen=True)
class Kind:
    """What a value has to be. `complain` answers None, or what is wrong with the value."""

    complain: Callable[[Any], Complaint]
    is_required: bool = False
    fields: Mapping[str, "Kind"] = field(default_factory=dict)
    item: "Kind | None" = None
    extra: "Kind | None" = None


def required(kind: Kind) -> Kind:
    return replace(kind, is_required=True)


def anything() -> Kind:
    return Kind(lambda _: None)


def text(most_bytes: int | None = None) -> Kind:
    def complain(value: Any) -> Complaint:
        if not isinstance(value, str):
            return "must be a string"
        if most_bytes is not None and len(value.encode(errors="replace")) > most_bytes:
            return f"must not be longer than {most_bytes} bytes"
        return None

    return Kind(complain)


def boolean() -> Kind:
    return Kind(lambda value: None if isinstance(value, bool) else "must be a boolean")


def number() -> Kind:
    def complain(value: Any) -> Complaint:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
        return None if fits else "must be a number"

    return Kind(complain)


def integer(least: int | None = None, most: int | None = None) -> Kind:
    def complain(value: Any) -> Complaint:
        if type(value) is not int:
            return "must be an integer"
        if (least is not None and value < least) or (most is not None and value > most):
            return f"must be between {least} and {most}"
        return None

    return Kind(complain)


def one_of(*words: str) -> Kind:
    return Kind(lambda value: None if value in words else f"must be one of {', '.join(words)}")


def nullable(kind: Kind) -> Kind:
    return replace(kind, complain=lambda value: None if value is None else kind.complain(value))


def array(item: Kind, most: int | None = None) -> Kind:
    def complain(value: Any) -> Complaint:
        if not isinstance(value, list):
            return "must be an array"
        if most is not None and len(value) > most:
            return f"must not have more than {most} elements"
        return None

    return Kind(complain, item=item)


def record(extra: Kind | None = None, **fields: Kind) -> Kind:
    """An object. Unknown keys are welcome; `extra` says what their values have to be."""

    def complain(value: Any) -> Complaint:
        return None if isinstance(value, dict) else "must be an object"

    return Kind(complain, fields=fields, extra=extra)


def check(kind: Kind, value: Any, path: str = "") -> None:
    """Raises validation, naming the field, unless `value` is of the kind."""
    complaint = kind.complain(value)
    if complaint:
        raise LiveChatError("validation", f"`{path or 'payload'}` {complaint}")
    if isinstance(value, dict):
        _check_fields(kind, value, path)
    elif isinstance(value, list) and kind.item:
        for index, each in enumerate(value):
            check(kind.item, each, f"{path}[{index}]")


def _check_fields(kind: Kind, value: dict[str, Any], path: str) -> None:
    prefix = f"{path}." if path else ""
    for name, field_kind in kind.fields.items():
        if name in value:
            check(field_kind, value[name], prefix + name)
        elif field_kind.is_required:
            raise LiveChatError("validation", f"`{prefix}{name}` is required")
    if kind.extra:
        for name in value.keys() - kind.fields.keys():
            check(kind.extra, value[name], prefix + name)
