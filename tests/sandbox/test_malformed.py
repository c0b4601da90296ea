"""Parameters that make no sense: each door refuses them in its own words, and goes on."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
import requests
from django.test import AsyncRequestFactory

from livechat_sandbox.agent_api.web import AGENT
from livechat_sandbox.customer_api.rtm import CustomerRtm
from livechat_sandbox.platform.payloads import Payload as Parameters
from livechat_sandbox.transports.methods import Caller, method
from livechat_sandbox.transports.web import answer
from livechat_sandbox.world.connections import Connection
from livechat_sandbox.world.seed import ORGANIZATION_ID
from livechat_sandbox.world.world import World
from tests.sandbox.agents import AgentRtm
from tests.sandbox.clients import Customer, Failed, Rtm
from tests.sandbox.configuration import Owner
from tests.sandbox_rig import REQUEST_LIMIT, Agent, Payload, Refused, Sandbox

NO_ADDRESS = "http://["


def page_id(**fields: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode()


BORDER = {
    "sort_order": "desc",
    "limit": 10,
    "min_events_count": None,
    "after": None,
    "before": None,
    "issued_at": 0,
}


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("transfer_chat", {"target": {"type": "group", "ids": ["x"]}}),
        ("transfer_chat", {"target": {"type": "agent", "ids": [{}]}}),
        ("start_chat", {"chat": {"users": [{"type": "customer"}]}}),
        ("multicast", {"content": 1, "recipients": {"agents": {"groups": ["x"]}}}),
        ("list_archives", {"filters": {"agents": {"values": None}}}),
        ("list_archives", {"filters": {"tags": {"exclude_values": [["x"]]}}}),
        ("list_archives", {"filters": {"properties": {"test": {"a": {"values": 1}}}}}),
        ("list_chats", {"filters": {"properties": {"test": {"a": {"exists": "x"}}}}}),
        ("list_chats", {"page_id": page_id(page_id="", filters=[])}),
        ("list_customers", {"page_id": page_id(**BORDER | {"issued_at": "today"})}),
        ("ban_customer", {"ban": {"days": 10**9}}),
    ],
)
def test_agents_are_refused(
    agent: Agent, customer: Customer, action: str, parameters: Payload
) -> None:
    chat_id, _ = customer.start("hello")
    agent.close(chat_id)
    customer.call("resume_chat", chat={"id": chat_id})
    about = {"ban_customer": customer.id, "transfer_chat": chat_id}
    given = parameters | ({"id": about[action]} if action in about else {})
    with pytest.raises(Refused) as refused:
        agent.call(action, version="3.5" if action == "list_customers" else "3.6", **given)
    assert refused.value.type == "validation"


def test_a_ban_past_the_end_of_the_calendar_is_refused(sandbox: Sandbox) -> None:
    owner = Owner(sandbox)
    with pytest.raises(Refused, match="validation"):
        owner.call("ban_customer", version="3.7", ip="192.0.2.1", seconds=10**12)
    assert owner.call("list_customer_bans") == []


# --- addresses --------------------------------------------------------------------------------


def test_the_web_refuses_to_look_at_what_is_no_address(customer: Customer) -> None:
    with pytest.raises(Refused, match="validation"):
        customer.call("get_url_info", url=NO_ADDRESS)


def test_a_connection_is_answered_about_what_is_no_address(rtm: Rtm) -> None:
    with pytest.raises(Failed, match="validation"):
        rtm.call("get_url_info", url=NO_ADDRESS)


def test_what_is_no_address_is_no_trusted_domain(sandbox: Sandbox, customer: Customer) -> None:
    sandbox.settings(trusted_domains=["shop.example"])
    told = customer.call("get_dynamic_configuration", url=NO_ADDRESS)
    assert told["livechat"]["domain_allowed"] is False


def test_a_rule_for_pages_does_not_fit_what_is_no_address(
    sandbox: Sandbox, customer: Customer, rtm: Rtm
) -> None:
    shop = {"domain": {"values": [{"value": "shop.example"}]}}
    Owner(sandbox).call("add_auto_access", access={"groups": [1]}, conditions=shop)
    rtm.call("update_customer_page", url=NO_ADDRESS, title="")
    chat_id, _ = customer.start("hello")
    assert Agent(sandbox).chat(chat_id)["access"] == {"group_ids": [0]}


# --- connections, forms, grants ---------------------------------------------------------------


@pytest.mark.parametrize("author_id", [["a"], {"a": 1}, 5])
def test_an_author_who_is_no_text_is_refused(
    sandbox: Sandbox, agent: Agent, author_id: object
) -> None:
    desk = AgentRtm(sandbox, agent.authorization)
    with desk.stack:
        frame = {"request_id": "2", "action": "list_chats", "author_id": author_id}
        desk.socket.send(json.dumps(frame))
        while (response := desk.receive())["type"] != "response":
            pass
        assert response["payload"]["error"]["type"] == "validation"
        desk.call("list_chats")


@pytest.mark.parametrize("body", [b"", b"--x\r\n"])
def test_a_form_without_a_boundary_is_refused(customer: Customer, body: bytes) -> None:
    response = requests.post(
        f"{customer.sandbox.url}/v3.6/customer/action/upload_file",
        params={"organization_id": customer.token["organization_id"]},
        headers={"Authorization": customer.authorization, "Content-Type": "multipart/form-data"},
        data=body,
        timeout=REQUEST_LIMIT,
    )
    assert (response.status_code, response.json()["error"]["type"]) == (400, "validation")


@pytest.mark.parametrize(
    ("wish", "exception"),
    [
        ({"grant_type": []}, "invalid_request"),
        ({"expires_in": 10**400}, "invalid_request"),
        ({"grant_type": "agent_token", "entity_id": []}, "resource_not_found"),
    ],
)
def test_the_accounts_service_refuses(
    sandbox: Sandbox, agent: Agent, wish: Payload, exception: str
) -> None:
    config = sandbox.config
    body = {
        "grant_type": "cookie",
        "client_id": config["client_id"],
        "organization_id": config["organization_id"],
        "redirect_uri": config["redirect_uri"],
    } | wish
    response = requests.post(
        f"{sandbox.url}/v2/customer/token",
        data=json.dumps(body),
        headers={"Authorization": agent.authorization},
        timeout=REQUEST_LIMIT,
    )
    assert (response.status_code, response.json()["oauth_exception"]) == (401, exception)


# --- what nobody foresaw ----------------------------------------------------------------------


@method()
def fail(_: Caller, __: Parameters) -> Parameters:
    raise KeyError("nobody foresaw this")


@pytest.fixture
async def world() -> World:
    """Its timers need a running loop."""
    return World("http://localhost")


async def test_over_the_web_an_error_of_our_own_is_livechats_internal(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    maria = next(iter(world.organizations[ORGANIZATION_ID].agents.values()))
    caller = Caller(maria.organization, "3.6", maria)
    side = replace(AGENT, methods={"fail": fail}, authenticate=lambda *_: caller)
    request = AsyncRequestFactory().post("/", b"{}", content_type="application/json")
    request.scope = {**request.scope, "world": world}
    response = await answer(request, side, "3.6", "fail")
    assert response.status_code == 500
    assert "nobody foresaw this" in caplog.text


class Failing(CustomerRtm):
    """A door behind which everything fails."""

    def run(self, frame: Parameters) -> Any:
        raise KeyError("nobody foresaw this")


class Wire:
    """Keeps what was sent."""

    def __init__(self) -> None:
        self.frames: list[Parameters] = []

    def send(self, frame: bytes) -> None:
        self.frames.append(json.loads(frame))


async def test_on_a_connection_an_error_of_our_own_is_livechats_internal(world: World) -> None:
    wire: Any = Wire()
    door = Failing()
    door.scope = {"world": world, "headers": []}
    door.pending = set()
    door.connection = Connection(world.connections, "customer", wire, "3.6", "")
    door.serve({"request_id": "1", "action": "list_chats"})
    assert [frame["payload"]["error"]["type"] for frame in wire.frames] == ["internal"]
