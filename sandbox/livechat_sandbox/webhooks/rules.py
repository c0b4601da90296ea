"""Webhooks: which of the things agents are told go to which app, and in which form.

Source: Configuration API v3.6, "Register Webhook"; Webhooks v3.6.
"""

from dataclasses import dataclass
from typing import Any

from livechat_sandbox.platform.configuration import Webhook
from livechat_sandbox.platform.parameters import only
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.shapes import agent_versions
from livechat_sandbox.platform.structures import Agent, Chat, Organization, Push


@dataclass(frozen=True)
class Kind:
    """What the payload of a webhook holds, and the filters it may be registered with.

    Pushes carry more for some actions, and LiveChat's own parser refuses keys it does not know.
    """

    fields: tuple[str, ...]
    filters: tuple[str, ...] = ()
    names_requester: bool = False


IN_CHATS = ("chat_presence", "only_my_chats")
OF_EVENTS = ("chat_presence", "author_type", "only_my_chats")
EVENT = ("chat_id", "thread_id", "event")
PROPERTIES_OF_CHAT = ("chat_id", "properties")
PROPERTIES_OF_THREAD = ("chat_id", "thread_id", "properties")
PROPERTIES_OF_EVENT = ("chat_id", "thread_id", "event_id", "properties")
TAG = ("chat_id", "thread_id", "tag")
AGENT = (
    *("id", "name", "role", "avatar", "job_title", "mobile", "max_chats_count", "groups"),
    *("notifications", "email_subscriptions", "work_scheduler"),
)
BOT = (
    *("id", "name", "avatar", "job_title", "max_chats_count", "groups"),
    *("default_group_priority", "work_scheduler", "timezone"),
)
GROUP = ("id", "name", "language_code", "agent_priorities")


def of_configuration(*fields: str) -> Kind:
    """A change over the Configuration API, with who made it."""
    return Kind(fields, names_requester=True)


KINDS = {
    "incoming_chat": Kind(("chat",), IN_CHATS),
    "chat_deactivated": Kind(("chat_id", "thread_id", "user_id"), IN_CHATS),
    "chat_access_updated": Kind(("id", "access"), IN_CHATS),
    "chat_transferred": Kind(
        ("chat_id", "thread_id", "requester_id", "reason", "transferred_to", "queue"), IN_CHATS
    ),
    "user_added_to_chat": Kind(
        ("chat_id", "thread_id", "user", "reason", "requester_id"), IN_CHATS
    ),
    "user_removed_from_chat": Kind(
        ("chat_id", "thread_id", "user_id", "reason", "requester_id"), IN_CHATS
    ),
    "incoming_event": Kind(EVENT, OF_EVENTS),
    "event_deleted": Kind(("chat_id", "thread_id", "event_id"), IN_CHATS),
    "event_updated": Kind(EVENT, OF_EVENTS),
    "incoming_rich_message_postback": Kind(
        ("user_id", "chat_id", "thread_id", "event_id", "postback"), IN_CHATS
    ),
    "chat_properties_updated": Kind(PROPERTIES_OF_CHAT, IN_CHATS),
    "chat_properties_deleted": Kind(PROPERTIES_OF_CHAT, IN_CHATS),
    "thread_properties_updated": Kind(PROPERTIES_OF_THREAD, IN_CHATS),
    "thread_properties_deleted": Kind(PROPERTIES_OF_THREAD, IN_CHATS),
    "event_properties_updated": Kind(PROPERTIES_OF_EVENT, IN_CHATS),
    "event_properties_deleted": Kind(PROPERTIES_OF_EVENT, IN_CHATS),
    "thread_tagged": Kind(TAG, IN_CHATS),
    "thread_untagged": Kind(TAG, IN_CHATS),
    "routing_status_set": Kind(("agent_id", "status"), ("agent_ids",)),
    "customer_session_fields_updated": Kind(
        ("id", "session_fields", "active_chat"), ("chat_presence",)
    ),
    "events_marked_as_seen": Kind(("user_id", "chat_id", "seen_up_to"), IN_CHATS),
    "thread_summary_set": Kind(("chat_id", "thread_id", "summary"), IN_CHATS),
    "agent_created": of_configuration(*AGENT, "awaiting_approval"),
    "agent_approved": of_configuration("id"),
    "agent_updated": of_configuration(*AGENT),
    "agent_suspended": of_configuration("id"),
    "agent_unsuspended": of_configuration("id"),
    "agent_deleted": of_configuration("id"),
    "auto_accesses_updated": of_configuration(
        "id", "description", "access", "conditions", "next_id", "status"
    ),
    "bot_created": of_configuration(*BOT, "owner_client_id"),
    "bot_updated": of_configuration(*BOT),
    "bot_deleted": of_configuration("id"),
    "group_created": of_configuration(*GROUP),
    "group_updated": of_configuration(*GROUP),
    "group_deleted": of_configuration("id"),
    "tag_created": of_configuration("name", "author_id", "created_at", "group_ids"),
    "tag_updated": of_configuration("name", "group_ids"),
    "tag_deleted": of_configuration("name"),
}
# LiveChat's parser insists on a requester, also where routing moved people on its own.
ABOUT_MEMBERS = ("user_added_to_chat", "user_removed_from_chat")


