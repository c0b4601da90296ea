"""Customers, agents and tabs act at random while LiveChat fails and our processes are killed.

At the end every event LiveChat holds must stand on every screen once and in order, and every
text a customer typed must be in the chat once, or be marked until it is.
"""

from __future__ import annotations

import asyncio
import random
import re
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.sandbox_rig import Agent, Refused

from .house import House
from .people import WORDS, Customer, Tab

CUSTOMERS = 6
SETTLE = 60  # seconds for everything to be on screen once the storm is over
AGENT_WORDS = "words of an agent"
PRIVATE = re.compile(rf"{WORDS}|{AGENT_WORDS}|__lc_c\w+=|\b(?:dal|fra):[\w-]{{16,}}")

FAULTS: list[dict[str, Any]] = [
    {"kind": "error", "type": "internal", "share": 0.4},
    {"kind": "error", "type": "service_unavailable", "share": 0.4},
    {"kind": "error", "type": "too_many_requests", "share": 0.4},
    {"kind": "error", "type": "request_timeout", "share": 0.3},
    {"kind": "error", "type": "chat_inactive", "method": "send_event", "share": 0.3},
    {"kind": "status", "status": 502, "share": 0.4, "transport": "web"},
    {"kind": "reset_before", "share": 0.4, "transport": "web"},
    {"kind": "reset_after", "share": 0.5, "transport": "web"},
    {"kind": "reset_before", "share": 0.4, "transport": "rtm", "method": "send_event"},
    {"kind": "reset_after", "share": 0.5, "transport": "rtm", "method": "send_event"},
    {"kind": "malformed", "share": 0.4},
    {"kind": "truncated", "share": 0.4},
    {"kind": "latency", "seconds": 0.4, "jitter": 0.4, "when": "before", "share": 0.5},
    {"kind": "latency", "seconds": 0.4, "jitter": 0.4, "when": "after", "share": 0.5},
    {"kind": "reset_before", "share": 0.5, "transport": "accounts"},
    {"kind": "down"},
    {"kind": "push_doubled", "share": 0.5},
    {"kind": "push_delayed", "seconds": 0.5, "jitter": 0.5, "share": 0.3},
    {"kind": "push_reordered", "share": 0.3},
]
STRIKES: list[dict[str, Any]] = [
    {"kind": "drop", "share": 0.7},
    {"kind": "silent", "share": 0.4},
    {"kind": "token_expired"},
    {"kind": "token_revoked"},
    {"kind": "disconnect", "reason": "connection_evicted", "share": 0.6},
    {"kind": "disconnect", "reason": "internal_error", "share": 0.6},
    {"kind": "disconnect", "reason": "service_temporarily_unavailable", "share": 0.6},
    {
        "kind": "disconnect",
        "reason": "misdirected_connection",
        "data": {"region": "dal"},
        "share": 0.6,
    },
]


@dataclass
class Findings:
    """What the storm did, and what it did to us."""

    seed: int
    actions: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    killed: int = 0
    events: int = 0
    screens: int = 0
    lost: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)
    out_of_order: set[str] = field(default_factory=set)
    leaked: set[str] = field(default_factory=set)  # what our logs should not hold

    @property
    def all_is_well(self) -> bool:
        return not (self.lost or self.doubled or self.out_of_order or self.leaked)

    def __str__(self) -> str:
        return "\n".join(
            [
                f"seed {self.seed}",
                f"actions {self.actions.total()}: {list_counts(self.actions)}",
                f"faults {self.faults.total()}: {list_counts(self.faults)}",
                f"processes killed {self.killed}",
                f"events {self.events} on {self.screens} screens",
                f"lost {len(self.lost)} {sorted(self.lost)[:5] or ''}",
                f"doubled {len(self.doubled)} {sorted(self.doubled)[:5] or ''}",
                f"out of order {len(self.out_of_order)} {sorted(self.out_of_order)[:5] or ''}",
                f"leaked {len(self.leaked)} {sorted(self.leaked)[:5] or ''}",
            ]
        )


