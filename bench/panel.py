"""From the click until the last messages are on screen, for somebody who has a chat already.

`python -m bench.panel [--runs 10]`

LiveChat takes 50 ms for each call. Beside it stand the sum of the calls that are needed, one
after the other, and what the browser needs for a frame with one line in it, from another website;
which calls were made is counted, so that none is made twice or in vain.
"""

import argparse
import statistics
import tempfile
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench import processes
from tests.e2e.rig import BROWSER_ARGUMENTS, Websites, chromium, html

DELAY = 0.05  # seconds LiveChat takes for a call
NEEDED = ("login", "list_chats", "list_threads")  # each waits for the one before
STORED = f"livechat-widget:{processes.KEY}"
NOTE_WHEN_PAINTED = """
new MutationObserver((_, observer) => {
    if (!document.querySelector("#threads .event")) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => parent.postMessage({ painted: true }, "*")));
}).observe(document, { childList: true, subtree: true })
"""
CLICK = """
() => new Promise((resolve) => {
    const clicked = performance.now();
    addEventListener("message", ({ data }) => {
        if (data.painted) resolve(performance.now() - clicked);
    });
    LiveChatWidget.init();
    LiveChatWidget.call("maximize");
})
"""
EMPTY_FRAME = """
(address) => new Promise((resolve) => {
    const clicked = performance.now();
    addEventListener("message", ({ data }) => {
        if (data.painted) resolve(performance.now() - clicked);
    });
    const frame = document.createElement("iframe");
    frame.src = address;
    document.body.append(frame);
})
"""
LINE = '<main id="threads"><p class="event">Hello</p></main>'


def website(websites: Websites, port: int) -> str:
    """The address of a page with the snippet, which waits to be started."""
    source = f"http://127.0.0.1:{port}/w/{processes.KEY}/embed.js"
    return websites.publish("/", html(f'<script src="{source}" data-start="later"></script>'))


def opening(browser: Browser, address: str, token: str) -> float:
    """Milliseconds from the click, in a browser that has this token and nothing cached."""
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(NOTE_WHEN_PAINTED)
    page.goto(address)
    page.evaluate("([key, token]) => localStorage.setItem(key, token)", [STORED, token])
    page.reload()  # the loader reads it when it starts
    took: float = page.evaluate(CLICK)
    context.close()
    return took


def empty_frame(browser: Browser, address: str, frame: str) -> float:
    """Milliseconds until the line in an empty frame is painted."""
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(NOTE_WHEN_PAINTED)
    page.goto(address)
    took: float = page.evaluate(EMPTY_FRAME, frame)
    context.close()
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        processes.livechat(Path(name), delay=DELAY) as (_, upstream),
        closing(Websites()) as websites,
        processes.server(
            Path(name), f"http://127.0.0.1:{upstream}", options.runs, websites.origins
        ) as (_, port),
        sync_playwright() as playwright,
    ):
        address = website(websites, port)
        browser = playwright.chromium.launch(executable_path=chromium(), args=BROWSER_ARGUMENTS)
        websites.publish("/line", html(LINE))
        line = f"http://127.0.0.1:{websites.port}/line"
        took, empty = [], []
        for token in processes.tokens(options.runs):
            took.append(opening(browser, address, token))
            empty.append(empty_frame(browser, address, line))
        calls = processes.ask(upstream, "state")["calls"]
        browser.close()
    floor = len(NEEDED) * DELAY * 1000
    print(
        f"click to last messages: {statistics.median(took):.0f} ms; "
        f"LiveChat's calls {floor:.0f} ms, a frame with one line {statistics.median(empty):.0f} ms"
    )
    made = ", ".join(f"{action} {count / options.runs:g}" for action, count in calls.items())
    print(f"calls for each opening: {made}")


if __name__ == "__main__":
    main()
