"""What websites really are: odd pages, old libraries, values of every shape. The chat stands it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.host_api import call
from tests.e2e.hosts import Host, tag
from tests.e2e.rig import Console, Site, Websites, box_at_rest, chat_in, html, wait_for
from tests.sandbox_rig import Agent

TAKEN = 3500  # characters of an address or a title that the server takes
ICON = '<link rel="icon" href="data:," />'
BEFORE_NAVIGATION = """delete window.navigation; delete Window.prototype.navigation;"""


def chat_works(host: Host, text: str = "Is it in stock?") -> None:
    """Open the real panel and say something, which arrives."""
    host.open()
    chat = chat_in(host.page)
    chat.send(text)
    expect(chat.messages("customer")).to_contain_text([text])


# ---- what the page says may be longer than the server takes


@pytest.mark.night  # by day test_panel_website.py has such an address
def test_a_page_with_an_endless_address_and_title_chats(host: Host) -> None:
    page = html("<h1>Filters</h1>" + tag(host.site), head=f"<title>{'Plants ' * 6000}</title>")
    url = host.websites.publish("/page", page)
    host.page.goto(f"{url}#{'filter=green&' * 2600}")
    chat_works(host)


def test_addresses_and_titles_are_cut_between_characters(host: Host) -> None:
    host.listen()
    page = html(tag(host.site), head=f"<title>a{'🌱' * 20_000}</title>")
    url = host.websites.publish("/page", page)
    host.page.goto(f"{url}?q=1{'%F0%9F%8C%B1' * 3000}")
    host.open()
    heard = host.expect_to_hear("hello")["page"]
    assert heard["title"] == "a" + "🌱" * ((TAKEN - 1) // 2)
    assert len(heard["url"]) <= TAKEN
    assert heard["url"].rpartition("%")[2] in {"F0", "9F", "8C", "B1"}
    host.page.evaluate("document.title = 'b' + '🌿'.repeat(9000); history.pushState(0, '', '?b')")
    moved = host.expect_to_hear("page")["page"]
    assert moved["title"] == "b" + "🌿" * ((TAKEN - 1) // 2)
    assert len(moved["referrer"]) <= TAKEN


def test_what_a_page_says_of_its_customer_is_cut(host: Host) -> None:
    host.listen()
    host.visit()
    call(host, "set_customer_name", "x" + "🌱" * 500)
    call(host, "set_session_variables", {f"{'n' * 600}{n}": "v" * 9000 for n in range(150)})
    call(host, "update_session_variables", {"a": "nul\0 and half \ud83c"})
    host.open()
    customer = host.expect_to_hear("hello")["customer"]
    assert customer["name"] == "x" + "🌱" * 127
    assert {len(name) for name in customer["session"]} == {500}
    assert {len(value) for value in customer["session"].values()} == {3500}
    call(host, "set_session_variables", {f"n{n}": "nul\0 and half \ud83c" for n in range(150)})
    told = host.expect_to_hear("customer")["session"]
    assert len(told) == 100
    assert set(told.values()) == {"nul and half "}


def test_a_draft_is_cut_to_what_a_message_takes(host: Host) -> None:
    host.listen()
    host.visit()
    call(host, "maximize", {"messageDraft": "字" * 40_000})
    expect(host.iframe).to_be_visible()
    assert len(host.expect_to_hear("hello")["draft"].encode()) <= 16_384


# ---- the browser gives less than it might


OPTIONAL = [
    "navigator.language",
    "window.visualViewport",
    "window.Notification",
    "window.requestIdleCallback",
    "window.navigation",
    "window.localStorage",
    "window.screen",
    "Document.prototype.referrer",
    "Element.prototype.currentCSSZoom",
]


@pytest.mark.parametrize(
    "missing",
    [
        pytest.param(OPTIONAL, id="all of them"),
        *(pytest.param([each], id=each, marks=pytest.mark.night) for each in OPTIONAL),
    ],
)
def test_a_value_that_the_browser_does_not_have_is_not_needed(
    host: Host, missing: list[str]
) -> None:
    for each in missing:
        owner, _, name = each.rpartition(".")
        host.page.add_init_script(
            f"Object.defineProperty({owner}, '{name}', {{ value: undefined, configurable: true }})"
        )
    host.listen()
    host.visit(lang="")
    expect(host.launcher).to_have_accessible_name("Open chat")
    host.open()
    assert host.expect_to_hear("hello")["page"]["title"] == "A shop"


@pytest.mark.parametrize(
    ("lang", "spoken"),
    [
        ("iw-IL", "he"),
        *(
            pytest.param(*each, marks=pytest.mark.night)
            for each in (("zh_Hans_CN", "zh-hans"), ("pt_BR", "pt"), ("iw", "he"), ("DE", "de"))
        ),
    ],
)
def test_an_odd_language_tag_is_the_language_meant(host: Host, lang: str, spoken: str) -> None:
    host.visit(lang=lang)
    host.open()
    expect(host.page.frame_locator("iframe").locator(f"html[lang={spoken}]")).to_be_visible()


@pytest.mark.parametrize(
    "lang",
    [
        "__proto__",
        *(
            pytest.param(lang, marks=pytest.mark.night)
            for lang in ("-", "tlh", "constructor", "toString", "x")
        ),
    ],
)
def test_what_is_no_language_leaves_the_choice_to_others(host: Host, lang: str) -> None:
    host.visit(lang=lang)
    expect(host.launcher).to_have_accessible_name("Open chat")
    host.open()
    expect(host.page.frame_locator("iframe").locator("html[lang=en]")).to_be_visible()


@pytest.mark.parametrize(
    ("lang", "name"),
    [
        pytest.param("pt_BR", "Abrir chat, Dúvidas?", marks=pytest.mark.night),
        pytest.param("PT", "Abrir chat, Dúvidas?", marks=pytest.mark.night),
        ("pt-pt", "Abrir chat, Dúvidas?"),
        pytest.param("iw", "פתיחת הצ׳אט, שאלות?", marks=pytest.mark.night),
    ],
)
def test_the_launcher_speaks_it_too(
    host: Host, lang: str, name: str, add_widget: Callable[..., None]
) -> None:
    texts = {"pt": {"launcher_label": "Dúvidas?"}, "he": {"launcher_label": "שאלות?"}}
    add_widget(f"odd-{lang.lower()}", texts=texts)
    page = html(tag(host.site, key=f"odd-{lang.lower()}"), lang=lang)
    host.page.goto(host.websites.publish("/page", page))
    expect(host.launcher).to_have_accessible_name(name)


# ---- names on the page


SHADOWED = {
    "an element with the id navigation": "<nav id='navigation'></nav>",
    "a variable navigation": "<script>var navigation = { length: 0 }</script>",
    "a variable URL": "<script>var URL = 'https://shop.example/'</script>",
    "an image with the name title": "<img name='title' alt=''>",
    "a form with the name title": "<form name='title'></form>",
    "an element with the id Notification": "<p id='Notification'></p>",
    "an element with the id __lc": "<p id='__lc'></p>",
    "an element with the id LiveChatWidget": "<p id='LiveChatWidget'></p>",
    "a variable screen": "<script>var screen = 'home'</script>",
    "a variable status, name, parent": "<script>var status = 1, name = 2, parent = 3</script>",
}


@pytest.mark.parametrize(
    "body",
    [
        # But the variable that would hide the element of the same name.
        pytest.param(
            "".join(body for name, body in SHADOWED.items() if name != "a variable navigation"),
            id="all at once",
        ),
        *(pytest.param(SHADOWED[each], id=each, marks=pytest.mark.night) for each in SHADOWED),
    ],
)
def test_page_changes_are_told_whatever_the_page_calls_its_own(host: Host, body: str) -> None:
    if "navigation" in body:
        host.page.add_init_script(BEFORE_NAVIGATION)
    host.listen()
    host.visit(body)
    host.open()
    assert host.expect_to_hear("hello")["page"]["title"] == "A shop"
    host.page.evaluate("history.pushState(null, '', '/plants')")
    assert host.expect_to_hear("page")["page"]["url"].endswith("/plants")
    host.say(chat="unread", count=1)
    expect(host.page).to_have_title("(1) A shop")


OLD_LIBRARIES = {
    "arrays that write themselves as JSON": """
        for (const kind of [Array, String, Object]) kind.prototype.toJSON = () => "old";""",
    "enumerable methods on every object": """
        Object.prototype.extend = function () {};
        Array.prototype.each = function () {};
        String.prototype.strip = function () {};""",
    "elements with methods of an old library": """
        for (const name of ["show", "hide", "toggle", "update", "select", "visible", "observe"])
            Element.prototype[name] = Element.prototype[name] || (() => null);
        Array.from = (values) => values?.toArray ? values.toArray() : [].concat(...[values]);
        Array.prototype.find = Array.prototype.detect = function (fits) {
            for (let n = 0; n < this.length; n++) if (fits(this[n], n)) return this[n] };
        Array.prototype.reverse = function () { return this };""",
    "an event loop that is wrapped": """
        const add = EventTarget.prototype.addEventListener;
        EventTarget.prototype.addEventListener = function (name, handler, options) {
            return add.call(this, name, function (event) { handler.call(this, event) }, options) };
        const later = setTimeout;
        window.setTimeout = function (action, delay) { return later(action, delay) };""",
    "frozen prototypes": """
        for (const kind of [Object, Array, Function, History, EventTarget, Element, Promise])
            Object.freeze(kind.prototype);""",
}


def by_day(cases: dict[str, str], *names: str) -> list[Any]:
    """All of them, of which these run by day."""
    return [
        pytest.param(case, id=name, marks=() if name in names else pytest.mark.night)
        for name, case in cases.items()
    ]


@pytest.mark.parametrize(
    "script", by_day(OLD_LIBRARIES, "enumerable methods on every object", "frozen prototypes")
)
def test_the_page_may_have_changed_what_everybody_uses(host: Host, script: str) -> None:
    host.page.add_init_script(f"if (parent === window) {{ {BEFORE_NAVIGATION} }}")
    host.listen()
    host.visit(f"<script>{script}</script><script>window.__lc = {{ params: {{ a: 1 }} }}</script>")
    host.open()
    assert host.expect_to_hear("hello")["customer"]["session"] == {"a": "1"}
    host.page.evaluate("history.pushState(null, '', '/plants')")
    assert host.expect_to_hear("page")["page"]["url"].endswith("/plants")


# ---- clicks


def test_a_click_on_what_is_no_element_is_nobodys_error(host: Host) -> None:
    host.visit("<p>Plants</p>")
    expect(host.launcher).to_be_visible()
    for target in ("document", "window", "document.querySelector('p').firstChild"):
        host.page.evaluate(f"{target}.dispatchEvent(new MouseEvent('click', {{ bubbles: true }}))")
    expect(host.launcher).to_have_accessible_name("Open chat")


IN_ITS_WAY = {
    "a parent that stops clicks": """<div onclick="event.stopPropagation()">
        <button data-livechat="maximize">Ask us</button></div>""",
    "a document that stops clicks early": """<button data-livechat="maximize">Ask us</button>
        <script>document.addEventListener("click", (event) =>
            event.stopImmediatePropagation(), true)</script>""",
    "a web component": """<my-help></my-help><script>customElements.define("my-help",
        class extends HTMLElement { connectedCallback() {
            this.attachShadow({ mode: "open" }).innerHTML =
                "<button data-livechat='maximize'>Ask us</button>" } })</script>""",
    "an icon": """<button data-livechat="maximize" aria-label="Ask us">
        <svg width="40" height="40"><circle r="40"/></svg></button>""",
}


@pytest.mark.parametrize("body", by_day(IN_ITS_WAY, "a document that stops clicks early"))
def test_a_button_of_the_page_opens_the_chat_whatever_is_around_it(host: Host, body: str) -> None:
    host.visit(body)
    expect(host.launcher).to_be_visible()
    host.page.get_by_role("button", name="Ask us").click()
    expect(host.iframe).to_be_visible()


def test_a_form_may_have_fields_of_any_name(host: Host) -> None:
    fields = '<input name="matches"><input name="closest"><input name="dataset">'
    host.visit(f'<form>{fields}<button type="button" data-livechat="maximize">?</button></form>')
    host.page.wait_for_function("() => Boolean(window.LiveChatWidget?._h)")
    host.page.evaluate("document.querySelector('[data-livechat]').click()")
    assert host.page.evaluate("LiveChatWidget.get('state').visibility") == "maximized"


# ---- what the page configures


@pytest.mark.parametrize(
    ("configuration", "session"),
    [
        ("{ params: { plan: 'gold', seats: 3 } }", {"plan": "gold", "seats": "3"}),
        ("{ params: 5, visitor: 'Ann', group: {} }", {}),
        *(
            pytest.param(*each, marks=pytest.mark.night)
            for each in (
                ("null", {}),
                ("{ params: [{ name: 'plan', value: 'gold' }] }", {"plan": "gold"}),
                ("{ params: 'plan=gold' }", {}),
                ("{ params: null, visitor: null }", {}),
                ("'nothing'", {}),
                ("[]", {}),
                ("() => ({})", {}),
            )
        ),
    ],
)
def test_a_configuration_of_another_shape_is_understood_or_ignored(
    host: Host, configuration: str, session: dict[str, str]
) -> None:
    host.listen()
    host.visit(f"<script>window.__lc = {configuration}</script>")
    host.open()
    hello = host.expect_to_hear("hello")
    assert hello["customer"]["session"] == session
    assert hello.get("group") is None


def test_a_queue_of_another_shape_stops_nothing(host: Host, console: Console) -> None:
    console.expect("iterable")
    console.expect("not a function")
    console.expect('There is no "dance"')
    queue = """[null, 5, ["dance", []], ["call", ["dance"]], ["call", null],
        ["call", ["set_customer_name", "Ann"]]]"""
    host.listen()
    host.visit(f"<script>window.LiveChatWidget = {{ _q: {queue} }}</script>")
    host.open()
    assert host.expect_to_hear("hello")["customer"]["name"] == "Ann"


def test_values_that_are_no_text_are_named_and_the_others_told(
    host: Host, console: Console
) -> None:
    for name in ("customer", "broken", "1"):
        console.expect(f'[LiveChatWidget] "{name}" is no text.')
    host.listen()
    host.visit(
        """<script>window.__lc = { params: [{ name: "plan", value: "gold" }, null,
            { name: "seats", value: 3 }] }</script>"""
    )
    expect(host.launcher).to_be_visible()
    host.page.evaluate(
        """LiveChatWidget.call("update_session_variables", { customer: {}, tags: ["a", "b"],
            broken: Object.create(null), cart: 2, none: null })"""
    )
    host.open()
    session = host.expect_to_hear("hello")["customer"]["session"]
    assert session == {"plan": "gold", "seats": "3", "tags": "a,b", "cart": "2", "none": ""}
    assert len(console.complaints) == 3


@pytest.mark.parametrize(
    "address",
    [
        "ann(at)shop",
        *(pytest.param(each, marks=pytest.mark.night) for each in ("ann@localhost", "@")),
    ],
)
def test_an_invalid_address_keeps_nothing_else_from_the_agent(
    host: Host, agent: Agent, console: Console, address: str
) -> None:
    console.expect("/details")
    host.visit()
    expect(host.launcher).to_be_visible()
    call(host, "set_customer_name", "Ann")
    call(host, "set_session_variables", {"plan": "gold"})
    call(host, "set_customer_email", address)
    chat_works(host)
    # What was said before may still be on its way.
    with host.page.expect_response(
        lambda answer: (
            "/w/demo/details" in answer.url and "cart" in (answer.request.post_data or "")
        )
    ):
        call(host, "update_session_variables", {"cart": "2"})
    ann = wait_for(host.page, lambda: people_named(agent, "Ann"))[0]
    assert ann["session_fields"] == [{"plan": "gold"}, {"cart": "2"}]


def people_named(agent: Agent, name: str) -> list[dict[str, Any]]:
    """Those in the agents' chats who have that name."""
    return [user for chat in agent.chats() for user in chat["users"] if user.get("name") == name]


