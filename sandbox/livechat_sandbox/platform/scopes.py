"""What an agent's token may do: LiveChat's scopes, and which of them take in others.

`ro` reads and `rw` reads and writes; `--all` takes in `--my` (one's own) and `--access` (chats of
one's groups, and those one is in). Source: LiveChat's "Authorization scopes".
"""

from collections.abc import Iterable

ALL = frozenset(
    (
        "agents--my:ro",
        "agents--my:rw",
        "agents--all:ro",
        "agents--all:rw",
        "agents-bot--my:ro",
        "agents-bot--my:rw",
        "agents-bot--all:ro",
        "agents-bot--all:rw",
        "chats--access:ro",
        "chats--access:rw",
        "chats--all:ro",
        "chats--all:rw",
        "customers:own",
        "customers:ro",
        "customers:rw",
        "customers.ban:rw",
        "groups--all:ro",
        "groups--all:rw",
        "multicast:rw",
        "properties--my:ro",
        "properties--my:rw",
        "tags--all:ro",
        "tags--all:rw",
        "webhooks--all:ro",
        "webhooks--all:rw",
        "webhooks--my:ro",
        "webhooks--my:rw",
        "webhooks.state:ro",
        "webhooks.state:rw",
    )
)


def taking_in(scopes: Iterable[str]) -> frozenset[str]:
    """These and all that they take in."""
    taken = set()
    for scope in scopes:
        subject, _, mode = scope.partition(":")
        subjects = {subject, subject.replace("--all", "--my"), subject.replace("--all", "--access")}
        modes = {mode, "ro"} if mode == "rw" else {mode}
        taken |= {f"{subject}:{mode}" for subject in subjects for mode in modes}
    return ALL & taken
