"""The Customer Chat Web API: one Python method for each action.

Every method may raise any LiveChatError; docstrings name only what is special.
Source: Customer Chat API v3.6, "Methods".
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from copy import copy
from typing import IO, Any, Protocol, Self

from chatproxy.livechat import http
from chatproxy.livechat.answers import read
from chatproxy.livechat.errors import (
    LiveChatError,
    TokenRejected,
    TooManyRequests,
    Unreachable,
    WrongRegion,
)
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.service import Reason, tell_of_call
from chatproxy.livechat.structures import (
    Chat,
    ChatSummary,
    FormToFill,
    Json,
    Properties,
    Thread,
    ThreadPage,
    User,
    parse_chats,
    parse_group_statuses,
)

logger = logging.getLogger(__name__)

PAUSE = 0.5  # seconds, where LiveChat does not say how long to wait
LONGEST_PAUSE = 3.0  # seconds a customer should wait for one answer of ours


class Tokens(Protocol):
    """Where one customer's access tokens come from."""

    def token(self) -> str:
        """One with life left in it."""

    def renew(self, instead_of: str) -> str:
        """Another than the one LiveChat has refused."""


def ignore_action(action: str, payload: Json, answer: Json) -> None:
    """Nobody counts what is done."""


def ignore_failure(error: LiveChatError) -> None:
    """Nobody counts what fails."""


