"""The sandbox is compared with what LiveChat said: nothing is invented, nothing is missed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from chatproxy.doctor import recordings
from chatproxy.doctor.differences import compare
from chatproxy.doctor.recording import Recording, Request, Step, Told, Unreadable
from chatproxy.doctor.sandbox import replay
from tests.sandbox_rig import Sandbox


# By day the stable one.
@pytest.mark.parametrize(
    "version",
    [
        pytest.param("3.5", marks=pytest.mark.night),
        "3.6",
        pytest.param("3.7", marks=pytest.mark.night),
    ],
)
def test_the_sandbox_does_what_its_recording_says(sandbox: Sandbox, version: str) -> None:
    recorded = recordings.of_sandbox(version)
    again = asyncio.run(replay(recorded, sandbox.url))
    assert [str(each) for each in compare(recorded, again)] == []
    assert [step.name for step in again.steps if step.requests] == [
        step.name for step in recorded.steps if step.requests
    ]


def step(recording: Recording, name: str) -> Step:
    return next(each for each in recording.steps if each.name == name)


def answer(recording: Recording, name: str, action: str) -> Any:
    requests: list[Request] = step(recording, name).requests
    return next(each.received for each in requests if each.action == action)


def change_status(recording: Recording) -> None:
    made = step(recording, "refused").requests
    number = next(n for n, each in enumerate(made) if each.status == 422)
    made[number] = Request(**{**vars_of(made[number]), "status": 400})


def vars_of(request: Request) -> dict[str, Any]:
    return {name: getattr(request, name) for name in Request.__slots__}


def add_header(recording: Recording) -> None:
    step(recording, "start").requests[0].headers.append("Legacy")


def swap_pushes(recording: Recording) -> None:
    step(recording, "end").pushes.reverse()


# What LiveChat would do in another way, and how that is named.
PLANTED: dict[str, tuple[Callable[[Recording], Any], str, str]] = {
    "a field more": (
        lambda r: answer(r, "start", "start_chat").update(queue={"position": "<int>"}),
        "missing",
        "start: web start_chat: `queue` is missing here",
    ),
    "a field less": (
        lambda r: answer(r, "grant", "exchange").pop("expires_in"),
        "extra",
        "grant: accounts exchange: `expires_in` is only here",
    ),
    "another type": (
        lambda r: answer(r, "grant", "exchange").update(expires_in="<text>"),
        "type",
        "grant: accounts exchange: `expires_in` is text, here int",
    ),
    "nothing for an object": (
        lambda r: answer(r, "read", "get_chat").update(thread=None),
        "type",
        "read: web get_chat: `thread` is null, here object",
    ),
    "another word": (
        lambda r: answer(r, "refused", "get_chat")["error"].update(type="validation"),
        "type",
        "refused: web get_chat: `error.type` is “validation”, here “not_found”",
    ),
    "deep in a list": (
        lambda r: answer(r, "read", "list_threads")["threads"][0]["events"][0].pop("created_at"),
        "extra",
        "read: web list_threads: `threads[].events[message].created_at` is not always there, "
        "here it is",
    ),
    "another status": (
        change_status,
        "status",
        "refused: web send_event: answered with 400, here with 422",
    ),
    "a header": (
        add_header,
        "header",
        "start: web start_chat: header Legacy is missing here",
    ),
    "a push less": (
        lambda r: step(r, "end").pushes.pop(),
        "push",
        "end: push chat_deactivated is only here (1)",
    ),
    "a push more": (
        lambda r: step(r, "start").pushes.append(Told("chat_greeted", {})),
        "push",
        "start: push chat_greeted is missing here (1)",
    ),
    "another order": (
        swap_pushes,
        "order",
        "end: pushes come as chat_deactivated, incoming_event system_message; "
        "here as incoming_event system_message, chat_deactivated",
    ),
    "a request less": (
        lambda r: step(r, "read").requests.pop(),
        "request",
        "read: request web get_chat is only here (1)",
    ),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_difference_is_found_and_nothing_else(planted: str) -> None:
    ours = recordings.of_sandbox("3.6")
    real = deepcopy(ours)
    plant, kind, words = PLANTED[planted]
    plant(real)
    assert [(each.kind, str(each)) for each in compare(real, ours)] == [(kind, words)]


def test_a_recording_is_read_as_it_was_written(tmp_path: Path) -> None:
    recording = recordings.of_sandbox("3.6")
    recording.save(tmp_path / "again.json")
    assert Recording.load(tmp_path / "again.json") == recording


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 0}', '{"format": 1, "steps": [1]}'])
def test_what_is_no_recording_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.json").write_text(text)
    with pytest.raises(Unreadable):
        Recording.load(tmp_path / "odd.json")


def test_people_may_answer_when_they_like() -> None:
    ours = recordings.of_sandbox("3.6")
    real = deepcopy(ours)
    real.answered_by = "person"
    step(real, "start").pushes.append(step(real, "answer").pushes.pop(0))
    answer(real, "read", "list_chats")["chats_summary"][0]["last_event_per_type"].clear()
    assert [str(each) for each in compare(real, ours)] == []
