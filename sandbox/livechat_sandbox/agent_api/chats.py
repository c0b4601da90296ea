"""Agent Chat API, chats: beginning and ending them, moving them, who is in them."""

from typing import Literal, NotRequired, TypedDict

from livechat_sandbox.agent_api import groups
from livechat_sandbox.agent_api.access import (
    accessible_chat,
    accessible_thread,
    chat_with_requester,
    is_near,
    may_access,
)
from livechat_sandbox.platform import pushes
from livechat_sandbox.platform.chats import chats
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.events import summaries
from livechat_sandbox.platform.parameters import Parameters, check
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.people import customers
from livechat_sandbox.platform.routing import routing
from livechat_sandbox.platform.shapes import agent_view
from livechat_sandbox.platform.structures import Agent, Customer, Organization
from livechat_sandbox.transports.methods import Caller, method


@method("chats--access:rw")
def start_chat(caller: Caller, payload: chats.Start) -> Payload:
    organization, agent = caller.organization, caller.agent
    _check_wished_groups(caller, payload)
    customer = _listed_customer(organization, payload) or customers.nobody(organization)
    begun = chats.start(agent, customer, payload, client_id=caller.client_id)
    return {"chat_id": begun.chat.id} | begun.answer()


def _check_wished_groups(caller: Caller, payload: Parameters) -> None:
    """Raises missing_access for groups that are not the agent's, where the token ends at those."""
    wished = payload.get("chat", {}).get("access", {}).get("group_ids")
    if wished and not caller.everywhere and not caller.agent.is_in(wished):
        raise LiveChatError("missing_access")


def _listed_customer(organization: Organization, payload: Parameters) -> Customer | None:
    users = payload.get("chat", {}).get("users", [])
    listed = [user for user in users if user.get("type") == "customer"]
    if len(listed) > 1:
        raise LiveChatError("validation", "A chat has one customer at most")
    if any("id" not in user for user in listed):
        raise LiveChatError("validation", "A customer in `users` needs an `id`")
    return organization.customer(listed[0]["id"]) if listed else None


class ChatId(TypedDict):
    id: str


class ResumeChat(TypedDict):
    chat: ChatId
    active: NotRequired[bool]
    continuous: NotRequired[bool]


@method("chats--access:rw")
def resume_chat(caller: Caller, payload: ResumeChat) -> Payload:
    agent = caller.agent
    chat = accessible_chat(caller, payload["chat"]["id"])
    check(chats.Start, payload)
    _check_wished_groups(caller, payload)
    return chats.resume(agent, chat, payload, client_id=caller.client_id).answer()


class DeactivateChat(TypedDict):
    id: str
    ignore_requester_presence: NotRequired[bool]


@method("chats--access:rw")
def deactivate_chat(caller: Caller, payload: DeactivateChat) -> Payload:
    agent = caller.agent
    chat = chat_with_requester(caller, payload)
    chats.deactivate(chat, agent)
    return {}


class FollowChat(TypedDict):
    id: str


@method("chats--access:ro")
def follow_chat(caller: Caller, payload: FollowChat) -> Payload:
    agent = caller.agent
    chat = accessible_chat(caller, payload["id"])
    user = chat.users.get(agent.id)
    if agent.id not in chat.follower_ids and not (user and user.present):
        chat.follower_ids.add(agent.id)
        thread = chat.threads[-1] if chat.threads else None
        shown = agent_view.chat(chat, thread) | {"is_followed": True}
        pushes.show_chat(chat, [agent.id], {"chat": shown})
    return {}


class UnfollowChat(TypedDict):
    id: str


@method()
def unfollow_chat(caller: Caller, payload: UnfollowChat) -> Payload:
    organization, agent = caller.organization, caller.agent
    chat = organization.chat(payload["id"])
    if agent.id in chat.follower_ids:
        chat.follower_ids.remove(agent.id)
        pushes.to_agents(organization, [agent.id], "chat_unfollowed", {"chat_id": chat.id})
    return {}


