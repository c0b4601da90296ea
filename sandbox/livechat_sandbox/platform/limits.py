"""How often somebody may ask: an allowance that grows with time up to a limit."""

import math

from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.structures import Allowance, Customer, Organization


def count_customers(customer: Customer) -> None:
    """One request of a customer. Raises too_many_requests."""
    rules, now = customer.organization.rules, customer.organization.clock.time()
    spend(customer.allowance, now, rules.requests_per_second, rules.request_burst)


def count(organization: Organization) -> None:
    """One request of anybody, over all tokens and apps. Raises too_many_requests."""
    rules, now = organization.rules, organization.clock.time()
    rate, burst = rules.license_requests_per_second, rules.license_request_burst
    spend(organization.allowance, now, rate, burst)


def spend(allowance: Allowance, now: float, rate: float | None, burst: int) -> None:
    """Raises too_many_requests, with the whole seconds until the next is allowed."""
    if rate is None:
        return
    left = burst if allowance.left is None else allowance.left
    left = min(left + (now - allowance.counted_at) * rate, burst)
    allowance.counted_at = now
    allowance.left = left - 1 if left >= 1 else left
    if left < 1:
        error = LiveChatError("too_many_requests")
        error.retry_after = math.ceil((1 - left) / rate) if rate > 0 else 1
        raise error
