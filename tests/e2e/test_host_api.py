"""`LiveChatWidget`, member by member, as websites that come from LiveChat call it.

Source: Chat Widget JavaScript API v5.0.
"""

import json
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.hosts import Host, tag
from tests.e2e.rig import Chat, Console, html, wait_for
from tests.sandbox_rig import Agent

# LiveChat's own snippet, with our address in place of its CDN's.
SNIPPET = """<script>
window.__lc = Object.assign({ license: 12332502 }, CONFIGURATION);
;(function(n,t,c){function i(n){return e._h?e._h.apply(null,n):e._q.push(n)}var e={_q:[],_h:null,
_v:"2.0",on:function(){i(["on",c.call(arguments)])},once:function(){i(["once",c.call(arguments)])},
off:function(){i(["off",c.call(arguments)])},get:function(){if(!e._h)throw new Error(
"[LiveChatWidget] You can't use getters before load.");return i(["get",c.call(arguments)])},
call:function(){i(["call",c.call(arguments)])},init:function(){var n=t.createElement("script");
n.async=!0,n.type="text/javascript",n.src="LOADER",t.head.appendChild(n)}};
!n.__lc.asyncInit&&e.init(),n.LiveChatWidget=n.LiveChatWidget||e}(window,document,[].slice))
</script>"""
HEARS_EARLY = """async () => {
    for (let look = 0; look < 20 && !window.firstHello; look++)
        await new Promise((done) => setTimeout(done, 100));
    return Boolean(window.firstHello);
}"""
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


def snippet(host: Host, **configuration: Any) -> str:
    loader = f"{host.site.chat_url}/w/demo/embed.js"
    return SNIPPET.replace("CONFIGURATION", json.dumps(configuration)).replace("LOADER", loader)


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


# -- the snippet, the queue, the start


def test_livechats_snippet_needs_only_our_address(host: Host) -> None:
    host.page.goto(host.websites.publish("/page", html(snippet(host))))
    ready(host)
    host.open()


def test_what_was_said_before_the_load_is_done_in_order(host: Host) -> None:
    before = """<script>window.heard = [];
        LiveChatWidget.on("ready", () => heard.push("ready"));
        LiveChatWidget.on("visibility_changed", ({ visibility }) => heard.push(visibility));
        LiveChatWidget.call("maximize");
        LiveChatWidget.call("minimize");
        LiveChatWidget.call("hide");</script>"""
    host.page.goto(host.websites.publish("/page", html(snippet(host) + before)))
    assert recorded(host, 4) == ["maximized", "minimized", "hidden", "ready"]
    assert host.page.evaluate("LiveChatWidget._q.length") == 0


def test_getters_throw_before_the_load(host: Host) -> None:
    host.visit(attributes='data-start="manual"')
    message = host.page.evaluate(
        "() => { try { LiveChatWidget.get('state') } catch (error) { return error.message } }"
    )
    assert message == "[LiveChatWidget] You can't use getters before load."


def test_async_init_waits_for_init(host: Host) -> None:
    host.visit(head="<title>A shop</title><script>window.__lc = { asyncInit: true }</script>")
    host.page.wait_for_load_state("networkidle")
    expect(host.launcher).to_have_count(0)
    host.page.evaluate("LiveChatWidget.init()")
    expect(host.launcher).to_be_visible()


def test_init_may_be_called_twice(host: Host) -> None:
    host.visit()
    ready(host)
    host.page.evaluate("LiveChatWidget.init()")
    expect(host.launcher).to_have_count(1)


def test_the_script_tag_has_a_version(host: Host) -> None:
    host.visit()
    assert host.page.evaluate("LiveChatWidget.scriptTagVersion()") == "2.0"


def test_only_our_own_names_are_global(host: Host) -> None:
    host.page.goto(host.websites.publish("/plain", html("")))
    plain = host.page.evaluate("Object.getOwnPropertyNames(window)")
    host.visit()
    ready(host)
    with_widget = host.page.evaluate("Object.getOwnPropertyNames(window)")
    assert set(with_widget) - set(plain) == {"LiveChatWidget", "LC_API"}


def test_another_organizations_snippet_is_named_in_the_console(
    host: Host, console: Console
) -> None:
    console.expect("[LiveChatWidget] f8ac11b1 is not ")
    host.page.goto(host.websites.publish("/page", html(snippet(host, organizationId="f8ac11b1"))))
    host.open()
    assert console.complaints