class TransferChatTarget(TypedDict):
    type: Literal["group", "agent"]
    ids: list[int | str]


class TransferChat(TypedDict):
    id: str
    target: NotRequired[TransferChatTarget]
    ignore_agents_availability: NotRequired[bool]
    ignore_requester_presence: NotRequired[bool]


@method("chats--access:rw")
def transfer_chat(caller: Caller, payload: TransferChat) -> Payload:
    organization, agent = caller.organization, caller.agent
    chat = chat_with_requester(caller, payload)
    target: Parameters = payload.get("target", {})
    group_ids, agents = None, []
    if target.get("type") == "group":
        group_ids = groups.numbers_of(target["ids"])
    elif target:
        agents = [_agent(organization, agent_id) for agent_id in target["ids"]]
        if not all(each.is_in(chat.group_ids) for each in agents):
            raise LiveChatError("validation", "The agent has no access to the chat")
    routing.transfer(
        chat,
        agent,
        group_ids,
        agents,
        ignore_availability=payload.get("ignore_agents_availability", False),
    )
    return {}


def _agent(organization: Organization, agent_id: str) -> Agent:
    if agent_id not in organization.agents:
        raise LiveChatError("not_found", "Agent not found")
    return organization.agents[agent_id]


class AddUserToChat(TypedDict):
    chat_id: str
    user_id: str
    user_type: Literal["agent", "customer"]
    visibility: Literal["all", "agents"]
    ignore_requester_presence: NotRequired[bool]


@method("chats--access:rw")
def add_user_to_chat(caller: Caller, payload: AddUserToChat) -> Payload:
    organization, agent = caller.organization, caller.agent
    adds_self = payload["user_id"] == agent.id
    chat = (
        accessible_chat(caller, payload["chat_id"])
        if adds_self
        else chat_with_requester(caller, payload)
    )
    if payload["user_type"] == "customer":
        if payload["visibility"] != "all":
            raise LiveChatError("validation", "A customer's `visibility` is `all`")
        chats.add_customer(chat, organization.customer(payload["user_id"]), agent)
        return {}
    added = _agent(organization, payload["user_id"])
    if not (may_access(added, chat) and (caller.everywhere or is_near(added, chat))):
        raise LiveChatError("missing_access", "The added agent has no access to the chat")
    routing.add_agent(chat, added, agent, payload["visibility"])
    return {}


class RemoveUserFromChat(TypedDict):
    chat_id: str
    user_id: str
    user_type: Literal["agent"]
    ignore_requester_presence: NotRequired[bool]


@method("chats--access:rw")
def remove_user_from_chat(caller: Caller, payload: RemoveUserFromChat) -> Payload:
    organization, agent = caller.organization, caller.agent
    chat = chat_with_requester(caller, payload)
    removed = _agent(organization, payload["user_id"])
    routing.remove_agent(chat, removed, agent)
    return {}


class ListAgentsForTransfer(TypedDict):
    chat_id: str


@method()
def list_agents_for_transfer(caller: Caller, payload: ListAgentsForTransfer) -> list[Payload]:
    """Agents who are there, fewest chats first; `active_chats` is the RTM page's spelling."""
    organization = caller.organization
    chat = accessible_chat(caller, payload["chat_id"])
    there = [
        each
        for each in organization.agents.values()
        if each.status != "offline" and each.is_in(chat.group_ids)
    ]
    return [
        {
            "agent_id": each.id,
            "total_active_chats": len(each.chat_ids),
            "active_chats": len(each.chat_ids),
        }
        for each in sorted(there, key=lambda each: len(each.chat_ids))
    ]


class RequestThreadSummary(TypedDict):
    chat_id: str
    thread_id: str


@method("chats--access:rw", versions=("3.6", "3.7"))
def request_thread_summary(caller: Caller, payload: RequestThreadSummary) -> Payload:
    agent = caller.agent
    chat, thread = accessible_thread(caller, payload["chat_id"], payload["thread_id"])
    summaries.request(chat, thread, agent)
    return {}
