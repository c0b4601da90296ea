"""The tables of docs/customer-side.md, made from the sandbox's own lists.

`python -m tests.sandbox.customer_tables` writes them into the page.
"""

from pathlib import Path

from livechat_sandbox.customer_api.methods import METHODS
from tests.sandbox.agent_tables import DOCUMENTATION, DOCUMENTED

PAGE = Path(__file__).resolve().parents[2] / "docs" / "customer-side.md"
REFERENCE = "messaging/customer-chat-api/rtm-reference/"
RTM_ONLY = {"login": "#login", "ping": "#server-pinging"}
PUSHES = "messaging/customer-chat-api/rtm-pushes/"
# Customer Chat API v3.6, RTM pushes.
PUSHED = [
    *("incoming_chat", "chat_deactivated", "chat_transferred", "user_added_to_chat"),
    *("user_removed_from_chat", "incoming_event_preview", "incoming_event", "event_deleted"),
    *("event_updated", "incoming_rich_message_postback", "chat_properties_updated"),
    *("chat_properties_deleted", "thread_properties_updated", "thread_properties_deleted"),
    *("event_properties_updated", "event_properties_deleted", "customer_updated"),
    *("customer_side_storage_updated", "customer_disconnected", "groups_status_updated"),
    *("incoming_thinking_indicator", "incoming_typing_indicator", "incoming_multicast"),
    *("events_marked_as_seen", "incoming_greeting", "greeting_accepted", "greeting_canceled"),
    *("incoming_welcome_message", "queue_position_updated"),
]


def methods_table() -> str:
    lines = ["| method | Web | RTM | versions |", "|---|---|---|---|"]
    for name, method in sorted(METHODS.items()):
        if name in RTM_ONLY:
            continue
        known = DOCUMENTED["customer"].get(name)
        title = f"[`{name}`]({DOCUMENTATION}{known['at']})" if known else f"`{name}`"
        marks = " | ".join("yes" if door in method.transports else "" for door in ("web", "rtm"))
        lines.append(f"| {title} | {marks} | {', '.join(method.versions)} |")
    for name, at in RTM_ONLY.items():
        lines.append(f"| [`{name}`]({DOCUMENTATION}{REFERENCE}{at}) | | yes | 3.5, 3.6, 3.7 |")
    return "\n".join(lines)


def pushes_table() -> str:
    links = (f"[`{name}`]({DOCUMENTATION}{PUSHES}#{name})" for name in PUSHED)
    return ", ".join(links)


def page() -> str:
    """The page with its tables as they ought to be."""
    text = PAGE.read_text()
    for name, filling, end in (
        ("methods", methods_table(), "\n\n## Pushes"),
        ("pushes", pushes_table(), "\n\n## Who a customer is"),
    ):
        head, _, rest = text.partition(f"<!-- {name} -->")
        text = f"{head}<!-- {name} -->\n\n{filling}{end}{rest.partition(end)[2]}"
    return text


if __name__ == "__main__":
    PAGE.write_text(page())
