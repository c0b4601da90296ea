"""Texts as HTML. In most there is nothing to escape, and to look first costs less than to try."""

from html import escape

from django.utils.safestring import SafeString


def as_html(text: str) -> SafeString:
    return SafeString(escape(text) if has_markup(text) else text)


def has_markup(text: str) -> bool:
    """Five looks that find nothing cost less than an expression that tries each character."""
    return "&" in text or "<" in text or ">" in text or '"' in text or "'" in text
