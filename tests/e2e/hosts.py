"""Websites around the widget, and a panel that only listens, for what the real one never says."""

from typing import Any

from playwright.sync_api import Frame, Page, Route, expect

from tests.e2e.rig import Site, Websites, html

LISTENING_PANEL = """<!doctype html><title>Listening</title><body><textarea></textarea><script>
window.heard = [];
const ready = () => parent.postMessage({ chat: "ready" }, "*");
addEventListener("message", ({ data }) => (data.chat === "here" ? ready() : heard.push(data)));
ready();
</script>"""

# The policy of a website that lets in no more than the chat needs.
STRICTEST = (
    "default-src 'none'; script-src {chat}; frame-src {chat}; img-src data:; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
STORED = "JSON.stringify({ ...localStorage, ...sessionStorage })"


def tag(site: Site, attributes: str = "", key: str = "demo") -> str:
    """The snippet, with attributes such as `data-theme="dark"`."""
    return f'<script async {attributes} src="{site.chat_url}/w/{key}/embed.js"></script>'


class Host:
    """One page of a website with the widget on it, and the listening panel in place of ours."""

    def __init__(self, page: Page, site: Site, websites: Websites) -> None:
        self.page = page
        self.site = site
        self.websites = websites
        self.launcher = page.locator("chat-widget [part=launcher]")
        self.iframe = page.locator("iframe#chat-widget")

    def visit(
        self,
        body: str = "",
        attributes: str = "",
        *,
        head: str = "<title>A shop</title>",
        headers: dict[str, str] | None = None,
        **page: Any,
    ) -> None:
        """Publish a page with our tag at its end and go there."""
        text = html(body + tag(self.site, attributes), head=head, **page)
        self.page.goto(self.websites.publish("/page", text, headers))

    def listen(self) -> None:
        """From now on the panel only listens, and says what a test tells it to."""

        def answer(route: Route) -> None:
            route.fulfill(body=LISTENING_PANEL, content_type="text/html")

        self.page.route("**/w/*/?lang=*", answer)

    @property
    def panel(self) -> Frame:
        """The document inside the iframe."""
        frame = self.iframe.element_handle().content_frame()
        assert frame
        return frame

    def open(self) -> None:
        """Click the launcher; returns when the panel stands."""
        self.launcher.click()
        expect(self.iframe).to_be_visible()

    def meet(self) -> None:
        """Have the listening panel greeted without opening it.

        It may say twice that it is there, and then it is greeted twice: with what the page says in
        between, which comes in no other message.
        """
        self.launcher.hover()
        self.expect_to_hear("hello")
        self.catch_up()

    def say(self, **message: Any) -> None:
        """Have the panel say something to the page."""
        self.panel.evaluate("message => parent.postMessage(message, '*')", message)

    def catch_up(self) -> None:
        """Returns when the page has heard all that the panel has said until now."""
        self.page.evaluate(
            """() => { window.caughtUp = new Promise((done) =>
                LiveChatWidget.once("caught_up", done)) }"""
        )
        self.say(chat="event", name="caught_up", data=None)
        self.page.evaluate("caughtUp")

    def heard(self, chat: str) -> list[dict[str, Any]]:
        """What the page has told the panel so far, of one kind."""
        heard: list[dict[str, Any]] = self.panel.evaluate("window.heard")
        return [message for message in heard if message["chat"] == chat]

    def expect_to_hear(self, chat: str, **parts: Any) -> dict[str, Any]:
        """Wait for a message of this kind with these parts, and return it."""
        handle = self.panel.wait_for_function(
            """([chat, parts]) => window.heard?.find((message) => message.chat === chat &&
                Object.keys(parts).every((name) =>
                    JSON.stringify(message[name]) === JSON.stringify(parts[name])))""",
            arg=[chat, parts],
            polling=50,  # a hidden frame has no animation frames to poll on
        )
        message: dict[str, Any] = handle.json_value()
        return message
