"""Whose LiveChat we talk to, and as which app."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Organization:
    """A LiveChat organization as one of our widgets reaches it.

    `group_id` is the group its customers browse in; with `identity_per_group` a browser is
    another customer in each group (only where the organization's property
    `chat_between_groups` is false).
    Source: Customer authorization, "Cookie grant" and "Per-group identity".
    """

    organization_id: str
    client_id: str
    redirect_uri: str
    group_id: int = 0
    identity_per_group: bool = False
    version: str = "3.6"
    region: str = "dal"

    def in_group(self, asked: str) -> Organization:
        """The same for the group a website's page asks for.

        What is no number is passed over, and where groups keep customers apart, every group.
        """
        is_number = asked.isascii() and asked.isdecimal() and len(asked) < 10
        return (
            replace(self, group_id=int(asked))
            if is_number and not self.identity_per_group
            else self
        )
