"""How a 3.6 payload becomes what another version has: object by object."""

from collections.abc import Callable, Mapping
from typing import Any

from livechat_sandbox.platform.payloads import Payload

Change = Callable[[Payload], Payload]

# What apps fill as they like: names in there are none of LiveChat's.
FREE = ("content", "properties", "session_fields")


def shape(payload: Any, version: str, changes: Mapping[str, Change]) -> Any:
    """A 3.6 answer or push payload as another version has it; `changes` are by version."""
    change = changes.get(version)
    return change_each(payload, change) if change else payload


def change_each(value: Any, change: Change) -> Any:
    """The value with each object in it changed, from the inside out."""
    if isinstance(value, list):
        return [change_each(each, change) for each in value]
    if not isinstance(value, dict):
        return value
    changed = {
        name: each if name in FREE else change_each(each, change) for name, each in value.items()
    }
    return change(changed)


def events_by_type(last_events: Payload) -> Payload:
    """A chat's last events as 3.7 has them, without their threads."""
    return {kind: {"event": last["event"]} for kind, last in last_events.items()}
