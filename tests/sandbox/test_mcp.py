"""The MCP server, as an assistant meets it: the official client, which signs in by itself."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx2
import pytest
import requests
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

from tests.sandbox.clients import Customer, leave_ticket, message
from tests.sandbox_rig import REQUEST_LIMIT, Agent, Payload, Sandbox

CALLBACK = "http://localhost:6274/oauth/callback"
EIGHT = {
    *("search", "fetch", "get-chat-transcript", "list-archived-chats", "list-chat-tags"),
    *("find-ticket", "list-tickets", "list-ticket-tags"),
}
PATIENCE = 60  # seconds; the first request of a sandbox loads the SDK, beside other tests
MARIA, SAM = "maria@shop.example", "sam@shop.example"


class Kept:
    """What the client keeps of its own."""

    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


class Browser:
    """The agent in front of the page that asks for consent."""

    def __init__(self, sandbox: Sandbox, agent: str) -> None:
        self.sandbox, self.agent = sandbox, agent
        self.back = ""

    async def open(self, url: str) -> None:
        asked = dict(parse_qsl(urlsplit(url).query))
        async with httpx2.AsyncClient(timeout=PATIENCE) as http:
            page = await http.get(url)
            assert ">Allow</button>" in page.text, page.text
            allowed = await http.post(
                f"{self.sandbox.url}/sandbox/consent", data=asked | {"agent": self.agent}
            )
        self.back = allowed.headers["Location"]

    async def come_back(self) -> AuthorizationCodeResult:
        assert self.back.startswith(CALLBACK)
        given = parse_qs(urlsplit(self.back).query)
        return AuthorizationCodeResult(code=given["code"][0], state=given["state"][0])


@asynccontextmanager
async def assistant(sandbox: Sandbox, agent: str) -> AsyncIterator[Client]:
    """A client that knows the server's address only."""
    browser = Browser(sandbox, agent)
    auth = OAuthClientProvider(
        f"{sandbox.url}/mcp",
        OAuthClientMetadata(client_name="Assistant", redirect_uris=[CALLBACK]),  # type: ignore[list-item]
        Kept(),
        browser.open,
        browser.come_back,
    )
    async with (
        httpx2.AsyncClient(auth=auth, timeout=PATIENCE) as http,
        Client(streamable_http_client(f"{sandbox.url}/mcp", http_client=http)) as client,
    ):
        yield client


Talk = Callable[[Client], Coroutine[Any, Any, Any]]


def talk(sandbox: Sandbox, what: Talk, agent: str = "piotr@shop.example") -> Any:
    async def whole() -> Any:
        async with assistant(sandbox, agent) as client:
            return await what(client)

    return asyncio.run(whole())


