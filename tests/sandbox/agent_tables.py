"""The tables of docs/agent-side.md, made from the sandbox's own lists.

`python -m tests.sandbox.agent_tables` writes them into the page.
"""

import tomllib
from collections.abc import Iterable
from pathlib import Path

import livechat_sandbox
from livechat_sandbox.agent_api.methods import METHODS
from livechat_sandbox.agent_api.rtm import SCOPES
from livechat_sandbox.configuration_api.web import CONFIGURATION
from livechat_sandbox.customer_api.methods import METHODS as CUSTOMER
from livechat_sandbox.platform.scopes import OF_PUSHES
from livechat_sandbox.platform.shapes.agent_versions import has_push
from livechat_sandbox.platform.shapes.customer_versions import VERSIONS
from livechat_sandbox.transports.methods import Method
from livechat_sandbox.webhooks.rules import KINDS
from tests.sandbox.test_webhooks import EIGHTEEN

PAGE = Path(__file__).resolve().parents[2] / "docs" / "agent-side.md"
REFERENCE = "messaging/agent-chat-api/rtm-reference/"
RTM_ONLY = {
    "login": f"{REFERENCE}#login",
    "ping": f"{REFERENCE}#server-pinging",
    "set_away_status": f"{REFERENCE}#set-away-status",
    "update_session": f"{REFERENCE}#update-session",
}
NOT_BUILT = ("subscribe_customers", "unsubscribe_customers")
PUSHES_NOT_BUILT = frozenset(
    (
        "customer_statistics_updated", "customer_transferred", "incoming_error",
        "subscribed_customers_totals_updated",
    )
)  # fmt: skip
# Agent Chat API v3.6, Web reference, and `logout`, which only the RTM reference has.
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


DOCUMENTATION = "https://platform.text.com/docs/"
DOCUMENTED = tomllib.loads((Path(__file__).parent / "documented.toml").read_text())
THERE = {
    "agent": METHODS,
    "configuration": CONFIGURATION.methods,
    "customer": CUSTOMER,
}
HEAD = ["| method | Web | RTM | versions | scopes |", "|---|---|---|---|---|"]


def methods_table() -> str:
    others = sorted(METHODS.keys() - set(THIRTY_SIX))
    lines = [*HEAD, *(row("agent", name, METHODS.get(name)) for name in (*THIRTY_SIX, *others))]
    for name, at in RTM_ONLY.items():
        needed = listed(SCOPES.get(name, ()))
        lines.append(f"| [`{name}`]({DOCUMENTATION}{at}) | | yes | 3.5, 3.6, 3.7 | {needed} |")
    lines.append("| `change_push_notifications` | | yes | 3.5, 3.6, 3.7 | |")
    lines += [
        f"| [`{name}`]({DOCUMENTATION}{REFERENCE}#{name.replace('_', '-')}) | | no | | |"
        for name in NOT_BUILT
    ]
    return "\n".join(lines)


def row(api: str, name: str, method: Method | None) -> str:
    """A method, with what LiveChat documents of it; what is not documented has no link."""
    known = DOCUMENTED[api].get(name)
    title = f"[`{name}`]({DOCUMENTATION}{known['at']})" if known else f"`{name}`"
    if method is None:
        return f"| {title} | no | no | | |"
    marks = ["yes" if door in method.transports else "" for door in ("web", "rtm")]
    needed = listed(known["scopes"] if known else method.scopes)
    return f"| {title} | {' | '.join(marks)} | {', '.join(method.versions)} | {needed} |"


def listed(scopes: Iterable[str]) -> str:
    return " ".join(f"`{each}`" for each in scopes)


PUSHES = DOCUMENTED["agent_pushes"]
WEBHOOKS = "management/webhooks/"
LISTING_PUSHES = ("agent_versions.py", "rules.py", "scopes.py")


def events_table() -> str:
    lines = ["| event | webhook | push | scope of the push |", "|---|---|---|---|"]
    for action in dict.fromkeys((*EIGHTEEN, *KINDS, *PUSHES)):
        webhook = "yes" if action in KINDS else "no" if action in EIGHTEEN else ""
        push = "" if action not in PUSHES else "no" if action in PUSHES_NOT_BUILT else "yes"
        scope = f"`{OF_PUSHES[action]}`" if push == "yes" and action in OF_PUSHES else ""
        at = PUSHES[action]["at"] if push else f"{WEBHOOKS}#{action}"
        title = f"[`{action}`]({DOCUMENTATION}{at})"
        lines.append(f"| {title} | {webhook} | {push} | {scope} |")
    return "\n".join(lines)


def configuration_table() -> str:
    lines = ["| method | versions | scopes |", "|---|---|---|"]
    for name, method in sorted(CONFIGURATION.methods.items()):
        if not name.startswith("batch_"):
            title, _, _, versions, needed = row("configuration", name, method).split("|")[1:6]
            lines.append(f"|{title}|{versions}|{needed}|")
    return "\n".join(lines)


def page() -> str:
    """The page with its tables as they ought to be."""
    text = PAGE.read_text()
    for name, filling, end in (
        ("methods", methods_table(), "\n\n## Events"),
        ("events", events_table(), "\n\n## Configuration"),
        ("configuration", configuration_table(), "\n\nThose of agents"),
    ):
        head, _, rest = text.partition(f"<!-- {name} -->")
        text = f"{head}<!-- {name} -->\n\n{filling}{end}{rest.partition(end)[2]}"
    return text


def missing() -> set[str]:
    """Documented methods that the sandbox does not have."""
    return {f"{api}/{name}" for api in THERE for name in DOCUMENTED[api] if name not in THERE[api]}


def in_other_versions() -> set[str]:
    """Methods that the sandbox has in other versions than LiveChat documents."""
    return {
        f"{api}/{name}"
        for api in THERE
        for name, known in DOCUMENTED[api].items()
        if name in THERE[api] and list(THERE[api][name].versions) != known["versions"]
    }


def pushed_in_other_versions() -> set[str]:
    """Pushes to agents that the sandbox has in other versions than LiveChat documents."""
    return {
        name
        for name, known in PUSHES.items()
        if name not in PUSHES_NOT_BUILT
        and [each for each in VERSIONS if has_push(each, name)] != known["versions"]
    }


def never_pushed() -> set[str]:
    """Documented pushes that no code names, though the table says that they are built."""
    paths = Path(livechat_sandbox.__file__).parent.rglob("*.py")
    code = "".join(path.read_text() for path in paths if path.name not in LISTING_PUSHES)
    there = {"agent_disconnected"}  # made of the side's name
    return {name for name in PUSHES.keys() - PUSHES_NOT_BUILT - there if f'"{name}"' not in code}


if __name__ == "__main__":
    PAGE.write_text(page())
