"""Answers in Markdown: what they may show, and how they look while they are written."""

import re
from html import unescape
from typing import Any

import pytest
from django.utils import translation

from chatproxy.livechat import pushes
from chatproxy.livechat.structures import User, parse_event
from chatproxy.relay.updates import Conversation, Happened
from widget.rendering.locale import Locale
from widget.rendering.markdown import render_markdown
from widget.rendering.pushes import html_of
from widget.rendering.unfinished import finish

FERN = User(id="fern", type="agent", name="Fern", is_bot=True, present=True)
PIOTR = User(id="piotr", type="agent", name="Piotr", present=True)
KNOWN = Conversation(
    customer_id="nora",
    chat_id="CHAT",
    thread_id="THREAD",
    active=True,
    people={"fern": FERN, "piotr": PIOTR},
)
ANSWER = """## Returns

You have **30 *whole* days** ([policy](https://shop.example/returns)), see [1] and `RETURN`.

| Size | Price |
| --- | ---: |
| S | free |
| L | **4.90 €** |

1. Pack it
2. Send it to us
   - by post
   - by bike

> Thank you, __really__.

```
print("hi")
```

[1]: https://shop.example/faq "Questions"
"""


def arrived(push: Any = pushes.IncomingEvent, language: str = "en", **fields: Any) -> str:
    event = {"id": "THREAD_1", "type": "message", "author_id": "fern", "text": "Hello"}
    made = parse_event({**event, "created_at": "2026-03-18T21:24:05.118200Z", **fields})
    update = Happened(push(chat_id="CHAT", thread_id="THREAD", event=made), KNOWN)
    return html_of(update, Locale(language, "UTC"))


def written(text: str) -> dict[str, Any]:
    return {"text": text, "properties": {"chats": {"formatting": "commonmark"}}}


def letters(markdown: str) -> str:
    """All that can be read, but the list of sources, which stands below when all is written."""
    html = render_markdown(markdown).partition("<nav")[0]
    return re.sub(r"<[^>]*>|\s", "", unescape(html))


def test_headings_stand_below_the_panel_s_and_leave_no_step_out() -> None:
    html = render_markdown("### One\n\n###### Two\n\n# Three")
    assert re.findall(r"<(h\d)>(\w+)</h\d>", html) == [
        ("h2", "One"),
        ("h3", "Two"),
        ("h2", "Three"),
    ]


WRITTEN = ["[a]({})", "[a](<{}>)", "[7]({})", "<{}>", "![a]({})", "[a]\n\n[a]: {}"]


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize(
    "address",
    [
        *("ms-msdt:/id", "smb://evil.example/x", "intent:x#Intent;end", "chrome://settings"),
        *("blob:https:", "file:///etc/passwd", "data:text/html,x", "vbscript:x", "JaVaScRiPt:x"),
        *("&#106;avascript:x", "sms:4930123456", "facetime:x", "ws://evil.example", "http:x"),
        *("/admin/", "//evil.example", "admin", "#top", "?q=1", "https:/admin/", "https:admin"),
    ],
)
def test_no_link_leads_to_a_program_or_to_our_own_server(address: str, written: str) -> None:
    assert "href" not in render_markdown(written.format(address))


@pytest.mark.parametrize("written", ["[a]({})", "[a](<{}>)", "<{}>", "[a]\n\n[a]: {}"])
@pytest.mark.parametrize(
    "address",
    ["https://shop.example/a", "HTTP://shop.example", "mailto:a@shop.example", "tel:+4930123456"],
)
def test_links_lead_to_the_web_to_mail_and_to_a_phone(address: str, written: str) -> None:
    assert f'href="{address}"' in render_markdown(written.format(address))


@pytest.mark.parametrize("words", ["", " ", "\u00a0"])
def test_a_link_without_words_shows_its_address(words: str) -> None:
    html = render_markdown(f"See [{words}](https://shop.example/pots)")
    assert ">https://shop.example/pots</a>" in html


def test_tables_are_tables_without_styles_in_their_markup() -> None:
    html = render_markdown(ANSWER)
    assert '<td class="to-right">free</td>' in html
    assert "style=" not in html


def test_code_can_be_copied_in_every_language() -> None:
    assert ">Copy</button><pre" in render_markdown("```\n<b>\n```")
    assert ">Kopieren</button>" in arrived(language="de", **written("```\nx\n```"))


