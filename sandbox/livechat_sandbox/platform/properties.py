"""Properties: what is declared, of which type, and who may read or write it where.

Source: Customer Chat API v3.6, "Default properties".
"""

from typing import Any, Literal

from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.payloads import Properties
from livechat_sandbox.platform.structures import Declaration, Location, Organization, Person

LOCATIONS: tuple[Location, ...] = ("event", "thread", "chat")


def _everywhere(mode: str) -> dict[str, str]:
    return dict.fromkeys(LOCATIONS, mode)


def default_declarations() -> dict[str, dict[str, Declaration]]:
    """What every organization has."""
    event_rw, event_r = {"event": "rw"}, {"event": "r"}
    thread_rw, thread_r = {"thread": "rw"}, {"thread": "r"}
    declared = {
        ("rating", "score"): Declaration("int", _everywhere("rw"), [0, 1]),
        ("rating", "comment"): Declaration("string", _everywhere("rw")),
        ("routing", "continuous"): Declaration("bool", {"thread": "r", "chat": "r"}),
        ("routing", "email_follow_up"): Declaration("bool", {"chat": "rw"}),
        ("routing", "ignore_agents_routing"): Declaration("bool", {"chat": "rw"}),
        ("routing", "ignore_bots"): Declaration("bool", {"thread": "w"}),
        ("routing", "transcript_email"): Declaration("string", thread_rw),
        ("routing", "offline_message"): Declaration("bool", thread_rw),
        ("routing", "start_url"): Declaration("string", thread_r),
        ("lc2", "form_type"): Declaration("string", event_rw),
        ("lc2", "greeting_id"): Declaration("int", event_r | thread_rw),
        ("lc2", "greeting_unique_id"): Declaration("string", event_r | thread_rw),
        ("lc2", "welcome_message"): Declaration("bool", event_r),
        ("chats", "formatting"): Declaration("string", event_rw),
        ("chats", "welcome_message_source"): Declaration("string", event_r),
        ("source", "client_id"): Declaration("string", _everywhere("r")),
        ("source", "customer_client_id"): Declaration("string", {"thread": "r", "chat": "r"}),
        ("monitoring", "ip_mask"): Declaration("string"),
        ("monitoring", "whitelist_enabled"): Declaration("bool", agents={"license": "r"}),
        ("status", "delivered"): Declaration("bool", event_rw),
        ("test", "bool_property"): Declaration("bool", _everywhere("rw")),
        ("test", "int_property"): Declaration("int", _everywhere("rw")),
        ("test", "string_property"): Declaration("string", _everywhere("rw")),
        ("test", "tokenized_string_property"): Declaration("tokenized_string", _everywhere("rw")),
    }
    for name in ("title", "description", "url", "image_url"):
        declared["url_details", name] = Declaration("string", event_rw)
    for name in ("image_width", "image_height"):
        declared["url_details", name] = Declaration("int", event_rw)
    for name in ("source_lang_code", "target_lang_code", "target_message"):
        declared["translation", name] = Declaration("string", event_r)
    for name in ("idle", "pinned", "unassigned", "unreplied"):
        declared["routing", name] = Declaration("bool")
    for name in ("last_transfer_timestamp", "referrer", "group_status_at_start"):
        declared["routing", name] = Declaration("string")
    nested: dict[str, dict[str, Declaration]] = {}
    for (namespace, name), declaration in declared.items():
        nested.setdefault(namespace, {})[name] = declaration
    return nested


def check_open(
    organization: Organization, names: dict[str, Any], client_id: str, mode: Literal["r", "w"]
) -> None:
    """Raises authorization for what another app declared and did not publish for this."""
    for namespace, listed in names.items():
        for name in listed:
            declaration = organization.declaration(namespace, name)
            if declaration and namespace != client_id and mode not in declaration.public:
                raise LiveChatError("authorization", f"{namespace}.{name} is another app's")


def check_writable(person: Person, location: Location, properties: Properties) -> None:
    """Raises validation for what is unknown or mistyped, authorization for what is not theirs."""
    for namespace, values in properties.items():
        for name, value in values.items():
            declaration = person.organization.declaration(namespace, name)
            if declaration is None:
                raise LiveChatError("validation", f"Unknown property {namespace}.{name}")
            if not declaration.allows(person, location, "w"):
                raise LiveChatError("authorization", f"No write access to {namespace}.{name}")
            if not declaration.accepts(value):
                raise LiveChatError("validation", f"Wrong value of property {namespace}.{name}")


def readable_by_customers(
    organization: Organization, location: Location, properties: Properties
) -> Properties:
    readable: Properties = {}
    for namespace, values in properties.items():
        for name, value in values.items():
            declaration = organization.declaration(namespace, name)
            if declaration and "r" in declaration.customers.get(location, ""):
                readable.setdefault(namespace, {})[name] = value
    return readable


def readable_names(
    organization: Organization, location: Location, changed: dict[str, Any]
) -> dict[str, Any]:
    """Of a change, given as values or as lists of names, what customers may learn."""
    readable: dict[str, Any] = {}
    for namespace, values in changed.items():
        if isinstance(values, dict):
            kept: Any = readable_by_customers(organization, location, {namespace: values})
            kept = kept.get(namespace)
        else:
            shown = readable_by_customers(
                organization, location, {namespace: dict.fromkeys(values)}
            )
            kept = list(shown.get(namespace, {}))
        if kept:
            readable[namespace] = kept
    return readable


def merge(properties: Properties, changes: Properties) -> None:
    for namespace, values in changes.items():
        properties.setdefault(namespace, {}).update(values)


def delete(
    person: Person,
    location: Location,
    properties: Properties,
    names: dict[str, list[str]],
) -> None:
    """Take properties away; what is not there is ignored."""
    for namespace, listed in names.items():
        for name in listed:
            declaration = person.organization.declaration(namespace, name)
            if declaration and not declaration.allows(person, location, "w"):
                raise LiveChatError("authorization", f"No write access to {namespace}.{name}")
    for namespace, listed in names.items():
        for name in listed:
            properties.get(namespace, {}).pop(name, None)
        if not properties.get(namespace, True):
            del properties[namespace]
