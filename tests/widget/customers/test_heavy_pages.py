"""Pages of what was said before: what takes long to render is rendered by one thread for all."""

import threading
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils.safestring import SafeString

from tests.widget.visitor import Visitor
from widget.rendering import pushes
from widget.rendering.events import render_event

RENDERER = {"rendering_0"}
ITS_OWN = {threading.main_thread().name}  # the test client's views run where the test runs
a_heavy_and_a_light_one = pytest.mark.parametrize(
    ("text", "threads"), [("a@b.c " * 2700, RENDERER), ("a@b.c", ITS_OWN)], ids=["heavy", "light"]
)


@pytest.fixture
def rendered_in(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of the threads in which events of the chat were rendered."""
    names: set[str] = set()

    def noted(*given: Any) -> SafeString:
        names.add(threading.current_thread().name)
        return render_event(*given)

    monkeypatch.setattr(pushes, "render_event", noted)
    return names


@a_heavy_and_a_light_one
def test_earlier_chats(
    customer: Visitor, rendered_in: set[str], text: str, threads: set[str]
) -> None:
    customer.send(text)
    assert "a@b.c" in customer.ask("get", "history").content.decode()
    assert rendered_in == threads


@a_heavy_and_a_light_one
def test_a_transcript(
    customer: Visitor, rendered_in: set[str], text: str, threads: set[str]
) -> None:
    customer.send(text)
    link = customer.ask("post", "transcript/link", {"zone": "UTC"})["HX-Redirect"]
    assert "a@b.c" in customer.client.get(link).content.decode()
    assert rendered_in == threads


@a_heavy_and_a_light_one
@pytest.mark.usefixtures("shop_widget")
def test_the_log_without_javascript(rendered_in: set[str], text: str, threads: set[str]) -> None:
    browser = Client()
    browser.post("/w/shop/plain/", {"text": text, "custom_id": uuid.uuid4().hex})
    assert "a@b.c" in browser.get("/w/shop/plain/log").content.decode()
    assert rendered_in == threads