def test_the_configuration_brings_name_email_variables_and_group(host: Host) -> None:
    host.listen()
    configuration = {
        "group": 3,
        "visitor": {"name": "Ann", "email": "ann@shop.example"},
        "params": [{"name": "cart", "value": 2}],
    }
    host.page.goto(host.websites.publish("/page", html(snippet(host, **configuration))))
    host.open()
    hello = host.expect_to_hear("hello")
    assert hello["group"] == 3
    assert hello["customer"]["name"] == "Ann"
    assert hello["customer"]["email"] == "ann@shop.example"
    assert hello["customer"]["session"] == {"cart": "2"}


# -- methods


def test_maximize_minimize_and_hide(host: Host) -> None:
    host.visit()
    ready(host)
    call(host, "maximize")
    expect(host.iframe).to_be_visible()
    assert get(host, "state")["visibility"] == "maximized"
    call(host, "minimize")
    expect(host.iframe).to_be_hidden()
    expect(host.launcher).to_be_visible()
    assert get(host, "state")["visibility"] == "minimized"
    call(host, "hide")
    expect(host.launcher).to_be_hidden()
    assert get(host, "state")["visibility"] == "hidden"
    call(host, "minimize")
    expect(host.launcher).to_be_visible()


def test_a_page_that_opens_the_chat_does_not_take_the_focus(host: Host) -> None:
    host.visit("<input aria-label='Search'>")
    ready(host)
    search = host.page.get_by_role("textbox", name="Search")
    search.focus()
    call(host, "maximize")
    expect(host.iframe).to_be_visible()
    expect(search).to_be_focused()


def test_maximize_brings_a_draft(host: Host) -> None:
    host.visit()
    ready(host)
    call(host, "maximize", {"messageDraft": "Is it in stock?"})
    composer = host.page.frame_locator("iframe").get_by_role("textbox", name="Message")
    expect(composer).to_have_value("Is it in stock?")


def test_a_draft_reaches_a_panel_that_is_already_there(host: Host) -> None:
    connected(host)
    call(host, "maximize", {"messageDraft": "Is it in stock?"})
    host.expect_to_hear("draft", text="Is it in stock?")


def test_a_draft_reaches_a_panel_whose_scripts_are_on_their_way(host: Host) -> None:
    """What the page says first reaches it earlier."""
    held: list[Route] = []
    host.page.route("**/demo/panel.js*", lambda route: held.append(route))

    def hears_early() -> bool:
        """It may have asked before the page listened: then it hears all when its scripts came."""
        held.clear()
        host.visit()
        host.launcher.hover()
        wait_for(host.page, lambda: held)
        return bool(host.panel.evaluate(HEARS_EARLY))

    wait_for(host.page, hears_early)
    call(host, "maximize", {"messageDraft": "Is it in stock?"})
    held[0].continue_()
    composer = host.page.frame_locator("iframe").get_by_role("textbox", name="Message")
    expect(composer).to_have_value("Is it in stock?")


def test_setters_reach_the_panel(host: Host) -> None:
    connected(host)
    call(host, "set_customer_name", "Ann")
    call(host, "set_customer_email", "ann@shop.example")
    call(host, "update_session_variables", {"cart": 2})
    heard = host.expect_to_hear("customer", session={"cart": "2"})
    assert heard["name"] == "Ann"
    assert heard["email"] == "ann@shop.example"


def test_setters_before_the_panel_are_remembered(host: Host) -> None:
    host.listen()
    host.visit()
    ready(host)
    call(host, "set_customer_name", "Ann")
    host.open()
    assert host.expect_to_hear("hello")["customer"]["name"] == "Ann"


def test_a_burst_of_setters_is_one_message_and_equal_values_none(host: Host) -> None:
    connected(host)
    host.page.evaluate(
        """for (let render = 0; render < 5; render++) {
            LiveChatWidget.call("set_customer_name", "Ann");
            LiveChatWidget.call("update_session_variables", { cart: "2" }); }"""
    )
    host.expect_to_hear("customer")
    call(host, "update_session_variables", {"cart": "2"})
    call(host, "set_customer_name", "Ann")
    call(host, "set_customer_name", "Bea")
    host.expect_to_hear("customer", name="Bea")
    assert len(host.heard("customer")) == 2


def test_session_variables_are_merged_or_replaced(host: Host) -> None:
    host.visit()
    ready(host)
    call(host, "update_session_variables", {"a": "1"})
    call(host, "update_session_variables", {"b": "2"})
    assert get(host, "customer_data")["sessionVariables"] == {"a": "1", "b": "2"}
    call(host, "set_session_variables", {"c": "3"})
    assert get(host, "customer_data")["sessionVariables"] == {"c": "3"}


