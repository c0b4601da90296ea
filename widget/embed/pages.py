"""On which pages of a website the launcher stands, as one expression the loader can test."""

import re
from collections.abc import Iterable


def pattern(shown: Iterable[str], hidden: Iterable[str]) -> str:
    """A regular expression for the paths on which to stand, "" for all; `*` is anything.

    Never on `hidden` ones; if there are any `shown`, only on those.
    """
    never, only = one_of(hidden), one_of(shown)
    if not never and not only:
        return ""
    return (f"^(?!{never}$)" if never else "^") + (f"{only}$" if only else "")


def one_of(pages: Iterable[str]) -> str:
    written = [re.escape(page).replace(r"\*", ".*") for page in pages]
    return f"(?:{'|'.join(written)})" if written else ""
