"""Which agent gets a chat: group statuses, assignment, the queue, agents who go.

Source: Customer Chat API v3.6, routing and queues; Agent Chat API v3.6.
"""

from collections.abc import Collection, Sequence
from typing import Literal

from livechat_sandbox.platform import pushes
from livechat_sandbox.platform.clock import seconds_of
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.events import system_messages
from livechat_sandbox.platform.history import StatusChange, Wait
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.properties import merge
from livechat_sandbox.platform.shapes import agent_view, customer_view
from livechat_sandbox.platform.structures import (
    Agent,
    Chat,
    ChatUser,
    Organization,
    Person,
    RoutingStatus,
    Thread,
    Visibility,
)

Gone = Literal["disconnected", "signed_out", "remotely_signed_out", "deleted", "inactive", "other"]

# --- who is free ------------------------------------------------------------------------------


def accepting_agents(organization: Organization, group_ids: Sequence[int]) -> list[Agent]:
    return [
        agent
        for agent in organization.agents.values()
        if agent.status == "accepting_chats" and agent.is_in(group_ids)
    ]


PRIORITIES = ("first", "normal", "last", "supervisor")  # a supervisor is given no chats


def priority(agent: Agent, group_ids: Sequence[int]) -> str:
    """The agent's best over those of these groups that they are in.

    Where a group has none for a bot, the bot's own counts.
    """
    own = agent.settings.get("default_group_priority", "first") if agent.is_bot else "normal"
    groups = [agent.organization.group(group_id) for group_id in group_ids]
    given = [
        group.agent_priorities.get(agent.id, own) for group in groups if agent.is_in([group.id])
    ]
    return min(given, key=PRIORITIES.index)


def candidates(organization: Organization, group_ids: Sequence[int]) -> list[Agent]:
    """Who accepts chats and is given those of the groups, now or when there is room."""
    return [
        agent
        for agent in accepting_agents(organization, group_ids)
        if priority(agent, group_ids) != "supervisor"
    ]


def free_agents(
    organization: Organization, group_ids: Sequence[int], *, but_not: Agent | None = None
) -> list[Agent]:
    """Candidates below their limit: by priority, then by chats, then who has waited longest."""

    def order(agent: Agent) -> tuple[int, int, str]:
        place = PRIORITIES.index(priority(agent, group_ids))
        return place, len(agent.chat_ids), agent.last_assigned_at

    free = [
        agent
        for agent in candidates(organization, group_ids)
        if len(agent.chat_ids) < agent.max_chats and agent is not but_not
    ]
    return sorted(free, key=order)


def free_agent(organization: Organization, group_ids: Sequence[int]) -> Agent | None:
    return next(iter(free_agents(organization, group_ids)), None)


def free_agent_for(
    chat: Chat, group_ids: Sequence[int], *, but_not: Agent | None = None
) -> Agent | None:
    """Who gets the chat in these groups. With `routing.ignore_bots` it goes to people alone."""
    free = free_agents(chat.organization, group_ids, but_not=but_not)
    ignores_bots = chat.last_thread.properties.get("routing", {}).get("ignore_bots")
    return next((agent for agent in free if not (ignores_bots and agent.is_bot)), None)


def group_status(organization: Organization, group_id: int) -> str:
    """`online`, `online_for_queue` or `offline`, as customers are told."""
    accepting = accepting_agents(organization, [group_id])
    if not accepting:
        return "offline"
    rules = organization.rules
    if rules.manual_routing or free_agent(organization, [group_id]):
        return "online"
    return "online_for_queue" if queue_has_room(organization, continuous=False) else "offline"


def group_status_for_agents(organization: Organization, group_id: int) -> RoutingStatus:
    statuses = {agent.status for agent in organization.agents.values() if agent.is_in([group_id])}
    words: tuple[RoutingStatus, ...] = ("accepting_chats", "not_accepting_chats")
    return next((word for word in words if word in statuses), "offline")


