"""What the doors share: who calls, which methods there are, and how one is called."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from livechat_sandbox.platform import scopes
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import Kind, check, record
from livechat_sandbox.platform.structures import Agent, Customer, Organization, Payload

Transport = Literal["web", "rtm"]
BOTH: tuple[Transport, ...] = ("web", "rtm")
WEB: tuple[Transport, ...] = ("web",)
RTM: tuple[Transport, ...] = ("rtm",)


@dataclass
class Caller:
    """Who calls, and how. `person` is missing where no token is asked for.

    `scopes` are those of an agent's token, with all that they take in; `everywhere` is whether
    they allow the method at hand in every chat, or only in those of the agent's groups.
    """

    organization: Organization
    version: str
    person: Customer | Agent | None = None
    client_id: str = ""
    ip: str = ""
    user_agent: str = ""
    scopes: frozenset[str] = scopes.ALL
    everywhere: bool = True

    @property
    def customer(self) -> Customer:
        if not isinstance(self.person, Customer):
            raise LiveChatError("authentication")
        return self.person

    @property
    def agent(self) -> Agent:
        if not isinstance(self.person, Agent):
            raise LiveChatError("authentication")
        return self.person

    def needs(self, scope: str) -> None:
        """Raises authorization where the token does not have this scope."""
        if scope not in self.scopes:
            raise LiveChatError("authorization", f"The token does not have the scope {scope}")


Answer = Any  # a JSON object, for few methods of agents an array
Run = Callable[[Caller, Payload], Answer | Awaitable[Answer]]


@dataclass(frozen=True)
class Method:
    """`scope` is the least that allows it to an agent's token; see `scopes.taking_in`."""

    run: Run
    parameters: Kind = field(default_factory=record)
    transports: tuple[Transport, ...] = BOTH
    versions: tuple[str, ...] = ("3.5", "3.6", "3.7")
    http: Literal["GET", "POST"] = "POST"
    needs_token: bool = True
    scope: str = ""


def method_for(
    methods: Mapping[str, Method], action: str, version: str, transport: Transport
) -> Method:
    """Raises validation for an action that this version does not have on this transport."""
    method = methods.get(action)
    if method is None or version not in method.versions or transport not in method.transports:
        raise LiveChatError("validation", f"Unknown action {action}")
    return method


def call(method: Method, caller: Caller, payload: Payload) -> Answer | Awaitable[Answer]:
    """Check the scope and the parameters, then run. Raises LiveChatError."""
    if method.scope:
        caller.needs(method.scope)
        anywhere = method.scope.replace("--access", "--all")
        caller = replace(caller, everywhere=anywhere in caller.scopes)
    check(method.parameters, payload)
    return method.run(caller, payload)
