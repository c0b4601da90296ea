"""The shape of JSON: which fields there are, and of which type, but not what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

PLACEHOLDER = re.compile(r"<(\w+)( \d+)?>")
SAME = {"empty": "text", "url": "text"}  # what one account leaves empty another fills in
# Lists whose entries are the account's own choice: not which there are, but what each has, counts.
CHOSEN_LISTS = frozenset(("fields", "groups", "options", "buttons", "actions"))
# Objects of which the same holds: what organizations set for all their chats.
CHOSEN_OBJECTS = frozenset(("group", "integrations", "license", "localization"))


@dataclass(slots=True)
class Shape:
    """One value, or several merged: entries of a list which say that they are of the same type."""

    count: int = 0  # of the values in it
    types: set[str] = field(default_factory=set)
    fields: dict[str, Shape] = field(default_factory=dict)
    entries: dict[str, Shape] = field(default_factory=dict)

    def add(self, value: Any) -> Shape:
        """This shape, which now has that of a redacted value in it as well."""
        self.count += 1
        self.types.add(type_of(value))
        if isinstance(value, dict):
            for name, each in value.items():
                self.fields.setdefault(PLACEHOLDER.sub(r"<\1>", name), Shape()).add(each)
        if isinstance(value, list):
            for each in value:
                self.entries.setdefault(kind_of(each), Shape()).add(each)
        return self


def type_of(value: Any) -> str:
    """JSON's type; of a text whether it is a time, an id, or which word of the protocol."""
    match value:
        case dict():
            return "object"
        case list():
            return "list"
        case None:
            return "null"
        case bool():
            return "bool"
    placeholder = PLACEHOLDER.fullmatch(str(value))
    return SAME.get(placeholder[1], placeholder[1]) if placeholder else f"“{value}”"


def kind_of(entry: Any) -> str:
    """What a list's entry says that it is: its type."""
    kind = entry.get("type") if isinstance(entry, dict) else None
    return str(kind) if kind and not PLACEHOLDER.fullmatch(str(kind)) else ""


def differences(real: Shape, ours: Shape, path: str = "") -> Iterator[tuple[str, str]]:
    """Kind (missing, extra, type) and words for each difference: what is real, and what is ours."""
    if real.types != ours.types:
        yield "type", f"`{path}` is {join_names(real.types)}, here {join_names(ours.types)}"
        return
    is_chosen = path.rpartition(".")[2] in CHOSEN_OBJECTS
    for name in sorted(real.fields.keys() | ours.fields.keys()):
        inner = f"{path}.{name}" if path else name
        if name in real.fields and name in ours.fields:
            always = [shape.fields[name].count >= shape.count for shape in (real, ours)]
            if always[0] != always[1]:
                which = "always there, here not" if always[0] else "not always there, here it is"
                yield ("missing" if always[0] else "extra"), f"`{inner}` is {which}"
            yield from differences(real.fields[name], ours.fields[name], inner)
        elif not is_chosen:
            is_missing = name in real.fields
            where = "is missing here" if is_missing else "is only here"
            yield ("missing" if is_missing else "extra"), f"`{inner}` {where}"
    yield from _of_entries(real, ours, path)


def _of_entries(real: Shape, ours: Shape, path: str) -> Iterator[tuple[str, str]]:
    is_chosen = path.rpartition(".")[2] in CHOSEN_LISTS
    for kind in sorted(real.entries.keys() | ours.entries.keys()):
        inner = f"{path}[{kind}]"
        if kind in real.entries and kind in ours.entries:
            yield from differences(real.entries[kind], ours.entries[kind], inner)
        elif real.entries and ours.entries and not is_chosen:
            where = "is missing here" if kind in real.entries else "is only here"
            yield ("missing" if kind in real.entries else "extra"), f"`{inner}` {where}"


def join_names(types: set[str]) -> str:
    return " or ".join(sorted(types))