# ---- how the script comes


def test_the_tag_may_be_a_module(host: Host) -> None:
    script = tag(host.site).replace("async", "type=module data-position=left")
    host.page.goto(host.websites.publish("/page", html(script)))
    host.open()
    box = box_at_rest(host.launcher)
    assert box["x"] == 20


def test_a_script_without_a_tag_says_why_there_is_no_chat(host: Host, console: Console) -> None:
    console.expect("[LiveChatWidget] There is no tag.")
    address = f"{host.site.chat_url}/w/demo/embed.js"
    page = html(f"<script type=module>import '{address}'; window.done = true</script>")
    host.page.goto(host.websites.publish("/page", page))
    host.page.wait_for_function("window.done")
    assert len(console.complaints) == 1


def test_a_bundle_that_swallowed_the_script_finds_the_tag(host: Host) -> None:
    bundle = host.site.get("/w/demo/embed.js").body
    host.websites.publish("/bundle.js", bundle, {"Content-Type": "text/javascript"})
    inert = tag(host.site).replace("async", "type='text/plain'")
    host.page.goto(host.websites.publish("/page", html(f"{inert}<script src=/bundle.js></script>")))
    host.open()


# ---- the document is replaced


@pytest.mark.parametrize(
    "replace",
    [
        """document.open(); document.write("<title>A shop</title><h1>New</h1>");
            document.close()""",
        pytest.param(
            """const root = document.documentElement.cloneNode(false);
            root.append(document.createElement("head"), document.createElement("body"));
            document.documentElement.replaceWith(root)""",
            marks=pytest.mark.night,
        ),
        pytest.param(
            """document.documentElement.innerHTML = "<head></head><body></body>\"""",
            marks=pytest.mark.night,
        ),
    ],
)
def test_the_chat_comes_back_when_the_document_is_replaced(host: Host, replace: str) -> None:
    host.visit()
    expect(host.launcher).to_be_visible()
    host.page.evaluate(f"() => {{ {replace} }}")
    expect(host.launcher).to_be_visible()
    chat_works(host)


