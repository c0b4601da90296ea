"""Agent Chat API, lists: chats, threads, archives, with the filters their pages remember."""

import base64
import html
import json
from collections.abc import Iterable
from functools import partial
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta

from livechat_sandbox.agent_api.access import (
    accessible_chat,
    accessible_thread,
    is_open_to,
    is_thread_open_to,
)
from livechat_sandbox.platform import pages
from livechat_sandbox.platform.clock import seconds_of
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import Parameters, check, refuse_other_filters
from livechat_sandbox.platform.payloads import Payload, Properties
from livechat_sandbox.platform.shapes import agent_view
from livechat_sandbox.platform.structures import Agent, Chat, Event, Organization, Thread
from livechat_sandbox.transports.methods import Caller, method


class WantedProperty(TypedDict, total=False):
    """Whether there is any, some of these, or none of these."""

    exists: bool
    values: list[str | float | bool | None]
    exclude_values: list[str | float | bool | None]


class Wanted(WantedProperty, total=False):
    """Of things that there may be several of: all of `values`, or not all of `exclude_values`."""

    require_every_value: bool


Period = TypedDict("Period", {"from": str, "to": str}, total=False)  # RFC 3339

# --- chats ------------------------------------------------------------------------------------


class ListChatsFilters(TypedDict, total=False):
    """`include_active` is 3.5's, `active` what the versions since have in its place."""

    active: bool | None
    include_active: bool
    include_chats_without_threads: bool
    group_ids: Annotated[list[int], Meta(max_length=200)]
    properties: dict[str, dict[str, WantedProperty]]


class ListChats(TypedDict):
    filters: NotRequired[ListChatsFilters]
    sort_order: NotRequired[Literal["asc", "desc"]]
    limit: NotRequired[Annotated[int, Meta(ge=1, le=100)]]
    page_id: NotRequired[str]


OTHER_FILTER_OF_ACTIVE = {"3.5": "active", "3.6": "include_active", "3.7": "include_active"}


@method("chats--access:ro")
def list_chats(caller: Caller, payload: ListChats) -> Payload:
    organization, agent = caller.organization, caller.agent
    page_parameters, filters = remembered_filters(payload, ListChatsFilters)
    refuse_other_filters(filters, ListChatsFilters, [OTHER_FILTER_OF_ACTIVE[caller.version]])
    found = [
        chat
        for chat in organization.chats.values()
        if is_open_to(caller, chat) and chat_fits(chat, filters)
    ]
    page = pages.page_of(
        found,
        _by_last_thread,
        page_parameters,
        default_limit=10,
        now=organization.clock.time(),
    )
    return {
        "chats_summary": [
            agent_view.summary(chat, agent, partial(is_thread_open_to, caller))
            for chat in page.items
        ],
        "found_chats": len(found),
    } | page_ids(page, filters)


def chat_fits(chat: Chat, filters: Payload) -> bool:
    active = filters.get("active")
    if active is not None and chat.active is not active:
        return False
    if chat.active and not filters.get("include_active", True):
        return False
    if not filters.get("include_chats_without_threads", True) and not chat.threads:
        return False
    groups = filters.get("group_ids")
    if groups and set(groups).isdisjoint(chat.group_ids):
        return False
    return properties_fit(chat.properties, filters.get("properties", {}))


def _by_last_thread(chat: Chat) -> str:
    return f"{chat.last_thread.created_at if chat.threads else ''} {chat.id}"


class GetChat(TypedDict):
    chat_id: str
    thread_id: NotRequired[str]


@method("chats--access:ro")
def get_chat(caller: Caller, payload: GetChat) -> Payload:
    agent, chat_id = caller.agent, payload["chat_id"]
    chat = caller.organization.chat(chat_id)
    if "thread_id" in payload or chat.threads:
        thread_id = payload.get("thread_id") or chat.last_thread.id
        shown = agent_view.chat(*accessible_thread(caller, chat_id, thread_id))
    else:
        shown = agent_view.chat(accessible_chat(caller, chat_id), None)
    return for_role(agent, shown | {"is_followed": agent.id in chat.follower_ids})


