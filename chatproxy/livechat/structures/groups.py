"""Which groups are there to answer."""

from __future__ import annotations

from chatproxy.livechat.structures.values import Json, object_of

MOST_DIGITS = 15  # Python refuses to read thousands of them


def parse_group_statuses(data: Json) -> dict[int, str]:
    """The answer of list_group_statuses: online, offline or online_for_queue by group id."""
    statuses = object_of(data.get("groups_status"))
    return {
        int(group): str(status)
        for group, status in statuses.items()
        if group.isdecimal() and len(group) <= MOST_DIGITS
    }
