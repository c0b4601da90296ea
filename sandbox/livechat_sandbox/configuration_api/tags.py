"""Configuration API: the tags that an organization offers.

Source: Configuration API v3.6, "Tags".
"""

from typing import NotRequired, TypedDict

from livechat_sandbox.configuration_api.agents import tell
from livechat_sandbox.platform.configuration import Tag
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.structures import Organization
from livechat_sandbox.transports.methods import Caller, method

MOST_NAME = 180  # characters


class CreateTag(TypedDict):
    name: str
    group_ids: NotRequired[list[int]]


@method("tags--groups:rw")
def create_tag(caller: Caller, payload: CreateTag) -> Payload:
    """Raises already_exists for a name that differs in case only."""
    organization = caller.organization
    if payload["name"].lower() in {name.lower() for name in organization.tags}:
        raise LiveChatError("already_exists")
    tag = Tag(
        payload["name"],
        payload.get("group_ids", []),
        caller.agent.id,
        organization.clock.now(),
    )
    organization.tags[tag.name] = tag
    tell(organization, "tag_created", dict(vars(tag)))
    return {}


def _tag(organization: Organization, name: str) -> Tag:
    if name not in organization.tags:
        raise LiveChatError("not_found", "Tag not found")
    return organization.tags[name]


class ListTagsFilters(TypedDict):
    group_ids: list[int]


class ListTags(TypedDict):
    filters: NotRequired[ListTagsFilters]


@method("tags--groups:ro")
def list_tags(caller: Caller, payload: ListTags) -> list[Payload]:
    groups = set(payload.get("filters", {}).get("group_ids", []))
    return [
        dict(vars(tag))
        for tag in caller.organization.tags.values()
        if not groups or not groups.isdisjoint(tag.group_ids)
    ]


class UpdateTag(TypedDict):
    name: str
    group_ids: NotRequired[list[int]]


@method("tags--groups:rw")
def update_tag(caller: Caller, payload: UpdateTag) -> Payload:
    tag = _tag(caller.organization, payload["name"])
    tag.group_ids = payload.get("group_ids", tag.group_ids)
    tell(caller.organization, "tag_updated", {"name": tag.name, "group_ids": tag.group_ids})
    return {}


class DeleteTag(TypedDict):
    name: str


@method("tags--groups:rw")
def delete_tag(caller: Caller, payload: DeleteTag) -> Payload:
    tag = _tag(caller.organization, payload["name"])
    del caller.organization.tags[tag.name]
    tell(caller.organization, "tag_deleted", {"name": tag.name})
    return {}
