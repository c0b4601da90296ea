"""A chat on networks that fail: silent, without websockets, away for a while. Nothing is lost."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.e2e.proxy import Mode, Proxy
from tests.e2e.rig import Chat, Console, Site, chat_id, wait_for
from tests.sandbox_rig import Agent, Sandbox
from widget.customers.consumers import ALIVE, HEARTBEAT

Hurry = Callable[[int], None]

SILENCE = 40_000  # ms without a word after which a connection counts as dead
OPENING = 20_000  # ms that an opening may take
PATIENCE = 12_000  # ms without a websocket after which another way is taken
READING = 8_000  # ms in which an answer would say that its cause was read
LONG_TUNNEL = 3  # tries: where the connection stands, so many failures are the end
LONGEST_PAUSE = 15_000  # ms between two tries
BACK = 30_000  # ms until a connection that is there again is used
LONGEST_RETRY = 8_000  # ms between two tries of a websocket
COUNT_LOSSES = """root => {
  window.losses = 0;
  new MutationObserver(() => (losses += root.dataset.network === "lost")).observe(root, {
    attributeFilter: ["data-network"] }); }"""
SOMEBODY_ELSE = """document.dispatchEvent(new CustomEvent("identified", {
  detail: localStorage["livechat-widget:demo"] }))"""
COUNT_WORDS = """window.words = 0;
document.addEventListener("htmx:before:ws:message", () => words++);"""
NOTE_READING = """document.addEventListener("tell-server", ({ detail }) => {
  if (detail.seen) window.hasRead = true; });"""
LOOK = """visible => document.dispatchEvent(new CustomEvent("host:visible", {
  detail: { visible, focus: false } }))"""
MOVE = """() => document.dispatchEvent(new CustomEvent("host:page", {
  detail: { page: { url: "https://shop.example/pots", title: "Pots", referrer: "" } } }))"""


@pytest.fixture
def proxy(site: Site, console: Console) -> Iterator[Proxy]:
    """What stands between the browser and the server. Browsers complain about broken networks."""
    for complaint in ("WebSocket connection", "Failed to load resource", "htmx:ws:error"):
        console.expect(complaint)
    proxy = Proxy(site.port)
    yield proxy
    proxy.close()


CHECK_WEBSOCKETS = """
from io import StringIO
from django.core.management import CommandError, call_command
output = StringIO()
try:
    call_command("check_websockets", given, stdout=output)
    answer = output.getvalue()
except CommandError as error:
    answer = repr(error)
"""


@pytest.fixture
def hurry(page: Page) -> Hurry:
    """Put the page's clock forward, by so many ms; else it goes as clocks do."""
    page.clock.install()
    return page.clock.fast_forward


@pytest.fixture
def panel(page: Page, proxy: Proxy, sandbox: Sandbox) -> Chat:
    """The panel in a tab of its own, reached through the proxy."""
    page.goto(f"http://chat.localhost:{proxy.port}/w/demo/")
    return Chat(page, page)


@pytest.fixture
def blocked(hurry: Hurry, panel: Chat, proxy: Proxy) -> Chat:
    """The panel of somebody who has said hello where no websocket gets through."""
    proxy.become("strip")
    with panel.page.expect_websocket():
        panel.page.reload()
        panel.send("Hello")
    hurry(PATIENCE)
    return panel


def chat_over_a_socket(page: Page, site: Site) -> Chat:
    """Somebody has said hello in a tab of its own, and the socket is open."""
    page.goto(f"{site.chat_url}/w/demo/")
    chat = Chat(page, page)
    chat.send("Hello")
    expect(chat.live).to_be_visible()
    return chat


def texts(agent: Agent) -> list[Any]:
    """What the agent reads of the customer, in order."""
    events = agent.chat(chat_id(agent))["thread"]["events"]
    return [event["text"] for event in events if event["type"] == "message"]


