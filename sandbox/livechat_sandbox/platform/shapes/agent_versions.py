"""What differs between the versions 3.5, 3.6 and 3.7 of the Agent Chat API."""

from typing import Any

from livechat_sandbox.platform.payloads import Payload

NOT_IN_3_5 = frozenset(
    {
        "event_deleted",
        "incoming_event_preview",
        "incoming_thinking_indicator",
        "thread_summary_set",
    }
)

CARTS = ("cart", "carts")  # since 3.6


def has_push(version: str, action: str) -> bool:
    return version != "3.5" or action not in NOT_IN_3_5


def shape(payload: Any, version: str) -> Any:
    """A 3.6 answer or push payload as another version has it."""
    if version == "3.5":
        return _as_3_5(payload)
    if version == "3.7":
        return _as_3_7(payload)
    return payload


def _as_3_5(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_3_5(each) for each in value]
    if not isinstance(value, dict):
        return value
    older = {name: _as_3_5(each) for name, each in value.items() if name not in CARTS}
    if value.get("type") == "customer" and "visit" in older:
        older["last_visit"] = older.pop("visit")
    return older


def _as_3_7(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_3_7(each) for each in value]
    if not isinstance(value, dict):
        return value
    newer = {name: _as_3_7(each) for name, each in value.items()}
    if "chats_summary" in newer:
        newer["chats_info"] = [_chat_info(each) for each in newer.pop("chats_summary")]
    return newer


def _chat_info(summary: Payload) -> Payload:
    info = dict(summary)
    if "last_thread_summary" in info:
        last_events = info.pop("last_event_per_type")
        info["last_thread_info"] = info.pop("last_thread_summary") | {
            "last_event_per_type": {
                kind: {"event": last["event"]} for kind, last in last_events.items()
            }
        }
    return info
