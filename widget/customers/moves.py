"""What a browser is told when its chat goes on in another one."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils import translation


def moved_html(language: str) -> str:
    """The fragment for the panel, in its reader's language."""
    with translation.override(language):
        return render_to_string("widget/customers/moved.html")
