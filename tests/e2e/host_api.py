"""What a page asks of `LiveChatWidget`, and what it hears."""

from typing import Any

from tests.e2e.hosts import Host


def ready(host: Host) -> None:
    """Wait until the widget has told the page that it is ready."""
    host.page.evaluate("new Promise((done) => LiveChatWidget.on('ready', done))")


def connected(host: Host) -> None:
    """A page whose panel has been greeted, but not opened."""
    host.listen()
    host.visit()
    host.meet()


def get(host: Host, name: str) -> Any:
    return host.page.evaluate("name => LiveChatWidget.get(name)", name)


def call(host: Host, method: str, payload: Any = None) -> None:
    host.page.evaluate(
        "([method, payload]) => LiveChatWidget.call(method, payload)", [method, payload]
    )


def record(host: Host, *events: str) -> None:
    """Keep what the page hears of these events in `window.heard`."""
    host.page.evaluate(
        """events => { window.heard = []; for (const name of events)
            LiveChatWidget.on(name, (data) => heard.push([name, data])) }""",
        list(events),
    )


def recorded(host: Host, count: int) -> Any:
    """The first `count` events the page has heard."""
    return host.page.wait_for_function(
        "count => heard.length >= count && heard", arg=count
    ).json_value()
