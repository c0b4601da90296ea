"""Customer Chat API, the rest: links, goals, e-mail, what a widget reads of its configuration."""

from typing import Any, NotRequired, TypedDict

from livechat_sandbox.platform import widget_configuration
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.transports import link_preview
from livechat_sandbox.transports.methods import WEB, Caller, method


class GetUrlInfo(TypedDict):
    url: str


@method()
async def get_url_info(caller: Caller, payload: GetUrlInfo) -> Payload:
    private = caller.organization.reaches_private_addresses
    return await link_preview.describe(payload["url"], private=private)


class CheckGoals(TypedDict):
    session_fields: list[dict[str, str]]
    group_id: int
    page_url: str


@method(transports=WEB)
def check_goals(caller: Caller, payload: CheckGoals) -> Payload:
    """Goals are kept for tests to look at; reaching one has no further effect."""
    organization = caller.organization
    organization.group(payload["group_id"])
    organization.goals.append({"customer_id": caller.customer.id} | payload)
    return {}


class RequestEmailVerification(TypedDict):
    callback_uri: str


@method(transports=WEB)
async def request_email_verification(caller: Caller, payload: RequestEmailVerification) -> Payload:
    """Nobody reads mail here: the address counts as verified at once, and the URI is called."""
    customer = caller.customer
    if "email" not in customer.fields:
        raise LiveChatError("validation", "The customer has no e-mail address")
    customer.email_verified = True
    caller.organization.email_verifications.append(
        {"customer_id": customer.id, "callback_uri": payload["callback_uri"]}
    )
    await link_preview.post(
        payload["callback_uri"],
        {"customer_id": customer.id, "email": customer.fields["email"]},
        private=caller.organization.reaches_private_addresses,
    )
    return {}


class GetDynamicConfiguration(TypedDict):
    group_id: NotRequired[int]
    url: NotRequired[str]
    channel_type: NotRequired[str]
    test: NotRequired[Any]


@method(transports=WEB, http="GET", needs_token=False)
def get_dynamic_configuration(caller: Caller, payload: GetDynamicConfiguration) -> Payload:
    return widget_configuration.dynamic_configuration(
        caller.organization, payload.get("group_id"), payload.get("url"), caller.version
    )


class GetConfiguration(TypedDict):
    group_id: int
    version: str


@method(transports=WEB, http="GET", needs_token=False)
def get_configuration(caller: Caller, payload: GetConfiguration) -> Payload:
    organization, group_id = caller.organization, payload["group_id"]
    if payload["version"] != widget_configuration.config_version(organization, group_id):
        raise LiveChatError("not_found", "Configuration version not found")
    return widget_configuration.configuration(organization, group_id)


class GetLocalization(TypedDict):
    group_id: int
    language: str
    version: str


@method(transports=WEB, http="GET", needs_token=False)
def get_localization(caller: Caller, payload: GetLocalization) -> Payload:
    organization = caller.organization
    organization.group(payload["group_id"])
    if payload["version"] != widget_configuration.localization_version(organization):
        raise LiveChatError("not_found", "Localization version not found")
    return dict(organization.localization)
