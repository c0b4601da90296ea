"""What to ask LiveChat for so that every tab can be shown the chat as it is now, no more.

Each question is paid for. A chat of one thread is one question; older threads are a second one,
and more pages are turned only as far back as the last event that some tab shows, and not far: what
a tab says it shows may be made up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chatproxy.livechat.structures import (
    Chat,
    ChatSummary,
    Event,
    Json,
    LoginAnswer,
    Thread,
    ThreadPage,
    parse_chats,
)

LATEST_EVENTS = 25  # in a snapshot, at least
PAGES_BACK = 4  # read at most to bridge a gap; a tab that shows what is older begins anew

Question = tuple[str, Json]


class Reading:
    """One reading of the customer's chat: `questions()`, then `take()` each answer, until none.

    `marks` are the events that tabs show last. With `history` some tab shows nothing yet: it
    gets the latest threads, and learns where to read on.
    """

    def __init__(self, login: LoginAnswer, chat_id: str, marks: set[str], *, history: bool) -> None:
        ids = login.chat_ids
        self._marks = marks
        self._history = history
        self._has_no_chat = ids is not None and not ids and not chat_id
        self._chat_id = chat_id or (ids[0] if ids else "")
        self._is_one_thread = login.threads_count == 1
        self._pages = 0
        self.lost_id = ""  # of a chat that LiveChat does not have
        self.chat: ChatSummary | None = None
        self.threads: list[Thread] = []  # newest first
        self.next_page_id: str | None = None  # None: nobody asked where to read on

    def questions(self) -> Sequence[Question]:
        """What to ask now, all at once; nothing when the chat is known."""
        if self.chat is None:
            return self._first_questions()
        if self._needs_another_page():
            return [("list_threads", {"chat_id": self.chat.id, **self._page()})]
        return []

    def _first_questions(self) -> Sequence[Question]:
        if self._has_no_chat:
            return []
        if not self._chat_id:
            return [("list_chats", {})]
        if self._history and not self._is_one_thread:
            latest = {"chat_id": self._chat_id, "min_events_count": LATEST_EVENTS}
            return [("list_chats", {}), ("list_threads", latest)]
        return [("get_chat", {"chat_id": self._chat_id})]

    def take(self, answers: Sequence[Json]) -> None:
        """The answers to what was asked last, in that order."""
        for (action, payload), answer in zip(self.questions(), answers, strict=True):
            if payload.get("chat_id", self._chat_id) == self._chat_id:
                READERS[action](self, answer)

    def lose(self) -> bool:
        """The chat is not found: look for another. False if one was looked for already."""
        if self.lost_id or not self._chat_id:
            return False
        self.lost_id = self._chat_id
        self._chat_id, self._has_no_chat, self._pages = "", False, 0
        self.chat, self.threads, self.next_page_id = None, [], None
        return True

    def _read_chats(self, answer: Json) -> None:
        chats = parse_chats(answer)
        self.chat = chats[0] if chats else None
        self._chat_id = chats[0].id if chats else ""
        self._has_no_chat = not chats

    def _read_chat(self, answer: Json) -> None:
        chat = Chat.parse(answer)
        thread = chat.thread
        self.chat = ChatSummary(
            id=chat.id or self._chat_id,
            users=chat.users,
            active=bool(thread and thread.active),
            last_thread_id=thread.id if thread else "",
        )
        self.threads = [thread] if thread else []
        if thread is None or not thread.previous_thread_id:
            self.next_page_id = ""  # that is all there is

    def _read_threads(self, answer: Json) -> None:
        page = ThreadPage.parse(answer)
        known = {thread.id for thread in page.threads}
        self.threads = [thread for thread in self.threads if thread.id not in known]
        self.threads += page.threads
        self.next_page_id = page.next_page_id
        self._pages += 1

    def _needs_another_page(self) -> bool:
        if self.next_page_id is None:  # the latest thread alone, and there are older ones
            return self._history or not self.threads or not self._pages_reach_back()
        return bool(self.next_page_id) and not self._pages_reach_back()

    def _pages_reach_back(self) -> bool:
        return self._pages >= PAGES_BACK or all_in(self.threads, self._marks)

    def _page(self) -> Json:
        if self.next_page_id:
            return {"page_id": self.next_page_id}
        return {"min_events_count": LATEST_EVENTS}


READERS = {
    "list_chats": Reading._read_chats,
    "get_chat": Reading._read_chat,
    "list_threads": Reading._read_threads,
}


def all_in(threads: Iterable[Thread], event_ids: set[str]) -> bool:
    """Whether these threads reach back to all these events.

    An event that has been deleted since is found by its thread, which its id begins with.
    """
    there = {thread.id for thread in threads}
    there |= {event.id for thread in threads for event in thread.events}
    return all(there & {event_id, Event(id=event_id).thread_id} for event_id in event_ids)
