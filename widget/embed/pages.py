"""On which pages of a website the launcher is shown, as one expression the loader can test."""

import re
from collections.abc import Iterable, Iterator
from itertools import count
from urllib.parse import quote


def pattern(shown: Iterable[str], hidden: Iterable[str]) -> str:
    """A regular expression for the paths on which to be, "" for all; `*` is anything.

    Never on `hidden` ones; if there are any `shown`, only on those.
    """
    numbers = count(1)
    never, only = one_of(hidden, numbers), one_of(shown, numbers)
    if not never and not only:
        return ""
    return (f"^(?!{never}$)" if never else "^") + (f"{only}$" if only else "")


def one_of(pages: Iterable[str], numbers: Iterator[int]) -> str:
    """`numbers` are those of the expression's groups, from its start."""
    written = [expression_of(page, numbers) for page in pages]
    return f"(?:{'|'.join(written)})" if written else ""


def expression_of(page: str, numbers: Iterator[int]) -> str:
    """One page. What is between two `*` is looked for once, where it comes first.

    A lookahead is never entered again, so no path costs more than its length: `.*a.*a.*a` would
    try every `a` with every other. Source: ECMAScript, "Assertion", note 3.
    """
    first, *others = (literal(part) for part in re.split(r"\*+", page))
    if not others:
        return first
    *between, last = others
    found = "".join(f"(?=(.*?{part}))\\{next(numbers)}" for part in between)
    return f"{first}{found}.*{last}"


def literal(text: str) -> str:
    """As it stands in `location.pathname`, where escapes have letters of either case."""
    escaped = re.escape(quote(text, safe="/%"))
    return re.sub(r"%[0-9A-Fa-f]{2}", lambda found: either_case(found[0]), escaped)


def either_case(escape: str) -> str:
    return re.sub("[A-Fa-f]", lambda found: f"[{found[0].upper()}{found[0].lower()}]", escape)
