"""What was said in one examination, step by step, as it may be published."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from chatproxy.doctor.redaction import Redaction
from chatproxy.livechat.structures import Json

FORMAT = 1
TELLING_HEADERS = ("Legacy", "Deprecation", "Retry-After")


class Unreadable(Exception):
    """The file is no recording of ours."""


@dataclass(frozen=True, slots=True)
class Request:
    """`status` is HTTP's; over RTM 200 stands for a success and 0 for a failure."""

    transport: str
    action: str
    sent: Any
    status: int
    headers: list[str]
    received: Any


@dataclass(frozen=True, slots=True)
class Told:
    """A push."""

    action: str
    payload: Any


@dataclass(slots=True)
class Step:
    """What was asked and told in one step, each in its order."""

    name: str
    requests: list[Request] = field(default_factory=list)
    pushes: list[Told] = field(default_factory=list)


@dataclass(slots=True)
class Recording:
    """`answered_by` is token or person; `form` the kind of form that was asked, or ""."""

    version: str
    answered_by: str
    form: str = ""
    steps: list[Step] = field(default_factory=list)

    def save(self, path: Path) -> None:
        """Raises OSError."""
        text = json.dumps({"format": FORMAT, **asdict(self)}, indent=1)
        path.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Raises Unreadable, OSError."""
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
            if known.pop("format") != FORMAT:
                raise Unreadable(f"{path} was written by another version")
            steps = [
                Step(
                    step["name"],
                    [Request(**request) for request in step["requests"]],
                    [Told(**push) for push in step["pushes"]],
                )
                for step in known.pop("steps")
            ]
            return cls(steps=steps, **known)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise Unreadable(f"{path} is not a recording") from error


class Recorder:
    """Hears every word, and keeps it without ids, tokens and words.

    `on_push` is told the action and the payload of each push, as they came.
    """

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.on_push: Callable[[str, Json], None] = ignore_push
        self._redaction = Redaction()
        self._sent: dict[str, Json] = {}

    def begin(self, name: str) -> None:
        """What is heard from now on belongs to this step."""
        self.recording.steps.append(Step(name))

    @property
    def _step(self) -> Step:
        return self.recording.steps[-1]

    def hear_answer(
        self, call: tuple[str, str], sent: Any, status: int, headers: Mapping[str, str], body: bytes
    ) -> None:
        try:
            received = json.loads(body) if body.strip() else None
        except ValueError:
            received = "not JSON"
        self._keep(call, sent, status, received, [h for h in TELLING_HEADERS if h in headers])

    def hear_request(self, frame: Json) -> None:
        self._sent[frame["request_id"]] = frame

    def hear_frame(self, frame: Json) -> None:
        action, payload = str(frame.get("action")), frame.get("payload")
        if frame.get("type") == "push":
            self._step.pushes.append(Told(action, self._redaction.of(payload)))
            self.on_push(action, payload if isinstance(payload, dict) else {})
            return
        sent = self._sent.pop(str(frame.get("request_id")), {})
        status = 200 if frame.get("success") is True else 0
        self._keep(("rtm", action), sent.get("payload"), status, payload, [])

    def _keep(
        self, call: tuple[str, str], sent: Any, status: int, received: Any, headers: list[str]
    ) -> None:
        redacted = self._redaction.of
        transport, action = call
        self._step.requests.append(
            Request(transport, action, redacted(sent), status, headers, redacted(received))
        )


def ignore_push(action: str, payload: Json) -> None:
    """Nobody waits for it."""
