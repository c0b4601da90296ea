"""What a story amounts to: whether each message was answered, how fast, and by whom in the end."""

from dataclasses import dataclass
from datetime import datetime

from livechat_sandbox.client import JsonObject
from livechat_sandbox.simulation.customer import Story


@dataclass(frozen=True)
class Verdict:
    """`delays` are seconds from a message, or the first of several in a row, to the answer.

    `complaint` is empty where everything went as it should.
    """

    story: Story
    delays: list[float]
    complaint: str

    @property
    def is_answered(self) -> bool:
        return bool(self.delays) and not self.story.waits


def judge(story: Story) -> Verdict:
    delays = delays_of(story)
    return Verdict(story, delays, complaint_about(story, delays))


def complaint_about(story: Story, delays: list[float]) -> str:
    customer = story.customer
    if story.trouble:
        return f"could not chat: {story.trouble}"
    if not story.is_satisfied and customer.wants == "person":
        return "should have been handed over"
    if story.waits:
        return "was not answered"
    if story.was_handed_over and customer.wants == "answer":
        return "should not have been handed over"
    if max(delays) > customer.patience:
        return f"waited longer than {customer.patience:g} s"
    return ""


def delays_of(story: Story) -> list[float]:
    delays = []
    asked_at: float | None = None
    for event in story.events:
        if story.is_own(event):
            asked_at = asked_at or moment(event)
        elif asked_at and story.is_answer(event):
            delays.append(moment(event) - asked_at)
            asked_at = None
    return delays


def moment(event: JsonObject) -> float:
    """Unix seconds by LiveChat's clock."""
    return datetime.fromisoformat(event["created_at"]).timestamp()