async def use(client: Client, tool: str, **arguments: Any) -> Payload:
    """What a tool answers. Raises AssertionError where it refuses."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert result.structured_content is not None
    return dict(result.structured_content)


@pytest.fixture
def chat_id(sandbox: Sandbox, customer: Customer) -> str:
    """An archived chat about a teapot, with a tag."""
    chat_id, thread_id = customer.start("Where is my teapot?")
    piotr = Agent(sandbox)
    piotr.send(chat_id, "On its way")
    piotr.call("tag_thread", chat_id=chat_id, thread_id=thread_id, tag="delivery")
    piotr.close(chat_id)
    return chat_id


def test_it_offers_the_eight_tools_of_livechat(sandbox: Sandbox) -> None:
    listed = talk(sandbox, lambda client: client.list_tools())
    tools = {tool.name: tool for tool in listed.tools}
    assert tools.keys() == EIGHT
    assert all(tool.description for tool in tools.values())
    assert tools["get-chat-transcript"].input_schema["required"] == ["chat_id"]
    assert "filters" in tools["list-archived-chats"].input_schema["properties"]


def test_an_assistant_finds_and_reads_a_chat(sandbox: Sandbox, chat_id: str) -> None:
    async def read(client: Client) -> None:
        [found] = (await use(client, "search", query="TEAPOT way"))["results"]
        whole = await use(client, "fetch", id=found["id"])
        assert whole["url"] == found["url"]
        assert "Piotr: On its way" in whole["text"]
        assert chat_id in found["url"]
        transcript = (await use(client, "get-chat-transcript", chat_id=chat_id))["transcript"]
        assert transcript == whole["text"]
        assert (await use(client, "list-chat-tags", chat_id=chat_id))["tags"] == ["delivery"]
        wanted = {"tags": {"values": ["delivery"]}}
        archived = await use(client, "list-archived-chats", filters=wanted)
        assert [chat["id"] for chat in archived["chats"]] == [chat_id]
        assert (await use(client, "search", query="saucepan"))["results"] == []

    talk(sandbox, read)
    used = sandbox.control("requests?transport=mcp", method="GET")
    assert [entry["method"] for entry in used][:2] == ["search", "fetch"]


def test_an_assistant_does_not_read_threads_of_other_groups(
    sandbox: Sandbox, customer: Customer
) -> None:
    asked = {"events": [{"type": "message", "text": "A discount?"}]}
    in_sales = {"access": {"group_ids": [1]}, "thread": asked}
    chat_id = customer.call("start_chat", chat=in_sales)["chat_id"]
    Agent(sandbox).close(chat_id)
    customer.call("resume_chat", chat={"id": chat_id, "access": {"group_ids": [2]}})

    async def read(client: Client) -> None:
        assert (await use(client, "search", query="discount"))["results"] == []
        whole = await use(client, "get-chat-transcript", chat_id=chat_id)
        assert "discount" not in whole["transcript"]

    talk(sandbox, read, "sam@shop.example")


def test_what_was_left_in_a_ticket_form_is_a_ticket(sandbox: Sandbox, customer: Customer) -> None:
    ticket_id = leave_ticket(customer)

    async def read(client: Client) -> None:
        listed = await use(client, "list-tickets", filters={"status": "open"})
        assert [each["id"] for each in listed["tickets"]] == [ticket_id]
        found = await use(client, "find-ticket", id=ticket_id)
        assert found["subject"] == "Broken mug"
        assert found["requester"]["email"] == "nora@example.com"
        assert (await use(client, "list-ticket-tags", id=ticket_id))["tags"] == []
        [hit] = (await use(client, "search", query="leaks"))["results"]
        assert hit["title"] == "Ticket: Broken mug"
        assert (await use(client, "list-tickets", filters={"tag": "none"}))["tickets"] == []

    talk(sandbox, read)


def test_it_acts_with_the_rights_of_who_signed_in(sandbox: Sandbox, customer: Customer) -> None:
    event = message("Only for sales: teapot")
    sales = {"access": {"group_ids": [1]}, "thread": {"events": [event]}}
    sandbox.settings(agents={MARIA: "accepting_chats"})
    chat_id = customer.call("start_chat", chat=sales)["chat_id"]

    async def look(client: Client) -> tuple[int, bool]:
        found = await use(client, "search", query="teapot")
        refused = await client.call_tool("get-chat-transcript", {"chat_id": chat_id})
        return len(found["results"]), bool(refused.is_error)

    assert talk(sandbox, look, MARIA) == (1, False)
    assert talk(sandbox, look, SAM) == (0, True)


def test_a_tool_says_what_is_wrong_with_a_call(sandbox: Sandbox) -> None:
    async def misuse(client: Client) -> list[Any]:
        wrong: list[tuple[str, Payload]] = [
            ("fetch", {"id": "chat:nothing"}),
            ("get-chat-transcript", {}),
            ("delete-everything", {}),
        ]
        answers = [await client.call_tool(name, arguments) for name, arguments in wrong]
        assert all(each.is_error for each in answers)
        return [(each.structured_content or {})["error"]["type"] for each in answers]

    assert talk(sandbox, misuse) == ["not_found", "validation", "validation"]


def test_without_a_token_it_says_where_to_get_one(sandbox: Sandbox) -> None:
    refused = requests.post(f"{sandbox.url}/mcp", json={}, timeout=REQUEST_LIMIT)
    assert refused.status_code == 401
    where = refused.headers["WWW-Authenticate"].partition('resource_metadata="')[2].rstrip('"')
    resource = requests.get(where, timeout=REQUEST_LIMIT).json()
    assert resource["resource"] == f"{sandbox.url}/mcp"
    [server] = resource["authorization_servers"]
    known = requests.get(
        f"{server}/.well-known/oauth-authorization-server", timeout=REQUEST_LIMIT
    ).json()
    assert known["issuer"] == server
    assert known["code_challenge_methods_supported"] == ["S256", "plain"]


@pytest.mark.parametrize("uris", [None, [], "x", ["javascript:alert(1)"], ["https://a.example/?b"]])
def test_an_app_registers_with_pages_only(sandbox: Sandbox, uris: Any) -> None:
    wished = {"redirect_uris": uris}
    refused = requests.post(f"{sandbox.url}/register", json=wished, timeout=REQUEST_LIMIT)
    assert refused.status_code == 400
    assert refused.json()["error"] == "invalid_redirect_uri"