def tell_group_statuses(organization: Organization) -> None:
    """Tell everybody which groups changed since they were last told."""
    now = {group_id: group_status(organization, group_id) for group_id in organization.groups}
    before, organization.group_statuses = organization.group_statuses, now
    changed = [group_id for group_id in now if before.get(group_id, now[group_id]) != now[group_id]]
    if not changed:
        return
    pushes.to_all_agents(
        organization,
        "groups_status_updated",
        {
            "groups": [
                {"id": group_id, "status": group_status_for_agents(organization, group_id)}
                for group_id in changed
            ]
        },
    )
    for customer in organization.customers.values():
        if customer.connections and customer.group_id in changed:
            # Official clients look at the first entry only and take it for their own group.
            own_first = sorted(changed, key=lambda group_id: group_id != customer.group_id)
            groups = [{"id": group_id, "status": now[group_id]} for group_id in own_first]
            pushes.to_customer(
                customer,
                "groups_status_updated",
                {"groups": groups},
                answers_request=False,
            )


# --- people of a chat -------------------------------------------------------------------------


def join(chat: Chat, agent: Agent, visibility: Visibility = "all") -> ChatUser:
    """Make an agent a present user of the chat, without telling anybody."""
    user = chat.users.setdefault(agent.id, ChatUser(agent.id, "agent"))
    user.present, user.visibility = True, visibility
    if agent.id not in chat.last_thread.user_ids:
        chat.last_thread.user_ids.append(agent.id)
    if chat.active:
        agent.chat_ids.add(chat.id)
        agent.last_assigned_at = chat.organization.clock.now()
    return user


def leave(chat: Chat, agent: Agent) -> None:
    chat.users[agent.id].present = False
    agent.chat_ids.discard(chat.id)


def tell_user_added(chat: Chat, agent: Agent, reason: str, requester: Person | None) -> None:
    organization = chat.organization
    user = chat.users[agent.id]
    told: Payload = {"chat_id": chat.id, "thread_id": chat.last_thread.id, "reason": reason}
    pushes.to_chat(
        chat,
        "user_added_to_chat",
        told | {"user": customer_view.user(organization, user)} | _by(organization, requester),
        told | {"user": agent_view.user(organization, user)} | _by_for_agents(requester),
        visibility=user.visibility,
    )


def tell_user_removed(chat: Chat, agent: Agent, reason: str, requester: Person | None) -> None:
    told: Payload = {"chat_id": chat.id, "thread_id": chat.last_thread.id, "reason": reason}
    pushes.to_chat(
        chat,
        "user_removed_from_chat",
        told | {"user_id": agent.opaque_id} | _by(chat.organization, requester),
        told | {"user_id": agent.id} | _by_for_agents(requester),
        visibility=chat.users[agent.id].visibility,
    )


def tell_transferred(
    chat: Chat,
    reason: str,
    requester: Person | None = None,
    agent: Agent | None = None,
) -> None:
    told: Payload = {"chat_id": chat.id, "reason": reason}
    if chat.active:
        told["thread_id"] = chat.last_thread.id
    if chat.active and chat.last_thread.queued_at:
        told["queue"] = customer_view.queue(chat.last_thread) | {
            "queued_at": chat.last_thread.queued_at
        }
    to: Payload = {"group_ids": chat.group_ids}
    to_customer = to | ({"agent_ids": [agent.opaque_id]} if agent else {})
    to_agent = to | ({"agent_ids": [agent.id]} if agent else {})
    pushes.to_chat(
        chat,
        "chat_transferred",
        told | {"transferred_to": to_customer} | _by(chat.organization, requester),
        told | {"transferred_to": to_agent} | _by_for_agents(requester),
    )


def _by(organization: Organization, requester: Person | None) -> Payload:
    return {"requester_id": organization.opaque_id(requester.id)} if requester else {}


def _by_for_agents(requester: Person | None) -> Payload:
    return {"requester_id": requester.id} if requester else {}


def predict_agent(organization: Organization, group_id: int) -> tuple[Agent, bool]:
    """Who would get a chat of this group now, and whether it would be queued.

    Raises group_offline, and group_unavailable where chats are not given out.
    """
    organization.group(group_id)
    if not accepting_agents(organization, [group_id]):
        raise LiveChatError("group_offline")
    if organization.rules.manual_routing:
        raise LiveChatError("group_unavailable")
    found = candidates(organization, [group_id])
    if not found:
        raise LiveChatError("group_unavailable")
    agent = free_agent(organization, [group_id])
    if agent is None and not queue_has_room(organization, continuous=False):
        raise LiveChatError("group_unavailable")
    return agent or found[0], agent is None


