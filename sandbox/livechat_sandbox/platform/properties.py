"""Properties: what is declared, of which type, and who may read or write it where.

Source: "Default properties", which lists what agents and customers may do.
"""

from typing import Any, Literal

from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.payloads import Properties
from livechat_sandbox.platform.structures import Declaration, Location, Organization, Person

LOCATIONS: tuple[Location, ...] = ("event", "thread", "chat")


def _everywhere(mode: str) -> dict[str, str]:
    return dict.fromkeys(LOCATIONS, mode)


def default_declarations() -> dict[str, dict[str, Declaration]]:
    """What every organization has: for customers, then for agents."""
    event_rw, event_r = {"event": "rw"}, {"event": "r"}
    thread_rw, thread_r = {"thread": "rw"}, {"thread": "r"}
    chat_rw, chat_r = {"chat": "rw"}, {"chat": "r"}
    license_rw, license_r = {"license": "rw"}, {"license": "r"}
    all_rw, all_r = _everywhere("rw"), _everywhere("r")
    declared = {
        ("rating", "score"): Declaration("int", all_rw, [0, 1], agents=all_r),
        ("rating", "comment"): Declaration("string", all_rw, agents=all_r),
        ("routing", "continuous"): Declaration("bool", thread_r | chat_r, agents=thread_r | chat_r),
        ("routing", "email_follow_up"): Declaration("bool", chat_rw, agents=chat_r),
        ("routing", "ignore_agents_routing"): Declaration("bool", chat_rw, agents=chat_rw),
        ("routing", "ignore_bots"): Declaration("bool", {"thread": "w"}, agents={}),
        ("routing", "transcript_email"): Declaration("string", thread_rw, agents=thread_r),
        ("routing", "offline_message"): Declaration("bool", thread_rw, agents=thread_r),
        ("routing", "start_url"): Declaration("string", thread_r, agents=thread_r),
        ("routing", "idle"): Declaration("bool", agents=thread_r),
        ("routing", "pinned"): Declaration("bool", agents=thread_r | chat_rw),
        ("routing", "was_pinned"): Declaration("bool", agents=chat_r),
        ("routing", "unassigned"): Declaration("bool", agents=thread_r | chat_r),
        ("routing", "unreplied"): Declaration("bool", agents=thread_r),
        ("routing", "referrer"): Declaration("string", agents=thread_r),
        ("routing", "group_status_at_start"): Declaration("string", agents=thread_r),
        ("routing", "last_transfer_timestamp"): Declaration("int", agents=thread_r),
        ("lc2", "form_type"): Declaration("string", event_rw, agents=event_r),
        ("lc2", "greeting_id"): Declaration("int", event_r | thread_rw, agents=event_r | thread_r),
        ("lc2", "greeting_unique_id"): Declaration(
            "string", event_r | thread_rw, agents=event_r | thread_r
        ),
        ("lc2", "welcome_message"): Declaration("bool", event_r, agents=event_r),
        ("lc2", "file_safety_confirmation"): Declaration("bool", agents=event_rw),
        ("chats", "formatting"): Declaration("string", event_rw, agents=event_rw),
        ("chats", "welcome_message_source"): Declaration("string", event_r, agents=event_r),
        ("source", "client_id"): Declaration("string", all_r, agents=all_r),
        ("source", "customer_client_id"): Declaration(
            "string", thread_r | chat_r, agents=thread_r | chat_r
        ),
        ("monitoring", "ip_mask"): Declaration("string", agents=license_rw),
        ("monitoring", "whitelist_enabled"): Declaration("bool", agents=license_r),
        ("status", "delivered"): Declaration("bool", event_rw, agents=event_rw),
        ("translation", "target_message"): Declaration(
            "tokenized_string", event_r, agents=event_rw
        ),
        ("test", "bool_property"): Declaration("bool", all_rw),
        ("test", "int_property"): Declaration("int", all_rw),
        ("test", "string_property"): Declaration("string", all_rw),
        ("test", "tokenized_string_property"): Declaration("tokenized_string", all_rw),
    }
    for name in ("title", "description", "url", "image_url"):
        declared["url_details", name] = Declaration("string", event_rw, agents=event_rw)
    for name in ("image_width", "image_height"):
        declared["url_details", name] = Declaration("int", event_rw, agents=event_rw)
    for name in ("source_lang_code", "target_lang_code"):
        declared["translation", name] = Declaration("string", event_r, agents=event_rw)
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