def list_counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counter.items()))


class Storm:
    def __init__(self, house: House, seed: int, settle: float = SETTLE) -> None:
        self.house, self.settle = house, settle
        self.random = random.Random(seed)
        self.findings = Findings(seed)
        self.agent = Agent(house.sandbox)
        self.customers = [
            Customer(house, number, random.Random(f"{seed}/{number}"))
            for number in range(CUSTOMERS)
        ]

    async def rage(self, seconds: float) -> Findings:
        self.house.settings(requests_per_second=None, max_chats=dict.fromkeys(self._agents(), 99))
        for customer in self.customers:
            await customer.introduce()
            customer.open_tab()
        async with asyncio.timeout(seconds + SETTLE + 120):
            weather = [
                self._forever(self._customer_acts, 0.05),
                self._forever(self._agent_acts, 0.1),
                self._forever(self._livechat_fails, 0.8),
                self._forever(self._process_dies, 5.0),
            ]
            tasks = [asyncio.create_task(each) for each in weather]
            done, _ = await asyncio.wait(tasks, timeout=seconds, return_when="FIRST_EXCEPTION")
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for task in done:
                task.result()
            await self.calm()
        return self.findings

    def _agents(self) -> list[str]:
        return [agent["id"] for agent in self.house.sandbox.config["agents"]]

    async def _forever(self, act: Callable[[], Awaitable[None]], pause: float) -> None:
        acting: set[asyncio.Task[None]] = set()
        try:
            while True:
                await asyncio.sleep(self.random.uniform(0, 2 * pause))
                task = asyncio.ensure_future(act())
                acting.add(task)
                task.add_done_callback(acting.discard)
        finally:
            await asyncio.gather(*acting)

    # --- what happens -------------------------------------------------------------------------

    async def _customer_acts(self) -> None:
        customer = self.random.choice(self.customers)
        acts: dict[str, tuple[int, Callable[[], Any]]] = {
            "write": (40, customer.write),
            "retry": (15, customer.retry),
            "end the chat": (3, customer.end_chat),
            "open a tab": (4, customer.open_tab),
            "close a tab": (4, customer.close_tab),
            "sleep": (4, lambda: self.random.choice(customer.tabs).sleep(2)),
        }
        name = self.random.choices(list(acts), [weight for weight, _ in acts.values()])[0]
        if name == "open a tab" and len(customer.tabs) >= 4:
            return
        self.findings.actions[name] += 1
        result = acts[name][1]()
        if result is not None:
            await result

    async def _agent_acts(self) -> None:
        chat_id = self.random.choice(self.customers).chat_id
        if not chat_id:
            return
        line = f"{AGENT_WORDS} {self.findings.actions.total()}"
        whisper = {"type": "message", "text": line, "visibility": "agents"}
        acts: dict[str, tuple[int, Callable[[], Any]]] = {
            "reply": (40, lambda: self.agent.send(chat_id, line)),
            "whisper": (5, lambda: self.agent.send_event(chat_id, whisper)),
            "type": (10, lambda: self.agent.type(chat_id)),
            "close": (3, lambda: self.agent.close(chat_id)),
        }
        name = self.random.choices(list(acts), [weight for weight, _ in acts.values()])[0]
        with suppress(Refused, requests.RequestException):  # the chat may be over
            await asyncio.to_thread(acts[name][1])
            self.findings.actions[name] += 1

    async def _livechat_fails(self) -> None:
        if self.random.random() < 0.4:
            fault = dict(self.random.choice(STRIKES))
        else:
            fault = dict(self.random.choice(FAULTS))
            fault["duration"] = self.random.uniform(0.2, 1.5)
        self.findings.faults[fault.get("reason") or fault.get("type") or fault["kind"]] += 1
        await asyncio.to_thread(lambda: self.house.sandbox.fault(fault.pop("kind"), **fault))

    async def _process_dies(self) -> None:
        process = self.random.choice(self.house.processes)
        how = self.random.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM])
        if process.process.poll() is None and not process.busy:
            await process.end(how)

    # --- what is left -------------------------------------------------------------------------

    async def calm(self) -> None:
        """Let everybody finish, then compare what LiveChat holds with what stands on screens."""
        await asyncio.to_thread(self.house.sandbox.clear_faults)
        for process in self.house.processes:
            await asyncio.to_thread(process.wait_until_ready)
        taken_before = {
            text.custom_id
            for customer in self.customers
            for text in customer.texts
            if text.accepted
        }
        for customer in self.customers:
            await self._try_all_again(customer)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.settle
        while True:
            self._compare({c: await asyncio.to_thread(self._held, c) for c in self.customers})
            if self.findings.all_is_well or loop.time() > deadline:
                break
            await asyncio.sleep(1)
        self.findings.actions["accepted"] = len(taken_before)
        self.findings.killed = self.house.killed
        self.findings.leaked = self._leaked()
        for customer in self.customers:
            for tab in customer.tabs:
                tab.close()

    async def _try_all_again(self, customer: Customer) -> None:
        """A customer presses every Retry until nothing is marked."""
        async with asyncio.timeout(60):
            while customer.marked:
                await customer.send(customer.marked[0])

    def _held(self, customer: Customer) -> list[list[dict[str, Any]]]:
        """The threads of this customer's chat, oldest first: events the customer may see."""
        if not customer.chat_id:
            return []
        threads: list[dict[str, Any]] = []
        answer = self.agent.call("list_threads", chat_id=customer.chat_id, min_events_count=100)
        threads += answer["threads"]
        while page_id := answer.get("next_page_id"):
            answer = self.agent.call("list_threads", chat_id=customer.chat_id, page_id=page_id)
            threads += answer["threads"]
        return [
            [event for event in thread["events"] if event.get("visibility", "all") == "all"]
            for thread in reversed(threads)
        ]

    def _leaked(self) -> set[str]:
        """What stands in our processes' logs, which were written in all detail."""
        log = self.house.log.read_text(errors="replace")
        tokens = {customer.token for customer in self.customers}
        return set(PRIVATE.findall(log)) | {token for token in tokens if token in log}

    def _compare(self, held: dict[Customer, list[list[dict[str, Any]]]]) -> None:
        findings = self.findings
        findings.lost, findings.doubled, findings.out_of_order = set(), set(), set()
        findings.events = sum(len(thread) for threads in held.values() for thread in threads)
        findings.screens = sum(len(customer.tabs) for customer in held)
        for customer, threads in held.items():
            said = Counter(event.get("custom_id") for thread in threads for event in thread)
            for text in customer.texts:
                if said[text.custom_id] == 0:
                    findings.lost.add(text.custom_id)
                elif said[text.custom_id] > 1:
                    findings.doubled.add(text.custom_id)
            for tab in customer.tabs:
                self._compare_screen(tab, [[event["id"] for event in each] for each in threads])

    def _compare_screen(self, tab: Tab, threads: list[list[str]]) -> None:
        """A tab opened late shows the latest threads, whole."""
        shown = tab.screen.event_ids
        first = next((n for n, ids in enumerate(threads) if set(ids) & set(shown)), None)
        expected = [event_id for ids in threads[first or 0 :] for event_id in ids]
        if first is None:
            expected = threads[-1] if threads else []
        self.findings.lost |= set(expected) - set(shown)
        self.findings.doubled |= {each for each, n in Counter(shown).items() if n > 1}
        if set(shown) - set(expected):
            self.findings.out_of_order |= set(shown) - set(expected)
        elif len(shown) == len(expected) and shown != expected:
            wrong = [a for a, b in zip(shown, expected, strict=True) if a != b]
            self.findings.out_of_order |= set(wrong)


def storm(seconds: float, seed: int, broken: str = "", settle: float = SETTLE) -> Findings:
    """One whole storm."""
    with House(broken) as house:
        return asyncio.run(Storm(house, seed, settle).rage(seconds))
