"""What the doors share: who calls, which methods there are, and how one is called."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from inspect import signature
from types import ModuleType
from typing import Any, Literal

from livechat_sandbox.platform import scopes
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import check
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.shapes.customer_versions import VERSIONS
from livechat_sandbox.platform.structures import Agent, Customer, Organization

logger = logging.getLogger(__name__)

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

    @property
    def requester(self) -> Customer | Agent:
        if self.person is None:
            raise LiveChatError("authentication")
        return self.person

    def needs(self, *any_of: str) -> None:
        """Raises authorization where the token has none of these scopes."""
        if self.scopes.isdisjoint(any_of):
            listed = " or ".join(any_of)
            raise LiveChatError("authorization", f"The token does not have the scope {listed}")


Answer = Any  # a JSON object, for few methods of agents an array
Run = Callable[[Caller, Any], Answer | Awaitable[Answer]]


@dataclass(frozen=True)
class Method:
    """One method of an API. Each of `scopes` allows it to an agent's token; empty: every token may.

    `parameters` is the type that what is sent has to be of; see `scopes.expand` for scopes.
    """

    name: str
    run: Run
    parameters: Any
    transports: tuple[Transport, ...]
    versions: tuple[str, ...]
    http: Literal["GET", "POST"]
    needs_token: bool
    scopes: tuple[str, ...]


def method(
    *scopes: str,
    transports: tuple[Transport, ...] = BOTH,
    versions: tuple[str, ...] = VERSIONS,
    http: Literal["GET", "POST"] = "POST",
    needs_token: bool = True,
) -> Callable[[Run], Method]:
    """Declare a method where it is written: name and parameters are those of the function."""

    def declare(run: Run) -> Method:
        _, parameters = signature(run).parameters.values()
        return Method(
            run.__name__,
            run,
            parameters.annotation,
            transports,
            versions,
            http,
            needs_token,
            scopes,
        )

    return declare


def methods_in(*modules: ModuleType) -> dict[str, Method]:
    """The methods that are declared there, by name."""
    found = [each for module in modules for each in vars(module).values()]
    return {each.name: each for each in found if isinstance(each, Method)}


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
    if method.scopes:
        caller.needs(*method.scopes)
        anywhere = {scope.replace("--access", "--all") for scope in method.scopes}
        caller = replace(caller, everywhere=not caller.scopes.isdisjoint(anywhere))
    check(method.parameters, payload)
    return method.run(caller, payload)


def refusal_of(error: Exception) -> LiveChatError:
    """What a caller is told of an error. One that nobody foresaw is a bug: it is logged."""
    if isinstance(error, LiveChatError):
        return error
    logger.error("a request failed", exc_info=error)
    return LiveChatError("internal")
