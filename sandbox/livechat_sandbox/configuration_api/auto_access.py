"""Configuration API: auto access, the rules that give a new thread its groups.

Source: Configuration API v3.6, "Auto access".
"""

from typing import Any, NotRequired, TypedDict

from livechat_sandbox.configuration_api.agents import tell
from livechat_sandbox.platform.configuration import AutoAccess
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import Parameters
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.routing import auto_access
from livechat_sandbox.platform.structures import Organization
from livechat_sandbox.transports.methods import Caller, method


class Destination(TypedDict):
    groups: list[int]


class Match(TypedDict):
    value: str
    exact_match: NotRequired[bool]


class Matches(TypedDict, total=False):
    values: list[Match] | None  # null: as if it were not there
    exclude_values: list[Match] | None


class Places(TypedDict):
    values: list[dict[str, str]]


class Conditions(TypedDict, total=False):
    url: Matches
    domain: Matches
    geolocation: Places


def check(organization: Organization, payload: Parameters) -> None:
    """Raises group_not_found, and validation for conditions that say nothing or both."""
    for group_id in payload.get("access", {}).get("groups", []):
        organization.group(group_id)
    conditions: Payload = payload.get("conditions", {"url": {}})
    if not conditions:
        raise LiveChatError("validation", "`conditions` has to have one at least")
    if any(len([*filter(None, each.values())]) > 1 for each in conditions.values()):
        raise LiveChatError("validation", "Only one of `values` and `exclude_values`")


def position(organization: Organization, next_id: str) -> int:
    """The place of the rule that comes before another. Raises not_found."""
    if not next_id:
        return len(organization.auto_accesses)
    return organization.auto_accesses.index(find(organization, next_id))


def find(organization: Organization, rule_id: str) -> AutoAccess:
    """Raises not_found."""
    for rule in organization.auto_accesses:
        if rule.id == rule_id:
            return rule
    raise LiveChatError("not_found", "Auto access not found")


def view(organization: Organization, rule: AutoAccess) -> Payload:
    return {
        "id": rule.id,
        "description": rule.description,
        "access": {"groups": rule.group_ids},
        "conditions": rule.conditions,
        "next_id": auto_access.next_id(organization, rule),
    }


class AddAutoAccess(TypedDict):
    access: Destination
    conditions: Conditions
    description: NotRequired[str]
    next_id: NotRequired[str]


@method("access_rules:rw")
def add_auto_access(caller: Caller, payload: AddAutoAccess) -> Payload:
    organization = caller.organization
    check(organization, payload)
    rule = AutoAccess(
        id=organization.ids.hex(32),
        group_ids=payload["access"]["groups"],
        conditions={**payload["conditions"]},
        description=payload.get("description", ""),
    )
    where = position(organization, payload.get("next_id", ""))
    organization.auto_accesses.insert(where, rule)
    told = view(organization, rule) | {"status": "added"}
    tell(organization, "auto_accesses_updated", [told])
    return {"id": rule.id}


@method("access_rules:ro")
def list_auto_accesses(caller: Caller, _: Payload) -> list[Payload]:
    organization = caller.organization
    return [view(organization, rule) for rule in organization.auto_accesses]


class UpdateAutoAccess(TypedDict):
    id: str
    access: NotRequired[Destination]
    conditions: NotRequired[Conditions]
    description: NotRequired[str]
    next_id: NotRequired[str]


@method("access_rules:rw")
def update_auto_access(caller: Caller, payload: UpdateAutoAccess) -> Payload:
    organization = caller.organization
    rule = find(organization, payload["id"])
    check(organization, payload)
    rule.group_ids = payload["access"]["groups"] if "access" in payload else rule.group_ids
    rule.conditions = {**payload.get("conditions", rule.conditions)}
    rule.description = payload.get("description", rule.description)
    if payload.get("next_id", rule.id) != rule.id:
        organization.auto_accesses.remove(rule)
        organization.auto_accesses.insert(position(organization, payload["next_id"]), rule)
    told: dict[str, Any] = {**payload, "status": "updated"}
    tell(organization, "auto_accesses_updated", [told])
    return {}


class DeleteAutoAccess(TypedDict):
    id: str


@method("access_rules:rw")
def delete_auto_access(caller: Caller, payload: DeleteAutoAccess) -> Payload:
    organization = caller.organization
    rule = find(organization, payload["id"])
    organization.auto_accesses.remove(rule)
    tell(organization, "auto_accesses_updated", [{"id": rule.id, "status": "deleted"}])
    return {}
