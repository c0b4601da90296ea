"""What differs between the versions 3.5, 3.6 and 3.7 of the Customer Chat API.

The rules speak 3.6; older and newer shapes are made from its payloads.
"""

from typing import Any

from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.shapes import changes

VERSIONS = ("3.5", "3.6", "3.7")
DEFAULT_VERSION = "3.6"
ALIASES = {"3.4": "3.5"}  # served as this one, so that there is one to show the last stage
# The stage a version is in, as the header that says when it ends.
STAGES = {"3.4": ("Deprecation", "2026-12-31"), "3.5": ("Legacy", "2027-05-31")}

SINCE_3_6 = frozenset(
    {
        "event_deleted",
        "incoming_event_preview",
        "incoming_thinking_indicator",
        "incoming_welcome_message",
    }
)
CUSTOMER_FIELDS_SINCE_3_6 = ("phone_number", "omnichannel", "address")


def has_push(version: str, action: str, payload: Payload) -> bool:
    """Whether a push exists in a version. 3.5 knows nothing of `system` events."""
    if version != "3.5":
        return True
    event = payload.get("event")
    if isinstance(event, dict) and event.get("type") == "system":
        return False
    return action not in SINCE_3_6


def shape(payload: Any, version: str) -> Any:
    """A 3.6 answer or push payload as another version has it."""
    return changes.shape(payload, version, {"3.5": _as_3_5, "3.7": _as_3_7})


def _as_3_5(newer: Payload) -> Payload:
    older = {name: _without_system_events(value) for name, value in newer.items()}
    if "id" in older:
        for name in CUSTOMER_FIELDS_SINCE_3_6:
            older.pop(name, None)
    if "last_event_per_type" in older:
        older["last_event_per_type"].pop("system", None)
    return older


def _without_system_events(value: Any) -> Any:
    return [each for each in value if not _is_system(each)] if isinstance(value, list) else value


def _is_system(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") == "system" and "source" in value


def _as_3_7(older: Payload) -> Payload:
    newer = dict(older)
    if older.get("type") == "rich_message" and "template_id" in older:
        newer.setdefault("elements", [])
        newer["visibility"] = older.get("recipients", "all")
    if "chats_summary" in newer:
        newer["chats_info"] = [_chat_info(each) for each in newer.pop("chats_summary")]
    return newer


def _chat_info(summary: Payload) -> Payload:
    info = dict(summary)
    thread_id = info.pop("last_thread_id", None)
    if thread_id is not None:
        info["last_thread_info"] = {
            "id": thread_id,
            "created_at": info.pop("last_thread_created_at"),
            "last_event_per_type": changes.events_by_type(info.pop("last_event_per_type")),
        }
    return info
