"""How the accounts service serves a request: as far as faults allow it, in its own words."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from livechat_sandbox.accounts.refusals import Refusal
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.transports.methods import refusal_of
from livechat_sandbox.transports.scope import world_of
from livechat_sandbox.transports.web import answer_disturbed, note, user_id_of
from livechat_sandbox.world.journal import Side

View = Callable[[HttpRequest], HttpResponse]


async def answer(request: HttpRequest, side: Side, method: str, view: View) -> HttpResponseBase:
    """Serve one request and note it under `method`, by which faults know it as well."""
    world = world_of(request)

    async def answer_undisturbed() -> HttpResponse:
        try:
            return view(request)
        except Refusal as refusal:
            return JsonResponse(refusal.body(), status=refusal.status)
        except Exception as error:
            return refuse(refusal_of(error))
        finally:
            world.deliver_all()

    user_id = user_id_of(request) or request.COOKIES.get("__lc_cid")
    disturbance = world.faults.on_request(side, "accounts", method, user_id)
    response = await answer_disturbed(request, disturbance, answer_undisturbed, refuse)
    note(request, side, "accounts", method, response)
    return response


def refuse(error: LiveChatError) -> HttpResponse:
    """A fault's error in the words of this service."""
    words = {"internal": "server_error", "service_unavailable": "temporarily_unavailable"}
    refusal = Refusal(words.get(error.type, error.type), error.message)
    return JsonResponse(refusal.body(), status=error.status)
