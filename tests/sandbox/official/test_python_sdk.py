"""lc-sdk-python drives the sandbox: every method of its clients, in every version they have."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.sandbox.clients import Customer
from tests.sandbox_rig import Agent, Sandbox

from .python import (
    AGENT,
    CLIENTS,
    CONFIGURATION,
    CUSTOMER,
    REPORTS,
    REPORTS_THERE_ARE,
    VERSIONS,
    Tour,
    methods_of,
    walk,
)
from .tls import TlsFront

# By day the stable one.
EACH_VERSION = pytest.mark.parametrize(
    "version",
    [pytest.param(each, marks=() if each == "3.6" else pytest.mark.night) for each in VERSIONS],
)
SLOWEST = 30  # seconds a busy machine may take; the client's own patience is 3


def wait_shortly(_seconds: float) -> None:
    """The client looks for each response five times a second: a tour would be all waiting."""
    time.sleep(0.005)


@pytest.fixture
def tour(sandbox: Sandbox, agent: Agent) -> Tour:
    sandbox.settings(requests_per_second=None, greetings={"1": True}, welcome_message="Hello!")
    return Tour(sandbox, agent, Customer(sandbox))


@contextmanager
def connected(tour: Tour, front: TlsFront, kind: str, version: str) -> Iterator[Any]:
    """A client of lc-sdk-python that speaks to the sandbox over TLS."""
    make, _ = CLIENTS[kind]
    host = f"localhost:{front.port}"
    organization_id = tour.sandbox.config["organization_id"]
    of_customers = {"organization_id": organization_id} if kind.startswith("customer") else {}
    if kind in ("configuration", "reports"):
        yield make.get_client(
            token=tour.agent.authorization,
            version=version,
            base_url=host,
            verify=False,
            disable_logging=True,
        )
        return
    if kind.endswith("web"):
        person = tour.customer if kind.startswith("customer") else tour.agent
        yield make.get_client(
            access_token=person.authorization,
            version=version,
            base_url=host,
            verify=False,
            disable_logging=True,
            **of_customers,
        )
        return
    client = make.get_client(version=version, base_url=host, **of_customers)
    client.open_connection(response_timeout=SLOWEST, ping_interval=0, ws_conn_timeout=SLOWEST)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("livechat.utils.ws_client.sleep", wait_shortly)
            yield client
    finally:
        client.close_connection()


@EACH_VERSION
@pytest.mark.parametrize("kind", ["agent web", "agent rtm"])
def test_every_method_of_the_agent_clients_succeeds(
    tour: Tour, front: TlsFront, kind: str, version: str
) -> None:
    with connected(tour, front, kind, version) as client:
        assert set(walk(tour, client, AGENT)) == methods_of(client)


@EACH_VERSION
@pytest.mark.parametrize("kind", ["customer web", "customer rtm"])
def test_every_method_of_the_customer_clients_succeeds(
    tour: Tour, front: TlsFront, kind: str, version: str
) -> None:
    with tour.customer.connect() as browser:
        browser.call("update_customer_page", url="https://shop.example/new")
        tour.greeting = browser.next("incoming_greeting")
        with connected(tour, front, kind, version) as client:
            assert set(walk(tour, client, CUSTOMER)) == methods_of(client)


@EACH_VERSION
def test_every_method_of_the_configuration_client_succeeds(
    tour: Tour, front: TlsFront, version: str
) -> None:
    with connected(tour, front, "configuration", version) as client:
        assert set(walk(tour, client, CONFIGURATION)) == methods_of(client)


@EACH_VERSION
def test_the_reports_that_are_built_answer_their_client(
    tour: Tour, front: TlsFront, version: str
) -> None:
    with connected(tour, front, "reports", version) as client:
        assert set(walk(tour, client, REPORTS)) == methods_of(client) & set(REPORTS_THERE_ARE)


def test_a_basic_credential_serves_as_well_as_a_bearer_token(tour: Tour, front: TlsFront) -> None:
    make, _ = CLIENTS["agent web"]
    client = make.get_client(
        access_token=f"Basic {tour.agent.config['basic']}",
        base_url=f"localhost:{front.port}",
        verify=False,
        disable_logging=True,
    )
    assert client.list_chats().status_code == 200


def test_the_push_of_a_call_comes_after_its_response(tour: Tour, front: TlsFront) -> None:
    tour.chat_id, _ = tour.customer.start("Hello")
    with connected(tour, front, "agent rtm", "3.6") as client:
        client.login(token=tour.agent.authorization)
        answer = client.send_event(
            chat_id=tour.chat_id, event={"type": "message", "text": "Hello Nora"}
        )
        client.list_chats()  # what its answer follows has come by then
        order = [frame.get("type") for frame in reversed(client.ws.messages)]
        actions = [frame["action"] for frame in reversed(client.ws.messages)]
    assert answer.success
    sent = actions.index("send_event")
    assert order[sent] == "response"
    assert "incoming_event" in actions[sent:]
