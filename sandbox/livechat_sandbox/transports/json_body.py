"""Reading JSON that strangers send: strict, and no deeper than anything we have to do with it."""

from typing import Any

import msgspec

MOST_BYTES = 1024 * 1024
MOST_DEPTH = 64  # arrays and objects inside each other


class NotJson(ValueError):
    """What was sent cannot be read; the message says why."""


def decode(body: bytes | str, *, most_bytes: int = MOST_BYTES) -> Any:
    """Raises NotJson for what is not JSON, is nested too deep or too long."""
    if len(body) > most_bytes:
        raise NotJson(f"The body is longer than {most_bytes} bytes")
    try:
        value = msgspec.json.decode(body)
    except RecursionError as error:
        raise NotJson("The body is nested too deep") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotJson("The body is not JSON") from error
    if is_deeper(value, MOST_DEPTH):
        raise NotJson("The body is nested too deep")
    return value


def is_deeper(value: Any, most: int) -> bool:
    """Looks level by level, so that no depth is too much for it."""
    level = [value]
    for _ in range(most + 1):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True
