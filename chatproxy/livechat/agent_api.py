"""LiveChat as an agent of the organization reaches it, with a token that somebody handed over.

Only what an examination or a connection test asks for, and webhooks.
Source: Agent Chat API v3.6; Configuration API v3.6; "Validating the access token".
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from chatproxy.livechat import http
from chatproxy.livechat.answers import read
from chatproxy.livechat.errors import TokenRejected
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.service import Reason, tell_of_call
from chatproxy.livechat.structures import Json
from chatproxy.livechat.webhooks import INCOMING_EVENT

ACCOUNT_ID_LENGTH = 36  # of a UUID; a personal access token comes with one before it


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """What an agent's token is good for, and whose app asked for it."""

    client_id: str
    organization_id: str
    scopes: frozenset[str]

    def allows(self, *scopes: str) -> bool:
        """Whether it has one of these."""
        return not self.scopes.isdisjoint(scopes)


@dataclass(frozen=True, slots=True)
class Monitoring:
    """How LiveChat treats customers' addresses, and the websites they come from.

    `ip_mask` stands for every customer's address, "" if each has their own.
    Source: "Default properties", namespace `monitoring`.
    """

    ip_mask: str
    only_trusted_domains: bool


def authorization(token: str) -> str:
    """The header for a bearer token, or for `account_id:token` of a personal access token.

    A token that comes with its scheme, or as the console's base64, is taken as it is.
    """
    if token.startswith(("Bearer ", "Basic ")):
        return token
    account_id, separator, _ = token.partition(":")
    if not separator:
        return f"Basic {token}"
    if len(account_id) == ACCOUNT_ID_LENGTH:
        return f"Basic {base64.b64encode(token.encode()).decode()}"
    return f"Bearer {token}"


class AgentApi:
    """Acts as the agent whose token this is. Every method may raise any LiveChatError."""

    def __init__(self, organization: Organization, token: str) -> None:
        self.organization = organization
        self._authorization = authorization(token)

    def info(self) -> TokenInfo | None:
        """What the token is good for; None of a personal access token, which has no such page."""
        if not self._authorization.startswith("Bearer "):
            return None
        service = self.organization.service
        with tell_of_call(service, "accounts", "info", Reason.TEST):
            url, headers = f"{service.accounts_url}/v2/info", {"Authorization": self._authorization}
            answer = http.ask(service, ("accounts", "info"), "GET", url, headers=headers)
            body = answer.json()
            if not isinstance(body, dict) or "client_id" not in body:
                raise TokenRejected("the agent's token")
        scopes = str(body.get("scope", "")).replace(" ", ",").split(",")
        return TokenInfo(
            client_id=str(body["client_id"]),
            organization_id=str(body.get("organization_id", "")),
            scopes=frozenset(filter(None, scopes)),
        )

    def send_message(self, chat_id: str, text: str) -> None:
        event = {"type": "message", "text": text}
        self._act("agent", "send_event", {"chat_id": chat_id, "event": event})

    def monitoring(self) -> Monitoring:
        answer = self._act("configuration", "list_license_properties", {"namespace": "monitoring"})
        found = answer.get("monitoring")
        found = found if isinstance(found, dict) else {}
        return Monitoring(
            ip_mask=str(found.get("ip_mask") or ""),
            only_trusted_domains=found.get("whitelist_enabled") is True,
        )

    def register_webhook(self, client_id: str, address: str, secret: str) -> str:
        """Have LiveChat call us with whatever agents say; the webhook's id.

        Source: Configuration API v3.6, "Register Webhook", "Enable License Webhooks".
        """
        owner = {"owner_client_id": client_id}
        self._act("configuration", "enable_license_webhooks", owner)
        webhook = {
            "action": INCOMING_EVENT,
            "url": address,
            "secret_key": secret,
            "type": "license",
            "description": "Notifications of the chat widget",
            "filters": {"author_type": "agent"},
        }
        answer = self._act("configuration", "register_webhook", webhook | owner)
        return str(answer.get("id") or "")

    def unregister_webhook(self, client_id: str, webhook_id: str) -> None:
        payload = {"id": webhook_id, "owner_client_id": client_id}
        self._act("configuration", "unregister_webhook", payload)

    def _act(self, api: str, action: str, payload: Any) -> Json:
        organization = self.organization
        region = organization.current_region
        base = organization.api_url(region).removesuffix("/customer")
        with tell_of_call(organization.service, "agent", action, Reason.TEST):
            answer = http.ask(
                organization.service,
                ("agent", action),
                "POST",
                f"{base}/{api}/action/{action}",
                json=payload,
                headers={"Authorization": self._authorization, "X-Region": region},
            )
            return read(answer, organization)
