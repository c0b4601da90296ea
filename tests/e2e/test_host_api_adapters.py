"""LiveChat's own React, Vue and Angular adapters, as published on npm, on top of our loader."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.hosts import Host
from tests.e2e.rig import Chat, Console, html
from tests.sandbox_rig import Agent
from tests.shared import alone, make_once

FOLDER = Path(__file__).parent / "adapters"
APPLICATIONS = {"core": "core.js", "react": "react.jsx", "vue": "vue.js", "angular": "angular.js"}
LIVECHATS_OWN = "https://cdn.livechatinc.com/**"
INSTALL_LIMIT = 300  # seconds
# By day test_host_api.py and its like call what the adapters do: to bundle these takes long.
pytestmark = [
    pytest.mark.night,
    pytest.mark.timeout(2 * INSTALL_LIMIT),  # the first installs and bundles
]


@pytest.fixture(scope="session")
def packages() -> None:
    """What package-lock.json names, installed once; other workers wait for the first."""
    with alone(FOLDER / "package-lock.json"):
        if not (FOLDER / "node_modules" / ".package-lock.json").exists():
            install = ["npm", "ci", "--ignore-scripts"]
            subprocess.run(install, cwd=FOLDER, check=True, timeout=INSTALL_LIMIT)


@pytest.fixture(scope="session")
def bundles(packages: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The applications, bundled as their users would."""

    def bundle(folder: Path) -> None:
        options = ["--bundle", "--minify", "--jsx=automatic", "--log-level=warning"]
        subprocess.run(
            ["npx", "esbuild", *APPLICATIONS.values(), *options, f"--outdir={folder}"],
            cwd=FOLDER,
            check=True,
            timeout=INSTALL_LIMIT,
        )

    return make_once(tmp_path_factory, "bundles", bundle)


@pytest.fixture(params=APPLICATIONS)
def application(
    request: pytest.FixtureRequest, host: Host, bundles: Path, demo_fields: dict[str, Any]
) -> Host:
    """A website built with one of the frameworks; nothing is mounted yet."""
    bundle = (bundles / f"{request.param}.js").read_text()
    host.websites.publish("/app.js", bundle, {"Content-Type": "text/javascript"})
    organization = demo_fields["organization_id"]
    page = html(
        f"""<main></main><pre id="known"></pre>
        <script src="{host.site.chat_url}/w/demo/embed.js" data-start="manual"></script>
        <script src="/app.js" data-license="12332502" data-organization-id="{organization}">
        </script>"""
    )
    host.page.goto(host.websites.publish("/application", page))
    return host


def mount(host: Host, group: str = "0") -> None:
    host.page.evaluate("group => app.mount(group)", group)


def known(host: Host, condition: str) -> Any:
    """What the application shows, once `known` fulfils the condition."""
    found = host.page.wait_for_function(
        f"""() => {{
            const known = JSON.parse(document.getElementById("known").textContent || "{{}}");
            return ({condition}) && known; }}"""
    )
    return found.json_value()


def test_the_adapter_starts_our_widget_and_asks_nobody_else(application: Host) -> None:
    asked: list[str] = []
    application.page.route(LIVECHATS_OWN, lambda route: asked.append(route.request.url))
    mount(application)
    expect(application.iframe).to_be_visible()
    told = known(application, "known.state?.visibility === 'maximized'")
    assert told["state"] == {"availability": "online", "visibility": "maximized"}
    assert json.dumps(told["customer"]) == json.dumps(
        {
            "name": "Ann",
            "email": "ann@shop.example",
            "isReturning": False,
            "sessionVariables": {"cart": "2"},
            "id": None,
            "status": "browsing",
        }
    )
    assert asked == []


def test_the_adapter_learns_chat_customer_events_and_that_it_is_minimized(
    application: Host, agent: Agent
) -> None:
    mount(application)
    panel = application.page.frame_locator("iframe#chat-widget")
    panel.get_by_role("textbox", name="Message").fill("Hello")
    panel.get_by_role("button", name="Send").click()
    told = known(application, "known.chat?.threadId && known.customer?.status === 'chatting'")
    assert told["customer"]["id"]
    told = known(application, "known.event")
    assert told["event"]["type"] == "message"
    assert told["event"]["author"] == {"id": told["customer"]["id"], "type": "customer"}
    expect(Chat(application.page, panel).greeted).to_be_attached()
    panel.get_by_role("button", name="Minimize window").click()
    known(application, "known.state?.visibility === 'minimized'")


def test_unmounting_removes_the_widget_and_mounting_brings_it_back(
    application: Host, console: Console
) -> None:
    console.expect("Failed to fetch")  # what the panel was fetching may go with it
    mount(application)
    expect(application.iframe).to_be_visible()
    application.page.evaluate("app.unmount()")
    expect(application.page.locator("chat-widget")).to_have_count(0)
    mount(application)
    expect(application.iframe).to_be_visible()


@pytest.mark.parametrize("application", ["react", "vue", "angular"], indirect=True)
def test_another_group_starts_the_widget_anew(application: Host) -> None:
    application.listen()
    mount(application)
    application.expect_to_hear("hello", group=0)
    mount(application, "7")
    application.page.wait_for_function("window.__lc.group === 7")
    application.expect_to_hear("hello", group=7)
    expect(application.page.locator("chat-widget")).to_have_count(1)


def test_unmounting_at_once_leaves_nothing(application: Host) -> None:
    application.page.evaluate("app.mount(); app.unmount()")
    application.page.wait_for_timeout(500)  # an adapter destroys once loading is over
    expect(application.page.locator("chat-widget")).to_have_count(0)


@pytest.mark.parametrize("application", ["react"], indirect=True)
def test_rendering_again_and_again_tells_the_panel_nothing(application: Host) -> None:
    application.listen()
    mount(application)
    application.expect_to_hear("hello")
    application.page.evaluate("for (let render = 0; render < 10; render++) app.render()")
    application.page.wait_for_timeout(300)  # a message would have come by now
    assert application.heard("customer") == []


@pytest.mark.parametrize("application", ["react"], indirect=True)
def test_a_new_handler_at_each_render_hears_once_that_all_is_ready(application: Host) -> None:
    mount(application)
    application.page.wait_for_function("app.readies() === 1")
    application.page.evaluate(
        """async () => { for (let render = 0; render < 10; render++) {
            app.render(); await new Promise((done) => setTimeout(done)) } }"""
    )
    assert application.page.evaluate("app.readies()") == 1
