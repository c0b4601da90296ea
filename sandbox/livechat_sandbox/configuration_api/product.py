"""Configuration API: the license itself, its trusted domains and its texts.

Source: Configuration API v3.6 and v3.7, "Allowed domains", "Translations" and "Other".
"""

from typing import Annotated, Literal, TypedDict

from msgspec import Meta

from livechat_sandbox.configuration_api.agents import find
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.transports.methods import Caller, method

SINCE_3_6, SINCE_3_7 = ("3.6", "3.7"), ("3.7",)
PHRASES = (
    *("Welcome_title", "Agents_not_available_continuous", "User_in_queue", "Client"),
    *("Embedded_textarea_placeholder", "Offline_message_sent"),
)
MOST_GROUPS = {"starter": 1, "team": 10, "enterprise": 100, "enterpriseplus": 1000}  # a choice
COMPANY = (
    *("audience", "chat_purpose", "city", "company", "company_size", "country", "invoice_email"),
    *("invoice_name", "nip", "postal_code", "state", "street", "phone", "province", "url"),
)


# --- trusted domains --------------------------------------------------------------------------


class Domain(TypedDict):
    domain: Annotated[str, Meta(min_length=1, max_length=255)]


@method("domain_manage", versions=SINCE_3_7)
def add_allowed_domain(caller: Caller, payload: Domain) -> Payload:
    """From the first on, the widget is for listed domains only. Raises already_exists."""
    domains = caller.organization.rules.trusted_domains
    if payload["domain"] in domains:
        raise LiveChatError("already_exists")
    domains.append(payload["domain"])
    return {}


@method("domain_manage", versions=SINCE_3_7)
def list_allowed_domains(caller: Caller, _: Payload) -> Payload:
    return {"domains": caller.organization.rules.trusted_domains}


@method("domain_manage", versions=SINCE_3_7)
def delete_allowed_domain(caller: Caller, payload: Domain) -> Payload:
    domains = caller.organization.rules.trusted_domains
    if payload["domain"] not in domains:
        raise LiveChatError("not_found", "Domain not found")
    domains.remove(payload["domain"])
    return {}


# --- texts ------------------------------------------------------------------------------------


class Language(TypedDict):
    group_id: int
    language: str


class Translations(TypedDict):
    group_id: int
    language: str
    phrases: dict[str, str]


@method("languages_write", versions=SINCE_3_7)
def update_translations(caller: Caller, payload: Translations) -> Payload:
    caller.organization.group(payload["group_id"])
    unknown = payload["phrases"].keys() - set(PHRASES)
    if unknown:
        raise LiveChatError("validation", f"Unknown phrases: {', '.join(sorted(unknown))}")
    key = f"{payload['group_id']}/{payload['language']}"
    caller.organization.translations.setdefault(key, {}).update(payload["phrases"])
    return {}


@method("languages_read", versions=SINCE_3_7)
def list_translations(caller: Caller, payload: Language) -> Payload:
    caller.organization.group(payload["group_id"])
    key = f"{payload['group_id']}/{payload['language']}"
    return {"phrases": caller.organization.translations.get(key, {})}


# --- other ------------------------------------------------------------------------------------


@method()
def list_channels(caller: Caller, _: Payload) -> list[Payload]:
    """Each app through which customers came, since its first chat."""
    first: dict[str, str] = {}
    for chat in caller.organization.chats.values():
        client_id = chat.properties.get("source", {}).get("client_id", "")
        if chat.threads:
            first.setdefault(client_id, chat.threads[0].created_at)
    return [
        {
            "channel_type": "integration" if client_id else "code",
            "channel_subtype": client_id,
            "first_activity_timestamp": moment,
        }
        for client_id, moment in first.items()
    ]


class Plan(TypedDict):
    plan: Literal["starter", "team", "enterprise", "enterpriseplus"]


@method("subscription.lc:rw")
def check_product_limits_for_plan(caller: Caller, payload: Plan) -> list[Payload]:
    """What the plan has too little of. LiveChat publishes no limits; groups have some here."""
    more = len(caller.organization.groups) - MOST_GROUPS[payload["plan"]]
    return [{"resource": "groups", "limit_balance": more}] if more > 0 else []


@method()
def get_product_source(_: Caller, __: Payload) -> Payload:
    return {"source_id": "", "source_type": "", "source_url": ""}


class ReactivateEmail(TypedDict):
    agent_id: str


@method("agents--all:rw", versions=SINCE_3_6)
def reactivate_email(caller: Caller, payload: ReactivateEmail) -> Payload:
    """No mail bounces here. Raises not_found."""
    find(caller.organization, payload["agent_id"])
    return {}


class CompanyDetails(TypedDict, total=False):
    enrich: bool
    audience: str
    chat_purpose: str
    city: str
    company: str
    company_size: str
    country: str
    invoice_email: str
    invoice_name: str
    nip: str
    postal_code: str
    state: str
    street: str
    phone: str
    province: str
    url: str


@method("organization--my:rw", versions=SINCE_3_6)
def update_company_details(caller: Caller, payload: CompanyDetails) -> Payload:
    """Kept as they are told; nothing is looked up."""
    kept: Payload = {name: value for name, value in payload.items() if name in COMPANY}
    caller.organization.company |= kept
    return {}


@method(versions=SINCE_3_6)
def get_company_details(caller: Caller, _: Payload) -> Payload:
    """Known from LiveChat's Python client only."""
    return caller.organization.company