# --- a new thread looks for an agent ----------------------------------------------------------


def check_groups(organization: Organization, group_ids: Sequence[int], *, continuous: bool) -> None:
    """Raises group_not_found, and groups_offline where somebody has to be online."""
    for group_id in group_ids:
        organization.group(group_id)
    statuses = {group_status(organization, group_id) for group_id in group_ids}
    if not continuous and statuses == {"offline"}:
        raise LiveChatError("groups_offline")


def route(chat: Chat) -> None:
    """Give a new thread an agent, a place in the queue, or let it wait unassigned."""
    organization = chat.organization
    thread = chat.last_thread
    by_hand = chat.properties.get("routing", {}).get("ignore_agents_routing")
    if organization.rules.manual_routing or by_hand:
        merge(thread.properties, {"routing": {"unassigned": True}})
    elif agent := free_agent_for(chat, chat.group_ids):
        join(chat, agent)
    else:
        wait(chat, thread)
    tell_group_statuses(organization)


def wait(chat: Chat, thread: Thread) -> None:
    """Stand in line. A continuous chat waits without a place when nobody is there at all."""
    organization = chat.organization
    merge(thread.properties, {"routing": {"unassigned": True}})
    if accepting_agents(organization, chat.group_ids) and queue_has_room(
        organization, continuous=chat.continuous
    ):
        thread.queued_at = organization.clock.now()
    organization.queue.append(chat.id)
    thread.queue_position = _position(chat)


def queue_has_room(organization: Organization, *, continuous: bool) -> bool:
    rules = organization.rules
    limit = rules.continuous_queue_limit if continuous else rules.queue_limit
    queued = sum(
        1 for chat_id in organization.queue if organization.chats[chat_id].last_thread.queued_at
    )
    return rules.queue and queued < limit


def _position(chat: Chat) -> int:
    """From 1: how many in line before this chat compete for the same agents."""
    position = 1
    for chat_id in chat.organization.queue:
        if chat_id == chat.id:
            break
        ahead = chat.organization.chats[chat_id]
        shares = 0 in (*ahead.group_ids, *chat.group_ids) or set(ahead.group_ids) & set(
            chat.group_ids
        )
        position += bool(shares and ahead.last_thread.queued_at)
    return position


def drain_queue(organization: Organization) -> None:
    """Give waiting chats to whoever is free now, then tell the others how far they moved up."""
    if not organization.rules.manual_routing:
        for chat_id in list(organization.queue):
            chat = organization.chats[chat_id]
            if agent := free_agent_for(chat, chat.group_ids):
                assign(chat, agent)
    tell_queue_positions(organization)
    tell_group_statuses(organization)


def assign(chat: Chat, agent: Agent) -> None:
    """Give a waiting chat to an agent and tell everybody."""
    leave_queue(chat)
    join(chat, agent)
    tell_user_added(chat, agent, "assigned", None)
    tell_transferred(chat, "assigned", agent=agent)


def leave_queue(chat: Chat) -> None:
    if chat.id in chat.organization.queue:
        chat.organization.queue.remove(chat.id)
    thread = chat.last_thread
    if thread.queued_at:
        began_at, now = seconds_of(thread.queued_at), chat.organization.clock.time()
        chat.organization.history.waits.append(Wait(chat.id, thread.id, began_at, now))
    thread.queued_at, thread.queue_position = None, 0
    thread.properties.get("routing", {}).pop("unassigned", None)


def tell_queue_positions(organization: Organization) -> None:
    moved = []
    for chat_id in organization.queue:
        chat = organization.chats[chat_id]
        thread = chat.last_thread
        position = _position(chat)
        if thread.queued_at and position != thread.queue_position:
            thread.queue_position = position
            told = {"chat_id": chat.id, "thread_id": thread.id} | {
                "queue": customer_view.queue(thread)
            }
            moved.append(told)
            customer = organization.customers[chat.customer_id]
            pushes.to_customer(customer, "queue_position_updated", told, answers_request=False)
    if moved:
        pushes.to_all_agents(organization, "queue_positions_updated", moved)


