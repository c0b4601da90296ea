"""Templates that are rendered once for each shape they take, and from then on only filled in.

For what happens thousands of times a second: filling in takes a fifth of the time Django takes to
render the same message (bench/README.md).
"""

import re
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from html import escape
from itertools import compress
from operator import itemgetter
from typing import cast

from django.template.loader import get_template
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from widget.rendering.escaping import has_markup

# What decides how a template looks: names and their values, without the words.
Shape = tuple[tuple[str, Hashable], ...]

MARK = "\ue000"  # of a private area of Unicode: none of our templates writes it
PLACEHOLDER = re.compile(f"{MARK}(\\w+){MARK}")


def render_compiled(
    template: str, language: str, shape: Shape, words: dict[str, SafeString]
) -> SafeString:
    """What the template says of `shape` and `words`, in this language.

    Of `words` the template may ask only whether they are empty, and write them: it is not
    rendered again for other words.
    """
    given = tuple(compress(words, words.values()))
    pieces, words_in = _compile(template, language, shape, given)
    filled = list(pieces)
    filled[1::2] = words_in(words)
    return SafeString("".join(filled))  # not mark_safe, which looks for lazy texts first


def escaped(texts: dict[str, str]) -> dict[str, SafeString]:
    """The texts as HTML. Most are ids and times: there is nothing to escape in any of them."""
    if has_markup("".join(texts.values())):
        return {name: SafeString(escape(text)) for name, text in texts.items()}
    return cast("dict[str, SafeString]", texts)


@lru_cache(maxsize=1000)
def _compile(
    template: str, language: str, shape: Shape, given: tuple[str, ...]
) -> tuple[list[str], Callable[[dict[str, SafeString]], Sequence[SafeString]]]:
    """Markup, the name of a word, markup, name, …, markup; and what takes the words by name."""
    marks = {name: mark_safe(f"{MARK}{name}{MARK}") for name in given}  # noqa: S308 - no text
    with translation.override(language):
        pieces = PLACEHOLDER.split(get_template(template).render(dict(shape) | marks))
    names = pieces[1::2]
    if len(names) > 1:
        return pieces, itemgetter(*names)
    return pieces, lambda words: [words[name] for name in names]
