"""Configuration API: bans.

Source: Configuration API v3.6, "Customers".
"""

from typing import NotRequired, TypedDict

from livechat_sandbox.platform.clock import rfc3339
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.structures import Payload
from livechat_sandbox.transports.methods import Caller, method


@method("customers:ro")
def list_customer_bans(caller: Caller, _: Payload) -> list[Payload]:
    now = caller.organization.clock.time()
    return [
        {
            "ip": customer.visit.ip if customer.visit else "",
            "customer_id": customer.id,
            "expires_at": rfc3339(customer.banned_until),
        }
        for customer in caller.organization.customers.values()
        if customer.banned_until > now
    ]


class UnbanCustomer(TypedDict):
    customer_id: NotRequired[str]


@method("customers.ban:rw")
def unban_customer(caller: Caller, payload: UnbanCustomer) -> Payload:
    """By id only: the sandbox bans people, not addresses."""
    if "customer_id" not in payload:
        raise LiveChatError("validation", "`customer_id` is required")
    caller.organization.customer(payload["customer_id"]).banned_until = 0.0
    return {}
