"""Checking what callers send against the types that a method declares.

msgspec does the work; what it says becomes LiveChat's error. Keys that no type names are welcome.
"""

from collections.abc import Iterable, Mapping
from typing import Any, get_args, get_type_hints, is_typeddict

import msgspec

from livechat_sandbox.platform.errors import LiveChatError

Parameters = Mapping[str, Any]  # as a caller sent them, checked


def only(parameters: Parameters, names: Iterable[str]) -> dict[str, Any]:
    """What of these was given."""
    return {name: parameters[name] for name in names if name in parameters}


def check(kind: Any, value: Any, where: str = "") -> None:
    """Raises validation, naming the field, unless `value` is of the kind."""
    try:
        msgspec.convert(value, type=kind)
    except msgspec.ValidationError as error:
        raise refusal(error, where) from error


def refuse_other_filters(filters: Parameters, kind: Any, absent: Iterable[str] = ()) -> None:
    """Raises validation for filters that are not there: swallowed, they would give too much."""
    kinds = get_type_hints(kind)
    others = filters.keys() - (kinds.keys() - set(absent))
    if others:
        listed = ", ".join(sorted(others))
        raise LiveChatError("validation", f"The sandbox has no filter {listed} here")
    for name, value in filters.items():
        _refuse_inner(value, kinds[name])


def _refuse_inner(value: Any, kind: Any) -> None:
    """The same within a filter that has filters, as those of each property."""
    if is_typeddict(kind):
        refuse_other_filters(value, kind)
    elif isinstance(value, dict) and get_args(kind):
        for each in value.values():
            _refuse_inner(each, get_args(kind)[-1])


def read_texts(kind: Any, texts: dict[str, str]) -> dict[str, Any]:
    """What a query string says, with numbers where numbers are asked for. Raises validation."""
    try:
        read: dict[str, Any] = msgspec.convert(texts, type=kind, strict=False)
    except msgspec.ValidationError as error:
        raise refusal(error) from error
    return read


def refusal(error: msgspec.ValidationError, where: str = "") -> LiveChatError:
    return LiveChatError("validation", f"`{where}`: {error}" if where else str(error))
