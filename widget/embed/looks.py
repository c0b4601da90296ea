"""The looks of the launcher and of what is beside it: rules with the owner's colours in them.

The rules name them as custom properties, and get the values in their places: there are no bytes for
names in the loader.
"""

from __future__ import annotations

import re

from widget.assets import made_once_a_version, shorten, source
from widget.models import Widget
from widget.options.appearance import DARK_SURFACE, LIGHT_SURFACE

HIDDEN_ON_PHONES = "@media (max-width:480px){.minimized>button{display:none}}"
MEASURE = re.compile(r"var\(--lcw-([a-z-]+)\)")
SHAPES = {"soft": "22%", "square": "0"}


@made_once_a_version
def launcher(widget: Widget) -> str:
    """The loader's own rules."""
    return part(widget, "loader") + HIDDEN_ON_PHONES * widget.hide_on_mobile


@made_once_a_version
def part(widget: Widget, name: str) -> str:
    """The rules of one part. What the browser measures stays a custom property."""
    measures = measures_of(widget)
    rules = source(f"widget/embed/{name}.css")
    return shorten("text/css", MEASURE.sub(lambda found: measures.get(found[1], found[0]), rules))


def measures_of(widget: Widget) -> dict[str, str]:
    """By the names of the custom properties, without `--lcw-`."""
    appearance, size = widget.appearance, widget.launcher_size
    return {
        "brand": light_dark(appearance.brand, appearance.brand_dark),
        "on-brand": light_dark(appearance.on_brand, appearance.on_brand_dark),
        "accent": light_dark(appearance.accent, appearance.accent_dark),
        "surface": light_dark(LIGHT_SURFACE, DARK_SURFACE),
        "x": f"{widget.offset_x}px",
        "y": f"{widget.offset_y}px",
        "size": f"{size}px",
        "padding": f"{size / 4:g}px",
        "icon": f"{size / 2 - 4:g}px",
        "above": f"{size + 16}px",
        "reach": f"{widget.offset_y + size}px",
        "radius": f"{appearance.radius}px",
        "shape": SHAPES.get(widget.launcher_shape, "99px"),
        "font": "system-ui" if widget.font == widget.Font.SYSTEM else appearance.font,
    }


def light_dark(light: str, dark: str) -> str:
    """A CSS colour for both schemes."""
    return light if light == dark else f"light-dark({light},{dark})"