def due(organization: Organization, push: Push) -> list[tuple[Webhook, Payload]]:
    """The webhooks a push sets off, each with the body to send."""
    if push.action not in KINDS or push.agent_payload is None or not push.for_webhooks:
        return []
    payload: Payload | list[Payload] = push.agent_payload
    chat = chat_of(organization, payload)
    return [
        (webhook, body(organization, webhook, push, chat))
        for webhook in organization.webhooks.values()
        if webhook.action == push.action
        and is_enabled(organization, webhook)
        and fits(organization, webhook, payload, chat)
    ]


def chat_of(organization: Organization, payload: Payload | list[Payload]) -> Chat | None:
    if isinstance(payload, list):
        return None
    if "chat_id" in payload:
        return organization.chats.get(payload["chat_id"])
    return organization.chats.get(str(payload.get("chat", payload).get("id")))


# --- whether to send --------------------------------------------------------------------------


def is_enabled(organization: Organization, webhook: Webhook) -> bool:
    """Those of the license can be switched off; those of bots need a bot that is not offline."""
    if webhook.type == "license":
        return webhook.owner_client_id not in organization.disabled_webhooks
    return any(bot.status != "offline" for bot in bots_of(organization, webhook.owner_client_id))


def bots_of(organization: Organization, client_id: str) -> list[Agent]:
    return [
        agent
        for agent in organization.agents.values()
        if agent.is_bot and agent.settings.get("owner_client_id") == client_id
    ]


def fits(
    organization: Organization,
    webhook: Webhook,
    payload: Payload | list[Payload],
    chat: Chat | None,
) -> bool:
    """Whether the webhook's filters let this one pass; an array has none."""
    if isinstance(payload, list):
        return True
    filters = webhook.filters
    wanted_author = filters.get("author_type")
    if wanted_author and wanted_author != author_type(organization, payload):
        return False
    if not holds(filters.get("agent_ids", {}), {payload.get("agent_id", "")}):
        return False
    if chat is None:
        return True
    client_id = chat.properties.get("source", {}).get("client_id")
    if filters.get("only_my_chats") and client_id != webhook.owner_client_id:
        return False
    return presence_fits(webhook, chat)


def author_type(organization: Organization, payload: Payload) -> str:
    author_id = payload["event"].get("author_id")
    if author_id is None:
        return ""
    return organization.person(author_id).type


def presence_fits(webhook: Webhook, chat: Chat) -> bool:
    presence: Payload = webhook.filters.get("chat_presence", {})
    present = {user.id for user in chat.users.values() if user.present}
    if presence.get("my_bots"):
        own = {bot.id for bot in bots_of(chat.organization, webhook.owner_client_id)}
        if present.isdisjoint(own):
            return False
    return holds(presence.get("user_ids", {}), present)


def holds(wanted: Payload, ids: set[str]) -> bool:
    """`values`: one of them has to be there; `exclude_values`: none of them may be."""
    if "values" in wanted and ids.isdisjoint(wanted["values"]):
        return False
    return ids.isdisjoint(wanted.get("exclude_values", []))


# --- what to send -----------------------------------------------------------------------------


def body(organization: Organization, webhook: Webhook, push: Push, chat: Chat | None) -> Payload:
    """The JSON of one webhook. The receiver knows LiveChat by the secret key in it."""
    kind = KINDS[webhook.action]
    shaped = agent_versions.shape(push.agent_payload, webhook.version)
    told: Any = (
        [only(each, kind.fields) for each in shaped]
        if isinstance(shaped, list)
        else only(shaped, kind.fields)
    )
    if webhook.action in ABOUT_MEMBERS:
        told.setdefault("requester_id", "")
    if webhook.action == "routing_status_set":
        told["status"] = told["status"].replace("_", " ")
    sent = {
        "webhook_id": webhook.id,
        "secret_key": webhook.secret_key,
        "action": webhook.action,
        "organization_id": organization.id,
        "payload": told,
        "additional_data": additional_data(webhook, chat),
    }
    if kind.names_requester and webhook.version != "3.5":
        sent["requester"] = push.requester
    return sent


def additional_data(webhook: Webhook, chat: Chat | None) -> Payload:
    if chat is None:
        return {}
    known: Payload = {
        "chat_properties": chat.properties,
        "chat_presence_user_ids": [user.id for user in chat.users.values() if user.present],
    }
    return {name: known[name] for name in webhook.additional_data}
