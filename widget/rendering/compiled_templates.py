"""Templates that are rendered once for each shape they take, and from then on only filled in.

For what happens thousands of times a second: filling in takes a fifth of the time Django takes to
render the same message (bench/README.md).
"""

import re
from collections.abc import Hashable
from functools import lru_cache
from html import escape
from itertools import compress
from typing import cast

from django.template.loader import get_template
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

MARK = "\ue000"  # of a private area of Unicode: none of our templates writes it
PLACEHOLDER = re.compile(f"{MARK}(\\w+){MARK}")


def render_compiled(
    template: str, language: str, shape: dict[str, Hashable], words: dict[str, SafeString]
) -> SafeString:
    """What the template says of `shape` and `words`, in this language.

    Of `words` the template may ask only whether they are empty, and write them: it is not
    rendered again for other words.
    """
    given = tuple(compress(words, words.values()))
    pieces, names = _compile(template, language, tuple(shape), tuple(shape.values()), given)
    filled = list(pieces)
    filled[1::2] = map(words.__getitem__, names)
    return SafeString("".join(filled))  # not mark_safe, which looks for lazy texts first


def escaped(texts: dict[str, str]) -> dict[str, SafeString]:
    """The texts as HTML. Most are ids and times: there is nothing to escape in any of them.

    Five looks that find nothing cost less than escaping, or an expression that tries each.
    """
    text = "".join(texts.values())
    if "&" in text or "<" in text or ">" in text or '"' in text or "'" in text:
        return {name: SafeString(escape(text)) for name, text in texts.items()}
    return cast("dict[str, SafeString]", texts)


@lru_cache(maxsize=1000)
def _compile(
    template: str,
    language: str,
    names: tuple[str, ...],
    values: tuple[Hashable, ...],
    given: tuple[str, ...],
) -> tuple[list[str], list[str]]:
    """Markup of the template, the name of a word, markup, name, …, markup; and the names alone."""
    marks = {name: mark_safe(f"{MARK}{name}{MARK}") for name in given}  # noqa: S308 - no text
    with translation.override(language):
        shape = dict(zip(names, values, strict=True))
        pieces = PLACEHOLDER.split(get_template(template).render(shape | marks))
    return pieces, pieces[1::2]
