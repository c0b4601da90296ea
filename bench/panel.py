"""From the click until the last messages are on screen, for somebody who has a chat already.

`python -m bench.panel [--runs 10]`

LiveChat takes 50 ms for each call. Beside it stand the sum of the calls that are needed, one
after the other, and what the browser needs for a frame with one line in it, from another website;
which calls were made is counted, so that none is made twice or in vain.

Nothing is loaded before: who has chatted has the panel loaded as soon as the browser is idle, which
it never is here. A script clicks out of nothing; a hand reaches the launcher first.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser, Locator, sync_playwright

from bench import machine, processes
from tests.e2e.rig import BROWSER_ARGUMENTS, Websites, chromium, html

DELAY = 0.05  # seconds LiveChat takes for a call
# Seconds: what the page before leaves to the browser costs its processors 100 ms.
SETTLES = 1.0
# Seconds from reaching the launcher to the click that a quick hand takes, or a tap lasts.
HAND = 0.1
NEEDED = ("login", "list_chats", "list_threads")  # each waits for the one before
STORED = f"livechat-widget:{processes.KEY}"
NOTE_WHEN_PAINTED = """
new MutationObserver((_, observer) => {
    if (!document.querySelector("#threads .event")) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => parent.postMessage({ painted: true }, "*")));
}).observe(document, { childList: true, subtree: true })
"""
NEVER_IDLE = "window.requestIdleCallback = () => 0"
WATCH = """
() => {
    let clicked;
    addEventListener("click", () => (clicked = performance.now()), { capture: true });
    window.took = new Promise((resolve) => addEventListener("message", ({ data }) => {
        if (data.painted) resolve(performance.now() - clicked);
    }));
}
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
    """The address of a page with the snippet."""
    source = f"http://127.0.0.1:{port}/w/{processes.KEY}/embed.js"
    return websites.publish("/", html(f'<script src="{source}"></script>'))


def by_script(launcher: Locator) -> None:
    launcher.evaluate("launcher => launcher.click()")


def by_hand(launcher: Locator) -> None:
    box = launcher.bounding_box()
    assert box
    mouse = launcher.page.mouse
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    time.sleep(HAND)
    mouse.down()
    mouse.up()


def opening(browser: Browser, address: str, token: str, click: Callable[[Locator], None]) -> float:
    """Milliseconds from the click, in a browser that has this token and nothing cached."""
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(NOTE_WHEN_PAINTED)
    page.add_init_script(NEVER_IDLE)
    page.goto(address)
    page.evaluate("([key, token]) => localStorage.setItem(key, token)", [STORED, token])
    page.reload()  # the loader reads it when it starts
    time.sleep(SETTLES)
    page.evaluate(WATCH)
    click(page.locator("chat-widget button"))
    took: float = page.evaluate("() => took")
    context.close()
    return took


def empty_frame(browser: Browser, address: str, frame: str) -> float:
    """Milliseconds until the line in an empty frame is painted."""
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(NOTE_WHEN_PAINTED)
    page.goto(address)
    time.sleep(SETTLES)
    took: float = page.evaluate(EMPTY_FRAME, frame)
    context.close()
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    options = parser.parse_args()
    machine.describe()
    with (
        tempfile.TemporaryDirectory() as name,
        processes.livechat(Path(name), delay=DELAY) as (_, upstream),
        closing(Websites()) as websites,
        processes.server(
            Path(name), f"http://127.0.0.1:{upstream}", 2 * options.runs, websites.origins
        ) as (_, port),
        sync_playwright() as playwright,
    ):
        address = website(websites, port)
        browser = playwright.chromium.launch(executable_path=chromium(), args=BROWSER_ARGUMENTS)
        websites.publish("/line", html(LINE))
        line = f"http://127.0.0.1:{websites.port}/line"
        took: dict[str, list[float]] = {"script": [], "hand": []}
        empty = []
        tokens = iter(processes.tokens(2 * options.runs))
        for _ in range(options.runs):
            took["script"].append(opening(browser, address, next(tokens), by_script))
            took["hand"].append(opening(browser, address, next(tokens), by_hand))
            empty.append(empty_frame(browser, address, line))
        calls = processes.ask(upstream, "state")["calls"]
        browser.close()
    floor = len(NEEDED) * DELAY * 1000
    medians = {who: statistics.median(times) for who, times in took.items()}
    print(
        f"click to last messages: {medians['script']:.0f} ms by a script, {medians['hand']:.0f} ms "
        f"by a hand; LiveChat's calls {floor:.0f} ms, a frame with one line "
        f"{statistics.median(empty):.0f} ms"
    )
    made = ", ".join(
        f"{action} {count / (2 * options.runs):.2g}" for action, count in calls.items()
    )
    print(f"calls for each opening: {made}")
    more = medians["script"] - floor - statistics.median(empty)
    machine.judge("click by a script, ms more than LiveChat's calls and a frame", more, 40)


if __name__ == "__main__":
    main()