# --- threads ----------------------------------------------------------------------------------


class ListThreads(TypedDict):
    chat_id: str
    filters: NotRequired[Period]
    sort_order: NotRequired[Literal["asc", "desc"]]
    limit: NotRequired[Annotated[int, Meta(ge=1, le=100)]]
    min_events_count: NotRequired[Annotated[int, Meta(ge=1, le=100)]]
    page_id: NotRequired[str]


@method("chats--access:ro")
def list_threads(caller: Caller, payload: ListThreads) -> Payload:
    organization, agent = caller.organization, caller.agent
    chat = organization.chat(payload["chat_id"])
    open_threads = [thread for thread in chat.threads if is_thread_open_to(caller, thread)]
    if not open_threads:
        accessible_chat(caller, chat.id)
    if "min_events_count" in payload and payload.keys() & {"limit", "filters"}:
        raise LiveChatError("validation", "`min_events_count` excludes `limit` and `filters`")
    page_parameters, filters = remembered_filters(payload, Period)
    refuse_other_filters(filters, Period)
    found = [thread for thread in open_threads if was_created_between(thread, filters)]
    page = pages.page_of(
        found,
        lambda thread: thread.created_at,
        page_parameters,
        default_limit=3,
        now=organization.clock.time(),
        weight=lambda thread: len(thread.events),
    )
    threads = [agent_view.thread(chat, thread) for thread in page.items]
    return for_role(agent, {"threads": threads, "found_threads": len(found)}) | page_ids(
        page, filters
    )


def was_created_between(thread: Thread, filters: Payload) -> bool:
    created_at = seconds_of(thread.created_at)
    after = moment(filters, "from", default=0.0)
    before = moment(filters, "to", default=float("inf"))
    return after <= created_at <= before


def moment(filters: Payload, name: str, *, default: float) -> float:
    """Unix seconds of a filter. Raises validation for what is no RFC 3339 time."""
    if name not in filters:
        return default
    try:
        return seconds_of(filters[name])
    except ValueError as error:
        raise LiveChatError("validation", f"`filters.{name}` is not an RFC 3339 time") from error


class GetThreadTranscript(TypedDict):
    chat_id: str
    thread_id: str


@method("chats--access:ro", versions=("3.6", "3.7"))
def get_thread_transcript(caller: Caller, payload: GetThreadTranscript) -> Payload:
    """Known from LiveChat's Python client only: the thread as plain text."""
    _, thread = accessible_thread(caller, payload["chat_id"], payload["thread_id"])
    return {"transcript": transcript(caller.organization, thread)}


def transcript(organization: Organization, thread: Thread) -> str:
    """One line for each thing that was written: when, by whom, what."""
    lines = []
    for event in thread.events:
        if not event.deleted and (said := words_of(event)):
            author = organization.person(event.author_id).name if event.author_id else "System"
            lines.append(f"{event.created_at} {author}: {said}")
    return "\n".join(lines)


def words_of(event: Event) -> str:
    """The text of a message, the answers of a form, the name of a file."""
    if event.type == "filled_form":
        fields = event.content.get("fields", [])
        return ", ".join(f"{each.get('label', '')} {each.get('answer', '')}" for each in fields)
    return str(event.content.get("text") or event.content.get("name") or "")


# --- archives ---------------------------------------------------------------------------------


AgentType = Literal["human", "chatbot", "ai_agent"]


class AgentTypes(TypedDict, total=False):
    all_values: list[AgentType]
    any_values: list[AgentType]
    exclude_values: list[AgentType]


class ListArchivesFilters(Period, total=False):
    query: str
    chat_ids: Annotated[list[str], Meta(max_length=1000)]
    thread_ids: Annotated[list[str], Meta(max_length=20)]
    group_ids: Annotated[list[int], Meta(max_length=200)]
    properties: dict[str, dict[str, WantedProperty]]
    agents: Wanted
    tags: Wanted
    event_types: Wanted
    agent_types: AgentTypes
    customer_id: str
    customer_email: str