# --- people move ------------------------------------------------------------------------------


def set_status(agent: Agent, status: RoutingStatus, reason: Gone = "signed_out") -> None:
    """Agent Chat API v3.6, "Set Routing Status". Who goes offline hands their chats over."""
    if agent.status == status:
        return
    moment = agent.organization.clock.time()
    change = StatusChange(agent.id, agent.status, status, moment)
    agent.organization.history.statuses.append(change)
    agent.status = status
    pushes.to_all_agents(
        agent.organization, "routing_status_set", {"agent_id": agent.id, "status": status}
    )
    if status == "offline":
        agent_gone(agent, reason)
    drain_queue(agent.organization)


def agent_gone(agent: Agent, reason: Gone) -> None:
    """Hand over every active chat of an agent who can no longer answer."""
    for chat_id in sorted(agent.chat_ids):
        chat = agent.organization.chats[chat_id]
        others = [user for user in chat.present_agents() if user.id != agent.id]
        if others:
            leave(chat, agent)
            tell_user_removed(chat, agent, reason, None)
        else:
            hand_over(chat, agent, reason)
    drain_queue(agent.organization)


def hand_over(chat: Chat, agent: Agent, reason: Gone) -> None:
    """Find another agent for a chat, else queue it, else close it."""
    organization = chat.organization
    thread = chat.last_thread
    replacement = free_agent_for(chat, chat.group_ids, but_not=agent)
    if reason == "inactive" and not replacement:
        return
    leave(chat, agent)
    tell_user_removed(chat, agent, reason, None)
    if replacement:
        text_vars = {"agent_added": replacement.name, "agent_removed": agent.name}
        if reason == "inactive":
            text_vars["duration"] = _minutes(organization.rules.agent_answer_timeout)
        system_messages.add(
            chat, thread, f"routing.assigned_{reason}", visibility="all", **text_vars
        )
        join(chat, replacement)
        tell_user_added(chat, replacement, "assigned", None)
        why = "inactive" if reason == "inactive" else "other"
        tell_transferred(chat, why, agent=replacement)
    elif chat.continuous or accepting_agents(organization, chat.group_ids):
        wait(chat, thread)
        system_messages.add(chat, thread, f"routing.unassigned_{reason}", agent=agent.name)
        tell_transferred(chat, "unassigned")
    else:
        close_thread(chat, f"routing.archived_{reason}", agent=agent.name)


def _minutes(seconds: float | None) -> str:
    return f"{(seconds or 0) / 60:g}"


def transfer(
    chat: Chat,
    requester: Agent,
    group_ids: Sequence[int] | None = None,
    agents: Sequence[Agent] = (),
    *,
    ignore_availability: bool = False,
) -> None:
    """Agent Chat API v3.6, "Transfer Chat": to a group, to agents, or within the chat's groups.

    Raises group_not_found, chat_inactive, and validation when nobody there can take the chat.
    """
    organization = chat.organization
    thread = chat.active_thread()
    targets = list(agents)
    for group_id in group_ids or []:
        organization.group(group_id)
    reachable = list(group_ids or chat.group_ids)
    if not targets:
        present = {user.id for user in chat.present_agents()}
        found = free_agent_for(chat, reachable, but_not=requester)
        targets = [found] if found and found.id not in present else []
    elif not ignore_availability and any(agent.status != "accepting_chats" for agent in targets):
        raise LiveChatError("validation", "Cannot assign any agent from requested groups")
    if not targets and not ignore_availability:
        raise LiveChatError("validation", "Cannot assign any agent from requested groups")
    saw = pushes.agents_of_chat(chat)
    transferred_from = {
        "group_ids": chat.group_ids,
        "agent_ids": [user.id for user in chat.present_agents()],
    }
    if group_ids:
        chat.group_ids = thread.group_ids = list(group_ids)
        access: Payload = {"id": chat.id, "access": {"group_ids": chat.group_ids}}
        pushes.to_agents_of_chat(chat, "chat_access_updated", access)
    merge(
        thread.properties,
        {"routing": {"last_transfer_timestamp": int(organization.clock.time())}},
    )
    joined = _exchange_agents(chat, requester, targets)
    see_now = (pushes.agents_of_chat(chat) - saw) | joined
    _show(chat, see_now, requester, transferred_from=transferred_from)
    names = ", ".join(
        [agent.name for agent in targets]
        or [organization.groups[group_id].name for group_id in reachable]
    )
    system_messages.add(chat, thread, "chat_transferred", initiator=requester.name, targets=names)
    tell_transferred(chat, "manual", requester, targets[0] if targets else None)
    drain_queue(organization)


