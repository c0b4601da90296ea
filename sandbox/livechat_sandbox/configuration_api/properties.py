"""Configuration API: which properties exist, and those of the license and of groups.

Source: Configuration API v3.6, "Properties".
"""

from typing import Any, Literal, NotRequired, TypedDict

from livechat_sandbox.configuration_api.agents import tell
from livechat_sandbox.platform import properties as rules
from livechat_sandbox.platform import pushes
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import Parameters
from livechat_sandbox.platform.structures import Declaration, Organization, Payload, Properties
from livechat_sandbox.transports.methods import Caller, method

MODES = {"read": "r", "write": "w"}


# --- which properties exist -------------------------------------------------------------------


class RegisterPropertyAccess(TypedDict):
    agent: NotRequired[list[Literal["read", "write"]]]
    customer: NotRequired[list[Literal["read", "write"]]]


class RegisterProperty(TypedDict):
    name: str
    owner_client_id: str
    type: Literal["int", "bool", "string", "tokenized_string"]
    access: NotRequired[dict[str, RegisterPropertyAccess]]
    description: NotRequired[str]
    domain: NotRequired[list[Any]]


@method("properties--my:rw")
def register_property(caller: Caller, payload: RegisterProperty) -> Payload:
    """Declare a property in the namespace of its owner. Raises already_exists."""
    owner, name = payload["owner_client_id"], payload["name"]
    if caller.organization.declaration(owner, name):
        raise LiveChatError("already_exists")
    access: Payload = payload.get("access", {})
    caller.organization.declared_properties.setdefault(owner, {})[name] = Declaration(
        payload["type"],
        customers=modes_of(access, "customer"),
        agents=modes_of(access, "agent"),
        domain=payload.get("domain"),
    )
    return {}


def modes_of(access: Payload, who: str) -> dict[str, str]:
    """`{"thread": {"agent": ["read", "write"]}}` as `{"thread": "rw"}`."""
    return {
        location: "".join(MODES[mode] for mode in allowed.get(who, []))
        for location, allowed in access.items()
    }


class UnregisterProperty(TypedDict):
    name: str
    owner_client_id: str


@method("properties--my:rw")
def unregister_property(caller: Caller, payload: UnregisterProperty) -> Payload:
    own = caller.organization.declared_properties.get(payload["owner_client_id"], {})
    if own.pop(payload["name"], None) is None:
        raise LiveChatError("not_found", "Property not found")
    return {}


class ListProperties(TypedDict):
    owner_client_id: str


@method("properties--my:ro")
def list_properties(caller: Caller, payload: ListProperties) -> Payload:
    own = caller.organization.declared_properties.get(payload["owner_client_id"], {})
    return {name: view(declaration) for name, declaration in own.items()}


def view(declaration: Declaration) -> Payload:
    by_letter = {letter: mode for mode, letter in MODES.items()}
    locations = sorted({*declaration.customers, *(declaration.agents or {})})
    access = {
        location: {
            "agent": [by_letter[letter] for letter in (declaration.agents or {}).get(location, "")],
            "customer": [by_letter[letter] for letter in declaration.customers.get(location, "")],
        }
        for location in locations
    }
    shown: Payload = {"type": declaration.type, "description": "", "access": access}
    return shown | ({"domain": declaration.domain} if declaration.domain is not None else {})


# --- properties of the license and of groups --------------------------------------------------


def check_values(organization: Organization, given: Properties) -> None:
    """Raises validation for what nobody declared, or of another type."""
    for namespace, values in given.items():
        for name, value in values.items():
            declaration = organization.declaration(namespace, name)
            if declaration is None:
                raise LiveChatError("validation", f"Unknown property {namespace}.{name}")
            if not declaration.accepts(value):
                raise LiveChatError("validation", f"Wrong value of property {namespace}.{name}")


def chosen(properties: Properties, payload: Parameters) -> Properties:
    """Those of a namespace, or whose names begin with a prefix."""
    prefix = payload.get("name_prefix", "")
    found = {
        namespace: {name: value for name, value in values.items() if name.startswith(prefix)}
        for namespace, values in properties.items()
        if payload.get("namespace") in (None, namespace)
    }
    return {namespace: values for namespace, values in found.items() if values}


def remove(properties: Properties, names: dict[str, list[str]]) -> None:
    for namespace, listed in names.items():
        for name in listed:
            properties.get(namespace, {}).pop(name, None)


class UpdateLicenseProperties(TypedDict):
    properties: Properties


@method("properties--my:rw")
def update_license_properties(caller: Caller, payload: UpdateLicenseProperties) -> Payload:
    check_values(caller.organization, payload["properties"])
    rules.merge(caller.organization.properties, payload["properties"])
    told = {"properties": payload["properties"]}
    tell(caller.organization, "license_properties_updated", told)
    return {}


class ListLicenseProperties(TypedDict):
    namespace: NotRequired[str]
    name_prefix: NotRequired[str]


@method("properties--my:ro")
def list_license_properties(caller: Caller, payload: ListLicenseProperties) -> Properties:
    return chosen(caller.organization.properties, payload)


class DeleteLicenseProperties(TypedDict):
    properties: dict[str, list[str]]


@method("properties--my:rw")
def delete_license_properties(caller: Caller, payload: DeleteLicenseProperties) -> Payload:
    remove(caller.organization.properties, payload["properties"])
    return {}


class UpdateGroupProperties(TypedDict):
    group_id: int
    properties: Properties


@method("properties--my:rw")
def update_group_properties(caller: Caller, payload: UpdateGroupProperties) -> Payload:
    group = caller.organization.group(payload["group_id"])
    check_values(caller.organization, payload["properties"])
    rules.merge(group.properties, payload["properties"])
    members = [each.id for each in caller.organization.agents.values() if each.is_in([group.id])]
    told = {"group_id": group.id, "properties": payload["properties"]}
    pushes.to_agents(caller.organization, members, "group_properties_updated", told)
    return {}


class ListGroupsProperties(TypedDict):
    group_ids: list[int]
    namespace: NotRequired[str]
    name_prefix: NotRequired[str]


@method("properties--my:ro")
def list_groups_properties(caller: Caller, payload: ListGroupsProperties) -> list[Payload]:
    """Of the groups asked for; of all where the list is empty."""
    wanted = payload["group_ids"] or list(caller.organization.groups)
    return [
        {
            "id": group_id,
            "properties": chosen(caller.organization.group(group_id).properties, payload),
        }
        for group_id in wanted
    ]


class DeleteGroupProperties(TypedDict):
    id: int
    properties: dict[str, list[str]]


@method("properties--my:rw")
def delete_group_properties(caller: Caller, payload: DeleteGroupProperties) -> Payload:
    remove(caller.organization.group(payload["id"]).properties, payload["properties"])
    return {}
