"""What an agent's token may do: LiveChat's scopes, and which of them take in others.

`ro` reads, `rc` reads and creates, `rw` reads and writes; `--all` takes in `--my` (one's own),
`--access` (chats of one's groups, and those one is in) and `--groups` (of one's groups). The names
are those of LiveChat's "Authorization scopes" and of the methods that ask for others. Pushes have
scopes of their own: Agent Chat API v3.6, RTM reference, "Login".
"""

from collections.abc import Iterable

NAMES = """
access_rules:ro access_rules:rw
accounts--my:ro accounts--my:rw accounts--all:ro accounts--all:rw accounts--all:rc
accounts.roles--all:ro accounts.roles.lc--all:rw
agents--my:ro agents--my:rw agents--all:ro agents--all:rw
agents-bot--my:ro agents-bot--my:rw agents-bot--all:ro agents-bot--all:rw
banlist_read banlist_write bots.templates:rw
canned_responses--groups:ro canned_responses--groups:rw
canned_responses--all:ro canned_responses--all:rw canned_responses_write
chats--access:ro chats--access:rw chats--all:ro chats--all:rw
customers:own customers:ro customers:rw customers.ban:rw
domain_manage greetings:ro greetings:rw
groups--my:ro groups--my:rw groups--all:ro groups--all:rw
languages_read languages_write multicast:ro multicast:rw organization--my:rw
properties.configuration:rw
properties.group.value--my:ro properties.group.value--my:rw
properties.group.value--all:ro properties.group.value--all:rw
properties.license.value--my:ro properties.license.value--my:rw
properties.license.value--all:ro properties.license.value--all:rw
reports_read sessions--my:ro sessions--my:rw sessions--all:rw subscription.lc:rw
tags--groups:ro tags--groups:rw tags--all:ro tags--all:rw
webhooks--my:ro webhooks--my:rw webhooks--all:ro webhooks--all:rw
webhooks.configuration:rw webhooks.state:ro webhooks.state:rw
"""
ALL = frozenset(NAMES.split())

PUSHES = {
    "chats--access:ro": """
        incoming_chat chat_deactivated chat_deleted thread_deleted threads_deleted
        chat_access_updated chat_transferred user_added_to_chat user_removed_from_chat
        incoming_event incoming_event_preview event_updated event_deleted
        incoming_rich_message_postback chat_properties_updated chat_properties_deleted
        thread_properties_updated thread_properties_deleted event_properties_updated
        event_properties_deleted thread_tagged thread_untagged events_marked_as_seen
        incoming_sneak_peek incoming_thinking_indicator incoming_typing_indicator
        chat_unfollowed queue_positions_updated thread_summary_set
    """,
    "customers:ro": """
        incoming_customers incoming_customer customer_updated customer_page_updated
        customer_banned customer_left ticket_created ticket_deleted
    """,
    "multicast:ro": "incoming_multicast",
    "agents--all:ro": """
        agent_created agent_approved agent_updated agent_suspended agent_unsuspended agent_deleted
    """,
    "agents-bot--all:ro": "bot_created bot_updated bot_deleted",
}
# What an agent's connection is told only with this scope; every agent is told the others.
OF_PUSHES = {action: scope for scope, actions in PUSHES.items() for action in actions.split()}


def expand(scopes: Iterable[str]) -> frozenset[str]:
    """These and all that they take in."""
    taken = set(scopes)
    for scope in scopes:
        subject, _, mode = scope.partition(":")
        narrower = (subject.replace("--all", f"--{part}") for part in ("my", "access", "groups"))
        modes = {mode, "ro", "rc"} if mode == "rw" else {mode}
        taken |= {f"{each}:{mode}" for each in (subject, *narrower) for mode in modes}
    return ALL & taken
