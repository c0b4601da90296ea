"""Any JSON, and JSON that almost looks like LiveChat's, for hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        [
            "javascript:alert(1)",
            "data:text/html,<script>",
            " java\tscript:alert(1)",
            "//cdn.example/a.png",
            "cdn.example/a.png",
            "https://cdn.example/a.png",
            "file:///etc/passwd",
            "vbscript.example:x",
        ]
    )
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def objects_with(*keys: str) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of these keys, whatever their values."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(keys, ANYTHING))


BUTTONS = objects_with(
    "text", "type", "value", "postback_id", "user_ids", "target", "role", "webview_height"
)
OPTIONS = objects_with("id", "label", "checked", "group_id", "option_id", "price", "image_url")
ELEMENTS = st.fixed_dictionaries(
    {},
    optional={
        "title": ANYTHING,
        "subtitle": ANYTHING,
        "image": ANYTHING | objects_with("url", "name", "width", "height", "alternative_text"),
        "buttons": ANYTHING | st.lists(BUTTONS, max_size=2),
        "ecommerce": ANYTHING
        | st.fixed_dictionaries(
            {}, optional={"product_id": ANYTHING, "options": st.lists(OPTIONS, max_size=2)}
        ),
    },
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "id": ANYTHING,
        "type": ANYTHING,
        "label": ANYTHING,
        "options": ANYTHING | st.lists(OPTIONS, max_size=2),
        "answer": ANYTHING | OPTIONS,
        "answers": ANYTHING | st.lists(OPTIONS, max_size=2),
    },
)
TYPES = st.sampled_from(
    [
        "message",
        "file",
        "form",
        "filled_form",
        "rich_message",
        "system_message",
        "system",
        "custom",
        "of tomorrow",
    ]
)
EVENTS = st.fixed_dictionaries(
    {"type": TYPES},
    optional={
        "id": ANYTHING,
        "created_at": ANYTHING,
        "author_id": ANYTHING,
        "custom_id": ANYTHING,
        "recipients": ANYTHING,
        "visibility": ANYTHING | st.sampled_from(["all", "agents"]),
        "thread_id": ANYTHING,
        "number": ANYTHING,
        "properties": ANYTHING
        | st.dictionaries(
            st.sampled_from(["lc2", "chats", "rating"]),
            objects_with("form_type", "formatting", "score"),
        ),
        "text": ANYTHING,
        "postback": ANYTHING | objects_with("id", "thread_id", "event_id"),
        "url": ANYTHING,
        "thumbnail_url": ANYTHING,
        "thumbnail2x_url": ANYTHING,
        "width": ANYTHING,
        "height": ANYTHING,
        "size": ANYTHING,
        "fields": ANYTHING | st.lists(FIELDS, max_size=2),
        "elements": ANYTHING | st.lists(ELEMENTS, max_size=2),
        "text_vars": ANYTHING,
        "content": ANYTHING,
        "details": ANYTHING,
    },
)
USERS = objects_with(
    "id", "type", "name", "avatar", "job_title", "is_bot", "present", "email", "events_seen_up_to"
)
THREADS = st.fixed_dictionaries(
    {},
    optional={
        "id": ANYTHING,
        "active": ANYTHING,
        "created_at": ANYTHING,
        "events": ANYTHING | st.lists(EVENTS, max_size=2),
        "properties": ANYTHING,
        "queue": ANYTHING | objects_with("position", "wait_time"),
    },
)
CHATS = st.fixed_dictionaries(
    {},
    optional={
        "id": ANYTHING,
        "users": ANYTHING | st.lists(USERS, max_size=2),
        "thread": ANYTHING | THREADS,
        "active": ANYTHING,
        "last_thread_id": ANYTHING,
        "last_thread_info": ANYTHING,
    },
)
PAYLOADS = st.fixed_dictionaries(
    {},
    optional={
        "chat": ANYTHING | CHATS,
        "chat_id": ANYTHING,
        "thread_id": ANYTHING,
        "event_id": ANYTHING,
        "user_id": ANYTHING,
        "id": ANYTHING,
        "unique_id": ANYTHING,
        "seen_up_to": ANYTHING,
        "event": ANYTHING | EVENTS,
        "user": ANYTHING | USERS,
        "agent": ANYTHING | USERS,
        "queue": ANYTHING | objects_with("position", "wait_time"),
        "properties": ANYTHING,
        "typing_indicator": ANYTHING | objects_with("author_id", "is_typing"),
        "groups": ANYTHING | st.lists(objects_with("id", "status"), max_size=2),
        "customer_side_storage": ANYTHING,
        "data": ANYTHING,
        "reason": ANYTHING,
    },
)