def wait_for_requests(page: Page, sandbox: Sandbox, *methods: str) -> list[dict[str, Any]]:
    """The first request of each method that LiveChat got from us."""

    def found() -> list[dict[str, Any]]:
        requests = sandbox.control("requests", method="GET")
        firsts = {each["method"]: dict(each) for each in reversed(requests)}
        return [firsts[method] for method in methods] if firsts.keys() >= {*methods} else []

    requests: list[dict[str, Any]] = wait_for(page, found)
    return requests


def follow_sockets(page: Page) -> list[WebSocketRoute]:
    """The sockets that the page will open to the server, which get through as they would."""
    sockets: list[WebSocketRoute] = []

    def pass_on(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    page.route_web_socket("**/socket", pass_on)
    return sockets


def dot_of(chat: Chat) -> str:
    """The colour of the dot that says that somebody is there."""
    colour: str = chat.panel.locator("header .status").evaluate(
        "element => getComputedStyle(element, '::before').backgroundColor"
    )
    return colour


def test_a_connection_that_goes_silent_is_noticed_and_replaced(
    hurry: Hurry, talking: Chat, agent: Agent, proxy: Proxy
) -> None:
    proxy.become("silent")
    agent.send(chat_id(agent), "While nothing came through")
    hurry(SILENCE)
    expect(talking.panel.get_by_text("Connection lost")).to_be_visible()
    expect(talking.messages("agent")).to_have_count(0)
    proxy.become("forward")
    hurry(OPENING)  # what hangs since it was silent is given up
    expect(talking.messages("agent")).to_contain_text(["While nothing came through"])
    expect(talking.panel.get_by_text("Connection lost")).to_be_hidden()


def test_a_word_now_and_then_keeps_a_quiet_connection(
    hurry: Hurry, page: Page, site: Site, sandbox: Sandbox
) -> None:
    """That the server says it is for tests/widget/customers/test_consumers.py."""
    sockets = follow_sockets(page)
    chat = chat_over_a_socket(page, site)
    for _word in range(3):
        page.evaluate(COUNT_WORDS)
        sockets[0].send(ALIVE)
        wait_for(page, lambda: page.evaluate("words > 0"))
        hurry(int(HEARTBEAT * 1500))
    expect(chat.live).to_be_visible()
    assert len(sockets) == 1
    hurry(SILENCE)
    expect(chat.panel.get_by_text("Connection lost")).to_be_visible()


@pytest.mark.night  # by day the page's clock is put forward instead: the test above
def test_a_quiet_connection_is_not_taken_for_a_dead_one(talking: Chat, proxy: Proxy) -> None:
    talking.page.evaluate("window.before = document.getElementById('socket')")
    talking.page.wait_for_timeout(SILENCE + 5_000)
    assert talking.page.evaluate("window.before === document.getElementById('socket')")
    expect(talking.live).to_be_visible()


def test_without_websockets_the_chat_goes_on_and_says_what_is_wrong(
    hurry: Hurry, blocked: Chat, agent: Agent, proxy: Proxy
) -> None:
    notice = blocked.panel.get_by_text("Messages may come late.")
    expect(notice).to_be_visible()
    blocked.panel.locator("html").evaluate(COUNT_LOSSES)
    for _try in range(2):
        with blocked.page.expect_websocket():
            hurry(LONGEST_RETRY)
    expect(notice).to_be_visible()
    assert blocked.panel.locator("html").evaluate("() => losses") == 0
    expect(notice.get_by_role("link", name="Simple page")).to_have_attribute(
        "href", "/w/demo/plain/?lang=en"
    )
    expect(blocked.messages("customer")).to_contain_text(["Hello"])
    for text in ("First", "Second"):
        agent.send(chat_id(agent), text)
    expect(blocked.messages("agent")).to_contain_text(["First", "Second"])
    blocked.send("And back")
    expect(blocked.messages("customer")).to_have_count(2)
    proxy.become("forward")
    hurry(OPENING)
    expect(notice).to_be_hidden(timeout=BACK)
    agent.send(chat_id(agent), "By the front door")
    expect(blocked.messages("agent")).to_have_count(3)


@pytest.mark.night  # by day the chat goes on: the test above
def test_without_websockets_the_next_person_finds_the_other_way_too(
    hurry: Hurry, page: Page, blocked: Chat
) -> None:
    notice = blocked.panel.get_by_text("Messages may come late.")
    expect(notice).to_be_visible()
    with page.expect_websocket():
        page.evaluate(SOMEBODY_ELSE)
        hurry(LONGEST_RETRY)
    expect(notice).to_be_hidden()
    hurry(PATIENCE)
    expect(notice).to_be_visible()


@pytest.mark.night  # by day with websockets
def test_without_websockets_what_is_written_while_the_server_is_away_waits_too(
    hurry: Hurry, blocked: Chat, agent: Agent, proxy: Proxy, console: Console
) -> None:
    console.expect("htmx:sse:error")
    expect(blocked.messages("customer")).to_have_count(1)
    proxy.become("dead")
    blocked.send("Are you there?")
    for _try in range(LONG_TUNNEL):
        hurry(LONGEST_PAUSE)
        blocked.page.wait_for_timeout(300)  # for what the clock has started
    expect(blocked.panel.get_by_text("Waiting for a connection")).to_be_visible()
    proxy.become("strip")
    hurry(LONGEST_PAUSE)
    expect(blocked.messages("customer")).to_have_count(2, timeout=BACK)
    assert texts(agent) == ["Hello", "Are you there?"]


@pytest.mark.night  # by day with websockets
def test_without_websockets_agents_see_what_is_read_typed_and_looked_at(
    hurry: Hurry,
    page: Page,
    site: Site,
    add_widget: Callable[..., None],
    proxy: Proxy,
    agent: Agent,
) -> None:
    add_widget("keyhole", sneak_peek=True)
    proxy.become("strip")
    page.goto(f"http://chat.localhost:{proxy.port}/w/keyhole/")
    chat = Chat(page, page)
    with page.expect_websocket():
        chat.send("Hello")
    hurry(PATIENCE)
    expect(chat.panel.get_by_text("Messages may come late.")).to_be_visible()
    expect(chat.messages("customer")).to_contain_text(["Hello"])
    page.evaluate(NOTE_READING)
    agent.send(chat_id(agent), "A question")
    expect(chat.messages("agent")).to_have_count(1)
    wait_for(page, lambda: page.evaluate("window.hasRead"))
    chat.composer.fill("The answer is long, so I")
    page.evaluate(MOVE)
    paid_for = wait_for_requests(page, agent.sandbox, "send_sneak_peek", "update_customer_page")
    assert {request["status"] for request in paid_for} == {200}
    hurry(READING)
    wait_for_requests(page, agent.sandbox, "mark_events_as_seen")


@pytest.mark.parametrize("network", ["dead", pytest.param("silent", marks=pytest.mark.night)])
def test_what_was_read_without_a_connection_is_told_once_there_is_one(
    hurry: Hurry, talking: Chat, agent: Agent, proxy: Proxy, network: Mode
) -> None:
    page = talking.page
    page.evaluate(NOTE_READING)
    page.evaluate(LOOK, False)
    agent.send(chat_id(agent), "Are you there?")
    expect(talking.messages("agent")).to_contain_text(["Are you there?"])
    proxy.become(network)
    if network == "dead":
        expect(talking.panel.get_by_text("Connection lost")).to_be_visible()
    page.evaluate(LOOK, True)
    wait_for(page, lambda: page.evaluate("window.hasRead"))
    proxy.become("forward")
    hurry(SILENCE)
    wait_for_requests(page, agent.sandbox, "mark_events_as_seen")


@pytest.mark.parametrize("code", [4403, pytest.param(4404, marks=pytest.mark.night)])
def test_a_chat_that_was_closed_says_so_and_keeps_what_was_typed(
    page: Page, site: Site, sandbox: Sandbox, code: int
) -> None:
    sockets = follow_sockets(page)
    chat = chat_over_a_socket(page, site)
    chat.composer.fill("Not finished yet")
    sockets[0].close(code=code)
    expect(page.get_by_text("This chat is closed at the moment.")).to_be_visible()
    chat.composer.press("Enter")
    expect(chat.composer).to_have_value("Not finished yet")
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    expect(page.get_by_text("Connection lost")).to_be_hidden()
    assert len(sockets) == 1


def test_what_is_written_while_the_server_is_away_is_sent_later_in_order_and_once(
    talking: Chat, agent: Agent, proxy: Proxy
) -> None:
    proxy.become("dead")
    expect(talking.panel.get_by_text("Connection lost")).to_be_visible()
    for text in ("one", "two", "three"):
        talking.send(text)
    expect(talking.panel.get_by_text("Waiting for a connection").first).to_be_visible()
    proxy.become("forward")
    expect(talking.messages("customer").locator(".bubble")).to_have_text(
        ["Hello", "one", "two", "three"], timeout=BACK
    )
    expect(talking.panel.locator("#pending > *")).to_have_count(0)
    assert texts(agent) == ["Hello", "one", "two", "three"]


def test_a_first_word_said_while_the_server_is_away_arrives_too(
    panel: Chat, agent: Agent, proxy: Proxy
) -> None:
    expect(panel.panel.get_by_text("We are here for you")).to_be_visible()
    proxy.become("dead")
    panel.send("Anybody there?")
    expect(panel.panel.get_by_text("Waiting for a connection")).to_be_visible()
    proxy.become("forward")
    expect(panel.messages("customer")).to_contain_text(["Anybody there?"], timeout=BACK)
    assert texts(agent) == ["Anybody there?"]


def test_an_answer_that_got_lost_doubles_nothing(talking: Chat, agent: Agent, proxy: Proxy) -> None:
    proxy.become("unanswered")
    talking.send("Only once")
    expect(talking.panel.get_by_text("Waiting for a connection")).to_be_visible()
    assert texts(agent) == ["Hello", "Only once"]
    proxy.become("forward")
    expect(talking.messages("customer")).to_have_count(2, timeout=BACK)
    expect(talking.panel.locator("#pending > *")).to_have_count(0)
    assert texts(agent) == ["Hello", "Only once"]


@pytest.mark.night  # by day no server answers
def test_what_waits_survives_a_proxy_that_answers_for_the_server(
    hurry: Hurry, talking: Chat, agent: Agent, proxy: Proxy
) -> None:
    talking.page.route("**/events", lambda route: route.fulfill(status=502, body="<h1>Bad</h1>"))
    talking.page.route_web_socket("**/socket", lambda socket: socket.close())
    proxy.become("dead")
    expect(talking.panel.get_by_text("Connection lost")).to_be_visible()
    talking.send("Past the gateway")
    expect(talking.panel.get_by_text("Waiting for a connection")).to_be_visible()
    expect(talking.panel.get_by_role("heading", name="Bad")).to_have_count(0)
    talking.page.unroute("**/events")
    proxy.become("forward")
    hurry(LONGEST_PAUSE)
    expect(talking.panel.locator("#pending .waiting")).to_have_count(0, timeout=BACK)
    assert texts(agent) == ["Hello", "Past the gateway"]


def test_a_waiting_message_can_be_discarded_and_never_goes(
    talking: Chat, agent: Agent, proxy: Proxy
) -> None:
    proxy.become("dead")
    expect(talking.panel.get_by_text("Connection lost")).to_be_visible()
    talking.send("First thought")
    talking.send("Second thought")
    talking.panel.get_by_role("button", name="Discard").last.click()
    proxy.become("forward")
    expect(talking.messages("customer")).to_have_count(2, timeout=BACK)
    expect(talking.panel.locator("#pending > *")).to_have_count(0)
    assert texts(agent) == ["Hello", "First thought"]


def test_a_button_pressed_while_the_server_is_away_does_its_work_later(
    talking: Chat, agent: Agent, proxy: Proxy
) -> None:
    proxy.become("dead")
    expect(talking.panel.get_by_text("Connection lost")).to_be_visible()
    talking.end()
    proxy.become("forward")
    expect(talking.panel.get_by_text("This chat has ended", exact=True)).to_be_visible(timeout=BACK)


def test_a_browser_that_goes_offline_says_so_at_once(talking: Chat, agent: Agent) -> None:
    expect(talking.panel.locator("header .status.online")).to_be_visible()
    green = dot_of(talking)
    talking.page.context.set_offline(True)
    expect(talking.panel.get_by_text("You are offline")).to_be_visible(timeout=SILENCE // 2)
    assert dot_of(talking) != green
    tries = count(1)
    with talking.page.expect_event(
        "requestfailed", lambda request: request.method == "POST" and next(tries) == LONG_TUNNEL
    ):
        talking.send("From the tunnel")
        expect(talking.panel.get_by_text("Waiting for a connection")).to_be_visible()
    talking.page.context.set_offline(False)
    expect(talking.messages("customer")).to_contain_text(["Hello", "From the tunnel"])
    expect(talking.panel.get_by_text("You are offline")).to_be_hidden()
    expect(talking.panel.locator(":root[data-network]")).to_have_count(0)
    assert dot_of(talking) == green
    assert texts(agent) == ["Hello", "From the tunnel"]


@pytest.mark.night  # rare
def test_who_was_away_for_very_long_finds_the_latest_and_the_way_back(
    talking: Chat, agent: Agent, proxy: Proxy
) -> None:
    """What was on screen is further back than is read at once: between it and the rest is a gap."""
    proxy.become("dead")
    expect(talking.panel.get_by_text("Connection lost")).to_be_visible()
    chat = chat_id(agent)
    agent.close(chat)
    for thread in range(10):
        said = [{"type": "message", "text": f"Message {thread}.{n}"} for n in range(25)]
        agent.call("resume_chat", chat={"id": chat, "thread": {"events": said}})
        agent.close(chat)
    proxy.become("forward")
    expect(talking.messages("agent").last).to_contain_text("Message 9.24", timeout=BACK)
    expect(talking.log.get_by_text("Hello", exact=True)).to_have_count(0)
    talking.read_back_to(talking.log.get_by_text("Hello", exact=True))
    expect(talking.messages("agent").filter(has_text="Message")).to_have_count(250)
    expect(talking.log.get_by_text("Hello", exact=True)).to_have_count(1)


def test_who_comes_next_never_sends_what_the_one_before_wrote(
    talking: Chat, agent: Agent, proxy: Proxy, console: Console
) -> None:
    console.expect("AbortError")
    proxy.become("dead")
    talking.send("Not for others")
    expect(talking.panel.get_by_text("Waiting for a connection")).to_be_visible()
    talking.page.evaluate("document.dispatchEvent(new CustomEvent('somebody-else'))")
    proxy.become("forward")
    talking.send("I am new here")
    expect(talking.messages("customer")).to_have_count(2, timeout=BACK)
    assert "Not for others" not in texts(agent)


def test_operators_are_told_whether_websockets_reach_the_server(site: Site, proxy: Proxy) -> None:
    address = f"http://localhost:{proxy.port}/w/demo/"
    assert site.run(CHECK_WEBSOCKETS, address) == "Websockets reach the server.\n"
    proxy.become("strip")
    refused = site.run(CHECK_WEBSOCKETS, address)
    assert "CommandError" in refused
    assert "answers 426 where a websocket should open" in refused
    proxy.become("dead")
    refused = site.run(CHECK_WEBSOCKETS, address)
    assert "CommandError" in refused
    assert "does not answer from here" in refused


@pytest.mark.night  # by day the command says it: the test above
def test_the_connection_test_says_that_websockets_do_not_reach_the_server(
    owner: None, page: Page, proxy: Proxy
) -> None:
    proxy.become("strip")
    admin = f"http://localhost:{proxy.port}/admin/"
    page.goto(admin)
    page.get_by_label("Username").fill("olga")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(admin)  # the address of the door ends alike
    page.goto(f"{admin}widget/widget/")
    page.get_by_role("link", name="Demo", exact=True).click()
    page.get_by_role("button", name="Save and test the connection").click()
    expect(page.get_by_text("Websockets don't reach this server")).to_be_visible()
