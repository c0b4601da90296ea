"""What the widget costs a website: bytes and requests before and after opening, and time.

`python -m bench.loader [--runs 5]`

Measured in Chromium on a page that carries nothing but the snippet, with the server as in
production. Time is that of a slow phone: 412 x 823, 1.6 Mbit/s, 150 ms, a quarter of this
machine's processor, nothing cached.
"""

import argparse
import gzip
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli
from playwright.sync_api import (
    Browser,
    Page,
    Playwright,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)

from bench import machine
from tests.e2e.rig import BROWSER_ARGUMENTS, Site, Websites, chromium, html
from tests.sandbox_rig import Sandbox, SandboxProcess

PHONE = ViewportSize(width=412, height=823)
BYTES_PER_SECOND = 1_600_000 / 8
LATENCY = 150  # ms
SLOWDOWN = 4
SHOWN_WITHIN = 30_000  # ms, for a greeting: the machine may be busy
# One process for page and panel, so that both are slowed.
SLOWED_ARGUMENTS = [*BROWSER_ARGUMENTS, "--disable-site-isolation-trials"]

STORED = "localStorage.length + sessionStorage.length"
NOTE_WHEN_PAINTED = """
new MutationObserver((_, observer) => {
    if (!document.querySelector("chat-widget")) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.launcherAt = performance.now() }));
}).observe(document, { childList: true, subtree: true })
"""


@dataclass
class Traffic:
    """What went over the wire: requests, compressed bytes and bytes after unpacking."""

    requests: int = 0
    wire: int = 0
    raw: int = 0

    def count(self, request: Request) -> None:
        response = request.response()
        if response is None or request.url.startswith("data:"):
            return
        wire = request.sizes()["responseBodySize"]
        raw = 0 if response.status == 204 else len(response.body())
        if wire <= 0 < raw:
            return  # the browser had it
        self.requests += 1
        self.wire += wire
        self.raw += raw

    def __str__(self) -> str:
        return f"{self.requests} requests, {self.wire:,} bytes ({self.raw:,} unpacked)"


HALF = {"id": "0a1b2c3d", "name": "Half", "text": "May we help?", "scroll": 50}
# What each widget is besides what all are.
WIDGETS: dict[str, dict[str, Any]] = {
    "demo": {},
    "inviting": {"invitations": [HALF]},  # who has read half of the page
    "tracking": {"track_visitors": True},
}


@contextmanager
def website() -> Iterator[tuple[Site, Websites, str]]:
    """A server as in production, the websites that may have its chat, and the snippet for them."""
    livechat, websites = SandboxProcess(), Websites()
    with tempfile.TemporaryDirectory() as name:
        site = Site(Path(name), livechat.url)
        site.environment |= {"DEBUG": "false", "DEMO": "false", "SECURE_SSL_REDIRECT": "false"}
        try:
            site.manage("migrate", "--verbosity", "0")
            site.manage("collectstatic", "--noinput", "--verbosity", "0")
            fields = Sandbox(livechat.url).config
            reachable = {
                key: fields[key] for key in ("organization_id", "client_id", "redirect_uri")
            }
            reachable["allowed_origins"] = websites.origins
            for key, more in WIDGETS.items():
                site.add_widget(key, name=key, **reachable, **more)
            site.start()
            yield site, websites, snippet_of(site, "demo")
        finally:
            site.stop()
            websites.close()
            livechat.stop()


def snippet_of(site: Site, key: str) -> str:
    return f'<script async src="{site.chat_url}/w/{key}/embed.js"></script>'


def sizes(script: bytes) -> str:
    """Bytes raw, gzip -9 and brotli 11."""
    packed = gzip.compress(script, 9), brotli.compress(script, quality=11)
    return f"{len(script):,} raw, {len(packed[0]):,} gzip, {len(packed[1]):,} brotli"


def open_chat(page: Page) -> None:
    """Click the launcher; returns when somebody could write."""
    page.get_by_role("button", name="Open chat").click()
    expect(page.frame_locator("iframe").get_by_role("textbox", name="Message")).to_be_visible()


def traffic(browser: Browser, address: str) -> tuple[Traffic, Traffic]:
    """What is fetched from the chat's site before the chat is opened, and by opening it."""
    page = browser.new_page()
    finished: list[Request] = []
    page.on("requestfinished", lambda request: finished.append(request))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    before = count(finished)
    finished.clear()
    open_chat(page)
    page.wait_for_timeout(1000)
    after = count(finished)
    page.close()
    return before, after


