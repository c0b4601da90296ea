"""Reports API: who stood in the queue, and who did not stay.

Source: Reports API v3.6, "Queued Visitors" and "Queued Visitors Left".
"""

from typing import NotRequired

from livechat_sandbox.platform.clock import rfc3339
from livechat_sandbox.platform.history import Wait
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.structures import Organization
from livechat_sandbox.reports_api.chats import SCOPE, report
from livechat_sandbox.reports_api.span import Counted, Report, threads
from livechat_sandbox.transports.methods import Caller, method

PAGE = 100  # records; a choice


class LeftReport(Report):
    page: NotRequired[int]


@method(SCOPE, versions=("3.6", "3.7"))
def queued_visitors(caller: Caller, payload: Report) -> Payload:
    def count(found: list[Counted]) -> Payload:
        left = [wait.seconds for each in found for wait in waits_of(each) if has_left(each)]
        stayed = [wait.seconds for each in found for wait in waits_of(each) if not has_left(each)]
        named = {"left_queue": left, "queued": stayed}
        return {name: spread(seconds) for name, seconds in named.items()} if left or stayed else {}

    return report("queued-visitors", caller, payload, count)


@method(SCOPE, versions=("3.6", "3.7"))
def queued_visitors_left(caller: Caller, payload: LeftReport) -> Payload:
    """`left_without_details` counts whom neither a name nor an address is known of."""
    organization = caller.organization
    left = [
        (chat.id, left_record(organization, (chat, thread), waits[-1]))
        for chat, thread in threads(organization, payload)
        if has_left((chat, thread)) and (waits := waits_of((chat, thread)))
    ]
    page = max(payload.get("page", 1), 1)
    nameless = [each for _, each in left if each["visitor"].keys() <= {"id", "ip"}]
    summary = {"left_without_details": len(nameless), "total_pages": -(-len(left) // PAGE)}
    return {
        "name": "queued-visitors-left-report",
        "total": len(left),
        "summary": summary,
        "records": dict(left[(page - 1) * PAGE : page * PAGE]),
    }


def waits_of(counted: Counted) -> list[Wait]:
    chat, thread = counted
    return [each for each in chat.organization.history.waits if each.thread_id == thread.id]


def has_left(counted: Counted) -> bool:
    """Whether the thread never had an agent."""
    chat, thread = counted
    return not any(chat.organization.agent(user_id) for user_id in thread.user_ids)


def spread(seconds: list[float]) -> Payload:
    if not seconds:
        return {"count": 0, "min": 0, "max": 0, "avg": 0}
    average = sum(seconds) / len(seconds)
    extremes = {"min": round(min(seconds)), "max": round(max(seconds))}
    return {"count": len(seconds), **extremes, "avg": average}


def left_record(organization: Organization, counted: Counted, wait: Wait) -> Payload:
    chat, thread = counted
    customer = organization.customers[chat.customer_id]
    known = {name: customer.fields[name] for name in ("name", "email") if customer.fields.get(name)}
    ip = {"ip": customer.visit.ip} if customer.visit else {}
    queue = {"duration": round(wait.seconds), "group": thread.group_ids[0]}
    return {
        "visitor": {"id": customer.id, **ip, **known},
        "queue": queue | {"start_date": rfc3339(wait.began_at)},
    }
