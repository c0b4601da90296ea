"""Reports API, chats: how many, how long, how rated, by whom.

Source: Reports API v3.6, "Chats".
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from livechat_sandbox.platform.clock import seconds_of
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.structures import Event, Thread
from livechat_sandbox.reports_api.span import Counted, Report, pieces, threads
from livechat_sandbox.transports.methods import Caller, method

SCOPE = "reports_read"


def report(
    name: str, caller: Caller, asked: Report, count: Callable[[list[Counted]], Payload]
) -> Payload:
    """The frame that reports share: a name, a total, and what was counted in each piece of time."""
    found = threads(caller.organization, asked)
    records = {
        piece: count(within) if within else {}
        for piece, within in pieces(caller.organization, asked, found)
    }
    return {"name": f"{name}-report", "total": len(found), "records": records}


def without_zeros(counts: Payload) -> Payload:
    return {name: number for name, number in counts.items() if number}


def mean(numbers: Iterable[float]) -> float:
    listed = list(numbers)
    return round(sum(listed) / len(listed), 2) if listed else 0


@method(SCOPE)
def total_chats(caller: Caller, payload: Report) -> Payload:
    def count(found: list[Counted]) -> Payload:
        lasting = sum(
            bool(thread.properties.get("routing", {}).get("continuous")) for _, thread in found
        )
        return without_zeros({"total": len(found), "continuous": lasting})

    return report("total-chats", caller, payload, count)


@method(SCOPE)
def tags(caller: Caller, payload: Report) -> Payload:
    def count(found: list[Counted]) -> Payload:
        return dict(Counter(tag for _, thread in found for tag in thread.tags))

    return report("tags", caller, payload, count)


@method(SCOPE)
def groups(caller: Caller, payload: Report) -> Payload:
    def count(found: list[Counted]) -> Payload:
        return dict(Counter(str(each) for _, thread in found for each in thread.group_ids))

    return report("groups", caller, payload, count)


@method(SCOPE)
def ratings(caller: Caller, payload: Report) -> Payload:
    def count(found: list[Counted]) -> Payload:
        scores = [score(thread) for _, thread in found]
        return without_zeros({"chats": len(found), "good": scores.count(1), "bad": scores.count(0)})

    return report("ratings", caller, payload, count)


def score(thread: Thread) -> int | None:
    found: int | None = thread.properties.get("rating", {}).get("score")
    return found


@method(SCOPE)
def ranking(caller: Caller, payload: Report) -> Payload:
    """`score` is the share of good ratings here; LiveChat has a formula of its own."""
    records: dict[str, Payload] = {}
    for chat, thread in threads(caller.organization, payload):
        for agent_id in thread.user_ids:
            if agent_id in chat.organization.agents:
                empty = {"total": 0, "good": 0, "bad": 0}
                counted = records.setdefault(agent_id, empty)
                counted["total"] += 1
                counted["good"] += score(thread) == 1
                counted["bad"] += score(thread) == 0
    for counted in records.values():
        rated = counted["good"] + counted["bad"]
        counted["score"] = counted["good"] / rated if rated else 0
    return {"name": "ranking-report", "records": records}


@method(SCOPE)
def engagement(caller: Caller, payload: Report) -> Payload:
    def count(found: list[Counted]) -> Payload:
        kinds = Counter(
            "started_by_customer_from_greeting"
            if "greeting_id" in thread.properties.get("lc2", {})
            else f"started_by_{starter(counted)}"
            for counted in found
            for thread in counted[1:]
        )
        return dict(kinds)

    return report("engagement", caller, payload, count)


def starter(counted: Counted) -> str:
    chat, thread = counted
    agents = chat.organization.agents
    first = next((each.author_id for each in thread.events if each.author_id), chat.customer_id)
    return "agent" if first in agents else "customer_without_greeting"


# --- times ------------------------------------------------------------------------------------


@method(SCOPE)
def duration(caller: Caller, payload: Report) -> Payload:
    """From the first event of a thread to its last; an agent's time is the chat's here."""

    def count(found: list[Counted]) -> Payload:
        average = mean(seconds_of_thread(thread) for _, thread in found)
        return {"count": len(found), "duration": average, "agents_chatting_duration": average}

    return report("duration", caller, payload, count)


def seconds_of_thread(thread: Thread) -> float:
    last = thread.events[-1].created_at if thread.events else thread.created_at
    return seconds_of(last) - seconds_of(thread.created_at)


@method(SCOPE)
def first_response_time(caller: Caller, payload: Report) -> Payload:
    def count(found: list[Counted]) -> Payload:
        first = [answers[0].seconds for answers in map(answer_times, found) if answers]
        return {"count": len(first), "first_response_time": mean(first)}

    return report("first-response-time", caller, payload, count)


@method(SCOPE)
def response_time(caller: Caller, payload: Report) -> Payload:
    def count(found: list[Counted]) -> Payload:
        answers = [
            mean(each.seconds for each in times) for times in map(answer_times, found) if times
        ]
        return {"count": len(answers), "response_time": mean(answers)}

    return report("response-time", caller, payload, count)


class Answered(NamedTuple):
    """After how many seconds, and by which agent."""

    seconds: float
    author_id: str


def answer_times(counted: Counted) -> list[Answered]:
    """From each message of the customer that waited to an agent's next one."""
    chat, thread = counted
    times: list[Answered] = []
    asked_at = None
    for event in filter(is_message, thread.events):
        if event.author_id == chat.customer_id:
            asked_at = asked_at or seconds_of(event.created_at)
        elif asked_at:
            seconds = seconds_of(event.created_at) - asked_at
            times.append(Answered(seconds, event.author_id or ""))
            asked_at = None
    return times


def is_message(event: Event) -> bool:
    return event.author_id is not None and event.visibility == "all"
