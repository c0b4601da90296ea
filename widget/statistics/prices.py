"""What LiveChat asks private apps for its requests, as it publishes it."""

from __future__ import annotations

# Up to so many requests a month, and dollars for a thousand of them. The first thousand ever are
# free, Marketplace apps pay nothing. Source: LiveChat's "API pricing", read in June 2026.
STEPS = ((1_000_000, 0.27), (10_000_000, 0.22))
BEYOND = 0.17
MONTH = 30  # days


def price_of(requests: float) -> float:
    """Dollars for so many requests in one month."""
    dollars, done = 0.0, 0
    for up_to, price in STEPS:
        dollars += max(0.0, min(requests, up_to) - done) * price / 1000
        done = up_to
    return dollars + max(0.0, requests - done) * BEYOND / 1000


def price_of_month(requests: int, days: int) -> float:
    """Dollars for a month in which every day is like the mean of these days."""
    return price_of(requests * MONTH / days)
