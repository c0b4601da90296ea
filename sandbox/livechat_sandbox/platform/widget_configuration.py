"""What a widget reads of an organization: configuration, texts, forms and properties.

Source: Customer Chat API v3.6, "Configuration", "Get Form", "List License Properties".
"""

import hashlib
import json
from typing import Any

from livechat_sandbox.platform.addresses import host_of
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.payloads import Payload, Properties
from livechat_sandbox.platform.people.customers import online_group_ids
from livechat_sandbox.platform.structures import Organization


def dynamic_configuration(
    organization: Organization, group_id: int | None, url: str | None, version: str
) -> Payload:
    """What may change at any moment. 3.5 has the content of `livechat` at the top."""
    group = organization.groups.get(
        organization.default_group_id() if group_id is None else group_id
    )
    if group is None:
        raise LiveChatError("group_not_found")
    livechat: Payload = {
        "group_id": group.id,
        "client_limit_exceeded": organization.customers_online
        >= organization.rules.customers_online,
        "domain_allowed": _is_trusted(organization, url),
        "config_version": config_version(organization, group.id),
        "localization_version": localization_version(organization),
        "language": group.language,
    }
    online = online_group_ids(organization)
    if online:
        livechat["online_group_ids"] = online
    head = {"organization_id": organization.id}
    if version == "3.5":
        return head | livechat
    return head | {"default_widget": "livechat", "livechat_active": True, "livechat": livechat}


def _is_trusted(organization: Organization, url: str | None) -> bool:
    trusted = organization.rules.trusted_domains
    host = host_of(url or "")
    return not trusted or any(host == name or host.endswith(f".{name}") for name in trusted)


def configuration(organization: Organization, group_id: int) -> Payload:
    group = organization.group(group_id)
    answer: Payload = {
        "buttons": [
            {
                "id": "0",
                "type": "text",
                "online_value": "Chat with us",
                "offline_value": "Leave a message",
            }
        ],
        "integrations": {},
        "properties": {"group": group.properties, "license": organization.properties},
    }
    for form_type in ("prechat", "ticket"):
        form = organization.forms[form_type]
        if form.enabled:
            answer[f"{form_type}_form"] = {"id": form.id, "fields": form.fields}
    return answer


def config_version(organization: Organization, group_id: int) -> str:
    return _digest(configuration(organization, group_id))


def localization_version(organization: Organization) -> str:
    return _digest(organization.localization)


def _digest(content: Any) -> str:
    text = json.dumps(content, sort_keys=True).encode()
    return hashlib.md5(text, usedforsecurity=False).hexdigest()


def get_form(organization: Organization, group_id: int, form_type: str) -> Payload:
    organization.group(group_id)
    form = organization.forms[form_type]
    if not form.enabled:
        return {"enabled": False}
    shown: Payload = {"fields": form.fields}
    if form_type != "ticket":
        shown["id"] = form.id
    return {"enabled": True, "form": shown}


def only(properties: Properties, namespace: str | None, name: str | None) -> Properties:
    """The properties of one namespace, or of one name, if these are given."""
    found: Properties = {}
    for each, values in properties.items():
        if namespace in (None, each):
            kept = {key: value for key, value in values.items() if name in (None, key)}
            if kept:
                found[each] = kept
    return found
