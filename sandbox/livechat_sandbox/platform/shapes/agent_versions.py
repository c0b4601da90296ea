"""What differs between the versions 3.5, 3.6 and 3.7 of the Agent Chat API."""

from typing import Any

from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.shapes import changes

NOT_IN_3_5 = frozenset(
    {
        "event_deleted",
        "group_properties_updated",
        "incoming_event_preview",
        "incoming_thinking_indicator",
        "license_properties_updated",
        "thread_summary_set",
        "ticket_created",
        "ticket_deleted",
    }
)
SINCE_3_7 = frozenset(
    {"canned_response_created", "canned_response_deleted", "canned_response_updated"}
)

SINCE_3_6 = ("cart", "carts", "customer_visit")


def has_push(version: str, action: str) -> bool:
    return version == "3.7" or not (
        action in SINCE_3_7 or (version == "3.5" and action in NOT_IN_3_5)
    )


def shape(payload: Any, version: str) -> Any:
    """A 3.6 answer or push payload as another version has it."""
    return changes.shape(payload, version, {"3.5": _as_3_5, "3.7": _as_3_7})


def _as_3_5(newer: Payload) -> Payload:
    older = {name: value for name, value in newer.items() if name not in SINCE_3_6}
    if older.get("type") == "customer" and "visit" in older:
        older["last_visit"] = older.pop("visit")
    return older


def _as_3_7(older: Payload) -> Payload:
    newer = dict(older)
    if "chats_summary" in newer:
        newer["chats_info"] = [_chat_info(each) for each in newer.pop("chats_summary")]
    return newer


def _chat_info(summary: Payload) -> Payload:
    info = dict(summary)
    if "last_thread_summary" in info:
        last_events = changes.events_by_type(info.pop("last_event_per_type"))
        summary = info.pop("last_thread_summary")
        info["last_thread_info"] = summary | {"last_event_per_type": last_events}
    return info