ABSENT = {"3.5": ("chat_ids", "agent_types", "customer_id", "customer_email")}


class ListArchivesHighlights(TypedDict):
    pre_tag: NotRequired[str]
    post_tag: NotRequired[str]


class ListArchives(TypedDict):
    filters: NotRequired[ListArchivesFilters]
    sort_order: NotRequired[Literal["asc", "desc"]]
    limit: NotRequired[Annotated[int, Meta(ge=1, le=100)]]
    page_id: NotRequired[str]
    highlights: NotRequired[ListArchivesHighlights]


@method("chats--access:ro")
def list_archives(caller: Caller, payload: ListArchives) -> Payload:
    """One chat for each closed thread, each with that thread."""
    organization, agent = caller.organization, caller.agent
    page_parameters, filters = remembered_filters(payload, ListArchivesFilters)
    refuse_other_filters(filters, ListArchivesFilters, ABSENT.get(caller.version, ()))
    check_together(payload, filters)
    found = [
        (chat, thread)
        for chat in organization.chats.values()
        for thread in chat.threads
        if not thread.active
        and is_thread_open_to(caller, thread)
        and thread_fits(chat, thread, filters)
    ]
    page = pages.page_of(
        found,
        lambda pair: pair[1].created_at,
        page_parameters,
        default_limit=10,
        now=organization.clock.time(),
    )
    answer: Payload = {
        "chats": [archived(caller, chat, thread) for chat, thread in page.items],
        "found_chats": len(found),
    }
    if "highlights" in payload and "query" in filters:
        for chat, (_, thread) in zip(answer["chats"], page.items, strict=True):
            chat["thread_highlights"] = highlights(thread, filters["query"], payload["highlights"])
    return for_role(agent, answer) | page_ids(page, filters)


def archived(caller: Caller, chat: Chat, thread: Thread) -> Payload:
    """A chat with that thread, which names the nearest ones that the agent may see as well."""
    index = chat.threads.index(thread)
    around = {
        "previous_accessible_thread_id": reversed(chat.threads[:index]),
        "next_accessible_thread_id": iter(chat.threads[index + 1 :]),
    }
    shown = agent_view.chat(chat, thread)
    for name, threads in around.items():
        if nearest := next((each for each in threads if is_thread_open_to(caller, each)), None):
            shown["thread"][name] = nearest.id
    return shown


def thread_fits(chat: Chat, thread: Thread, filters: Payload) -> bool:
    organization = chat.organization
    customer = organization.customers[chat.customer_id]
    agents = [user_id for user_id in thread.user_ids if user_id in organization.agents]
    kinds = {"chatbot" if organization.agents[each].is_bot else "human" for each in agents}
    return (
        was_created_between(thread, filters)
        and chat.id in filters.get("chat_ids", [chat.id])
        and thread.id in filters.get("thread_ids", [thread.id])
        and not set(filters.get("group_ids", thread.group_ids)).isdisjoint(thread.group_ids)
        and customer.id == filters.get("customer_id", customer.id)
        and customer.fields.get("email")
        == filters.get("customer_email", customer.fields.get("email"))
        and values_fit(agents, filters.get("agents", {}))
        and values_fit(thread.tags, filters.get("tags", {}))
        and values_fit([event.type for event in thread.events], filters.get("event_types", {}))
        and types_fit(kinds, filters.get("agent_types", {}))
        and properties_fit(thread.properties, filters.get("properties", {}))
        and filters.get("query", "").lower() in searchable_text(chat, thread)
    )


def searchable_text(chat: Chat, thread: Thread) -> str:
    customer = chat.organization.customers[chat.customer_id]
    texts = [words_of(event) for event in thread.events if not event.deleted]
    texts += [customer.name, customer.fields.get("email", ""), *thread.tags]
    return "\n".join(texts).lower()