# ---- the page's styles


STYLES = {
    "custom properties of the same names": """:root { --height: 60px; --top: 300px; --x: 400px;
        --size: 5px; --shape: 3px; --font: monospace; --lcw-size: 5px; --lcw-height: 60px;
        --lcw-top: 300px; --lcw-x: 400px; --lcw-shape: 3px }""",
    "the same on everything": """* { --lcw-size: 5px !important; --lcw-height: 60px !important;
        --lcw-top: 300px !important; --lcw-x: 400px !important }""",
    "registered ones": """@property --size { syntax: "<color>"; inherits: false;
        initial-value: red }
        @property --x { syntax: "<color>"; inherits: false; initial-value: red }""",
    "a page that scales itself": "html { zoom: 1.25 }",
    "one that scales itself down": "html { zoom: 50% }",
    "everything invisible, upside down": """html, body { transform: none; direction: ltr }
        * { visibility: hidden !important; writing-mode: vertical-rl; font-size: 4px }""",
}


@pytest.mark.parametrize(
    "style", by_day(STYLES, "everything invisible, upside down", "a page that scales itself")
)
def test_the_pages_styles_move_nothing_of_ours(host: Host, style: str) -> None:
    host.visit(head=f"<title>A shop</title><style>{style}</style>")
    expect(host.launcher).to_be_visible()
    box = box_at_rest(host.launcher)
    assert box == pytest.approx({"x": 1200, "y": 640, "width": 60, "height": 60}, abs=1)
    host.open()
    panel = box_at_rest(host.iframe)
    assert panel == pytest.approx({"x": 860, "y": 20, "width": 400, "height": 604}, abs=1)


