"""Who is told what: pushes are put into the organization's outbox, the doors deliver them."""

from collections.abc import Iterable

from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.structures import (
    Agent,
    Chat,
    Customer,
    Eviction,
    Organization,
    Push,
    Visibility,
)


def agents_of_chat(chat: Chat) -> frozenset[str]:
    """Agents who follow a chat: present in it, following it, or of its groups."""
    return frozenset(
        agent.id
        for agent in chat.organization.agents.values()
        if agent.is_in(chat.group_ids) or agent.id in chat.users or agent.id in chat.follower_ids
    )


def to_chat(
    chat: Chat,
    action: str,
    payload: Payload,
    agent_payload: Payload | None = None,
    *,
    visibility: Visibility = "all",
    answers_request: bool = True,
) -> None:
    """Tell everybody in the chat; with visibility `agents` the customer is left out."""
    chat.organization.outbox.append(
        Push(
            action,
            customer_ids=[chat.customer_id] if visibility == "all" else [],
            customer_payload=payload,
            agent_ids=agents_of_chat(chat),
            agent_payload=payload if agent_payload is None else agent_payload,
            answers_request=answers_request,
        )
    )


def to_agents_of_chat(chat: Chat, action: str, payload: Payload) -> None:
    to_agents(chat.organization, agents_of_chat(chat), action, payload)


def to_agents(
    organization: Organization,
    agent_ids: Iterable[str],
    action: str,
    payload: Payload | list[Payload],
) -> None:
    organization.outbox.append(
        Push(
            action,
            agent_ids=frozenset(agent_ids),
            agent_payload=payload,
            answers_request=True,
        )
    )


def show_chat(chat: Chat, agent_ids: Iterable[str], payload: Payload) -> None:
    """Agents see a chat whose thread began earlier: no webhook tells of that."""
    chat.organization.outbox.append(
        Push(
            "incoming_chat",
            agent_ids=frozenset(agent_ids),
            agent_payload=payload,
            answers_request=True,
            for_webhooks=False,
        )
    )


def to_all_agents(
    organization: Organization, action: str, payload: Payload | list[Payload]
) -> None:
    to_agents(organization, organization.agents, action, payload)


def to_customer(
    customer: Customer,
    action: str,
    payload: Payload,
    *,
    answers_request: bool = True,
) -> None:
    """Tell every connection of one customer."""
    customer.organization.outbox.append(
        Push(
            action,
            customer_ids=[customer.id],
            customer_payload=payload,
            answers_request=answers_request,
        )
    )


def name_requester(agent: Agent, client_id: str) -> None:
    """What waits in the outbox was caused by this agent, with that app."""
    requester = {"user_id": agent.id, "account_id": agent.account_id, "client_id": client_id}
    for item in agent.organization.outbox:
        if isinstance(item, Push):
            item.requester = requester


def evict(
    organization: Organization,
    user_id: str,
    reason: str,
    *,
    token: str | None = None,
    data: Payload | None = None,
) -> None:
    """Have the doors close somebody's connections, telling them the reason first."""
    organization.outbox.append(Eviction(user_id, reason, data or {}, token))
