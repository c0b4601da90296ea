"""Reports API, tags and customers.

Source: Reports API v3.6, "Tags" and "Customers".
"""

from collections import Counter

from livechat_sandbox.platform.clock import seconds_of
from livechat_sandbox.platform.structures import Payload
from livechat_sandbox.reports_api.span import Report, borders, threads
from livechat_sandbox.transports.methods import Caller, method

SCOPE = "reports_read"


@method(SCOPE)
def chat_usage(caller: Caller, payload: Report) -> Payload:
    found = threads(caller.organization, payload)
    counts = Counter(tag for _, thread in found for tag in thread.tags)
    return {"name": "tags-chat-usage-report", "records": dict(counts)}


@method(SCOPE)
def unique_visitors(caller: Caller, payload: Report) -> Payload:
    """Customers whose last visit began in that time, and the pages of these visits."""
    after, before = borders(caller.organization, payload)
    visits = [
        each.visit
        for each in caller.organization.customers.values()
        if each.visit and after <= seconds_of(each.visit.started_at) <= before
    ]
    views = sum(len(visit.pages) for visit in visits)
    summary = {"unique_visitors": len(visits), "page_views": views}
    return {"name": "visitors-report", "summary": summary}
