"""Configuration API: which properties exist, and those of the license and of groups.

Source: Configuration API v3.6, "Properties".
"""

from livechat_sandbox.configuration_api.agents import tell
from livechat_sandbox.platform import events, pushes
from livechat_sandbox.platform import properties as rules
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import (
    anything,
    array,
    integer,
    one_of,
    record,
    required,
    text,
)
from livechat_sandbox.platform.structures import Declaration, Organization, Payload, Properties
from livechat_sandbox.transports.methods import Caller, Method

TYPES = one_of("int", "bool", "string", "tokenized_string")
MODES = {"read": "r", "write": "w"}


# --- which properties exist -------------------------------------------------------------------


def register_property(caller: Caller, payload: Payload) -> Payload:
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


def unregister_property(caller: Caller, payload: Payload) -> Payload:
    own = caller.organization.declared_properties.get(payload["owner_client_id"], {})
    if own.pop(payload["name"], None) is None:
        raise LiveChatError("not_found", "Property not found")
    return {}


def list_properties(caller: Caller, payload: Payload) -> Payload:
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


def chosen(properties: Properties, payload: Payload) -> Properties:
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


def update_license_properties(caller: Caller, payload: Payload) -> Payload:
    check_values(caller.organization, payload["properties"])
    rules.merge(caller.organization.properties, payload["properties"])
    told = {"properties": payload["properties"]}
    tell(caller.organization, "license_properties_updated", told)
    return {}


def list_license_properties(caller: Caller, payload: Payload) -> Properties:
    return chosen(caller.organization.properties, payload)


def delete_license_properties(caller: Caller, payload: Payload) -> Payload:
    remove(caller.organization.properties, payload["properties"])
    return {}


def update_group_properties(caller: Caller, payload: Payload) -> Payload:
    group = caller.organization.group(payload["group_id"])
    check_values(caller.organization, payload["properties"])
    rules.merge(group.properties, payload["properties"])
    members = [each.id for each in caller.organization.agents.values() if each.is_in([group.id])]
    told = {"group_id": group.id, "properties": payload["properties"]}
    pushes.to_agents(caller.organization, members, "group_properties_updated", told)
    return {}


def list_groups_properties(caller: Caller, payload: Payload) -> list[Payload]:
    """Of the groups asked for; of all where the list is empty."""
    wanted = payload["group_ids"] or list(caller.organization.groups)
    return [
        {
            "id": group_id,
            "properties": chosen(caller.organization.group(group_id).properties, payload),
        }
        for group_id in wanted
    ]


def delete_group_properties(caller: Caller, payload: Payload) -> Payload:
    remove(caller.organization.group(payload["id"]).properties, payload["properties"])
    return {}


NAME = required(text())
GIVEN = required(events.PROPERTIES)
NAMES = required(record(extra=array(text())))
ACCESS = record(extra=record(agent=array(one_of(*MODES)), customer=array(one_of(*MODES))))

METHODS = {
    "register_property": Method(
        register_property,
        record(
            name=NAME,
            owner_client_id=NAME,
            type=required(TYPES),
            access=ACCESS,
            description=text(),
            domain=array(anything()),
        ),
        scope="properties--my:rw",
    ),
    "unregister_property": Method(
        unregister_property, record(name=NAME, owner_client_id=NAME), scope="properties--my:rw"
    ),
    "list_properties": Method(
        list_properties, record(owner_client_id=NAME), scope="properties--my:ro"
    ),
    "update_license_properties": Method(
        update_license_properties, record(properties=GIVEN), scope="properties--my:rw"
    ),
    "list_license_properties": Method(
        list_license_properties,
        record(namespace=text(), name_prefix=text()),
        scope="properties--my:ro",
    ),
    "delete_license_properties": Method(
        delete_license_properties, record(properties=NAMES), scope="properties--my:rw"
    ),
    "update_group_properties": Method(
        update_group_properties,
        record(group_id=required(integer()), properties=GIVEN),
        scope="properties--my:rw",
    ),
    "list_groups_properties": Method(
        list_groups_properties,
        record(group_ids=required(array(integer())), namespace=text(), name_prefix=text()),
        scope="properties--my:ro",
    ),
    "delete_group_properties": Method(
        delete_group_properties,
        record(id=required(integer()), properties=NAMES),
        scope="properties--my:rw",
    ),
}