def _exchange_agents(chat: Chat, requester: Agent, targets: Sequence[Agent]) -> set[str]:
    """Returns who was not in the chat before."""
    for user in chat.present_agents():
        if user.id not in {agent.id for agent in targets}:
            leaving = chat.organization.agents[user.id]
            leave(chat, leaving)
            tell_user_removed(chat, leaving, "manual", requester)
    leave_queue(chat)
    if not targets:
        wait(chat, chat.last_thread)
    present = {user.id for user in chat.present_agents()}
    joining = [agent for agent in targets if agent.id not in present]
    for agent in joining:
        join(chat, agent)
        tell_user_added(chat, agent, "manual", requester)
    return {agent.id for agent in joining}


def _show(chat: Chat, agent_ids: Collection[str], requester: Agent, **more: Payload) -> None:
    """Agents see a chat for the first time; `more` says where it came from."""
    if agent_ids:
        told = {"chat": agent_view.chat(chat, chat.last_thread), "requester_id": requester.id}
        pushes.show_chat(chat, agent_ids, told | more)


def add_agent(chat: Chat, agent: Agent, requester: Agent, visibility: Visibility) -> None:
    """Agent Chat API v3.6, "Add User to Chat"."""
    thread = chat.active_thread()
    if agent.id in chat.users and chat.users[agent.id].present:
        raise LiveChatError("validation", "The agent is in the chat already")
    first = not chat.present_agents()
    leave_queue(chat)
    join(chat, agent, visibility)
    tell_user_added(chat, agent, "manual", requester)
    _show(chat, [agent.id], requester)
    if not first and agent is requester:
        system_messages.add(chat, thread, "agent_joined", visibility=visibility, agent=agent.name)
    elif not first:
        system_messages.add(
            chat,
            thread,
            "agent_added",
            visibility=visibility,
            initiator=requester.name,
            agent=agent.name,
        )
    drain_queue(chat.organization)


def remove_agent(chat: Chat, agent: Agent, requester: Agent) -> None:
    """Agent Chat API v3.6, "Remove User from Chat"."""
    thread = chat.active_thread()
    if agent.id not in chat.users or not chat.users[agent.id].present:
        raise LiveChatError("not_found", "The agent is not in the chat")
    visibility = chat.users[agent.id].visibility
    leave(chat, agent)
    tell_user_removed(chat, agent, "manual", requester)
    if agent is requester:
        system_messages.add(chat, thread, "agent_left", visibility=visibility, agent=agent.name)
    else:
        system_messages.add(
            chat,
            thread,
            "agent_removed",
            visibility=visibility,
            initiator=requester.name,
            agent=agent.name,
        )
    drain_queue(chat.organization)


# --- the end of a thread ----------------------------------------------------------------------


def close_thread(
    chat: Chat,
    message_type: str,
    closed_by: Person | None = None,
    **text_vars: str,
) -> None:
    """Close the active thread: a system message, then `chat_deactivated`."""
    organization = chat.organization
    thread = chat.active_thread()
    leave_queue(chat)
    system_messages.add(chat, thread, message_type, visibility="all", **text_vars)
    thread.active = False
    organization.customers[chat.customer_id].last_activity = organization.clock.time()
    for user in chat.present_agents():
        leave(chat, organization.agents[user.id])
    told = {"chat_id": chat.id, "thread_id": thread.id}
    pushes.to_chat(
        chat,
        "chat_deactivated",
        told | ({"user_id": organization.opaque_id(closed_by.id)} if closed_by else {}),
        told | ({"user_id": closed_by.id} if closed_by else {}),
    )
    drain_queue(organization)
