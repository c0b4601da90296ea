"""The customer's Web door, and who may pass it."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from livechat_sandbox.customer_api.methods import METHODS
from livechat_sandbox.platform import limits
from livechat_sandbox.platform.credentials import CustomerToken
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.numbers import whole_number
from livechat_sandbox.platform.people import bans
from livechat_sandbox.platform.shapes import customer_versions as versions
from livechat_sandbox.platform.structures import Organization
from livechat_sandbox.platform.tokens import customer_tokens
from livechat_sandbox.transports.methods import Caller, Method
from livechat_sandbox.transports.regions import check_region, requested_region
from livechat_sandbox.transports.scope import world_of
from livechat_sandbox.transports.web import Side, answer
from livechat_sandbox.world.world import World


def find_organization(
    world: World, organization_id: str | None, license_id: str | None = None
) -> Organization:
    """Raises validation without an id, license_not_found for one that does not exist."""
    if organization_id is None and license_id is None:
        raise LiveChatError("validation", "`organization_id` is required")
    if organization_id is None:
        number = whole_number(license_id or "")
        found = None if number is None else world.organization_of_license(number)
    else:
        found = world.organizations.get(organization_id)
    if found is None:
        raise LiveChatError("license_not_found")
    return found


def find_token(world: World, organization: Organization, value: str) -> CustomerToken:
    """Raises authentication for no token, authorization for one of another organization."""
    for each in world.organizations.values():
        if value in each.customer_tokens and each is not organization:
            raise LiveChatError("authorization")
    return customer_tokens.find(organization, value)


def authenticate(request: HttpRequest, method: Method, version: str) -> Caller:
    """Who calls over HTTP, in the order in which LiveChat looks."""
    world = world_of(request)
    organization = find_organization(
        world, request.GET.get("organization_id"), request.GET.get("license_id")
    )
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    headers = {name.lower(): text for name, text in request.headers.items()}
    check_region(organization, requested_region(headers, value))
    if organization.expired:
        raise LiveChatError("license_expired")
    caller = Caller(
        organization=organization,
        version=version,
        ip=request.META.get("REMOTE_ADDR", ""),
        user_agent=request.headers.get("User-Agent", ""),
    )
    if method.needs_token:
        if scheme != "Bearer":
            raise LiveChatError("authentication")
        token = find_token(world, organization, value)
        customer = organization.customer(token.customer_id)
        bans.check(customer, caller.ip)
        limits.count_customers(customer)
        caller.person, caller.client_id = customer, token.client_id
    return caller


CUSTOMER = Side(
    name="customer",
    methods=METHODS,
    versions=versions.VERSIONS,
    default_version=versions.DEFAULT_VERSION,
    authenticate=authenticate,
    shape=versions.shape,
)


async def customer_action(
    request: HttpRequest, action: str, version: str | None = None
) -> HttpResponseBase:
    return await answer(request, CUSTOMER, version, action)
