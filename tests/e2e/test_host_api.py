"""`LiveChatWidget` from its start to its end, as websites that come from LiveChat use it.

Source: Chat Widget JavaScript API v5.0.
"""

import json
from typing import Any

from playwright.sync_api import expect

from tests.e2e.host_api import call, connected, get, ready, record, recorded
from tests.e2e.hosts import Host, tag
from tests.e2e.rig import Chat, Console, html
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


def snippet(host: Host, **configuration: Any) -> str:
    loader = f"{host.site.chat_url}/w/demo/embed.js"
    return SNIPPET.replace("CONFIGURATION", json.dumps(configuration)).replace("LOADER", loader)


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