@pytest.mark.parametrize("method", ["hide_greeting", "close_chat", "disable_sounds", "check_goals"])
def test_what_only_the_panel_can_do_is_passed_on(host: Host, method: str) -> None:
    connected(host)
    call(host, method)
    host.expect_to_hear(method)


@pytest.mark.parametrize(
    ("method", "sale"),
    [
        ("trigger_sales_tracker", {"trackerId": "t1", "orderPrice": "10", "orderId": "7"}),
        ("track_sales_event", {"name": "store_order_was_created", "data": {}}),
    ],
)
def test_sales_are_told_to_the_page(host: Host, method: str, sale: dict[str, Any]) -> None:
    host.visit()
    ready(host)
    record(host, method)
    call(host, method, sale)
    assert recorded(host, 1) == [[method, sale]]


def test_a_sale_reaches_the_customer_and_livechat_s_goals(host: Host) -> None:
    connected(host)
    sale = {"trackerId": "t1", "orderPrice": "10", "orderId": "7"}
    call(host, "trigger_sales_tracker", sale)
    host.expect_to_hear("check_goals")
    host.expect_to_hear("customer", session=sale)


@pytest.mark.parametrize("kind", ["gtm", "gtag"])
def test_a_page_that_asks_for_them_gets_events_for_google_s_tags(host: Host, kind: str) -> None:
    google = "<script>window.calls = []; window.gtag = (...call) => calls.push(call)</script>"
    script = f'<script async src="{host.site.chat_url}/w/demo/embed.js?analytics={kind}"></script>'
    host.page.goto(host.websites.publish(f"/{kind}", html(google + script)))
    ready(host)
    call(host, "maximize")
    host.page.evaluate(
        "dispatchEvent(new CustomEvent('livechat:rating_submitted', { detail: 'good' }))"
    )
    told = {
        "gtm": [
            {"event": "livechat_chat_opened"},
            {"event": "livechat_chat_rated", "rating": "good"},
        ],
        "gtag": [
            ["event", "livechat_chat_opened", {}],
            ["event", "livechat_chat_rated", {"rating": "good"}],
        ],
    }
    assert host.page.evaluate("[window.dataLayer ?? [], calls]") == [
        told["gtm"] if kind == "gtm" else [],
        told["gtag"] if kind == "gtag" else [],
    ]


def test_an_unknown_method_is_named_in_the_console(host: Host, console: Console) -> None:
    console.expect('[LiveChatWidget] There is no "dance".')
    host.visit()
    ready(host)
    call(host, "dance")
    assert console.complaints


def test_a_signed_statement_reaches_the_panel(host: Host) -> None:
    host.listen()
    host.visit(attributes='data-identity="signed.by.shop"')
    host.open()
    host.expect_to_hear("hello", identity="signed.by.shop")
    call(host, "identify", "signed.again")
    host.expect_to_hear("hello", identity="signed.again")


@pytest.mark.parametrize("method", ["logout", "reset"])
def test_logging_out_leaves_nothing_behind(host: Host, method: str) -> None:
    host.listen()
    host.visit(attributes='data-identity="signed.by.shop"')
    host.open()
    call(host, "set_customer_name", "Ann")
    host.say(chat="token", token="who-i-am")
    host.page.wait_for_function("localStorage['livechat-widget:demo']")
    host.panel.evaluate("window.old = true")
    call(host, method)
    hello = host.expect_to_hear("hello", token=None)
    assert "identity" not in hello or not hello["identity"]
    assert hello["customer"]["name"] == ""
    assert not host.panel.evaluate("window.old")
    assert host.page.evaluate("localStorage.length") == 0


def test_logging_out_of_a_closed_chat_fetches_nothing(host: Host) -> None:
    connected(host)
    call(host, "logout")
    expect(host.iframe).to_have_count(0)
    host.open()
    host.expect_to_hear("hello", token=None)


def test_two_logouts_before_the_panel_is_there_are_one(host: Host) -> None:
    held: list[Route] = []
    host.page.route("**/loader_panel.js*", lambda route: held.append(route))
    host.listen()
    host.visit("<script>localStorage['livechat-widget:demo'] = 'who-i-am'</script>")
    wait_for(host.page, lambda: held)
    host.page.evaluate("for (const time of [1, 2]) LiveChatWidget.call('logout')")
    held[0].continue_()
    host.expect_to_hear("logout", token="who-i-am")
    expect(host.launcher.locator("path")).to_have_count(2)  # the chat's, and one panel's arrow


