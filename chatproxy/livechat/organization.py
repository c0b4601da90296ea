"""Whose LiveChat we talk to, as which app, and where."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from chatproxy.livechat.service import Service, is_region


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """A LiveChat organization as one of our widgets reaches it, through `service`.

    `page_url` is the page of the website that the customer is on, "" if we do not know.
    `group_id` is the group its customers browse in; with `identity_per_group` a browser is
    another customer in each group (only where the organization's property
    `chat_between_groups` is false).
    Source: Customer authorization, "Cookie grant" and "Per-group identity".
    """

    organization_id: str
    client_id: str
    redirect_uri: str
    service: Service = field(repr=False, compare=False)
    group_id: int = 0
    identity_per_group: bool = False
    version: str = "3.6"
    region: str = "dal"
    page_url: str = ""

    @property
    def page_origin(self) -> str:
        """What a browser on that page would send as `Origin`. Source: RFC 6454."""
        parts = urlsplit(self.page_url)
        is_web = parts.scheme in ("http", "https") and parts.netloc.isascii()
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if is_web else ""

    def on_page(self, url: str) -> Organization:
        """The same, visited from this page."""
        return replace(self, page_url=url if is_page(url) else "")

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

    @property
    def knows_region(self) -> bool:
        """Whether `region_of` answers at once."""
        return self.service.knows_region(self.organization_id)

    @property
    def current_region(self) -> str:
        """Where the organization lives: as LiveChat last told us, else as configured."""
        return self.service.last_region(self.organization_id) or self.region

    def region_of(self, token: str) -> str:
        """As `current_region`; an access token names its region, if nobody has told us."""
        told = self.service.last_region(self.organization_id)
        named = token.partition(":")[0].partition("-")[0] if ":" in token else ""
        return told or (named if is_region(named) else "") or self.region

    def move(self, region: str) -> None:
        """Remember the region LiveChat named."""
        if is_region(region):
            self.service.remember_region(self.organization_id, region)

    def take_place(self, region: str) -> None:
        """Be among those who wait for its LiveChat. Raises NoPlace if they are too many."""
        self.service.take_place(self.api_url(region))

    def api_url(self, region: str) -> str:
        """Where its Customer Chat API is, without a slash at the end.

        Source: Customer Chat API, "Regions": api.livechatinc.com or api-fra.livechatinc.com.
        """
        base = self.service.api_url
        if region != "dal":
            base = base.replace("://api.", f"://api-{region}.", 1)
        return f"{base}/v{self.version}/customer"


def is_page(url: str) -> bool:
    """Whether this is the address of a page of the web: it comes from a browser."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and url.isprintable() and " " not in url
