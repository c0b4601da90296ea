"""A compiled template says what the template says, whatever the texts are."""

import pytest
from django.template.loader import get_template
from django.utils.safestring import SafeString

from widget.rendering.compiled_templates import MARK, escaped, render_compiled

TEMPLATE = "widget/rendering/events/message.html"
SHAPE = {"author": "agent", "arrival": "", "is_markdown": False, "is_long": False}
LONG = tuple((SHAPE | {"is_long": True}).items())
TEXTS = {"id": "THREAD_1", "name": "Piotr", "avatar": "", "text": "Hello"}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"text": '<script>alert("1")</script>'},
        {"text": f"{MARK}name{MARK}"},
        {"text": "", "name": ""},
        {"avatar": "https://cdn.example/p.png?a=1&b=2"},
        {"name": "{{ id }} {% now 'Y' %}"},
        *({"name": f"Piotr {special}"} for special in "&<>\"'"),
    ],
)
@pytest.mark.parametrize("shape", [{}, {"author": "customer"}, {"is_long": True}])
def test_it_is_filled_in_as_its_template_would_be_rendered(
    changed: dict[str, str], shape: dict[str, object]
) -> None:
    texts, shaped = TEXTS | changed, SHAPE | shape
    rendered = get_template(TEMPLATE).render({**shaped, **texts})
    assert render_compiled(TEMPLATE, "en", tuple(shaped.items()), escaped(texts)) == rendered


def test_what_is_html_already_is_filled_in_as_it_is() -> None:
    words = escaped(TEXTS) | {"text": SafeString("<b>bold</b>")}
    assert '<div class="bubble" dir="auto"><b>bold</b></div>' in render_compiled(
        TEMPLATE, "en", tuple(SHAPE.items()), words
    )


def test_it_is_made_once_for_each_language() -> None:
    assert "Show all" in render_compiled(TEMPLATE, "en", LONG, escaped(TEXTS))
    assert "Show all" not in render_compiled(TEMPLATE, "de", LONG, escaped(TEXTS))
