"""What a page loads where an owner has visitors tracked: they become known, and greetings stand."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext

from widget.assets import as_javascript
from widget.embed import looks, scripts
from widget.models import Widget


def script(widget: Widget, language: str) -> str:
    with translation.override(language):
        words = {"dismiss": gettext("Dismiss"), "reply": gettext("Reply")}
    return template(widget).replace("SETTINGS", as_javascript({"key": widget.key, **words}))


def template(widget: Widget) -> str:
    """The script, with its styles and without its SETTINGS."""
    script = scripts.visitors(("ask_consent",) * widget.ask_consent)
    for name, css in (("GREETING_CSS", "greeting"), ("BESIDE_CSS", "beside")):
        script = script.replace(name, as_javascript(looks.part(widget, css)))
    return script
