"""How often somebody may ask: an allowance that grows with time up to a limit."""

import math

from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.structures import Allowance, Customer, Organization


def count_customers(customer: Customer) -> None:
    """One request of a customer. Raises too_many_requests."""
    rules, now = customer.organization.rules, customer.organization.clock.time()
    if spend(customer.allowance, now, rules.requests_per_second, rules.request_burst):
        raise LiveChatError("too_many_requests")


def count(organization: Organization) -> None:
    """One request of anybody, over all tokens and apps. Raises too_many_requests."""
    rules, now = organization.rules, organization.clock.time()
    rate, burst = rules.license_requests_per_second, rules.license_request_burst
    wait = spend(organization.allowance, now, rate, burst)
    if wait:
        error = LiveChatError("too_many_requests")
        error.retry_after = wait
        raise error


def spend(allowance: Allowance, now: float, rate: float | None, burst: int) -> int:
    """Take one, if there is one; returns the whole seconds until there will be, else 0."""
    if rate is None:
        return 0
    left = burst if allowance.left is None else allowance.left
    left = min(left + (now - allowance.counted_at) * rate, burst)
    allowance.counted_at = now
    allowance.left = left - 1 if left >= 1 else left
    if left >= 1:
        return 0
    return math.ceil((1 - left) / rate) if rate > 0 else 1
