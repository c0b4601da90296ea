"""Where two recordings of the same conversation differ: LiveChat's, and the sandbox's."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from chatproxy.doctor import shapes
from chatproxy.doctor.recording import Recording, Request, Step, Told
from chatproxy.doctor.shapes import Shape, kind_of

# What people who answer cause, and an agent's token does not.
BY_PEOPLE = frozenset(
    (
        "customer_updated", "events_marked_as_seen", "groups_status_updated",
        "incoming_event_preview", "incoming_thinking_indicator", "incoming_typing_indicator",
    )
)  # fmt: skip
FILLED = "filled_form"
LAST_SAID = "last_event_per_type"  # which depends on who spoke last
# Answered with what the organization has set.
CHOSEN_ANSWERS = frozenset(("list_license_properties",))


@dataclass(frozen=True, slots=True)
class Difference:
    """`kind` is one of step, request, status, header, missing, extra, type, order, push."""

    step: str
    kind: str
    words: str

    def __str__(self) -> str:
        return f"{self.step}: {self.words}"


def compare(real: Recording, ours: Recording) -> list[Difference]:
    """What the sandbox (`ours`) does in another way. Agents' requests only if both have them."""
    if real.form != ours.form:
        real, ours = _without_forms(real), _without_forms(ours)
    both_by_token = real.answered_by == ours.answered_by == "token"
    left_out = frozenset() if both_by_token else BY_PEOPLE
    if not both_by_token:
        real, ours = _answered_in_time(real), _answered_in_time(ours)
    transports = {"accounts", "rtm", "web"} | ({"agent"} if both_by_token else set())
    steps = {step.name: step for step in ours.steps}
    found: list[Difference] = []
    for step in real.steps:
        if step.name not in steps:
            found.append(Difference(step.name, "step", "this step was not made here"))
            continue
        a, b = (_only(each, transports, left_out) for each in (step, steps.pop(step.name)))
        found += (Difference(step.name, *each) for each in _of_step(a, b))
    found += (Difference(name, "step", "this step was only made here") for name in steps)
    return found


def _without_forms(recording: Recording) -> Recording:
    """Accounts have other forms than the sandbox: neither the step nor what was filled in."""
    steps = [
        Step(
            step.name,
            [replace(each, received=_without(each.received, FILLED)) for each in step.requests],
            [Told(each.action, _without(each.payload, FILLED)) for each in step.pushes],
        )
        for step in recording.steps
        if step.name != "form"
    ]
    return replace(recording, steps=steps)


def _answered_in_time(recording: Recording) -> Recording:
    """People answer when they like, and as often: their first message is in its step."""
    customers = {
        request.received.get("entity_id")
        for step in recording.steps
        for request in step.requests
        if request.action == "exchange" and isinstance(request.received, dict)
    }

    def is_answer(push: Told) -> bool:
        event = push.payload.get("event", {}) if push.action == "incoming_event" else {}
        return event.get("type") == "message" and event.get("author_id") not in customers

    answers = [push for step in recording.steps for push in step.pushes if is_answer(push)]
    steps = [
        Step(
            step.name,
            [replace(each, received=_without(each.received, LAST_SAID)) for each in step.requests],
            (answers[:1] if step.name == "answer" else [])
            + [push for push in step.pushes if not is_answer(push)],
        )
        for step in recording.steps
    ]
    return replace(recording, steps=steps)


def _without(value: Any, name: str) -> Any:
    """Neither fields of this name nor what says that it is of this type."""
    match value:
        case dict():
            return {key: _without(each, name) for key, each in value.items() if key != name}
        case list():
            return [_without(each, name) for each in value if kind_of(each) != name]
    return value


def _only(step: Step, transports: set[str], left_out: frozenset[str]) -> Step:
    return Step(
        step.name,
        [each for each in step.requests if each.transport in transports],
        [each for each in step.pushes if each.action not in left_out],
    )


def _of_step(real: Step, ours: Step) -> Iterator[tuple[str, str]]:
    if real.name == "delete":  # each of our events, and how many there are is no matter
        real, ours = (_firsts(each) for each in (real, ours))
    asked = [[f"{r.transport} {r.action}" for r in step.requests] for step in (real, ours)]
    told = [[_name(push) for push in step.pushes] for step in (real, ours)]
    yield from _of_sequence("request", *asked)
    for name, (a, b) in _pairs(asked, (real.requests, ours.requests)):
        yield from _of_answer(name, a, b)
    yield from _of_sequence("push", *told)
    for name, (push, other) in _pairs(told, (real.pushes, ours.pushes)):
        yield from _of_shapes(f"push {name}", push.payload, other.payload)


def _firsts(step: Step) -> Step:
    """The first request and the first push of each action."""
    requests = {each.action: each for each in reversed(step.requests)}
    pushes = {each.action: each for each in reversed(step.pushes)}
    return Step(step.name, list(requests.values())[::-1], list(pushes.values())[::-1])


def _name(push: Told) -> str:
    """A push and, of an event, of which type it is."""
    event = push.payload.get("event") if isinstance(push.payload, dict) else None
    return f"{push.action} {event.get('type')}" if isinstance(event, dict) else push.action


def _of_sequence(what: str, real: Sequence[str], ours: Sequence[str]) -> Iterator[tuple[str, str]]:
    lost, more = Counter(real) - Counter(ours), Counter(ours) - Counter(real)
    for name, count in lost.items():
        yield what, f"{what} {name} is missing here ({count})"
    for name, count in more.items():
        yield what, f"{what} {name} is only here ({count})"
    if not lost and not more and list(real) != list(ours):
        plural = {"push": "pushes", "request": "requests"}[what]
        yield "order", f"{plural} come as {', '.join(real)}; here as {', '.join(ours)}"


Said = TypeVar("Said", Request, Told)


def _pairs(
    names: Sequence[Sequence[str]], lists: tuple[Sequence[Said], Sequence[Said]]
) -> Iterator[tuple[str, tuple[Said, Said]]]:
    """The first with the first of the same name, the second with the second, and so on."""
    waiting: dict[str, list[Said]] = defaultdict(list)
    for name, each in zip(names[1], lists[1], strict=True):
        waiting[name].append(each)
    for name, each in zip(names[0], lists[0], strict=True):
        if waiting[name]:
            yield name, (each, waiting[name].pop(0))


def _of_answer(name: str, real: Request, ours: Request) -> Iterator[tuple[str, str]]:
    if real.status != ours.status:
        yield "status", f"{name}: answered with {real.status}, here with {ours.status}"
    for header in sorted(set(real.headers) ^ set(ours.headers)):
        where = "is missing here" if header in real.headers else "is only here"
        yield "header", f"{name}: header {header} {where}"
    if real.action in CHOSEN_ANSWERS:
        return
    yield from _of_shapes(name, real.received, ours.received)


def _of_shapes(name: str, real: Any, ours: Any) -> Iterator[tuple[str, str]]:
    shaped = shapes.differences(Shape().add(real), Shape().add(ours))
    yield from ((kind, f"{name}: {words}") for kind, words in shaped)