@pytest.mark.night  # by day on a wide screen
def test_the_pages_styles_move_nothing_on_a_phone(
    new_context: Callable[..., Any], site: Site, websites: Websites
) -> None:
    context = new_context(viewport={"width": 390, "height": 700}, is_mobile=True, has_touch=True)
    host = Host(context.new_page(), site, websites)
    host.visit(head=f"<style>{STYLES['custom properties of the same names']}</style>")
    host.open()
    assert box_at_rest(host.iframe) == {"x": 0, "y": 0, "width": 390, "height": 700}


# ---- documents of other kinds


def test_a_page_in_quirks_mode_chats(host: Host) -> None:
    page = f"<title>A shop</title>{ICON}<p>Old</p>{tag(host.site)}"
    host.page.goto(host.websites.publish("/page", page))
    assert host.page.evaluate("document.compatMode") == "BackCompat"
    chat_works(host)


@pytest.mark.parametrize(
    "kind", ["application/xhtml+xml", pytest.param("text/xml", marks=pytest.mark.night)]
)
def test_an_xhtml_page_chats(host: Host, kind: str) -> None:
    script = tag(host.site).replace("<script async", '<script async=""')
    page = (
        '<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><title>A shop</title>'
        f"{ICON}</head><body><h1>Shop</h1>{script}</body></html>"
    )
    headers = {"Content-Type": f"{kind}; charset=utf-8"}
    host.page.goto(host.websites.publish("/page", page, headers))
    host.open()
    panel = next(frame for frame in host.page.frames if "/w/demo/?lang" in frame.url)
    panel.get_by_role("textbox", name="Message").fill("Is it in stock?")
    panel.get_by_role("button", name="Send", exact=True).click()
    expect(panel.locator("[data-author=customer]")).to_contain_text(["Is it in stock?"])


@pytest.mark.night  # rare
def test_a_frameset_has_a_chat(host: Host) -> None:
    head = f"<title>A shop</title>{ICON}{tag(host.site)}"
    page = f"<html><head>{head}</head><frameset></frameset></html>"
    host.page.goto(host.websites.publish("/page", page))
    expect(host.launcher).to_be_attached()
    host.page.evaluate("LiveChatWidget.call('maximize')")
    expect(host.iframe).to_be_attached()


def test_a_sandboxed_page_keeps_its_launcher(host: Host, console: Console) -> None:
    console.expect("frame-ancestors")
    console.expect("ERR_BLOCKED_BY_RESPONSE")
    host.visit(headers={"Content-Security-Policy": "sandbox allow-scripts"})
    host.launcher.click()
    expect(host.launcher).to_have_accessible_name("Close chat")


@pytest.mark.night  # rare
def test_a_page_that_shares_its_domain_chats(host: Host) -> None:
    host.visit("<script>try { document.domain = 'localhost' } catch {}</script>")
    chat_works(host)


def test_a_page_with_a_base_address_chats(host: Host) -> None:
    host.visit(head='<title>A shop</title><base href="http://elsewhere.localhost/" target="_top">')
    chat_works(host)
