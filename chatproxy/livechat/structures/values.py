"""How a structure's fields are read from JSON: the type of a field names its reader.

A field declared as `name: Text` is read from the JSON field `name` by `text_of`. A field of a type
without a reader is given to `read` by name. A default is what its reader makes of nothing: where
the JSON has no such field, none is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Annotated, Any, TypeVar, get_type_hints

from msgspec import Struct, ValidationError, convert
from msgspec.structs import fields

Json = dict[str, Any]
Reader = Callable[[Any], Any]
T = TypeVar("T", bound=Struct)

LARGEST = 2**53  # beyond it a JSON number is no longer exact


def read(structure: type[T], data: Json, **given: Any) -> T:
    """One structure. What `data` does not hold, or holds in another form, is absent."""
    texts, others = _fields_of(structure)
    get = data.get
    for name in texts:  # most fields are: none of them costs a call, in each push
        value = get(name)
        given[name] = value if isinstance(value, str) else ""
    for name, reader, is_needed in others:
        if is_needed or name in data:
            given[name] = reader(get(name))
    return structure(**given)


def read_at_once(structure: type[T], data: Json) -> T:
    """As `read`, in half the steps, where `data` is as it should be.

    For a structure whose fields are texts, properties, or made of these: of them `msgspec` takes
    nothing that their readers would make something else of.
    """
    try:
        return convert(data, structure)
    except ValidationError:
        return read(structure, data)


@cache
def _fields_of(structure: type[Struct]) -> tuple[list[str], list[tuple[str, Reader, bool]]]:
    """The names of its texts; its other fields, their readers, and whether they have no default."""
    hints = get_type_hints(structure, include_extras=True).items()
    readers = {name: hint.__metadata__[0] for name, hint in hints if hasattr(hint, "__metadata__")}
    needed = {field.name for field in fields(structure) if field.required}
    texts = [name for name, reader in readers.items() if reader is text_of]
    others = [
        (name, reader, name in needed) for name, reader in readers.items() if reader is not text_of
    ]
    return texts, others


def each(parse: Callable[[Json], T]) -> Callable[[object], tuple[T, ...]]:
    """A reader of a list of structures."""
    return lambda value: tuple(map(parse, objects_of(value)))


def one(parse: Callable[[Json], T]) -> Callable[[object], T | None]:
    """A reader of a structure that may be absent."""
    return lambda value: parse(value) if isinstance(value, dict) else None


def text_of(value: object) -> str:
    return value if isinstance(value, str) else ""


def word_of(value: object) -> str:
    """An id or a price, which is a text or a number."""
    return "" if value is None else str(value)


def object_of(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def objects_of(value: object) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def number_of(value: object) -> int | None:
    """A whole number; not infinity and its like, which Python's JSON lets in."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if abs(value) < LARGEST else None


def numbers_of(value: object) -> Iterable[int]:
    numbers = map(number_of, value) if isinstance(value, list) else ()
    return (number for number in numbers if number is not None)


def is_true(value: object) -> bool:
    return value is True


def is_not_false(value: object) -> bool:
    return value is not False


def properties_of(value: object) -> dict[str, dict[str, Any]]:
    return {name: names for name, names in object_of(value).items() if isinstance(names, dict)}


def web_url_of(value: object) -> str:
    """An address of the web, or nothing: LiveChat leaves out the scheme of some pictures."""
    url = text_of(value).strip()
    if url.startswith(("https://", "http://")):
        return url
    if url.startswith("//"):
        return "https:" + url
    host = url.partition("/")[0]
    return f"https://{url}" if "." in host and ":" not in host and " " not in url else ""


Text = Annotated[str, text_of]
Word = Annotated[str, word_of]
WebUrl = Annotated[str, web_url_of]
Number = Annotated[int | None, number_of]
Flag = Annotated[bool, is_true]
Properties = Annotated[dict[str, dict[str, Any]], properties_of]
