"""From an answer's first preview, as a bot sends it, until its first word is on screen.

`python -m bench.first_word [--runs 20]`

Counted from before the bot's request to LiveChat (the sandbox), until the frame after the words
stand in the panel: so it is more than the way from LiveChat's push to the screen.
"""

import argparse
import statistics
import time

from playwright.sync_api import Browser, Page, expect, sync_playwright

from bench import machine
from bench.loader import launch, website
from tests.e2e.rig import BROWSER_ARGUMENTS, Chat
from tests.sandbox_rig import Agent, Sandbox

# When the words of this answer were painted, in milliseconds of the machine's clock.
WATCH = """
(words) => {
    window.painted = new Promise((resolve) => new MutationObserver((_, observer) => {
        if (!document.getElementById("preview").textContent.includes(words)) return;
        observer.disconnect();
        requestAnimationFrame(() => setTimeout(
            () => resolve(performance.timeOrigin + performance.now())));
    }).observe(document.getElementById("preview"), { childList: true, subtree: true }));
}
"""


def milliseconds(page: Page, agent: Agent, chat_id: str, number: int) -> float:
    """One answer's first word."""
    words = f"Word {number}"
    page.evaluate(WATCH, words)
    event = {"type": "message", "text": words, "custom_id": f"answer-{number}"}
    began = time.time() * 1000
    agent.call("send_event_preview", chat_id=chat_id, event=event)
    painted: float = page.evaluate("painted")
    agent.send(chat_id, words, custom_id=f"answer-{number}")
    expect(page.locator("#preview .event")).to_have_count(0)
    return painted - began


def first_words(browser: Browser, panel: str, agent: Agent, runs: int) -> list[float]:
    page = browser.new_page()
    page.goto(panel)
    chat = Chat(page, page)
    chat.send("Hello")
    expect(chat.messages("customer")).to_have_count(1)
    chat_id = agent.chats()[0]["id"]
    taken = [milliseconds(page, agent, chat_id, number) for number in range(runs + 1)]
    page.close()
    return taken[1:]  # the first one warms up what a bot's answer needs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()
    machine.describe()
    with website() as (site, _websites, _snippet), sync_playwright() as playwright:
        browser = launch(playwright, BROWSER_ARGUMENTS)
        agent = Agent(Sandbox(site.environment["LIVECHAT_API_URL"]))
        taken = first_words(browser, f"{site.chat_url}/w/demo/", agent, options.runs)
        browser.close()
    print(
        f"first word on screen: median {statistics.median(taken):.0f} ms, "
        f"95 of 100 within {statistics.quantiles(taken, n=20)[-1]:.0f} ms, "
        f"longest of {len(taken)} {max(taken):.0f} ms"
    )
    machine.judge("a bot's first word on screen, ms", statistics.median(taken), 50)


if __name__ == "__main__":
    main()
