"""Configuration API: which properties exist, and those of the license and of groups.

Source: Configuration API v3.6, "Properties".
"""

import copy
from typing import Any, Literal, NotRequired, TypedDict

from livechat_sandbox.configuration_api.agents import tell
from livechat_sandbox.platform import properties as rules
from livechat_sandbox.platform import pushes
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import Parameters
from livechat_sandbox.platform.payloads import Payload, Properties
from livechat_sandbox.platform.structures import Declaration
from livechat_sandbox.transports.methods import Caller, method

MODES = {"read": "r", "write": "w"}


# --- which properties exist -------------------------------------------------------------------


class RegisterPropertyAccess(TypedDict):
    agent: NotRequired[list[Literal["read", "write"]] | None]  # null: as if it were not there
    customer: NotRequired[list[Literal["read", "write"]] | None]


Bounds = TypedDict("Bounds", {"from": int, "to": int}, total=False)


class RegisterProperty(TypedDict):
    name: str
    owner_client_id: str
    type: Literal["int", "bool", "string", "tokenized_string"]
    access: NotRequired[dict[str, RegisterPropertyAccess]]
    description: NotRequired[str]
    domain: NotRequired[list[Any]]
    range: NotRequired[Bounds]
    default_value: NotRequired[Any]


@method("properties.configuration:rw")
def register_property(caller: Caller, payload: RegisterProperty) -> Payload:
    """Declare a private property in the namespace of its owner. Raises already_exists."""
    owner, name = payload["owner_client_id"], payload["name"]
    if caller.organization.declaration(owner, name):
        raise LiveChatError("already_exists")
    access: Payload = payload.get("access", {})
    bounds: Payload = {**payload.get("range", {})}
    declaration = Declaration(
        payload["type"],
        customers=modes_of(access, "customer"),
        agents=modes_of(access, "agent"),
        domain=payload.get("domain"),
        lowest=bounds.get("from"),
        highest=bounds.get("to"),
        default=payload.get("default_value"),
        public="",
        description=payload.get("description", ""),
    )
    check_declaration(declaration, access, bounds)
    caller.organization.declared_properties.setdefault(owner, {})[name] = declaration
    return {}


def check_declaration(declaration: Declaration, access: Payload, bounds: Payload) -> None:
    """Raises validation for a range of texts, or a default that could not be."""
    if bounds and declaration.type != "int":
        raise LiveChatError("validation", "`range` is for numbers only")
    if declaration.default is None:
        return
    if access.keys().isdisjoint(("license", "group")):
        raise LiveChatError("validation", "`default_value` is for license and group only")
    if not declaration.accepts(declaration.default):
        raise LiveChatError("validation", "`default_value` is not a value of the property")


def modes_of(access: Payload, who: str) -> dict[str, str]:
    """`{"thread": {"agent": ["read", "write"]}}` as `{"thread": "rw"}`."""
    return {
        location: "".join(MODES[mode] for mode in allowed.get(who) or [])
        for location, allowed in access.items()
    }


class UnregisterProperty(TypedDict):
    name: str
    owner_client_id: str


@method("properties.configuration:rw")
def unregister_property(caller: Caller, payload: UnregisterProperty) -> Payload:
    if find(caller, payload).public:
        raise LiveChatError("validation", "A published property cannot be unregistered")
    del caller.organization.declared_properties[payload["owner_client_id"]][payload["name"]]
    return {}


def find(caller: Caller, payload: Parameters) -> Declaration:
    """Raises not_found."""
    found = caller.organization.declaration(payload["owner_client_id"], payload["name"])
    if found is None:
        raise LiveChatError("not_found", "Property not found")
    return found


class PublishProperty(TypedDict):
    name: str
    owner_client_id: str
    access_type: list[Literal["read", "write"]]


@method("properties.configuration:rw")
def publish_property(caller: Caller, payload: PublishProperty) -> Payload:
    """Open a property to other apps; there is no way back."""
    find(caller, payload).public = "".join(MODES[mode] for mode in payload["access_type"])
    return {}


class ListProperties(TypedDict):
    owner_client_id: str


@method("properties.configuration:rw")
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
    shown: Payload = {
        "type": declaration.type,
        "description": declaration.description,
        "access": access,
        "public_access": [by_letter[letter] for letter in declaration.public],
    }
    if declaration.domain is not None:
        shown["domain"] = declaration.domain
    bounds = {"from": declaration.lowest, "to": declaration.highest}
    if given := {name: value for name, value in bounds.items() if value is not None}:
        shown["range"] = given
    return shown | ({} if declaration.default is None else {"default_value": declaration.default})


# --- properties of the license and of groups --------------------------------------------------


