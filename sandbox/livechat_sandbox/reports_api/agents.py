"""Reports API, agents: how long they were there, and how they did.

Source: Reports API v3.6, "Agents".
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from statistics import fmean
from typing import Literal, NotRequired, TypedDict

from livechat_sandbox.agent_api import lists
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.structures import Agent, Organization
from livechat_sandbox.reports_api.chats import SCOPE, answer_times, score, seconds_of_thread
from livechat_sandbox.reports_api.span import (
    FORMATS,
    Counted,
    Filters,
    borders,
    empty_pieces,
    filters_of,
    threads,
    zone,
)
from livechat_sandbox.transports.methods import Caller, method

SLICE = 900  # seconds; time zones differ by quarters of an hour
UNITS = {"day": ("hours", 3600), "hour": ("minutes", 60)}
Interval = tuple[float, float]  # Unix seconds


class AgentsReport(TypedDict):
    distribution: NotRequired[Literal["hour", "day"]]
    timezone: NotRequired[str]
    filters: NotRequired[Filters]


@method(SCOPE)
def availability(caller: Caller, payload: AgentsReport) -> Payload:
    """How long at least one of the agents accepted chats."""
    organization, distribution = caller.organization, payload.get("distribution", "day")
    unit, seconds = UNITS[distribution]
    there = [
        interval
        for agent in chosen_agents(organization, payload)
        for interval in intervals(agent, "accepting_chats", borders(organization, payload))
    ]
    within: dict[str, float] = dict.fromkeys(empty_pieces(organization, payload), 0.0)
    for start, end in slices(union(there)):
        moment = datetime.fromtimestamp(start, zone(payload))
        within[moment.strftime(FORMATS[distribution])] += end - start
    records = {piece: {unit: round(time / seconds, 2)} for piece, time in within.items()}
    total = round(sum(within.values()) / seconds, 2)
    return {"name": "availability-report", "total": total, "records": records}


@method(SCOPE)
def performance(caller: Caller, payload: AgentsReport) -> Payload:
    organization = caller.organization
    found, time = threads(organization, payload), borders(organization, payload)
    agents = chosen_agents(organization, payload)
    records = {agent.id: chats_of(agent, found) | times_of(agent, found, time) for agent in agents}
    counts = ("chats_count", "chats_rated_good", "chats_rated_bad", "first_response_chats_count")
    summary = {name: sum(record[name] for record in records.values()) for name in counts}
    firsts = [each for agent in agents for each in first_responses(agent, found)]
    return {
        "name": "performance-report",
        "records": records,
        "summary": summary | {"first_response_time": fmean(firsts) if firsts else 0},
    }


def chosen_agents(organization: Organization, asked: AgentsReport) -> list[Agent]:
    filters = filters_of(asked)
    group_ids: list[int] = filters.get("groups", {}).get("values", [0])
    return [
        agent
        for agent in organization.agents.values()
        if agent.is_in(group_ids) and lists.values_fit([agent.id], filters.get("agents", {}))
    ]


def chats_of(agent: Agent, found: list[Counted]) -> Payload:
    own = [thread for _, thread in found if agent.id in thread.user_ids]
    scores, firsts = [score(thread) for thread in own], first_responses(agent, found)
    return {
        "chats_count": len(own),
        "chats_rated_good": scores.count(1),
        "chats_rated_bad": scores.count(0),
        "first_response_chats_count": len(firsts),
        "first_response_time": fmean(firsts) if firsts else 0,
    }


def first_responses(agent: Agent, found: list[Counted]) -> list[float]:
    """Seconds until each chat's first answer, where it was this agent's."""
    answers = [answer_times(counted) for counted in found]
    return [times[0].seconds for times in answers if times and times[0].author_id == agent.id]


def times_of(agent: Agent, found: list[Counted], time: Interval) -> Payload:
    accepting, not_accepting = (
        sum(end - start for start, end in intervals(agent, status, time))
        for status in ("accepting_chats", "not_accepting_chats")
    )
    chatting = sum(seconds_of_thread(thread) for _, thread in found if agent.id in thread.user_ids)
    return {
        "accepting_chats_time": round(accepting),
        "not_accepting_chats_time": round(not_accepting),
        "logged_in_time": round(accepting + not_accepting),
        "chatting_time": round(chatting),
    }


# --- when somebody had a status ---------------------------------------------------------------


def intervals(agent: Agent, status: str, time: Interval) -> Iterator[Interval]:
    """When the agent had this status, within that time and until now."""
    history, now = agent.organization.history, agent.organization.clock.time()
    changes = [each for each in history.statuses if each.agent_id == agent.id]
    ends = [each.at for each in changes] + [now]
    words = [each.before for each in changes] + [agent.status]
    for start, end, word in zip([history.began_at, *ends], ends, words, strict=False):
        start, end = max(start, time[0]), min(end, time[1])
        if word == status and start < end:
            yield start, end


def union(found: Iterable[Interval]) -> Iterator[Interval]:
    """The same time, each moment once."""
    covered = float("-inf")
    for start, end in sorted(found):
        if end > covered:
            yield max(start, covered), end
            covered = end


def slices(found: Iterable[Interval]) -> Iterator[Interval]:
    """The same time in pieces that end where an hour of any time zone may end."""
    for start, end in found:
        while start < end:
            until = min(end, (start // SLICE + 1) * SLICE)
            yield start, until
            start = until
