"""Configuration API: bans.

Source: Configuration API v3.6 and v3.7, "Customer bans".
"""

from typing import Annotated, NotRequired, TypedDict

from msgspec import Meta

from livechat_sandbox.platform.clock import rfc3339
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.people import bans
from livechat_sandbox.platform.structures import Ban
from livechat_sandbox.transports.methods import Caller, method

SINCE_3_6 = ("3.6", "3.7")


@method("banlist_read", versions=SINCE_3_6)
def list_customer_bans(caller: Caller, _: Payload) -> list[Payload]:
    return [view(ban) for ban in bans.active(caller.organization)]


def view(ban: Ban) -> Payload:
    shown = {
        "ip": ban.ip,
        "customer_id": ban.customer_id,
        "agent_id": ban.agent_id,
        "thread_id": ban.thread_id,
        "created_at": ban.created_at,
        "expires_at": rfc3339(ban.expires_at),
    }
    return {name: value for name, value in shown.items() if value}


class BanCustomer(TypedDict):
    seconds: Annotated[int, Meta(ge=1, le=bans.MOST_DAYS * bans.DAY)]
    ip: NotRequired[str]
    customer_id: NotRequired[str]


@method("banlist_write", versions=("3.7",))
def ban_customer(caller: Caller, payload: BanCustomer) -> Payload:
    """A customer, an address, or both."""
    organization, ip = caller.organization, payload.get("ip", "")
    if not ip and not payload.get("customer_id"):
        raise LiveChatError("validation", "`ip` or `customer_id` is required")
    customer = organization.customer(payload["customer_id"]) if "customer_id" in payload else None
    if ip:
        bans.ban_address(ip, payload["seconds"], caller.agent)
    if customer:
        bans.ban_customer(customer, payload["seconds"], caller.agent, ip)
    return {}


class UnbanCustomer(TypedDict):
    ip: NotRequired[str]
    customer_id: NotRequired[str]


@method("banlist_write", versions=SINCE_3_6)
def unban_customer(caller: Caller, payload: UnbanCustomer) -> Payload:
    """By exactly one of the two."""
    organization = caller.organization
    if ("ip" in payload) is ("customer_id" in payload):
        raise LiveChatError("validation", "One of `ip` and `customer_id` is required")
    if "customer_id" in payload:
        customer_id = organization.customer(payload["customer_id"]).id
        bans.lift(organization, customer_id=customer_id)
    else:
        bans.lift(organization, ip=payload.get("ip", ""))
    return {}
