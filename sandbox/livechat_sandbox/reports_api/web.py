"""The Reports API's door: a resource and a report, asked for with POST or with GET."""

import re
from dataclasses import replace

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase

from livechat_sandbox.agent_api.web import authenticate
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.numbers import whole_number
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.shapes import customer_versions as versions
from livechat_sandbox.platform.structures import Organization
from livechat_sandbox.reports_api import agents, answers, chats, queue, visitors
from livechat_sandbox.transports.methods import Method, methods_in
from livechat_sandbox.transports.web import Side, answer

LISTS = ("values", "exclude_values")
TRUTH = {"true": True, "false": False}


def same_in_every_version(payload: Payload, _: str) -> Payload:
    return payload


REPORTS = Side(
    name="reports",
    methods={f"chats/{name}": each for name, each in methods_in(chats, answers, queue).items()}
    | {f"agents/{name}": each for name, each in methods_in(agents).items()}
    | {
        "tags/chat_usage": visitors.chat_usage,
        "customers/unique_visitors": visitors.unique_visitors,
        "stats/visitor_domains": visitors.visitor_domains,
    },
    versions=versions.VERSIONS,
    default_version=versions.DEFAULT_VERSION,
    authenticate=authenticate,
    shape=same_in_every_version,
)


def read_query(request: HttpRequest, _method: Method, _organization: Organization) -> Payload:
    """The same as a body, from `filters.tags.values=a&filters.properties[lc2][x].exists=true`.

    Source: Reports API v3.6, "Filters as query string params".
    """
    return nest(request.GET)


def nest(query: QueryDict) -> Payload:
    found: Payload = {}
    for path, values in query.lists():
        *places, name = re.findall(r"[^.\[\]]+", path) or [path]
        inner = found
        for place in places:
            inner = inner.setdefault(place, {})
            if not isinstance(inner, dict):
                raise LiveChatError("validation", f"`{path}` is more than one thing")
        read = [read_value(places, str(value)) for value in values]
        inner[name] = read if name in LISTS else read[-1]
    return found


def read_value(places: list[str], text: str) -> object:
    """A truth or, where groups are named, a number; else the text."""
    number = whole_number(text) if "groups" in places else None
    return TRUTH.get(text, text) if number is None else number


BY_QUERY = replace(
    REPORTS,
    methods={name: replace(each, http="GET") for name, each in REPORTS.methods.items()},
    read=read_query,
)


async def report(
    request: HttpRequest, resource: str, action: str, version: str | None = None
) -> HttpResponseBase:
    side = BY_QUERY if request.method == "GET" else REPORTS
    return await answer(request, side, version, f"{resource}/{action}")
