"""The tutorial of docs/tutorial.md: from the admin's address to a chat on one's own website.

`make pictures` takes its pictures anew.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pictures import Pictures, pictures_of
from tests.e2e.rig import Shop, Site, Websites, html
from tests.sandbox_rig import Agent

AT_MOST = 120  # seconds, all of it
SIZE = {"width": 1440, "height": 860}  # the preview beside the form


@pytest.fixture
def pictures(tmp_path: Path) -> Iterator[Pictures]:
    with pictures_of("tutorial", tmp_path) as pictures:
        yield pictures


def test_a_new_owner_gets_from_the_admin_to_a_chat_on_their_website(
    owner: None,
    page: Page,
    pictures: Pictures,
    site: Site,
    websites: Websites,
    demo_fields: dict[str, Any],
    agent: Agent,
) -> None:
    began = time.monotonic()
    preview = page.frame_locator("#preview iframe").locator("iframe#chat-widget")
    page.set_viewport_size(SIZE)  # type: ignore[arg-type]
    page.goto(f"{site.chat_url}/admin/")
    page.get_by_label("Username").fill("olga")
    page.get_by_label("Password").fill("a long password")
    pictures.take("1-log-in", page)
    page.get_by_role("button", name="Log in").click()

    page.get_by_role("link", name="Widgets", exact=True).click()
    page.get_by_role("link", name="Add widget").click()
    page.get_by_label("Name:", exact=True).fill("Olga's shop")
    page.get_by_label("Allowed websites").fill(websites.origins[0])
    expect(preview).to_be_visible()
    pictures.take("2-a-new-widget", page)

    page.get_by_label("Organization ID").select_option(demo_fields["organization_id"])
    page.get_by_label("Client ID").fill("4b9d1c7a0e2f48d6")
    page.get_by_label("Redirect URI").fill(demo_fields["redirect_uri"])
    page.get_by_label("Redirect URI").scroll_into_view_if_needed()
    pictures.take("3-your-livechat", page)
    page.get_by_role("button", name="Save and test the connection").click()
    expect(page.get_by_text("LiveChat does not know this client ID.")).to_be_visible()
    pictures.take("4-what-is-wrong", page)

    page.get_by_label("Client ID").fill(demo_fields["client_id"])
    page.get_by_role("button", name="Save and test the connection").click()
    expect(page.get_by_text("It works, and somebody is there to take chats.")).to_be_visible()
    expect(preview).to_be_visible()
    snippet = page.locator("#snippet")
    snippet.scroll_into_view_if_needed()
    pictures.take("5-the-snippet", page)

    shop = f"<h1>Olga's shop</h1><p>Six plants.</p>{snippet.inner_text()}"
    page.goto(websites.publish("/olga", html(shop)))
    chat = Shop(page).open_chat()
    chat.send("Is anybody there?")
    expect(chat.messages("customer")).to_contain_text("Is anybody there?")
    agent.send(agent.chats()[0]["id"], "Yes! How can I help?")
    expect(chat.messages("agent")).to_contain_text("How can I help?")
    expect(chat.messages("agent")).to_have_css("opacity", "1")  # it fades in
    assert time.monotonic() - began < AT_MOST
    pictures.take("6-your-website", page)
