"""The agents' RTM door: logging in, what belongs to one connection only.

Source: Agent Chat API v3.6, RTM reference.
"""

from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, Literal, NotRequired, TypedDict

from livechat_sandbox.agent_api.access import is_thread_open_to
from livechat_sandbox.agent_api.methods import METHODS
from livechat_sandbox.agent_api.web import author_for, client_of, find_agent
from livechat_sandbox.platform import limits, scopes
from livechat_sandbox.platform.clock import rfc3339
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import check
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.people import agents
from livechat_sandbox.platform.shapes import agent_view
from livechat_sandbox.platform.shapes.agent_versions import shape
from livechat_sandbox.platform.shapes.customer_versions import VERSIONS
from livechat_sandbox.platform.structures import Agent, Push
from livechat_sandbox.transports.methods import Caller
from livechat_sandbox.transports.rtm import RtmConsumer
from livechat_sandbox.world.journal import Side


class Application(TypedDict, total=False):
    name: str
    version: str


class Login(TypedDict):
    token: str
    timezone: NotRequired[str]
    reconnect: NotRequired[bool]
    away: NotRequired[bool]
    application: NotRequired[Application]
    customer_monitoring_level: NotRequired[
        Literal["my", "chatting", "invited", "online", "highest_available"]
    ]
    push_notifications: NotRequired[Any]


class Away(TypedDict):
    away: bool


class Session(TypedDict):
    token: str


class PushNotifications(TypedDict):
    firebase_token: str
    platform: str
    enabled: bool


# Of what is no method of the Web API. A login needs none of its own: each lets pushes through.
SCOPES = {"login": tuple(scopes.PUSHES), "set_away_status": ("agents--my:rw",)}


class AgentRtm(RtmConsumer):
    side: ClassVar[Side] = "agent"
    methods = METHODS
    versions = VERSIONS
    shape = staticmethod(shape)

    is_away = False
    monitoring_level = "highest_available"

    def log_in(self, version: str, payload: Payload) -> tuple[Caller, Payload]:
        check(Login, payload)
        agent = find_agent(self.world, payload["token"])
        if agent.is_bot:
            raise LiveChatError("authorization", "Bots use the Web API")
        organization = agent.organization
        limits.count(organization)
        self.is_away = payload.get("away", False)
        self.monitoring_level = payload.get("customer_monitoring_level", self.monitoring_level)
        agents.login(
            agent,
            keeps_status=payload.get("reconnect", False),
            away=self.is_away,
        )
        self.hold(payload["token"], agent)
        self.connection.organization = organization
        self.connection.on_leave = lambda: agents.disconnect(agent, away=self.is_away)
        caller = Caller(
            organization,
            version,
            agent,
            client_of(organization, self.connection.token),
            scopes=self.connection.scopes,
        )
        return caller, login_answer(caller)

    def finish(self, frame: Payload, success: bool, answer: Any) -> None:
        super().finish(frame, success, answer)
        if success and frame["action"] == "login":
            self.tell_customers_online()

    def tell_customers_online(self) -> None:
        organization = self.connection.organization
        assert organization is not None
        online = [
            agent_view.customer(customer)
            for customer in organization.customers.values()
            if customer.online
        ]
        told = {"customer_monitoring_level": self.monitoring_level, "customers": online}
        self.world.push(self.connection, Push("incoming_customers", agent_payload=told))

    def run(self, frame: Payload) -> Any:
        """What belongs to this connection is done here, the rest by the methods' table."""
        own = {
            "set_away_status": self.set_away_status,
            "update_session": self.update_session,
            "change_push_notifications": self.change_push_notifications,
        }
        if self.caller is None:
            return super().run(frame)
        if frame["action"] in own:
            limits.count(self.caller.organization)
            if needed := SCOPES.get(frame["action"]):
                self.caller.needs(*needed)
            return own[frame["action"]](self.caller, frame.get("payload") or {})
        requester = self.caller
        author = author_for(requester.agent, frame.get("author_id"), self.version_of(frame))
        self.caller = replace(requester, person=author)
        try:
            return super().run(frame)
        finally:
            self.caller = requester

    def set_away_status(self, caller: Caller, payload: Payload) -> Payload:
        check(Away, payload)
        if payload["away"] != self.is_away:
            self.is_away = payload["away"]
            agents.set_away(caller.agent, away=self.is_away)
        return {}

    def update_session(self, caller: Caller, payload: Payload) -> Payload:
        """A new token for the open connection, of the same agent."""
        check(Session, payload)
        agent = find_agent(self.world, payload["token"])
        if agent is not caller.agent:
            raise LiveChatError("authentication", "Token of another agent")
        self.hold(payload["token"], agent)
        caller.scopes = self.connection.scopes
        return {}

    def hold(self, credential: str, agent: Agent) -> None:
        """From now on the connection lives and may do as much as this token."""
        token = credential.partition(" ")[2]
        self.connection.token = token
        self.connection.scopes = agent.organization.scopes_of(token)

    def change_push_notifications(self, _: Caller, payload: Payload) -> Payload:
        """Known from LiveChat's Python client only. There is no phone to notify."""
        check(PushNotifications, payload)
        return {}


def login_answer(caller: Caller) -> Payload:
    organization, agent = caller.organization, caller.agent
    reader = replace(caller, everywhere="chats--all:ro" in caller.scopes)
    now = organization.clock.time()
    return {
        "license": {
            "id": str(organization.license_id),
            "organization_id": organization.id,
            "plan": "business",
            "creation_timestamp": 1_700_000_000,
            "expiration_timestamp": int(now) + 365 * 86_400,
            "in_trial": False,
            "website_last_activity": rfc3339(now)[:10],
        },
        "my_profile": agents.my_profile(agent),
        "chats_summary": [
            agent_view.summary(
                organization.chats[chat_id], agent, partial(is_thread_open_to, reader)
            )
            for chat_id in sorted(agent.chat_ids)
        ],
    }
