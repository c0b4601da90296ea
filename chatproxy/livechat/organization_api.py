"""The methods that need no customer: availability and forms of an organization.

Source: Customer Chat API v3.6, "Configuration".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chatproxy.livechat import http
from chatproxy.livechat.answers import read
from chatproxy.livechat.errors import WrongRegion
from chatproxy.livechat.organization import Organization
from chatproxy.livechat.service import Reason, tell_of_call
from chatproxy.livechat.structures import FormToFill, Json


@dataclass(frozen=True, slots=True)
class Availability:
    """What is worth knowing before anybody has written.

    The version names an immutable document: cache that for ever, this for seconds.
    """

    is_online: bool
    config_version: str
    is_full: bool = False
    is_active: bool = True
    is_domain_allowed: bool = True
    online_groups: tuple[int, ...] = ()  # of the whole organization


@dataclass(frozen=True, slots=True)
class Configuration:
    """The forms of a group; None where it has none."""

    prechat_form: FormToFill | None
    ticket_form: FormToFill | None


class OrganizationApi:
    """Asks about an organization as nobody in particular."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization

    def get_dynamic_configuration(self) -> Availability:
        """For the page the organization is visited from, if that is known.

        Raises LicenseNotFound, GroupNotFound or any other LiveChatError.
        """
        page = {"url": self.organization.page_url} if self.organization.page_url else {}
        group_id = self.organization.group_id
        answer = self._get("get_dynamic_configuration", group_id=group_id, **page)
        group = answer.get("livechat", answer)  # 3.5 answers flat
        group = group if isinstance(group, dict) else {}
        online = tuple(id_ for id_ in _list(group.get("online_group_ids")) if isinstance(id_, int))
        return Availability(
            is_online=self.organization.group_id in online,
            config_version=str(group.get("config_version", "")),
            is_full=group.get("client_limit_exceeded") is True,
            is_active=answer.get("livechat_active") is not False,
            is_domain_allowed=group.get("domain_allowed") is not False,
            online_groups=online,
        )

    def get_configuration(self, version: str) -> Configuration:
        """`version`: Availability.config_version."""
        answer = self._get(
            "get_configuration", group_id=self.organization.group_id, version=version
        )
        return Configuration(
            prechat_form=_form(answer.get("prechat_form")),
            ticket_form=_form(answer.get("ticket_form")),
        )

    def _get(self, action: str, **query: Any) -> Json:
        try:
            return self._once(action, Reason.AVAILABILITY, query)
        except WrongRegion as error:
            self.organization.move(error.region)
            return self._once(action, Reason.AGAIN, query)

    def _once(self, action: str, reason: Reason, query: dict[str, Any]) -> Json:
        region = self.organization.current_region
        with tell_of_call(self.organization.service, "web", action, reason):
            answer = http.ask(
                self.organization.service,
                ("web", action),
                "GET",
                f"{self.organization.api_url(region)}/action/{action}",
                params={"organization_id": self.organization.organization_id, **query},
                headers={"X-Region": region},
            )
            return read(answer, self.organization)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _form(data: object) -> FormToFill | None:
    form = FormToFill.parse(data)
    return form if form.fields else None
