"""What happens at LiveChat without a request of an API: deletions, and a shop's carts."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from livechat_sandbox.control.door import Mistake, door, read
from livechat_sandbox.control.views import OfOrganization, find_organization
from livechat_sandbox.platform.chats import deletions
from livechat_sandbox.platform.people import customers
from livechat_sandbox.transports.scope import world_of

RANGE = ("date_from", "date_to", "tag")


class Deletion(OfOrganization, total=False):
    chat_id: str
    thread_id: str
    date_from: str
    date_to: str
    tag: str


@door("POST")
async def delete_threads(request: HttpRequest) -> HttpResponse:
    """`chat_id`, with `thread_id` or without; or `date_from`, `date_to`, `tag` for many threads."""
    wished = read(request, Deletion)
    organization = find_organization(world_of(request), wished)
    if "chat_id" not in wished:
        deletions.delete_threads(organization, {n: wished[n] for n in RANGE if n in wished})
    elif "thread_id" in wished:
        deletions.delete_thread(organization.chat(wished["chat_id"]), wished["thread_id"])
    else:
        deletions.delete_chat(organization.chat(wished["chat_id"]))
    world_of(request).deliver(organization)
    return JsonResponse({})


class Cart(OfOrganization):
    customer_id: str
    cart: dict[str, Any]


@door("POST")
async def carts(request: HttpRequest) -> HttpResponse:
    """`customer_id` and `cart`: what the customer's cart in a shop holds now."""
    wished = read(request, Cart)
    organization = find_organization(world_of(request), wished)
    if not isinstance(wished["cart"].get("store_uuid"), str):
        raise Mistake("`cart` is an object with a `store_uuid`")
    customers.fill_cart(organization.customer(wished["customer_id"]), wished["cart"])
    world_of(request).deliver(organization)
    return JsonResponse({})
