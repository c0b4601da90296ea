"""Rules and switches of an organization: what they are, and changing them."""

from dataclasses import asdict, fields
from typing import Any, Literal, get_type_hints

import msgspec

from livechat_sandbox.control.door import Mistake, refuse_unknown
from livechat_sandbox.platform import pushes
from livechat_sandbox.platform.configuration import Form, Greeting, Rules
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.routing import routing
from livechat_sandbox.platform.structures import Organization, RoutingStatus
from livechat_sandbox.world.world import World

# A form or a greeting is switched on or off, or given as an object with what is to change.
SWITCHES: dict[str, Any] = {
    "region": Literal["dal", "fra"],
    "expired": bool,
    "agents": dict[str, RoutingStatus],
    "max_chats": dict[str, int],
    "forms": dict[str, bool | Payload],
    "greetings": dict[int, bool | Payload],
    "welcome_message": str | None,
}
KNOWN: dict[str, Any] = {**get_type_hints(Rules, include_extras=True), **SWITCHES}


class FormField(msgspec.Struct):
    type: str
    label: str


def view(organization: Organization) -> Payload:
    return vars(organization.rules) | {
        "region": organization.region,
        "expired": organization.expired,
        "agents": {agent.id: agent.status for agent in organization.agents.values()},
        "forms": {kind: form.enabled for kind, form in organization.forms.items()},
        "greetings": {str(each.id): each.enabled for each in organization.greetings.values()},
        "welcome_message": organization.welcome_message,
        "max_chats": {agent.id: agent.max_chats for agent in organization.agents.values()},
    }


def change(world: World, organization: Organization, wished: Payload) -> None:
    """All or nothing: a mistake changes nothing. Raises Mistake, naming what is known."""
    given = check(organization, wished)
    forms = [form_of(organization, kind, wish) for kind, wish in given.pop("forms", {}).items()]
    greetings = [
        greeting_of(organization, number, wish)
        for number, wish in given.pop("greetings", {}).items()
    ]
    organization.forms |= dict(forms)
    organization.greetings |= {greeting.id: greeting for greeting in greetings}
    for name in (KNOWN.keys() - SWITCHES.keys()) & given.keys():
        setattr(organization.rules, name, given[name])
    turn(world, organization, given)


def check(organization: Organization, wished: Payload) -> Payload:
    """The wishes as what they have to be. Raises Mistake."""
    refuse_unknown("settings", wished.keys(), KNOWN)
    given = {name: convert(name, value, KNOWN[name]) for name, value in wished.items()}
    for name in ("agents", "max_chats"):
        refuse_unknown(f"agents in `{name}`", given.get(name, {}), organization.agents)
    refuse_unknown("forms", given.get("forms", {}), organization.forms)
    return given


def convert(name: str, value: Any, wanted: Any) -> Any:
    """JSON has text for keys, so numbers among them are read from text. Raises Mistake."""
    try:
        return msgspec.json.decode(msgspec.json.encode(value), type=wanted)
    except msgspec.ValidationError as error:
        raise Mistake(f"`{name}`: {error}") from error


def form_of(organization: Organization, kind: str, wish: bool | Payload) -> tuple[str, Form]:
    """A form with what is to change of it. Raises Mistake."""
    form = organization.forms[kind]
    changes = {"enabled": wish} if isinstance(wish, bool) else wish
    refuse_unknown(f"names in the form `{kind}`", changes, ("fields", "enabled"))
    made: Form = convert(f"forms.{kind}", asdict(form) | changes, Form)
    convert(f"forms.{kind}.fields", made.fields, list[FormField])
    for number, field in enumerate(made.fields):
        field.setdefault("id", f"{made.id}{number}")
    return kind, made


def greeting_of(organization: Organization, number: int, wish: bool | Payload) -> Greeting:
    """A greeting with what is to change of it, or a new one. Raises Mistake."""
    known = organization.greetings.get(number)
    if isinstance(wish, bool):
        if known is None:
            refuse_unknown("greetings", [number], organization.greetings)
        wish = {"enabled": wish}
    refuse_unknown(
        f"names in the greeting `{number}`", wish, [each.name for each in fields(Greeting)]
    )
    before = asdict(known) if known else {}
    made: Greeting = convert(f"greetings.{number}", before | wish | {"id": number}, Greeting)
    if not isinstance(made.event.get("type"), str):
        raise Mistake(f"`greetings.{number}`: `event` needs a `type`")
    return made


def turn(world: World, organization: Organization, given: Payload) -> None:
    if "region" in given:
        organization.region = given["region"]
        send_away(world, organization, "misdirected_connection", {"region": organization.region})
    if "expired" in given:
        organization.expired = given["expired"]
        if organization.expired:
            send_away(world, organization, "license_expired")
    if "welcome_message" in given:
        organization.welcome_message = given["welcome_message"]
    for agent_id, most in given.get("max_chats", {}).items():
        organization.agents[agent_id].max_chats = most
    for agent_id, status in given.get("agents", {}).items():
        routing.set_status(organization.agents[agent_id], status)


def send_away(
    world: World, organization: Organization, reason: str, data: dict[str, str] | None = None
) -> None:
    for user_id in [*organization.customers, *organization.agents]:
        if world.connections.of(user_id):
            pushes.evict(organization, user_id, reason, data=data)
