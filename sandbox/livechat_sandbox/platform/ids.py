"""Identifiers that look like LiveChat's, repeatable from a seed."""

import hashlib
import random
import string
import uuid

ALPHABET = string.ascii_uppercase + string.digits


class Ids:
    def __init__(self, seed: str) -> None:
        self.random = random.Random(seed)  # noqa: S311 - repeatable on purpose

    def state(self) -> list[int]:
        """To go on later with what comes next; see `go_on`."""
        return list(self.random.getstate()[1])

    def go_on(self, state: list[int]) -> None:
        """Raises ValueError for what no `state` gave."""
        self.random.setstate((3, tuple(state), None))

    def chat(self) -> str:
        """Of a chat or a thread: ten characters of A-Z0-9."""
        return "".join(self.random.choices(ALPHABET, k=10))

    def uuid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def hex(self, length: int) -> str:
        return f"{self.random.getrandbits(length * 4):0{length}x}"

    def token(self, region: str) -> str:
        """An access token, which tells its region."""
        return (
            f"{region}:{''.join(self.random.choices(string.ascii_letters + string.digits, k=24))}"
        )


def opaque_agent_id(email: str) -> str:
    """The id under which customers know an agent, never the e-mail address."""
    return hashlib.md5(email.encode(), usedforsecurity=False).hexdigest()
