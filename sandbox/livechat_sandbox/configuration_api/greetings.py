"""Configuration API: greetings, as owners configure them.

Of the rules the sandbox follows `url_current` and the two times; the others are kept and listed.
Source: Configuration API v3.6, "Greetings".
"""

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta

from livechat_sandbox.platform import pages
from livechat_sandbox.platform.configuration import Greeting
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.numbers import whole_number
from livechat_sandbox.platform.parameters import Parameters
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.people import greetings
from livechat_sandbox.platform.structures import Organization
from livechat_sandbox.transports.methods import Caller, method

SINCE_3_6 = ("3.6", "3.7")
TIMES = ("visit_time_site", "visit_time_page")
LONGEST_TIME = 900  # seconds
TEXT = "greeting-message_text"
OTHER_RULES = (
    *("url_visited", "url_funnel", "pages_view_number", "url_referrer", "geolocation"),
    *("visits_number", "search_keyword", "custom_variable", "ads_traffic"),
    "url_match_page_view_number",
)


class Rule(TypedDict):
    condition: Literal["and", "or"]
    type: str
    operator: NotRequired[str]
    value: NotRequired[str]
    urls: NotRequired[list[dict[str, str]]]
    session_field: NotRequired[dict[str, str]]


Rules = Annotated[list[Rule], Meta(max_length=10)]


class CreateGreeting(TypedDict):
    type: Literal["normal", "announcement"]
    active: bool
    name: str
    group: int
    rules: Rules
    active_from: NotRequired[str]
    active_until: NotRequired[str]
    properties: NotRequired[dict[str, Any]]
    rich_message: NotRequired[Payload]


class UpdateGreeting(TypedDict):
    id: int
    type: NotRequired[Literal["normal", "announcement"]]
    active: NotRequired[bool]
    name: NotRequired[str]
    rules: NotRequired[Rules]
    active_from: NotRequired[str]
    active_until: NotRequired[str]
    properties: NotRequired[dict[str, Any]]
    rich_message: NotRequired[Payload]


def view(greeting: Greeting) -> Payload:
    """What an owner would see of a greeting, also of one that came with the sandbox."""
    kind = "announcement" if greeting.subtype == "announcement" else "normal"
    text = {TEXT: greeting.event["text"]} if "text" in greeting.event else {}
    rules = [
        {"condition": "and", "type": name, "operator": operator, "value": value}
        for name, operator, value in (
            ("url_current", "contains", greeting.url_contains),
            ("visit_time_page", "greater_than", f"{greeting.delay:.0f}" if greeting.delay else ""),
        )
        if value
    ]
    shown: Payload = {
        "id": greeting.id,
        "type": kind,
        "active": greeting.enabled,
        "name": f"Greeting {greeting.id}",
        "group": greeting.group_id or 0,
        "rules": rules,
        "properties": text,
    }
    if "elements" in greeting.event:
        shown["rich_message"] = {name: greeting.event[name] for name in ("template_id", "elements")}
    return shown | greeting.settings


def apply(greeting: Greeting, payload: Parameters) -> None:
    """Take over what was given, and what of it the sandbox follows. Raises validation."""
    check_rules(payload.get("rules", []))
    given = {name: value for name, value in payload.items() if name != "id"}
    greeting.settings = view(greeting) | given
    greeting.enabled = greeting.settings["active"]
    greeting.group_id = greeting.settings["group"] or None
    announces = greeting.settings["type"] == "announcement"
    greeting.subtype = "announcement" if announces else None
    by_type = {rule["type"]: rule for rule in greeting.settings["rules"]}
    greeting.url_contains = by_type.get("url_current", {}).get("value", "")
    greeting.delay = max([float(by_type.get(name, {}).get("value", 0)) for name in TIMES])
    properties = greeting.settings.get("properties", {})
    greeting.addon = properties.get("addon")
    greeting.is_exit_intent = str(properties.get("is_exit_intent", "")).lower() == "true"
    greeting.event = event_of(greeting.settings)


def check_rules(rules: list[Payload]) -> None:
    """Raises validation for a rule of no known type, or an invalid time."""
    for rule in rules:
        if rule["type"] not in ("url_current", *TIMES, *OTHER_RULES):
            raise LiveChatError("validation", f"Unknown rule type {rule['type']}")
        seconds = whole_number(rule.get("value", ""))
        if rule["type"] in TIMES and (seconds is None or seconds > LONGEST_TIME):
            raise LiveChatError("validation", f"`{rule['type']}` is from 0 to 900 seconds")


def event_of(settings: Payload) -> Payload:
    if "rich_message" in settings:
        rich: Payload = settings["rich_message"]
        return {"type": "rich_message", "template_id": "cards"} | rich
    properties = settings.get("properties", {})
    return {"type": "message", "text": str(properties.get(TEXT, settings["name"]))}


def find(organization: Organization, greeting_id: int) -> Greeting:
    """Raises not_found."""
    if greeting_id not in organization.greetings:
        raise LiveChatError("not_found", "Greeting not found")
    return organization.greetings[greeting_id]


@method("greetings:rw", versions=SINCE_3_6)
def create_greeting(caller: Caller, payload: CreateGreeting) -> Payload:
    organization = caller.organization
    organization.group(payload["group"])
    greeting = Greeting(max(organization.greetings, default=0) + 1, {})
    apply(greeting, payload)
    organization.greetings[greeting.id] = greeting
    return {"id": greeting.id}


@method("greetings:rw", versions=SINCE_3_6)
def update_greeting(caller: Caller, payload: UpdateGreeting) -> Payload:
    apply(find(caller.organization, payload["id"]), payload)
    return {}


class OneGreeting(TypedDict):
    id: int


@method("greetings:rw", versions=SINCE_3_6)
def delete_greeting(caller: Caller, payload: OneGreeting) -> Payload:
    greetings.delete(caller.organization, find(caller.organization, payload["id"]).id)
    return {}


@method("greetings:ro", versions=SINCE_3_6)
def get_greeting(caller: Caller, payload: OneGreeting) -> Payload:
    return view(find(caller.organization, payload["id"]))


class ListGreetings(TypedDict):
    groups: NotRequired[list[int]]
    limit: NotRequired[Annotated[int, Meta(ge=1, le=100)]]
    page_id: NotRequired[str]


@method("greetings:ro", versions=SINCE_3_6)
def list_greetings(caller: Caller, payload: ListGreetings) -> Payload:
    groups = payload.get("groups")
    found = [
        shown
        for shown in map(view, caller.organization.greetings.values())
        if groups is None or shown["group"] in groups
    ]
    asked: Payload = {name: payload[name] for name in ("limit", "page_id") if name in payload}
    page = pages.page_of(
        found,
        lambda shown: f"{shown['id']:09}",
        asked,
        default_limit=100,
        now=caller.organization.clock.time(),
    )
    listed = {"greetings": page.items, "found_greetings": len(found)}
    return listed | {name: value for name, value in page.ids().items() if name == "next_page_id"}
