"""What LiveChat says without ids, tokens, names and words, so that it may be published.

What is kept are the names of fields, booleans, nothing (`null`), and words of the protocol in the
fields that hold such words. Everything else becomes a word for its kind: `<id 1>`, `<text>`,
`<int>`. The same id is the same `<id 1>` wherever it occurs.
"""

from __future__ import annotations

import re
from typing import Any

FIELD = re.compile(r"_{0,2}[a-z][a-z0-9]{0,3}[a-z_]{0,40}")  # not an id, nor a person's name
WORD = re.compile(r"[A-Za-z][A-Za-z_.]{0,40}|[a-z]+/[a-z0-9.+-]{1,30}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
REGION_AND_MORE = re.compile(r"[a-z]{2,7}(-[a-z])?:\S+")

# Fields whose texts are words that LiveChat chose, not people.
WORD_FIELDS = frozenset(
    (
        "action", "button_type", "channel_type", "content_type", "default_widget",
        "exception_details", "form_type", "grant_type", "groups_status", "identity_exception",
        "oauth_exception", "reason", "recipients", "response_type", "source", "status", "subtype",
        "system_message_type", "template_id", "token_type", "type", "visibility",
    )
)  # fmt: skip
# Fields whose own field names are chosen by accounts and apps, and how many levels deep.
FREE_FIELDS = {
    "customer_side_storage": 1,
    "groups_status": 1,
    "integrations": 1,
    "localization": 1,
    "properties": 3,
    "session_fields": 1,
    "text_vars": 1,
}
# Those that LiveChat itself chose there. Source: "Default properties", "System messages".
KNOWN_NAMES = frozenset(
    (
        "agent", "agent_added", "agent_removed", "announcements_displayed", "bool_property",
        "chats", "client_id", "comment", "continuous", "customer", "customer_client_id",
        "customer_email", "customer_name", "delivered", "duration", "email", "email_follow_up",
        "form_type", "formatting", "greeting_id", "greeting_unique_id",
        "greetings_accepted_count", "greetings_shown_count", "group", "group_status_at_start",
        "idle", "ignore_agents_routing", "ignore_bots", "initiator", "int_property", "ip_mask",
        "last_transfer_timestamp", "last_visit_timestamp", "lc2", "license", "monitoring", "name",
        "offline_message", "page_views_count", "pinned", "queue_pos", "queue_waiting_time",
        "rating", "referrer", "routing", "score", "source", "start_url", "status",
        "string_property", "targets", "test", "tokenized_string_property", "transcript_email",
        "translation", "unassigned", "unreplied", "url_details", "visits_count",
        "welcome_message", "welcome_message_source", "whitelist_enabled",
    )
)  # fmt: skip
SECRETS = ("token", "secret", "cst", "code", "cookie")


class Redaction:
    """Of one recording: it remembers which id is which."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}

    def of(self, value: Any, field: str = "", free_levels: int = 0) -> Any:
        """The value as it may be published. `field` is the one it is in."""
        match value:
            case dict():
                return self._object(value, field, free_levels)
            case list():
                return [self.of(each, field, free_levels) for each in value]
            case str():
                return self._text(value, field, is_free=free_levels > 0)
            case bool() | None:
                return value
            case int():
                return "<int>"
            case _:
                return "<float>"

    def _object(self, value: dict[str, Any], field: str, free_levels: int) -> dict[str, Any]:
        """What has a name of no field counts as the field around it."""
        redacted = {}
        for name, each in value.items():
            inner = name if FIELD.fullmatch(name) else field
            levels = FREE_FIELDS.get(name, max(0, free_levels - 1))
            redacted[self._name(name, free_levels)] = self.of(each, inner, levels)
        return redacted

    def _name(self, name: str, free_levels: int) -> str:
        known = name in KNOWN_NAMES if free_levels else FIELD.fullmatch(name)
        return name if known else self._number("name", name)

    def _text(self, text: str, field: str, *, is_free: bool) -> str:
        if not text:
            return "<empty>"
        if field in WORD_FIELDS and WORD.fullmatch(text) and not is_free:
            return text
        if TIME.fullmatch(text):
            return "<time>"
        if text.startswith(("http://", "https://")):
            return "<url>"
        if any(secret in field for secret in SECRETS) or REGION_AND_MORE.fullmatch(text):
            return "<secret>"
        if field in ("id", "ids") or field.endswith(("_id", "_ids")):
            return self._number("id", text)
        return "<text>"

    def _number(self, kind: str, value: str) -> str:
        known = [key for key in self._numbers if key[0] == kind]
        return f"<{kind} {self._numbers.setdefault((kind, value), len(known) + 1)}>"