def check_owner(caller: Caller, names: dict[str, Any], place: str) -> None:
    """Raises authorization for another app's properties: they need a scope, and to be public."""
    if any(namespace != caller.client_id for namespace in names):
        caller.needs(f"properties.{place}.value--all:rw")
    rules.check_open(caller.organization, names, caller.client_id, "w")


def check_values(caller: Caller, given: Properties, place: str) -> None:
    """Raises validation for what nobody declared, or of another type.

    Raises authorization for what agents may only read there.
    """
    for namespace, values in given.items():
        for name, value in values.items():
            declaration = caller.organization.declaration(namespace, name)
            if declaration is None:
                raise LiveChatError("validation", f"Unknown property {namespace}.{name}")
            modes = "rw" if declaration.agents is None else declaration.agents.get(place, "")
            if namespace != caller.client_id and "w" not in modes:
                raise LiveChatError("authorization", f"No write access to {namespace}.{name}")
            if not declaration.accepts(value):
                raise LiveChatError("validation", f"Wrong value of property {namespace}.{name}")


def choose(caller: Caller, place: str, properties: Properties, payload: Parameters) -> Properties:
    """What the app may read, of a namespace, or whose names begin with a prefix."""
    prefix = payload.get("name_prefix", "")
    everybodys = f"properties.{place}.value--all:ro" in caller.scopes
    found: Properties = {}
    for namespace, declared in caller.organization.declared_properties.items():
        own = namespace == caller.client_id
        if payload.get("namespace") not in (None, namespace) or not (own or everybodys):
            continue
        for name, declaration in declared.items():
            value = properties.get(namespace, {}).get(name, declaration.default)
            readable = own or "r" in declaration.public
            if value is not None and name.startswith(prefix) and readable:
                found.setdefault(namespace, {})[name] = value
    return found


def remove(properties: Properties, names: dict[str, list[str]]) -> None:
    for namespace, listed in names.items():
        for name in listed:
            properties.get(namespace, {}).pop(name, None)


class UpdateLicenseProperties(TypedDict):
    properties: Properties


@method("properties.license.value--my:rw")
def update_license_properties(caller: Caller, payload: UpdateLicenseProperties) -> Payload:
    check_owner(caller, payload["properties"], "license")
    check_values(caller, payload["properties"], "license")
    rules.merge(caller.organization.properties, payload["properties"])
    told = {"properties": payload["properties"]}
    tell(caller.organization, "license_properties_updated", told)
    return {}


class ListLicenseProperties(TypedDict):
    namespace: NotRequired[str]
    name_prefix: NotRequired[str]


@method("properties.license.value--my:ro")
def list_license_properties(caller: Caller, payload: ListLicenseProperties) -> Properties:
    """With what follows from other settings: whether there are trusted domains."""
    properties = copy.deepcopy(caller.organization.properties)
    is_enabled = bool(caller.organization.rules.trusted_domains)
    rules.merge(properties, {"monitoring": {"whitelist_enabled": is_enabled}})
    return choose(caller, "license", properties, payload)


class DeleteLicenseProperties(TypedDict):
    properties: dict[str, list[str]]


@method("properties.license.value--my:rw")
def delete_license_properties(caller: Caller, payload: DeleteLicenseProperties) -> Payload:
    check_owner(caller, payload["properties"], "license")
    remove(caller.organization.properties, payload["properties"])
    return {}


class UpdateGroupProperties(TypedDict):
    group_id: int
    properties: Properties


@method("properties.group.value--my:rw")
def update_group_properties(caller: Caller, payload: UpdateGroupProperties) -> Payload:
    group = caller.organization.group(payload["group_id"])
    check_owner(caller, payload["properties"], "group")
    check_values(caller, payload["properties"], "group")
    rules.merge(group.properties, payload["properties"])
    members = [each.id for each in caller.organization.agents.values() if each.is_in([group.id])]
    told = {"group_id": group.id, "properties": payload["properties"]}
    pushes.to_agents(caller.organization, members, "group_properties_updated", told)
    return {}


class ListGroupsProperties(TypedDict):
    group_ids: list[int]
    namespace: NotRequired[str]
    name_prefix: NotRequired[str]


@method("properties.group.value--all:ro")
def list_groups_properties(caller: Caller, payload: ListGroupsProperties) -> list[Payload]:
    """Of the groups asked for; of all where the list is empty."""
    wanted = payload["group_ids"] or list(caller.organization.groups)
    return [
        {
            "id": group_id,
            "properties": choose(
                caller, "group", caller.organization.group(group_id).properties, payload
            ),
        }
        for group_id in wanted
    ]


class DeleteGroupProperties(TypedDict):
    id: int
    properties: dict[str, list[str]]


@method("properties.group.value--my:rw")
def delete_group_properties(caller: Caller, payload: DeleteGroupProperties) -> Payload:
    check_owner(caller, payload["properties"], "group")
    remove(caller.organization.group(payload["id"]).properties, payload["properties"])
    return {}
