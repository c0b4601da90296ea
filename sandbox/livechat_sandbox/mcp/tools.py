"""The eight tools of LiveChat's MCP server, on the sandbox's own chats and tickets.

LiveChat names the tools and says that they mirror its APIs; it publishes no parameters. Where an
API has them they are the same, `search` and `fetch` have those that ChatGPT's connectors ask for.
Source: LiveChat's "Model Context Protocol (MCP)", "Available MCP tools".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NotRequired, TypedDict
from urllib.parse import urlencode

from msgspec import Meta

from livechat_sandbox.agent_api import lists
from livechat_sandbox.agent_api.access import (
    accessible_chat,
    accessible_thread,
    is_thread_open_to,
)
from livechat_sandbox.platform import pages
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.events import tickets
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.structures import Chat, Thread
from livechat_sandbox.transports.methods import Caller, method

# --- anything ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """A thread under the id that `search` gives it."""

    id: str
    title: str
    chat: Chat
    thread: Thread


def everything(caller: Caller) -> Iterator[Found]:
    """What the agent may see, newest chat first; a thread that is a ticket is there as one."""
    forms = {ticket.id: ticket for ticket in tickets.of(caller.organization)}
    for chat in reversed(caller.organization.chats.values()):
        for thread in reversed(open_threads(caller, chat)):
            if thread.id in forms:
                title = f"Ticket: {forms[thread.id].subject}"
                yield Found(f"ticket:{thread.id}", title, chat, thread)
            else:
                name = caller.organization.customers[chat.customer_id].name
                yield Found(f"chat:{thread.id}", f"Chat with {name}", chat, thread)


def open_threads(caller: Caller, chat: Chat) -> list[Thread]:
    return [thread for thread in chat.threads if is_thread_open_to(caller, thread)]


def result(caller: Caller, found: Found) -> Payload:
    """What both tools say of a thread; its address is a desk of the console."""
    desk = urlencode({"agent": caller.agent.id, "chat": found.chat.id})
    url = f"{caller.organization.base_url}/?{desk}"
    return {"id": found.id, "title": found.title, "url": url}


class Search(TypedDict):
    query: str


@method("chats--access:ro")
def search(caller: Caller, payload: Search) -> Payload:
    """Search for data in the Text ecosystem: chats and tickets that hold the words."""
    words = payload["query"].lower().split()
    found = [
        each
        for each in everything(caller)
        if all(word in lists.searchable_text(each.chat, each.thread) for word in words)
    ]
    return {"results": [result(caller, each) for each in found]}


class Fetch(TypedDict):
    id: Annotated[str, Meta(description="An id that `search` gave")]


@method("chats--access:ro")
def fetch(caller: Caller, payload: Fetch) -> Payload:
    """Retrieve data for a specific resource that `search` found."""
    for each in everything(caller):
        if each.id == payload["id"]:
            metadata = {"chat_id": each.chat.id, "created_at": each.thread.created_at}
            text = lists.transcript(caller.organization, each.thread)
            return result(caller, each) | {"text": text, "metadata": metadata}
    raise LiveChatError("not_found", f"Nothing has the id {payload['id']}")


# --- chats ------------------------------------------------------------------------------------


class GetChatTranscript(TypedDict):
    chat_id: str
    thread_id: NotRequired[str]


@method("chats--access:ro")
def get_chat_transcript(caller: Caller, payload: GetChatTranscript) -> Payload:
    """Retrieve the full transcript of a chat, or of one of its threads."""
    chat = accessible_chat(caller, payload["chat_id"])
    threads = open_threads(caller, chat)
    if "thread_id" in payload:
        chat, thread = accessible_thread(caller, chat.id, payload["thread_id"])
        threads = [thread]
    texts = [lists.transcript(caller.organization, thread) for thread in threads]
    return {"chat_id": chat.id, "transcript": "\n".join(texts)}


@method("chats--access:ro")
def list_archived_chats(caller: Caller, payload: lists.ListArchives) -> Any:
    """List archived chats with filtering and pagination, as `list_archives` does."""
    return lists.list_archives.run(caller, payload)


class ChatId(TypedDict):
    chat_id: str


@method("chats--access:ro")
def list_chat_tags(caller: Caller, payload: ChatId) -> Payload:
    """List tags from a chat."""
    chat = accessible_chat(caller, payload["chat_id"])
    tags = {tag for thread in open_threads(caller, chat) for tag in thread.tags}
    return {"tags": sorted(tags)}


# --- tickets ----------------------------------------------------------------------------------


def open_tickets(caller: Caller) -> list[tickets.Ticket]:
    """The tickets that the agent may see."""
    found = tickets.of(caller.organization)
    return [each for each in found if is_thread_open_to(caller, each.thread)]


def ticket(caller: Caller, ticket_id: str) -> tickets.Ticket:
    """Raises not_found."""
    for each in open_tickets(caller):
        if each.id == ticket_id:
            return each
    raise LiveChatError("not_found", "Ticket not found")


class TicketId(TypedDict):
    id: str


@method("chats--access:ro")
def find_ticket(caller: Caller, payload: TicketId) -> Payload:
    """Find an existing ticket by its ID."""
    return tickets.view(ticket(caller, payload["id"]))


class ListTicketsFilters(TypedDict):
    status: NotRequired[tickets.Status]
    tag: NotRequired[str]
    email: NotRequired[str]


class ListTickets(TypedDict):
    filters: NotRequired[ListTicketsFilters]
    sort_order: NotRequired[Literal["asc", "desc"]]
    limit: NotRequired[Annotated[int, Meta(ge=1, le=100)]]
    page_id: NotRequired[str]


@method("chats--access:ro")
def list_tickets(caller: Caller, payload: ListTickets) -> Payload:
    """List tickets with pagination and optional filtering."""
    parameters, filters = lists.remembered_filters(payload, ListTicketsFilters)
    found = [each for each in map(tickets.view, open_tickets(caller)) if fits(each, filters)]
    page = pages.page_of(
        found,
        lambda each: f"{each['created_at']} {each['id']}",
        parameters,
        default_limit=10,
        now=caller.organization.clock.time(),
    )
    listed = {"tickets": page.items, "found_tickets": len(found)}
    return listed | lists.page_ids(page, filters)


def fits(shown: Payload, filters: Payload) -> bool:
    return (
        filters.get("status", shown["status"]) == shown["status"]
        and ("tag" not in filters or filters["tag"] in shown["tags"])
        and filters.get("email", shown["requester"]["email"]) == shown["requester"]["email"]
    )


@method("chats--access:ro")
def list_ticket_tags(caller: Caller, payload: TicketId) -> Payload:
    """List tags from a ticket."""
    return {"tags": sorted(ticket(caller, payload["id"]).thread.tags)}