def invitation_traffic(browser: Browser, address: str) -> tuple[Traffic, Traffic, int, int]:
    """What is fetched and how many values are stored before an invitation is shown, and by it."""
    page = browser.new_page()
    finished: list[Request] = []
    page.on("requestfinished", lambda request: finished.append(request))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    before, stored_before = count(finished), page.evaluate(STORED)
    finished.clear()
    with page.expect_request_finished(lambda request: "invited.js" in request.url):
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
    shown, stored = count(finished), page.evaluate(STORED)
    page.close()
    return before, shown, stored_before, stored


def traffic_of_visitor(
    browser: Browser, address: str, livechat: Sandbox
) -> tuple[Traffic, Traffic, int]:
    """What is fetched on a visitor's first page and on the next, and how many values are stored.

    LiveChat's greeting with a picture stands on the first when it has been counted.
    """
    livechat.settings(greetings={"3": {"enabled": True, "delay": 0, "url_contains": "/t"}})
    page = browser.new_page()
    finished: list[Request] = []
    page.on("requestfinished", lambda request: finished.append(request))
    pages = []
    for _ in range(2):
        page.goto(address)
        expect(page.get_by_role("button", name="Dismiss")).to_be_visible(timeout=SHOWN_WITHIN)
        page.wait_for_load_state("networkidle")
        pages.append(count(finished))
        finished.clear()
    stored: int = page.evaluate(STORED)
    page.close()
    return pages[0], pages[1], stored


def count(requests: list[Request]) -> Traffic:
    total = Traffic()
    for request in requests:
        if "//chat." in request.url:
            total.count(request)
    return total


def slow_visit(browser: Browser, address: str) -> tuple[float, float]:
    """Milliseconds until the launcher is painted, and from a tap on it until one can write."""
    context = browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY,
            "downloadThroughput": BYTES_PER_SECOND,
            "uploadThroughput": BYTES_PER_SECOND,
        },
    )
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    page.add_init_script(NOTE_WHEN_PAINTED)
    page.goto(address)
    shown = page.wait_for_function("window.launcherAt", polling=20).json_value()
    page.wait_for_load_state("networkidle")
    tapped = page.evaluate("performance.now()")
    open_chat(page)
    usable = page.evaluate("performance.now()") - tapped
    context.close()
    return shown, usable


def launch(playwright: Playwright, arguments: list[str]) -> Browser:
    return playwright.chromium.launch(executable_path=chromium(), args=arguments)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    machine.describe()
    with website() as (site, websites, snippet), sync_playwright() as playwright:
        address = websites.publish("/", html(f"<h1>A shop</h1>{snippet}"))
        embed = site.get("/w/demo/embed.js").body
        print("loader:", sizes(embed))
        machine.judge("bytes of the loader, brotli", len(brotli.compress(embed, quality=11)), 4096)
        print("its second half:", sizes(site.get("/w/demo/loader_panel.js").body))
        browser = launch(playwright, BROWSER_ARGUMENTS)
        before, after = traffic(browser, address)
        print("before opening:", before)
        print("by opening:", after)
        machine.judge("bytes by opening", after.wire, 35_000)
        inviting = snippet_of(site, "inviting")
        long_page = html(f"<h1>A shop</h1><p style='height: 3000px'></p>{inviting}")
        inviting_before, shown, *stored = invitation_traffic(
            browser, websites.publish("/i", long_page)
        )
        print(f"with invitations: {inviting_before}, {stored[0]} values stored")
        print(f"one is shown: {shown}, {stored[1]} values stored")
        tracking = websites.publish("/t", html(f"<h1>A shop</h1>{snippet_of(site, 'tracking')}"))
        livechat = Sandbox(site.environment["LIVECHAT_API_URL"])
        first, second, kept = traffic_of_visitor(browser, tracking, livechat)
        print(f"visitors tracked, with a greeting: {first}, {kept} values stored")
        print(f"on the next page: {second}")
        more = first.wire - before.wire
        machine.judge("bytes more than the loader, visitors tracked", more, 8_000)
        for part in ("visitors.js", "visitor", "visitor.js"):
            print(f"  of which {part}:", sizes(site.get(f"/w/tracking/{part}").body))
        browser.close()
        browser = launch(playwright, SLOWED_ARGUMENTS)
        visits = [slow_visit(browser, address) for _ in range(options.runs)]
        browser.close()
    shown, usable = (statistics.median(each) for each in zip(*visits, strict=True))
    print(f"slow phone: launcher after {shown:,.0f} ms, panel usable {usable:,.0f} ms after a tap")
    machine.judge("slow phone, launcher, ms", shown, 1000)


if __name__ == "__main__":
    main()