class CustomerApi:
    """Acts as one customer. Renews tokens, follows regions and waits as told, once a call.

    `on_action` is told of each action LiveChat took, with what was sent and answered;
    `on_failure` of each that failed for good. Both must return at once.
    """

    def __init__(
        self,
        organization: Organization,
        tokens: Tokens,
        *,
        on_action: Callable[[str, Json, Json], None] = ignore_action,
        on_failure: Callable[[LiveChatError], None] = ignore_failure,
    ) -> None:
        self.organization = organization
        self.reason = Reason.CUSTOMER
        self._tokens = tokens
        self._on_action = on_action
        self._on_failure = on_failure

    def because(self, reason: Reason) -> Self:
        """The same, asking for another reason than that the customer does something."""
        twin = copy(self)
        twin.reason = reason
        return twin

    # Chats

    def list_chats(self) -> list[ChatSummary]:
        """The customer's chats; LiveChat allows one in an organization."""
        return parse_chats(self._act("list_chats", {}))

    def list_threads(self, chat_id: str, *, page_id: str = "", events: int = 25) -> ThreadPage:
        """Threads, newest first, that together hold at least `events` (1 to 100) events."""
        payload = {"page_id": page_id} if page_id else {"min_events_count": events}
        return ThreadPage.parse(self._act("list_threads", {"chat_id": chat_id, **payload}))

    def all_threads(self, chat_id: str) -> Iterator[Thread]:
        """The whole chat, newest thread first, a page at a time."""
        page = self.list_threads(chat_id, events=100)
        yield from page.threads
        while page.next_page_id:
            page = self.list_threads(chat_id, page_id=page.next_page_id)
            yield from page.threads

    def get_chat(self, chat_id: str, thread_id: str = "") -> Chat:
        thread = {"thread_id": thread_id} if thread_id else {}
        return Chat.parse(self._act("get_chat", {"chat_id": chat_id, **thread}))

    def start_chat(
        self, chat: Json, *, active: bool = True, continuous: bool = False
    ) -> tuple[str, str]:
        """Make the customer's chat; the ids of the chat and of its first thread.

        Raises ChatLimitReached if there is a chat, GroupsOffline if nobody could take it.
        """
        payload = {"chat": chat, "active": active, "continuous": continuous}
        answer = self._act("start_chat", payload)
        return _id(answer, "chat_id"), _id(answer, "thread_id")

    def resume_chat(self, chat: Json, *, active: bool = True, continuous: bool = False) -> str:
        """Begin another thread of the chat `chat["id"]`; the thread's id.

        Raises ChatAlreadyActive, GroupsOffline, NotFound.
        """
        payload = {"chat": chat, "active": active, "continuous": continuous}
        return _id(self._act("resume_chat", payload), "thread_id")

    def deactivate_chat(self, chat_id: str) -> None:
        """Raises ChatInactive."""
        self._act("deactivate_chat", {"id": chat_id})

    # Events

    def send_event(self, chat_id: str, event: Json, *, attach_to_last_thread: bool = False) -> str:
        """The id LiveChat gave the event. Raises ChatInactive."""
        attach = {"attach_to_last_thread": True} if attach_to_last_thread else {}
        payload = {"chat_id": chat_id, "event": event, **attach}
        return _id(self._act("send_event", payload), "event_id")

    def mark_events_as_seen(self, chat_id: str, up_to: str) -> None:
        """`up_to`: the `created_at` of the last event on screen, as LiveChat gave it."""
        self._act("mark_events_as_seen", {"chat_id": chat_id, "seen_up_to": up_to})

    def send_sneak_peek(self, chat_id: str, text: str) -> None:
        """Agents see what is being typed; it is kept nowhere."""
        self._act("send_sneak_peek", {"chat_id": chat_id, "sneak_peek_text": text})

    def delete_event(self, chat_id: str, thread_id: str, event_id: str) -> None:
        """One of the customer's own; from 3.6 on. Raises NotFound."""
        payload = {"chat_id": chat_id, "thread_id": thread_id, "event_id": event_id}
        self._act("delete_event", payload)

    def upload_file(self, name: str, content: IO[bytes], content_type: str) -> str:
        """Where the file is now, for 24 hours or until an event uses it. At most 10 MB."""
        answer = self._post("upload_file", files={"file": (name, content, content_type)})
        return _id(answer, "url")

    def send_rich_message_postback(
        self, chat_id: str, thread_id: str, event_id: str, postback: Json
    ) -> None:
        """`postback`: id, toggled, and button_type, button_value, ecommerce from 3.6 on."""
        self._act(
            "send_rich_message_postback",
            {
                "chat_id": chat_id,
                "thread_id": thread_id,
                "event_id": event_id,
                "postback": postback,
            },
        )

    # Properties

    def update_thread_properties(
        self, chat_id: str, thread_id: str, properties: Properties
    ) -> None:
        """Works on closed threads too; a rating is given so."""
        payload = {"chat_id": chat_id, "thread_id": thread_id, "properties": properties}
        self._act("update_thread_properties", payload)

    def delete_thread_properties(
        self, chat_id: str, thread_id: str, names: dict[str, list[str]]
    ) -> None:
        payload = {"chat_id": chat_id, "thread_id": thread_id, "properties": names}
        self._act("delete_thread_properties", payload)

    def update_event_properties(
        self, chat_id: str, thread_id: str, event_id: str, properties: Properties
    ) -> None:
        """An answer is rated so."""
        place = {"chat_id": chat_id, "thread_id": thread_id, "event_id": event_id}
        self._act("update_event_properties", {**place, "properties": properties})

    def delete_event_properties(
        self, chat_id: str, thread_id: str, event_id: str, names: dict[str, list[str]]
    ) -> None:
        place = {"chat_id": chat_id, "thread_id": thread_id, "event_id": event_id}
        self._act("delete_event_properties", {**place, "properties": names})

    # The customer

    def update_customer(self, **fields: Any) -> None:
        """`name`, `email`, `avatar`, `session_fields` (a list of one-key objects)."""
        self._act("update_customer", fields)

    def get_customer(self) -> User:
        return User.parse({"type": "customer", **self._act("get_customer", {})})

    # Groups and agents

    def list_group_statuses(self) -> dict[int, str]:
        """Group id to online, offline or online_for_queue."""
        return parse_group_statuses(self._act("list_group_statuses", {"all": True}))

    def get_form(self, kind: str) -> FormToFill | None:
        """The prechat, postchat or ticket form of the group, or None if it is switched off."""
        payload = {"group_id": self.organization.group_id, "type": kind}
        answer = self._act("get_form", payload)
        return FormToFill.parse(answer.get("form")) if answer.get("enabled") is True else None

    def get_url_info(self, url: str) -> Json:
        """What LiveChat finds at the address: `title`, `description` and more, if there is any."""
        return self._act("get_url_info", {"url": url})

    # Greetings

    def accept_greeting(self, greeting_id: int, unique_id: str) -> None:
        """Raises GreetingNotFound."""
        self._act("accept_greeting", {"greeting_id": greeting_id, "unique_id": unique_id})

    def cancel_greeting(self, unique_id: str) -> None:
        self._act("cancel_greeting", {"unique_id": unique_id})

    def send_greeting_button_clicked(self, unique_id: str, button_id: str) -> None:
        """From 3.6 on. Raises GreetingNotFound."""
        payload = {"greeting_unique_id": unique_id, "button_id": button_id}
        self._act("send_greeting_button_clicked", payload)

    # Goals

    def check_goals(self, url: str, session_fields: list[dict[str, str]]) -> None:
        """Whether this page, or one of these values, reaches a goal; agents learn of it.

        Only for those who have no RTM connection: with one, LiveChat looks on its own.
        """
        group_id = self.organization.group_id
        payload = {"session_fields": session_fields, "group_id": group_id, "page_url": url}
        self._act("check_goals", payload)

    # The rest

    def _act(self, action: str, payload: Json) -> Json:
        answer = self._post(action, json=payload)
        self._on_action(action, payload, answer)
        return answer

    def _post(self, action: str, **body: Any) -> Json:
        try:
            return self._with_remedy(action, body)
        except LiveChatError as error:
            self._on_failure(error)
            raise

    def _with_remedy(self, action: str, body: dict[str, Any]) -> Json:
        """One call, repeated at most once, after the remedy the error names."""
        token = self._tokens.token()
        try:
            return self._once(action, self.reason, token, body)
        except TokenRejected:
            logger.info("%s: the token was refused, asking for another", action)
            token = self._tokens.renew(instead_of=token)
        except WrongRegion as error:
            self.organization.move(error.region)
        except TooManyRequests as error:
            if (pause := error.retry_after or PAUSE) > LONGEST_PAUSE:
                raise
            with self.organization.service.let_others_run():
                time.sleep(pause)
        _rewind(body)
        return self._once(action, Reason.AGAIN, token, body)

    def _once(self, action: str, reason: Reason, token: str, body: dict[str, Any]) -> Json:
        region = self.organization.region_of(token)
        with tell_of_call(self.organization.service, "web", action, reason):
            answer = http.ask(
                self.organization.service,
                ("web", action),
                "POST",
                f"{self.organization.api_url(region)}/action/{action}",
                params={"organization_id": self.organization.organization_id},
                headers={"Authorization": f"Bearer {token}", "X-Region": region},
                **body,
            )
            return read(answer, self.organization)


def _rewind(body: dict[str, Any]) -> None:
    """Files have been read to their end by the first try."""
    for _name, content, _type in body.get("files", {}).values():
        content.seek(0)


def _id(answer: Json, name: str) -> str:
    """Raises Unreachable if it is missing: then nobody knows what happened."""
    if not isinstance(answer.get(name), str):
        raise Unreachable(f"an answer without {name}")
    return str(answer[name])
