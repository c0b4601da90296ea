"""Reports API: tags, and who came to the website.

Source: Reports API v3.6, "Tags" and "Customers"; v3.7, "Stats".
"""

from collections import Counter

from livechat_sandbox.platform.addresses import host_of
from livechat_sandbox.platform.clock import seconds_of
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.structures import Organization, Visit
from livechat_sandbox.reports_api.span import Report, borders, threads
from livechat_sandbox.transports.methods import Caller, method

SCOPE = "reports_read"
MOST_DOMAINS = 100


@method(SCOPE)
def chat_usage(caller: Caller, payload: Report) -> Payload:
    found = threads(caller.organization, payload)
    counts = Counter(tag for _, thread in found for tag in thread.tags)
    return {"name": "tags-chat-usage-report", "records": dict(counts)}


@method(SCOPE)
def unique_visitors(caller: Caller, payload: Report) -> Payload:
    """Customers whose last visit began in that time, and the pages of these visits."""
    visits = visits_of(caller.organization, payload)
    views = sum(len(visit.pages) for visit in visits)
    summary = {"unique_visitors": len(visits), "page_views": views}
    return {"name": "visitors-report", "summary": summary}


@method(SCOPE, versions=("3.7",))
def visitor_domains(caller: Caller, payload: Report) -> Payload:
    """Of the last visits, where their pages were; the most seen first."""
    pages = (page for visit in visits_of(caller.organization, payload) for page in visit.pages)
    views = Counter(host for page in pages if (host := host_of(page.url)))
    return {"name": "visitor-domains-report", "summary": dict(views.most_common(MOST_DOMAINS))}


def visits_of(organization: Organization, asked: Report) -> list[Visit]:
    """Each customer's last visit, if it began in that time."""
    after, before = borders(organization, asked)
    return [
        each.visit
        for each in organization.customers.values()
        if each.visit and after <= seconds_of(each.visit.started_at) <= before
    ]
