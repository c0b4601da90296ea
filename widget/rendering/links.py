"""Finds the addresses in what people wrote, in one pass: no text costs more than its length.

Every piece of the expression is possessive and begins where nothing was tried before, so no
character is read twice. (Django's `urlize` and linkify-it-py are slower, and not linear.)
"""

import re
from html import escape

from django.utils.safestring import SafeString

from widget.rendering.escaping import as_html

# Sentences end with these, and no space follows: an address ends before them. The dot of
# katakana and the apostrophe are left out, because names of pages have them.
PUNCTUATION = (
    "،؛؟۔।॥"  # Arabic, Devanagari
    "‘“”„‟‹›«»…"
    "\u3001-\u3003\u3008-\u3011\u3014-\u301f"  # Chinese, Japanese, Korean
    "\ufe10-\ufe19\ufe30-\ufe6b"  # the same in vertical and small forms
    "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"  # and in full width
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"  # invisible: no address has them
    "\ud800-\udfff"  # halves of a character
)
# Scripts that put no space between an address and the next word.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uffdc"
    "\U00020000-\U0003ffff"
)
PATH = rf"[^\s<>\"'{PUNCTUATION}]"
HOST = rf"[^\s<>\"':/?#@{PUNCTUATION}{UNSPACED}]"
HOST_OF_SUCH_A_SCRIPT = rf"[^\s<>\"':/?#@{PUNCTUATION}]"
LABEL = rf"(?:[^\W{UNSPACED}]|-)++"
ADDRESS = re.compile(
    rf"(?:https?://(?:{HOST}++|{HOST_OF_SUCH_A_SCRIPT}++)|www\.{LABEL}(?:\.{LABEL})++)"
    rf"(?:[:/?#@]{PATH}*+)?+"
    rf"|(?<![\w+.-])(?P<phone>\+\d(?:[ \u00a0()./-]{{0,3}}\d){{6,14}}+)(?![\w@])"
    rf"|(?<![^\W{UNSPACED}])(?<![.+-])(?P<email>(?:[^\W{UNSPACED}]|[.+-])++@{LABEL}(?:\.{LABEL})++)",
    re.IGNORECASE,
)
# What an address that an agent names may begin with.
WAYS_OUT = ("https://", "http://", "mailto:", "tel:")
TRAILING = ".,:;!?)]}’–—"


def link_addresses(text: str) -> SafeString:
    """The text as HTML, its web and e-mail addresses and phone numbers as links.

    Phone numbers begin with + and the country's: any other row of digits may be an order.
    """
    if "@" not in text and "+" not in text and not may_name_page(text):
        return as_html(text)
    html, end = [], 0
    for match in ADDRESS.finditer(text):
        html += [escape(text[end : match.start()]), link(match)]
        end = match.end()
    html.append(escape(text[end:]))
    return SafeString("".join(html))


def may_name_page(text: str) -> bool:
    """Worth looking for a web address: in most of what is said there is none."""
    return "://" in text or "www." in text.lower()


def first_page(text: str) -> str:
    """The first web address in it, "" if there is none."""
    if not may_name_page(text):
        return ""
    for match in ADDRESS.finditer(text):
        if not (match["phone"] or match["email"]):
            kept = match[0].rstrip(TRAILING)
            return kept if "://" in kept else f"https://{kept}"
    return ""


def link(match: re.Match[str]) -> str:
    """One address as a link, without the full stop that ends its sentence."""
    address = match[0]
    if match["phone"]:
        digits = "".join(filter(str.isdecimal, address.replace("(0)", "")))
        return f'<a href="tel:+{digits}">{escape(address)}</a>'
    kept = address.rstrip(TRAILING)
    if "(" in kept and len(kept) < len(address) and address[len(kept)] == ")":
        kept += ")"
    scheme = "mailto:" if match["email"] else "" if "://" in kept else "https://"
    return (
        f'<a href="{escape(scheme + kept)}" target="_blank" rel="noopener noreferrer nofollow">'
        f"{escape(kept)}</a>{escape(address[len(kept) :])}"
    )
