"""What a page says of itself that somebody has linked to: LiveChat reads it, once a day."""

import re
from collections.abc import Iterator
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from msgspec.structs import replace

from chatproxy.livechat.structures import parse_event
from chatproxy.models import Customer
from chatproxy.relay.updates import Conversation
from tests.sandbox_rig import Sandbox
from tests.stopped_clock import stop_clock_of
from tests.widget.conftest import AddWidget
from tests.widget.visitor import Visitor
from widget import limits
from widget.limits import Limit, Limits
from widget.rendering.events import render_event
from widget.rendering.locale import Locale

KNOWN = Conversation(customer_id="nora", chat_id="CHAT", thread_id="THREAD", active=True)


class Page(BaseHTTPRequestHandler):
    """A page with a title, and one without."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        title = "<title>Returns &lt;b&gt;</title>" if self.path == "/returns" else "<p>Hm"
        self.wfile.write(f"{title}<meta name=description content='30 days'>".encode())

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def pages() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def said(text: str, author: str = "piotr", reader: str = "nora", **properties: object) -> str:
    event = {"id": "THREAD_1", "type": "message", "author_id": author, "text": text}
    known = replace(KNOWN, customer_id=reader)
    return str(render_event(parse_event(event | {"properties": properties}), known, Locale("en")))


def question_after(text: str, key: str = "shop") -> str:
    """What the panel of this widget's only customer asks for when it shows this message."""
    reader = Customer.objects.get(widget_key=key).entity_id
    found = re.search(r'hx-get="([^"]+)"', said(text, reader=reader))
    assert found
    return unescape(found[1])


def visitor_of(add_widget: AddWidget, key: str = "shop", **options: bool) -> Visitor:
    add_widget(key, **options)
    visitor = Visitor(key)
    visitor.introduce()
    return visitor


def requests_for_pages(sandbox: Sandbox) -> int:
    return sandbox.requests().count("get_url_info")


def test_a_page_is_asked_for_once_however_many_see_it(
    add_widget: AddWidget, sandbox: Sandbox, pages: str
) -> None:
    visitor = visitor_of(add_widget, link_previews=True)
    question = question_after(f"See {pages}/returns.")
    answers = [visitor.ask("get", question) for _ in range(2)]
    assert [answer.content for answer in answers] == [
        b"<b>Returns &lt;b&gt;</b><span>30 days</span>"
    ] * 2
    assert requests_for_pages(sandbox) == 1


def test_a_page_without_a_title_keeps_its_address_alone(
    add_widget: AddWidget, sandbox: Sandbox, pages: str
) -> None:
    visitor = visitor_of(add_widget, link_previews=True)
    for address in (f"{pages}/nameless", "http://127.0.0.1:9/"):
        question = question_after(f"See {address}")
        assert [visitor.ask("get", question).status_code for _ in range(2)] == [204, 204]
    assert requests_for_pages(sandbox) == 2


def test_nobody_makes_an_owner_pay_for_an_address_of_their_own(
    add_widget: AddWidget, sandbox: Sandbox
) -> None:
    visitor = visitor_of(add_widget, link_previews=True)
    theirs = question_after("See https://shop.example/")
    forged = theirs.replace("shop.example", "evil.example")
    assert visitor.ask("get", forged).status_code == 400
    assert visitor.ask("get", "page?url=https%3A%2F%2Fshop.example%2F").status_code == 400
    assert requests_for_pages(sandbox) == 0


def test_nobody_makes_an_owner_pay_for_what_another_s_customers_were_shown(
    add_widget: AddWidget, sandbox: Sandbox
) -> None:
    visitor_of(add_widget, "library", link_previews=True)
    theirs = question_after("See https://shop.example/", "library")
    visitor = visitor_of(add_widget, link_previews=True)
    assert visitor.ask("get", theirs).status_code == 400
    assert requests_for_pages(sandbox) == 0


def test_an_owner_pays_for_so_many_addresses_a_minute_and_what_is_known_is_free(
    add_widget: AddWidget, sandbox: Sandbox, pages: str, settings: Any, monkeypatch: Any
) -> None:
    settings.CHAT_LIMITS = True
    stop_clock_of(monkeypatch, "widget.limits")
    monkeypatch.setitem(limits.LIMITS, "page", Limits(*[Limit(2, 60)] * 3))
    visitor = visitor_of(add_widget, link_previews=True)
    questions = [question_after(f"{pages}/returns?{number}") for number in range(4)]
    answers = [visitor.ask("get", question).status_code for question in questions + questions]
    assert answers[2:4] == [204, 204]
    assert requests_for_pages(sandbox) == 2


def test_an_owner_who_wants_none_pays_for_none(add_widget: AddWidget, sandbox: Sandbox) -> None:
    visitor = visitor_of(add_widget)
    assert visitor.ask("get", question_after("https://shop.example/")).status_code == 400
    assert requests_for_pages(sandbox) == 0


def test_what_livechat_keeps_at_the_message_is_shown_and_costs_nothing() -> None:
    html = said(
        "https://shop.example/r", url_details={"url": "https://shop.example/r", "title": "R"}
    )
    assert "<b>R</b>" in html
    assert "hx-get" not in html


@pytest.mark.parametrize("url", ["javascript:alert(1)", "", 7, None, ["https://a.example"]])
def test_what_is_no_page_of_the_web_has_no_card(url: object) -> None:
    assert 'class="page' not in said("Hello", url_details={"url": url, "title": "R"})


def test_customers_see_no_cards_of_their_own_links() -> None:
    assert 'class="page' not in said("https://shop.example/", author="nora")
