"""How far the customer has read, and when it is worth telling LiveChat so.

What was said before is told at once. What is read as it arrives is told a little later: most
often the customer answers, and their message tells LiveChat the same for nothing.
"""

from __future__ import annotations

PATIENCE = 8.0  # seconds for an answer


class SeenMark:
    """The mark that is to be told, "" for none. Times are LiveChat's, which sort as text.

    `reported` is the latest one of all, told or not.
    """

    __slots__ = ("chat_id", "reported", "up_to")

    def __init__(self) -> None:
        self.chat_id = self.up_to = self.reported = ""

    def report(self, chat_id: str, seen_up_to: str, known: str) -> bool:
        """A tab shows everything up to this time; whether that is news.

        `known` is how far LiveChat knows already.
        """
        if seen_up_to <= max(self.up_to, known):
            return False
        self.chat_id, self.up_to = chat_id, seen_up_to
        self.reported = max(self.reported, seen_up_to)
        return True

    def take(self, known: str) -> dict[str, str] | None:
        """What to tell now, or None if LiveChat knows by now."""
        chat_id, up_to = self.chat_id, self.up_to
        self.chat_id = self.up_to = ""
        return {"chat_id": chat_id, "seen_up_to": up_to} if up_to > known else None
