"""The customer's RTM door: who may connect, and what logging in means."""

from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import parse_qs

from livechat_sandbox.customer_api.methods import METHODS
from livechat_sandbox.customer_api.web import find_token
from livechat_sandbox.platform import limits
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.parameters import check
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.people import bans, customers
from livechat_sandbox.platform.shapes.customer_versions import VERSIONS, shape
from livechat_sandbox.platform.structures import Organization
from livechat_sandbox.transports.methods import Caller
from livechat_sandbox.transports.regions import check_region, region_of, requested_region
from livechat_sandbox.transports.rtm import RtmConsumer
from livechat_sandbox.world.journal import Side


class CustomerRtm(RtmConsumer):
    side: ClassVar[Side] = "customer"
    methods = METHODS
    versions = VERSIONS
    shape = staticmethod(shape)

    def admit(self) -> None:
        connection, world = self.connection, self.world
        query = parse_qs(self.scope["query_string"].decode())
        organization = world.organizations.get(query.get("organization_id", [""])[0])
        if organization is None:
            connection.disconnect("license_not_found")
            return
        connection.organization = organization
        rules = organization.rules
        waiting = rules.unauthorized_connections_per_ip
        if organization.expired:
            connection.disconnect("license_expired")
        elif self.wrong_region(organization, ""):
            connection.disconnect("misdirected_connection", region=organization.region)
        elif rules.connections is not None and len(world.connections.all) > rules.connections:
            connection.disconnect("service_temporarily_unavailable")
        elif waiting is not None and world.connections.waiting_for_login(connection.ip) > waiting:
            connection.disconnect("too_many_unauthorized_connections")

    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode("latin1") for name, value in self.scope["headers"]}

    def wrong_region(self, organization: Organization, token: str) -> bool:
        try:
            check_region(organization, requested_region(self.headers(), token))
        except LiveChatError:
            return True
        return False

    def log_in(self, version: str, payload: Payload) -> tuple[Caller, Payload]:
        check(customers.Login, payload)
        organization = self.connection.organization
        assert organization is not None
        limits.count(organization)
        value = payload["token"].removeprefix("Bearer ")
        if region_of(value) and self.wrong_region(organization, value):
            self.connection.disconnect("misdirected_connection", region=organization.region)
            raise LiveChatError("authentication")
        token = find_token(self.world, organization, value)
        customer = organization.customer(token.customer_id)
        bans.check(customer, self.connection.ip)
        if customer.connections >= organization.rules.connections_per_customer:
            self.connection.disconnect("too_many_connections")
            raise LiveChatError("limit_reached")
        user_agent = self.headers().get("user-agent", "")
        caller = Caller(organization, version, customer, token.client_id, self.connection.ip)
        answer = customers.login(customer, payload, ip=self.connection.ip, user_agent=user_agent)
        self.connection.token = value
        self.connection.on_leave = lambda: customers.disconnect(customer)
        return caller, answer

    def check_caller(self, caller: Caller) -> None:
        bans.check(caller.customer, self.connection.ip)
        limits.count_customers(caller.customer)

    def ends(self) -> Iterator[tuple[float, str]]:
        """Also when the customer neither chats nor moves for long."""
        yield from super().ends()
        if self.caller is None:
            return
        organization, customer = self.caller.organization, self.caller.customer
        limit = organization.rules.inactivity_timeout
        if limit is not None:
            chat = organization.chat_of(customer)
            is_chatting = chat is not None and chat.active
            last = organization.clock.time() if is_chatting else customer.last_activity
            yield last + limit, "inactivity_timeout"
