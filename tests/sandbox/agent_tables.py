"""The tables of docs/agent-side.md, made from the sandbox's own lists.

`python -m tests.sandbox.agent_tables` writes them into the page.
"""

from pathlib import Path

from livechat_sandbox.agent_api.methods import METHODS
from livechat_sandbox.configuration_api.web import CONFIGURATION
from livechat_sandbox.platform import scopes
from livechat_sandbox.transports.methods import Method
from livechat_sandbox.webhooks.rules import KINDS
from tests.sandbox.test_webhooks import EIGHTEEN

PAGE = Path(__file__).resolve().parents[2] / "docs" / "agent-side.md"
RTM_ONLY = ("login", "ping", "set_away_status", "update_session", "change_push_notifications")
# Agent Chat API v3.6, Web reference, and `logout` of LiveChat's Python client.
THIRTY_SIX = [
    "list_chats",
    "list_threads",
    "get_chat",
    "list_archives",
    "start_chat",
    "resume_chat",
    "deactivate_chat",
    "follow_chat",
    "unfollow_chat",
    "transfer_chat",
    "add_user_to_chat",
    "remove_user_from_chat",
    "send_event_preview",
    "send_event",
    "upload_file",
    "send_rich_message_postback",
    "update_chat_properties",
    "delete_chat_properties",
    "update_thread_properties",
    "delete_thread_properties",
    "update_event_properties",
    "delete_event_properties",
    "tag_thread",
    "untag_thread",
    "get_customer",
    "update_customer",
    "ban_customer",
    "set_routing_status",
    "list_routing_statuses",
    "mark_events_as_seen",
    "send_thinking_indicator",
    "send_typing_indicator",
    "multicast",
    "list_agents_for_transfer",
    "request_thread_summary",
    "logout",
]


def methods_table() -> str:
    lines = ["| method | Web | RTM | versions | scope |", "|---|---|---|---|---|"]
    others = sorted(METHODS.keys() - set(THIRTY_SIX))
    lines += [method_row(name, METHODS.get(name)) for name in (*THIRTY_SIX, *others)]
    lines += [f"| `{name}` | | yes | 3.5, 3.6, 3.7 | |" for name in RTM_ONLY]
    lines.append("| `subscribe_customers`, `unsubscribe_customers` | | no | | |")
    return "\n".join(lines)


def method_row(name: str, method: Method | None) -> str:
    if method is None:
        return f"| `{name}` | no | no | | |"
    marks = ["yes" if door in method.transports else "" for door in ("web", "rtm")]
    versions = ", ".join(method.versions)
    return f"| `{name}` | {' | '.join(marks)} | {versions} | `{method.scope}` |"


def events_table() -> str:
    lines = ["| event | webhook | push |", "|---|---|---|"]
    for action in (*EIGHTEEN, *(action for action in KINDS if action not in EIGHTEEN)):
        push = "" if action == "customer_session_fields_updated" else "yes"
        lines.append(f"| `{action}` | {'yes' if action in KINDS else 'no'} | {push} |")
    return "\n".join(lines)


def configuration_table() -> str:
    lines = ["| scope | methods |", "|---|---|"]
    for scope in sorted({method.scope for method in CONFIGURATION.methods.values()}):
        names = sorted(n for n, method in CONFIGURATION.methods.items() if method.scope == scope)
        listed = ", ".join(f"`{name}`" for name in names)
        lines.append(f"| {f'`{scope}`' if scope else 'none'} | {listed} |")
    return "\n".join(lines)


def page() -> str:
    """The page with its tables as they ought to be."""
    text = PAGE.read_text()
    for name, filling, end in (
        ("methods", methods_table(), "\n\n## Events"),
        ("events", events_table(), "\n\n## Configuration"),
        ("configuration", configuration_table(), "\n\nNot built"),
    ):
        head, _, rest = text.partition(f"<!-- {name} -->")
        text = f"{head}<!-- {name} -->\n\n{filling}{end}{rest.partition(end)[2]}"
    return text


def missing() -> set[str]:
    """Methods of the list that the sandbox does not have."""
    return set(THIRTY_SIX) - METHODS.keys()


def unscoped() -> set[str]:
    """Methods that ask for a token but name no scope that there is."""
    both = [*METHODS.items(), *CONFIGURATION.methods.items()]
    return {n for n, method in both if method.needs_token and method.scope not in scopes.ALL}


if __name__ == "__main__":
    PAGE.write_text(page())
