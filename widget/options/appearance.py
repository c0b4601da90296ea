"""The colours and measures of a widget, chosen so that text on them can always be read."""

import colorsys
from dataclasses import dataclass

LIGHT_SURFACE = "#ffffff"
DARK_SURFACE = "#17191f"
# WCAG 2.2, 1.4.3 (text) and 1.4.11 (the edge of a control).
TEXT_CONTRAST = 4.5
EDGE_CONTRAST = 3.0
# On white a brand need not reach that: text on it can be read. But it must be seen.
SEEN_CONTRAST = 1.5
STEPS = 100

# What an owner may set beyond the form: the size of the text, the corners of a message, and the
# corner that points to whoever wrote it.
VARIABLES = ("--text", "--bubble", "--tight")
NO_FACES = "html .face:not(.brand) { display: none; }\n"

FONTS = {
    "system": 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
    "rounded": 'ui-rounded, "SF Pro Rounded", Nunito, Quicksand, system-ui, sans-serif',
    "serif": 'ui-serif, Georgia, Cambria, "Noto Serif", serif',
}


def luminance(color: str) -> float:
    """Relative luminance of `#rrggbb`, 0 (black) to 1 (white). Source: WCAG 2.2."""
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in rgb(color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def rgb(color: str) -> tuple[float, float, float]:
    """The three channels of `#rrggbb`, each 0 to 1."""
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return red / 255, green / 255, blue / 255


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21. Source: WCAG 2.2, "contrast ratio"."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def text_on(background: str) -> str:
    """White, or where white cannot be read, black. One of them always reaches 4.5:1."""
    return "#ffffff" if contrast("#ffffff", background) >= TEXT_CONTRAST else "#000000"


def readable(color: str, surface: str, ratio: float) -> str:
    """The colour nearest to `color`, in its own hue, that has this contrast with `surface`."""
    target = 0.0 if luminance(surface) > 0.18 else 1.0
    hue, lightness, saturation = colorsys.rgb_to_hls(*rgb(color))
    for step in range(STEPS + 1):
        moved = lightness + (target - lightness) * step / STEPS
        candidate = hex_of(*colorsys.hls_to_rgb(hue, moved, saturation))
        if contrast(candidate, surface) >= ratio:
            return candidate
    return hex_of(target, target, target)


def hex_of(red: float, green: float, blue: float) -> str:
    """`#rrggbb` of three channels, each 0 to 1."""
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in (red, green, blue))


@dataclass(frozen=True, slots=True)
class Appearance:
    """How one widget looks, as its stylesheet and its loader need it.

    `brand` fills the header, the launcher and the customer's bubbles, with text in `on_brand`.
    `accent` is for links and icons on the panel's own surface. Each has a twin for dark mode.
    Sizes are CSS pixels. `theme` is "light", "dark", "auto" (as the
    device is) or "host" (as the website is). `faces`: whether agents' pictures are shown.
    `variables` are VARIABLES the owner has measures of their own for.
    """

    brand: str
    on_brand: str
    accent: str
    brand_dark: str
    on_brand_dark: str
    accent_dark: str
    theme: str
    radius: int
    font: str
    faces: bool
    variables: dict[str, str]

    @classmethod
    def of(
        cls,
        brand: str,
        *,
        theme: str,
        radius: int,
        font: str,
        faces: bool,
        variables: dict[str, str],
    ) -> "Appearance":
        """Work out every colour from the one the owner chose."""
        brand_light = readable(brand, LIGHT_SURFACE, SEEN_CONTRAST)
        brand_dark = readable(brand, DARK_SURFACE, EDGE_CONTRAST)
        return cls(
            brand=brand_light,
            on_brand=text_on(brand_light),
            accent=readable(brand, LIGHT_SURFACE, TEXT_CONTRAST),
            brand_dark=brand_dark,
            on_brand_dark=text_on(brand_dark),
            accent_dark=readable(brand, DARK_SURFACE, TEXT_CONTRAST),
            theme=theme,
            radius=radius,
            font=FONTS[font],
            faces=faces,
            variables=variables,
        )

    def stylesheet(self) -> str:
        """CSS custom properties for the panel; `color-scheme` alone decides light or dark."""
        scheme = self.theme if self.theme in ("light", "dark") else "light dark"
        return (
            ":root {\n"
            f"  color-scheme: {scheme};\n"
            f"  --brand: light-dark({self.brand}, {self.brand_dark});\n"
            f"  --on-brand: light-dark({self.on_brand}, {self.on_brand_dark});\n"
            f"  --accent: light-dark({self.accent}, {self.accent_dark});\n"
            f"  --surface: light-dark({LIGHT_SURFACE}, {DARK_SURFACE});\n"
            f"  --radius: {self.radius}px;\n"
            f"  --font: {self.font};\n"
            "}\n"
        ) + self.exceptions()

    def exceptions(self) -> str:
        """What goes before the panel's own style, which comes later."""
        measures = "".join(f"  {name}: {value};\n" for name, value in self.variables.items())
        return (f"html:root {{\n{measures}}}\n" if measures else "") + NO_FACES * (not self.faces)
