"""Configuration API: canned responses, the texts agents keep ready.

Source: Configuration API v3.7, "Canned responses".
"""

from typing import Annotated, NotRequired, TypedDict

from msgspec import Meta

from livechat_sandbox.configuration_api.agents import tell
from livechat_sandbox.platform import pages
from livechat_sandbox.platform.configuration import CannedResponse
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.transports.methods import Caller, method

SINCE_3_7 = ("3.7",)
EVERYWHERE = "canned_responses--all"


def view(response: CannedResponse) -> Payload:
    return dict(vars(response))


def own_or_any(caller: Caller, group_id: int) -> None:
    """Raises group_not_found, and authorization outside the agent's groups without a scope."""
    caller.organization.group(group_id)
    if group_id not in caller.agent.group_ids:
        caller.needs(f"{EVERYWHERE}:rw")


def find(caller: Caller, response_id: int) -> CannedResponse:
    """Raises not_found, authorization."""
    response = caller.organization.canned_responses.get(response_id)
    if response is None:
        raise LiveChatError("not_found", "Canned response not found")
    own_or_any(caller, response.group_id)
    return response


class CreateCannedResponse(TypedDict):
    text: Annotated[str, Meta(min_length=1)]
    tags: list[str]
    group_id: int
    is_private: NotRequired[bool]


@method("canned_responses_write", versions=SINCE_3_7)
def create_canned_response(caller: Caller, payload: CreateCannedResponse) -> Payload:
    organization = caller.organization
    organization.group(payload["group_id"])
    now = organization.clock.now()
    response = CannedResponse(
        id=max(organization.canned_responses, default=0) + 1,
        text=payload["text"],
        tags=payload["tags"],
        group_id=payload["group_id"],
        is_private=payload.get("is_private", False),
        author_id=caller.agent.id,
        created_at=now,
        updated_at=now,
    )
    organization.canned_responses[response.id] = response
    tell(organization, "canned_response_created", view(response))
    return {"id": response.id}


class UpdateCannedResponse(TypedDict):
    id: int
    text: NotRequired[Annotated[str, Meta(min_length=1)]]
    tags: NotRequired[list[str]]
    group_id: NotRequired[int]
    is_private: NotRequired[bool]


@method("canned_responses--groups:rw", versions=SINCE_3_7)
def update_canned_response(caller: Caller, payload: UpdateCannedResponse) -> Payload:
    response = find(caller, payload["id"])
    own_or_any(caller, payload.get("group_id", response.group_id))
    response.text = payload.get("text", response.text)
    response.tags = payload.get("tags", response.tags)
    response.group_id = payload.get("group_id", response.group_id)
    response.is_private = payload.get("is_private", response.is_private)
    response.author_id, response.updated_at = caller.agent.id, caller.organization.clock.now()
    told = view(response)
    del told["created_at"]
    tell(caller.organization, "canned_response_updated", told)
    return {}


class DeleteCannedResponse(TypedDict):
    id: int


@method("canned_responses--groups:rw", versions=SINCE_3_7)
def delete_canned_response(caller: Caller, payload: DeleteCannedResponse) -> Payload:
    response = find(caller, payload["id"])
    del caller.organization.canned_responses[response.id]
    tell(caller.organization, "canned_response_deleted", {"id": response.id})
    return {}


class ListCannedResponses(TypedDict):
    group_ids: NotRequired[list[int]]
    include_private: NotRequired[bool]
    include_all_private: NotRequired[bool]
    limit: NotRequired[Annotated[int, Meta(ge=1, le=100_000)]]
    page_id: NotRequired[str]


@method("canned_responses--groups:ro", versions=SINCE_3_7)
def list_canned_responses(caller: Caller, payload: ListCannedResponses) -> Payload:
    """Private ones are their author's, unless all are asked for."""
    everybodys = payload.get("include_all_private", False)
    if everybodys:
        caller.needs(f"{EVERYWHERE}:ro")
    private = everybodys or payload.get("include_private", False)
    groups = payload.get("group_ids") or caller.agent.group_ids
    found = [
        each
        for each in caller.organization.canned_responses.values()
        if each.group_id in groups
        and (not each.is_private or (private and (everybodys or each.author_id == caller.agent.id)))
    ]
    asked: Payload = {name: payload[name] for name in ("limit", "page_id") if name in payload}
    page = pages.page_of(
        found,
        lambda each: f"{each.id:09}",
        asked,
        default_limit=100,
        now=caller.organization.clock.time(),
    )
    listed = {
        "canned_responses": [view(each) for each in page.items],
        "found_canned_responses": len(found),
    }
    return listed | {name: value for name, value in page.ids().items() if name == "next_page_id"}