def test_addresses_and_numbers_are_links_in_markdown_too() -> None:
    html = render_markdown("See https://shop.example/a_b_c, call +48 555 123 456, [x](https://y.z)")
    assert 'href="https://shop.example/a_b_c"' in html
    assert 'href="tel:+48555123456"' in html
    assert html.count("<a ") == 3


def test_sources_stand_below_the_answer_by_their_numbers() -> None:
    html = render_markdown(ANSWER)
    assert ">[1]</a>" in html
    assert '<li value="1"><a href="https://shop.example/faq"' in html
    assert ">Questions</a> <small>shop.example</small>" in html


def test_an_answer_without_sources_has_no_list_of_them() -> None:
    assert "sources" not in render_markdown("See [our terms](https://shop.example/terms).")


@pytest.mark.parametrize(
    "text",
    ["[1](javascript:alert(1))", "![x](https://spy.example/x.png)", "<img src=x onerror=alert(1)>"],
)
def test_nothing_in_an_answer_can_do_harm(text: str) -> None:
    html = render_markdown(text)
    assert "<img" not in html
    assert 'href="javascript' not in html


def test_a_long_answer_stays_open() -> None:
    assert "fold" not in arrived(**written("word " * 400))
    assert "fold" in arrived(text="word " * 400)


# While it is written


@pytest.mark.parametrize(
    ("so_far", "shown"),
    [
        ("You have **30 da", "<strong>30 da</strong>"),
        ("You have **30 da*", "<strong>30 da</strong>"),
        ("a ***b", "<em><strong>b</strong></em>"),
        ("use `RET", "<code>RET</code>"),
        ("snake_case_na", "snake_case_na"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("see [pol", "see pol"),
        ("see [policy](https://sh", "see policy</p>"),
        ("see [1", "see [1"),
        ("Yes.\n\n| Size | Pr", "<p>Yes.</p>"),
        ("Yes.\n\n| Size |\n| --", "<p>Yes.</p>"),
        ("Yes.\n-", "<p>Yes.</p>"),
        ("Yes.\n\n#", "<p>Yes.</p>"),
        ("Yes.\n\n2", "<p>Yes.</p>"),
        ("Yes.\n\n[1]: http", "<p>Yes.</p>"),
        ("Yes.\n\n[1]: <mail", "<p>Yes.</p>"),
        ("```\nx = 1\n``", "<code>x = 1"),
        ("```py\n**x", "<code>**x"),
        ("", ""),
    ],
)
def test_what_has_begun_looks_as_it_will(so_far: str, shown: str) -> None:
    assert shown in render_markdown(finish(so_far))


def test_no_word_that_is_shown_goes_again() -> None:
    """Letter by letter: what is on screen stays, and grows at its end."""
    whole = letters(ANSWER)
    for length in range(len(ANSWER)):
        assert whole.startswith(letters(finish(ANSWER[:length]))), ANSWER[:length]


def test_a_preview_is_finished_and_changes_in_place() -> None:
    html = arrived(pushes.EventPreview, **written("It left **on Tu"))
    assert "<strong>on Tu</strong>" in html
    assert '<hx-partial hx-target="#preview" hx-swap="innerMorph">' in html


# Whether it helped


def test_answers_of_a_bot_can_be_judged_and_nobody_else_s() -> None:
    assert "This answer helped" in arrived()
    assert "This answer helped" not in arrived(author_id="piotr")


@pytest.mark.parametrize(("score", "pressed"), [(1, "good"), (0, "bad")])
def test_a_judgement_shows_and_can_be_taken_back(score: int, pressed: str) -> None:
    html = arrived(properties={"rating": {"score": score}})
    buttons = re.findall(r'value="(\w+)" aria-pressed="(\w+)"', html)
    assert ("none", "true") in buttons
    assert len([one for one in buttons if one == (pressed, "false")]) == 0


@pytest.mark.parametrize("score", [[], {}, "1", None, 7])
def test_a_strange_judgement_is_none(score: Any) -> None:
    assert 'aria-pressed="true"' not in arrived(properties={"rating": {"score": score}})


def test_the_reader_s_language_is_not_left_behind() -> None:
    with translation.override("en"):
        arrived(language="de", **written("```\nx\n```"))
        assert translation.get_language() == "en"
