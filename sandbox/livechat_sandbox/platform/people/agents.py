"""Agents as they come and go: logged in over connections, away, gone after a grace.

Source: Agent Chat API v3.6, "Login", "Logout", "Set Away Status".
"""

import base64
import hashlib
import uuid

from livechat_sandbox.platform import pushes
from livechat_sandbox.platform.ids import opaque_agent_id
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.people import connections
from livechat_sandbox.platform.routing import routing
from livechat_sandbox.platform.shapes import agent_view
from livechat_sandbox.platform.structures import Agent, Organization


def add(
    organization: Organization,
    email: str,
    name: str,
    job_title: str,
    group_ids: list[int],
    permission: str,
) -> Agent:
    """An agent with a bearer token and a Basic credential that never change."""
    secret = hashlib.sha256(f"{organization.id}/{email}".encode()).hexdigest()
    agent = Agent(
        id=email,
        opaque_id=opaque_agent_id(email),
        account_id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"mailto:{email}")),
        name=name,
        job_title=job_title,
        avatar="",
        group_ids=group_ids,
        permission=permission,
    )
    organization.add_agent(agent)
    organization.agent_tokens[f"{organization.region}:{secret[:32]}"] = email
    pair = f"{agent.account_id}:{organization.region}:{secret[32:]}"
    organization.access_tokens[base64.b64encode(pair.encode()).decode()] = email
    for group_id in group_ids:
        organization.groups[group_id].agent_priorities[email] = "normal"
    return agent


def login(agent: Agent, *, keeps_status: bool = False, away: bool = False) -> None:
    """A connection of the agent logged in; with the first one the agent comes online."""
    agent.connections += 1
    agent.away_connections += away
    if agent.status == "offline":
        wanted = agent.last_status if keeps_status else agent.login_status
        routing.set_status(agent, "not_accepting_chats" if away else wanted)


def set_away(agent: Agent, *, away: bool) -> None:
    """One connection is away or back. Whoever is away everywhere gets no new chats."""
    agent.away_connections += 1 if away else -1
    everywhere = agent.away_connections >= agent.connections
    if everywhere and agent.status == "accepting_chats":
        routing.set_status(agent, "not_accepting_chats")
    elif not everywhere and agent.status == "not_accepting_chats":
        routing.set_status(agent, agent.login_status)


def disconnect(agent: Agent, *, away: bool = False) -> None:
    """A logged-in connection is gone. After the last one the agent leaves, with a grace."""
    agent.away_connections -= away
    connections.lose_one(agent, agent.organization.rules.agent_offline_grace, _leave)


def resume(agent: Agent) -> None:
    """Set an agent's timers again, after what is kept was read: nobody is connected."""
    if agent.connections:
        agent.connections, agent.away_connections = 1, 0
        disconnect(agent)


def _leave(agent: Agent) -> None:
    go_offline(agent, "disconnected")


def logout(agent: Agent) -> None:
    """The agent signs out everywhere: chats are handed over, connections closed."""
    go_offline(agent, "signed_out")
    pushes.evict(agent.organization, agent.id, "agent_logged_out_remotely")


def go_offline(agent: Agent, reason: routing.Gone) -> None:
    """Also hands over the chats of somebody who began them while offline, over the Web."""
    if agent.status == "offline":
        routing.agent_gone(agent, reason)
        return
    agent.last_status = agent.status
    agent.last_logout = agent.organization.clock.now()
    routing.set_status(agent, "offline", reason)


def my_profile(agent: Agent) -> Payload:
    return agent_view.agent(agent) | {
        "present": True,
        "routing_status": agent.status,
        "permission": agent.permission,
    }
