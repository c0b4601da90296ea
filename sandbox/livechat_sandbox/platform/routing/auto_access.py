"""Auto access: which groups a new thread is for, by the page its customer is on.

Source: Configuration API v3.6, "Auto access". Geolocation is empty here, so it matches nobody.
"""

from livechat_sandbox.platform.addresses import host_of
from livechat_sandbox.platform.configuration import AutoAccess
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.structures import Customer, Organization


def groups_for(customer: Customer) -> list[int] | None:
    """The groups of the first rule that fits the customer's page."""
    if not customer.visit or not customer.visit.pages:
        return None
    url = customer.visit.pages[-1].url
    for rule in customer.organization.auto_accesses:
        if fits(rule.conditions, url):
            return rule.group_ids
    return None


def fits(conditions: Payload, url: str) -> bool:
    looked_at = {"url": url, "domain": host_of(url), "geolocation": ""}
    return all(holds(wanted, looked_at[name]) for name, wanted in conditions.items())


def holds(wanted: Payload, text: str) -> bool:
    excluded = wanted.get("exclude_values") or []
    values = wanted.get("values")
    return not any(is_match(each, text) for each in excluded) and (
        values is None or any(is_match(each, text) for each in values)
    )


def is_match(wanted: Payload, text: str) -> bool:
    value = wanted.get("value")
    if value is None:
        return False
    return value == text if wanted.get("exact_match") else value in text


def next_id(organization: Organization, rule: AutoAccess) -> str:
    """Of the rule that is looked at after this one; "" for the last."""
    rules = organization.auto_accesses
    following = rules[rules.index(rule) + 1 :]
    return following[0].id if following else ""
