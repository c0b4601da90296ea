"""Who answers the customer of an examination: an agent's token, or a person who is asked to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from chatproxy.doctor.outcomes import Remark, Trouble
from chatproxy.livechat.agent_api import AgentApi
from chatproxy.livechat.errors import LiveChatError, NotAuthorized

ANSWER = "This is the answer of the connection check."


class Answerer(Protocol):
    """`kind` is token or person; `patience` are the seconds until the answer must have come."""

    @property
    def kind(self) -> str: ...

    @property
    def patience(self) -> float: ...

    def check_rights(self) -> str:
        """What was found of the token, in plain words. Raises Remark, Trouble."""

    def answer(self, chat_id: str) -> str:
        """Have somebody answer in this chat; what is worth saying of it. Raises Trouble."""


class AnsweringAgent:
    """Answers at once, with an agent's token."""

    kind = "token"

    def __init__(self, api: AgentApi, patience: float) -> None:
        self.patience = patience
        self._api = api

    def check_rights(self) -> str:
        """Whether LiveChat takes the token, and hides customers' common address."""
        try:
            mask = self._api.monitoring().ip_mask
        except NotAuthorized as error:
            raise Remark(
                "The agent's token lacks the scope properties.license.value--all:ro, so it cannot "
                "be seen whether customers' addresses are masked."
            ) from error
        except LiveChatError as error:
            raise Trouble(f"LiveChat does not take the agent's token: {error}.") from error
        if not mask:
            raise Remark(
                "The organization has no `monitoring.ip_mask`. All customers of a server come from "
                "one address: banning one by address bans everybody. Set it before you go live."
            )
        return "The agent's token is good, and customers' addresses are masked."

    def answer(self, chat_id: str) -> str:
        try:
            self._api.send_message(chat_id, ANSWER)
        except LiveChatError as error:
            raise Trouble(
                f"The agent's token may not answer in this chat: {error}. It needs the scope "
                "chats--access:rw, and its agent has to be the one who gets the chat."
            ) from error
        return ""


class AnsweringPerson:
    """Is asked, with `ask`, to answer from LiveChat's app, and gets the time to."""

    kind = "person"

    def __init__(self, ask: Callable[[str], None], patience: float) -> None:
        self.patience = patience
        self._ask = ask

    def check_rights(self) -> str:
        """There is no token."""
        return ""

    def answer(self, chat_id: str) -> str:
        self._ask(
            "Please open LiveChat's app now, find the chat that says “connection check”, and "
            f"answer with any words. I wait for {self.patience:.0f} seconds."
        )
        return ""


class AnsweringAgentElsePerson:
    """An agent's token answers, or a person where LiveChat does not let it."""

    def __init__(self, agent: AnsweringAgent, person: AnsweringPerson) -> None:
        self._answers: Answerer = agent
        self._agent, self._person = agent, person

    @property
    def kind(self) -> str:
        return self._answers.kind

    @property
    def patience(self) -> float:
        return self._answers.patience

    def check_rights(self) -> str:
        return self._agent.check_rights()

    def answer(self, chat_id: str) -> str:
        try:
            return self._agent.answer(chat_id)
        except Trouble as trouble:
            self._answers = self._person
            self._person.answer(chat_id)
            return str(trouble)
