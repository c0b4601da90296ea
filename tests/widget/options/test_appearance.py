"""Colours that can be read, whatever brand they come from."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from widget.options.appearance import (
    DARK_SURFACE,
    EDGE_CONTRAST,
    LIGHT_SURFACE,
    SEEN_CONTRAST,
    TEXT_CONTRAST,
    Appearance,
    contrast,
    readable,
    text_on,
)
from widget.options.validators import validate_variables

colors = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def appearance_of(brand: str, theme: str = "auto", **more: Any) -> Appearance:
    chosen: dict[str, Any] = {"faces": True, "variables": {}} | more
    return Appearance.of(brand, theme=theme, radius=16, font="system", **chosen)


def test_black_and_white_have_the_contrast_that_wcag_names() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


def test_text_on_a_dark_brand_is_white_and_on_a_bright_one_black() -> None:
    assert text_on("#1f5eff") == "#ffffff"
    assert text_on("#ffcc00") == "#000000"


@given(colors)
def test_text_can_be_read_on_every_brand_colour(brand: str) -> None:
    look = appearance_of(brand)
    assert contrast(look.brand, look.on_brand) >= TEXT_CONTRAST
    assert contrast(look.brand_dark, look.on_brand_dark) >= TEXT_CONTRAST


@given(colors)
def test_links_can_be_read_in_light_and_dark(brand: str) -> None:
    look = appearance_of(brand)
    assert contrast(look.accent, LIGHT_SURFACE) >= TEXT_CONTRAST
    assert contrast(look.accent_dark, DARK_SURFACE) >= TEXT_CONTRAST


@given(colors)
def test_the_brand_stands_out_from_a_dark_panel(brand: str) -> None:
    assert contrast(appearance_of(brand).brand_dark, DARK_SURFACE) >= EDGE_CONTRAST


@given(colors)
def test_the_brand_can_be_seen_on_white(brand: str) -> None:
    assert contrast(appearance_of(brand).brand, LIGHT_SURFACE) >= SEEN_CONTRAST


@given(colors)
def test_a_colour_that_can_be_read_is_left_as_it_is(color: str) -> None:
    if contrast(color, LIGHT_SURFACE) >= TEXT_CONTRAST:
        assert readable(color, LIGHT_SURFACE, TEXT_CONTRAST) == color


def test_an_owner_who_chose_dark_gets_no_light_panel() -> None:
    assert "color-scheme: dark;" in appearance_of("#1f5eff", theme="dark").stylesheet()


def test_by_default_the_device_decides_between_light_and_dark() -> None:
    assert "color-scheme: light dark;" in appearance_of("#1f5eff").stylesheet()


def test_owners_measures_go_before_the_panels_own() -> None:
    css = appearance_of("#1f5eff", variables={"--bubble": "6px"}).stylesheet()
    assert "html:root {\n  --bubble: 6px;\n}" in css


def test_agents_pictures_can_be_left_out() -> None:
    hidden = ".face:not(.brand) { display: none; }"
    assert hidden in appearance_of("#1f5eff", faces=False).stylesheet()
    assert hidden not in appearance_of("#1f5eff").stylesheet()


@pytest.mark.parametrize(
    "variables",
    [
        {"--surface": "red"},
        {"--bubble": "6"},
        {"--bubble": "6px;}body{display:none"},
        {"--text": "url(x)"},
        {"--text": 16},
        ["--text"],
    ],
)
def test_variables_that_are_none_of_ours_or_no_measure_are_refused(variables: object) -> None:
    with pytest.raises(ValidationError):
        validate_variables(variables)
