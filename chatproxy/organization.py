"""Whose LiveChat we talk to, and as which app."""

from dataclasses import dataclass


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