# -- destroy


def test_destroy_removes_everything_and_leaves_a_fresh_stub(host: Host) -> None:
    connected(host)
    host.say(chat="unread", count=2)
    expect(host.page).to_have_title("(2) A shop")
    host.page.evaluate("window.before = LiveChatWidget; LiveChatWidget.call('destroy')")
    expect(host.page.locator("chat-widget")).to_have_count(0)
    expect(host.page).to_have_title("A shop")
    assert host.page.evaluate("LiveChatWidget !== before && LiveChatWidget._h === null")


def test_after_destroy_init_starts_with_a_clean_state(host: Host) -> None:
    connected(host)
    record(host, "visibility_changed")
    host.say(chat="state", availability="online", status="chatting", chatId="C", threadId="T")
    host.page.wait_for_function("LiveChatWidget.get('chat_data').chatId === 'C'")
    call(host, "destroy")
    host.page.evaluate("LiveChatWidget.init()")
    ready(host)
    assert get(host, "chat_data") == {"chatId": None, "threadId": None}
    assert get(host, "customer_data")["status"] == "browsing"
    call(host, "maximize")
    expect(host.iframe).to_be_visible()
    assert host.page.evaluate("heard") == []


def test_destroy_may_come_before_everything_else(host: Host) -> None:
    early = "<script>LiveChatWidget.call('destroy')</script>"
    host.page.goto(host.websites.publish("/page", html(snippet(host) + early)))
    host.page.wait_for_function("LiveChatWidget._h === null && LiveChatWidget._q.length === 0")
    expect(host.launcher).to_have_count(0)
    host.page.evaluate("LiveChatWidget.init()")
    expect(host.launcher).to_be_visible()


def test_an_application_may_destroy_and_start_again_and_again(host: Host) -> None:
    host.visit()
    ready(host)
    host.page.evaluate(
        """for (let mount = 0; mount < 5; mount++) {
            LiveChatWidget.call("destroy"); LiveChatWidget.init(); }"""
    )
    expect(host.launcher).to_have_count(1)
    host.open()


# -- getters


def test_state(host: Host) -> None:
    host.visit()
    ready(host)
    assert get(host, "state") == {"availability": "online", "visibility": "minimized"}


def test_customer_data_in_livechats_order(host: Host) -> None:
    connected(host)
    host.say(
        chat="state",
        availability="online",
        status="chatting",
        chatId="C",
        threadId="T",
        customer={"id": "b7eff798", "name": "Ann", "email": "a@b.example", "isReturning": True},
    )
    host.page.wait_for_function("LiveChatWidget.get('customer_data').id")
    assert list(get(host, "customer_data").items()) == [
        ("name", "Ann"),
        ("email", "a@b.example"),
        ("isReturning", True),
        ("sessionVariables", {}),
        ("id", "b7eff798"),
        ("status", "chatting"),
    ]


def test_chat_data(host: Host) -> None:
    connected(host)
    assert get(host, "chat_data") == {"chatId": None, "threadId": None}
    host.say(chat="state", chatId="SK7Q2M4XAA", threadId="SK7Q2M4XAB")
    host.page.wait_for_function("LiveChatWidget.get('chat_data').chatId")
    assert get(host, "chat_data") == {"chatId": "SK7Q2M4XAA", "threadId": "SK7Q2M4XAB"}


# -- events


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


@pytest.mark.parametrize("name", EVENTS)
def test_events_of_the_panel_reach_the_page(host: Host, name: str) -> None:
    connected(host)
    record(host, name)
    host.say(chat="event", name=name, data=EVENTS[name])
    assert recorded(host, 1) == [[name, EVENTS[name]]]


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


def test_two_tags_share_one_object(host: Host) -> None:
    host.visit(tag(host.site))
    ready(host)
    assert host.page.evaluate("document.querySelectorAll('chat-widget').length") == 1


def test_a_page_sends_its_visitors_to_a_group(host: Host, agent: Agent) -> None:
    host.visit("<script>window.__lc = { group: 2 };</script>")
    host.open()
    chat = Chat(host.page, host.page.frame_locator("iframe#chat-widget"))
    chat.send("For Support")
    expect(chat.messages("customer")).to_have_count(1)
    assert agent.chats()[0]["access"]["group_ids"] == [2]
