"""What LiveChat bills for what a customer does: requests, as the sandbox counts them.

`python -m bench.billed`

In a browser, as a person would. What is asked for everybody together, whoever comes, is counted by
itself. docs/costs.md has the figures for people, and tests/e2e/test_costs.py keeps them.
"""

from collections import Counter

from playwright.sync_api import Browser, expect, sync_playwright

from bench import machine
from bench.loader import launch, website
from tests.e2e.rig import BROWSER_ARGUMENTS, Chat, Shop, html, wait_for
from tests.sandbox_rig import Agent, Sandbox

FOR_EVERYBODY = {"get_dynamic_configuration", "get_configuration"}
READ_LATER = 9_000  # ms after which LiveChat is told that an answer was read
QUIET = 600  # ms in which whatever was asked for in vain would have been asked for


class Bill:
    """What was asked of LiveChat, from one thing that a customer does to the next."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._paid: Counter[str] = Counter()

    def items(self) -> Counter[str]:
        """Since the last time."""
        asked = Counter(self.sandbox.requests())
        items = asked - self._paid
        self._paid = asked
        return items

    def tell(self, what: str, items: Counter[str], goal: int) -> None:
        own = {action: count for action, count in items.items() if action not in FOR_EVERYBODY}
        shared = items.total() - sum(own.values())
        listed = ", ".join(f"{action} {count}" for action, count in own.items())
        print(f"{what}: {sum(own.values())} ({listed or 'none'}), for everybody {shared}")
        machine.judge(f"{what}, requests", items.total(), goal)


def say(chat: Chat, text: str) -> None:
    before = chat.messages("customer").count()
    chat.send(text)
    expect(chat.messages("customer")).to_have_count(before + 1)


def talk(chat: Chat, agent: Agent, whisper: str = "") -> None:
    """Three messages and three answers, which the customer reads."""
    for number in range(3):
        say(chat, f"Question {number}")
        newest = agent.chats()[0]["id"]
        if whisper:
            agent.send(newest, whisper, recipients="agents")
        agent.send(newest, f"Answer {number}")
        expect(chat.messages("agent")).to_have_count(number + 1)
    chat.page.wait_for_timeout(READ_LATER)


def open_chat(browser: Browser, address: str) -> Chat:
    """Somebody new visits the website and opens the chat."""
    page = browser.new_context().new_page()
    page.goto(address)
    return Shop(page).open_chat()


def lose_connection(chat: Chat, bill: Bill) -> Counter[str]:
    bill.sandbox.fault("drop")
    found = Counter[str]()

    def is_back() -> bool:
        found.update(bill.items())
        return "login" in found

    wait_for(chat.page, is_back)
    chat.page.wait_for_timeout(QUIET)
    return found + bill.items()


def measure(browser: Browser, address: str, bill: Bill, agent: Agent) -> None:
    chat = open_chat(browser, address)
    say(chat, "Hello")
    opened = bill.items()
    bill.tell("a lost connection", lose_connection(chat, bill), 2)
    chat.end()
    chat.page.wait_for_timeout(QUIET)
    bill.tell("opening, one message and ending", opened + bill.items(), 7)
    chat.page.context.close()

    chat = open_chat(browser, address)
    talk(chat, agent)
    bill.tell("opening, three messages and three answers", bill.items(), 8)
    second = chat.page.context.new_page()
    second.goto(address)
    expect(Shop(second).open_chat().live).to_be_visible()
    second.wait_for_timeout(QUIET)
    bill.tell("a second tab", bill.items(), 1)
    chat.page.context.close()

    chat = open_chat(browser, address)
    talk(chat, agent, whisper="He wants it cheaper")
    bill.tell("the same with three whispers of agents", bill.items(), 8)
    chat.page.context.close()


def main() -> None:
    machine.describe()
    with website() as (site, websites, snippet), sync_playwright() as playwright:
        sandbox = Sandbox(site.environment["LIVECHAT_API_URL"])
        address = websites.publish("/", html(f"<h1>A shop</h1>{snippet}"))
        browser = launch(playwright, BROWSER_ARGUMENTS)
        measure(browser, address, Bill(sandbox), Agent(sandbox))
        browser.close()


if __name__ == "__main__":
    main()