def highlights(thread: Thread, query: str, tags: Parameters) -> list[Payload]:
    """The messages a query matched, as HTML with the match inside tags."""
    before, after = tags.get("pre_tag", "<em>"), tags.get("post_tag", "</em>")
    found = []
    for event in thread.events:
        whole = str(event.content.get("text", ""))
        start = whole.lower().find(query.lower())
        if start >= 0 and not event.deleted:
            end = start + len(query)
            marked = before + html.escape(whole[start:end]) + after
            shown = html.escape(whole[:start]) + marked + html.escape(whole[end:])
            found.append({"event_id": event.id, "highlight": shown})
    return found


# --- filters ----------------------------------------------------------------------------------


def values_fit(values: Iterable[str], wanted: Payload) -> bool:
    """`exists`, `values` or `exclude_values`, as every list of LiveChat's is filtered."""
    present = set(values)
    if bool(present) != wanted.get("exists", bool(present)):
        return False
    if wanted.get("require_every_value"):
        excluded = wanted.get("exclude_values")
        return present.issuperset(wanted.get("values", [])) and not (
            excluded and present.issuperset(excluded)
        )
    return (
        "values" not in wanted or not present.isdisjoint(wanted["values"])
    ) and present.isdisjoint(wanted.get("exclude_values", []))


def types_fit(kinds: set[str], wanted: Payload) -> bool:
    return (
        kinds.issuperset(wanted.get("all_values", []))
        and ("any_values" not in wanted or not kinds.isdisjoint(wanted["any_values"]))
        and kinds.isdisjoint(wanted.get("exclude_values", []))
    )


def properties_fit(properties: Properties, wanted: Payload) -> bool:
    return all(
        values_fit(
            [properties[namespace][name]] if name in properties.get(namespace, {}) else [], filter_
        )
        for namespace, names in wanted.items()
        for name, filter_ in names.items()
    )


def check_together(payload: Parameters, filters: Payload) -> None:
    """Raises validation for filters of archives that exclude one another."""
    if "thread_ids" in filters and (len(filters) > 1 or payload.keys() & {"limit", "page_id"}):
        raise LiveChatError("validation", "`filters.thread_ids` excludes other filters and pages")
    for name in ("agents", "tags", "event_types"):
        if len(filters.get(name, {}).keys() - {"require_every_value"}) > 1:
            raise LiveChatError("validation", f"`filters.{name}` takes one of its filters only")
    types = [each for listed in filters.get("agent_types", {}).values() for each in listed]
    if len(types) > len(set(types)):
        raise LiveChatError("validation", "`filters.agent_types` takes each type only once")


class Remembered(TypedDict):
    page_id: str
    filters: Payload


def remembered_filters(payload: Parameters, kind: Any) -> tuple[Parameters, Payload]:
    """The parameters of a page, and the filters of the first request, which its id remembers.

    Raises validation for an id that is not ours; `kind` is the type of the filters.
    """
    if "page_id" not in payload:
        return payload, payload.get("filters", {})
    remembered: Remembered = pages.read_id(payload["page_id"], Remembered)
    check(kind, remembered["filters"])
    return {**payload, "page_id": remembered["page_id"]}, remembered["filters"]


def page_ids(page: pages.PageOf[Any], filters: Payload) -> Payload:
    return {
        name: base64.urlsafe_b64encode(
            json.dumps({"page_id": page_id, "filters": filters}).encode()
        ).decode()
        for name, page_id in page.ids().items()
    }


# --- deleted events ---------------------------------------------------------------------------

STUB = ("id", "created_at", "type", "visibility", "deleted", "author_id", "custom_id")


def for_role(agent: Agent, answer: Payload) -> Payload:
    """Agents of the role `normal` see of a deleted event only that it was there."""
    if agent.permission != "normal":
        return answer
    stubbed: Payload = _without_deleted(answer)
    return stubbed


def _without_deleted(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_deleted(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("deleted") is True:
        return {name: value[name] for name in STUB if name in value}
    return {name: _without_deleted(each) for name, each in value.items()}
