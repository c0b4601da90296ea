"""In which of LiveChat's regions a client believes an organization to live."""

from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.structures import Organization


def region_of(value: str) -> str | None:
    """The region an access token tells: what is before the colon, cut at a dash."""
    head, colon, _ = value.partition(":")
    return head.partition("-")[0] if colon else None


def requested_region(request_headers: dict[str, str], token: str) -> str | None:
    """Where a client believes the organization lives, if it says so at all."""
    host = request_headers.get("host", "")
    if host.startswith("api-fra."):
        return "fra"
    return request_headers.get("x-region") or region_of(token)


def check_region(organization: Organization, region: str | None) -> None:
    if region and region != organization.region:
        raise LiveChatError("misdirected_request", region=organization.region)
