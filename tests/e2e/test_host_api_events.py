"""The events of `LiveChatWidget`, as websites that come from LiveChat hear them."""

from tests.e2e.host_api import call, connected, ready, record, recorded
from tests.e2e.hosts import Host
from tests.e2e.rig import Console

EVENTS = {
    "new_event": {
        "timestamp": 1763000000000,
        "type": "message",
        "author": {"id": "b7eff798", "type": "agent"},
    },
    "form_submitted": {"type": "prechat"},
    "rating_submitted": "good",
    "greeting_displayed": {"id": 7, "uniqueId": "Q10X0W041P"},
    "greeting_hidden": {"id": 7, "uniqueId": "Q10X0W041P"},
    "rich_message_button_clicked": {"eventId": "PZ070E0W1B_3", "postbackId": "yes"},
    "unread_count_changed": {"count": 2},
    "identity_lost": {"reason": "revoked"},
    "error": {"reason": "unreachable"},
}


def test_ready_tells_the_state_and_the_customer(host: Host) -> None:
    host.visit()
    told = host.page.evaluate("new Promise((done) => LiveChatWidget.on('ready', done))")
    assert told["state"] == {"availability": "online", "visibility": "minimized"}
    assert told["customerData"]["status"] == "browsing"


def test_ready_is_told_at_once_to_whoever_asks_later(host: Host) -> None:
    host.visit()
    ready(host)
    assert host.page.evaluate(
        "() => { let told = false; LiveChatWidget.on('ready', () => told = true); return told }"
    )


def test_availability_and_status_change_only_when_they_do(host: Host) -> None:
    connected(host)
    record(host, "availability_changed", "customer_status_changed")
    state = {"chat": "state", "availability": "offline", "status": "queued", "chatId": "C"}
    host.say(**state)
    host.say(**state)
    host.say(**state | {"status": "chatting"})
    assert recorded(host, 3) == [
        ["availability_changed", {"availability": "offline"}],
        ["customer_status_changed", {"status": "queued"}],
        ["customer_status_changed", {"status": "chatting"}],
    ]


def test_the_chat_is_known_before_its_status_is_told(host: Host) -> None:
    connected(host)
    host.page.evaluate(
        """window.heard = []; LiveChatWidget.on("customer_status_changed",
            () => heard.push(LiveChatWidget.get("chat_data").chatId))"""
    )
    host.say(chat="state", status="chatting", chatId="SK7Q2M4XAA", threadId="T")
    assert recorded(host, 1) == ["SK7Q2M4XAA"]


def test_visibility_is_told_by_click_and_by_call_but_only_when_it_changes(host: Host) -> None:
    host.visit()
    ready(host)
    record(host, "visibility_changed")
    host.open()
    call(host, "maximize")
    call(host, "minimize")
    assert recorded(host, 2) == [
        ["visibility_changed", {"visibility": "maximized"}],
        ["visibility_changed", {"visibility": "minimized"}],
    ]


def test_events_of_the_panel_reach_the_page(host: Host) -> None:
    connected(host)
    record(host, *EVENTS)
    for name, data in EVENTS.items():
        host.say(chat="event", name=name, data=data)
    assert recorded(host, len(EVENTS)) == [[name, data] for name, data in EVENTS.items()]


def test_unread_messages_are_told_to_the_page(host: Host) -> None:
    connected(host)
    record(host, "unread_count_changed")
    for count in (1, 1, 0):
        host.say(chat="unread", count=count)
    assert recorded(host, 2) == [
        ["unread_count_changed", {"count": 1}],
        ["unread_count_changed", {"count": 0}],
    ]


def test_events_are_browser_events_too(host: Host) -> None:
    connected(host)
    host.page.evaluate(
        """window.heard = [];
        addEventListener("livechat:new_event", ({ detail }) => heard.push(detail))"""
    )
    host.say(chat="event", name="new_event", data=EVENTS["new_event"])
    assert recorded(host, 1) == [EVENTS["new_event"]]


def test_a_handler_hears_once_or_until_it_is_taken_off(host: Host) -> None:
    host.visit()
    ready(host)
    heard = host.page.evaluate(
        """() => { const heard = [];
            const always = () => heard.push("always");
            LiveChatWidget.on("visibility_changed", always);
            LiveChatWidget.once("visibility_changed", () => heard.push("once"));
            LiveChatWidget.call("hide");
            LiveChatWidget.call("minimize");
            LiveChatWidget.off("visibility_changed", always);
            LiveChatWidget.call("hide");
            return heard; }"""
    )
    assert heard == ["always", "once", "always"]


def test_a_handler_that_throws_is_reported_and_stops_nobody(host: Host, console: Console) -> None:
    console.expect("the page's own mistake")
    host.visit()
    ready(host)
    heard = host.page.evaluate(
        """() => { const heard = [];
            LiveChatWidget.on("visibility_changed", () => {
                throw new Error("the page's own mistake") });
            LiveChatWidget.on("visibility_changed", () => heard.push("next"));
            LiveChatWidget.call("hide");
            return heard; }"""
    )
    assert heard == ["next"]
    assert console.complaints
