"""The sandbox on a developer's machine: a page of somebody else's can do nothing with it."""

import http.server
import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import requests

from livechat_sandbox.platform import addresses
from livechat_sandbox.transports import link_preview, outside
from tests.sandbox.clients import Customer
from tests.sandbox_rig import REQUEST_LIMIT, Sandbox, SandboxProcess

OWN = [
    "/",
    "/sandbox/config",
    "/sandbox/reset",
    "/sandbox/clock",
    "/sandbox/faults",
    "/sandbox/bot",
    "/sandbox/multicast",
    "/sandbox/settings",
    "/sandbox/requests",
    "/sandbox/state",
    "/sandbox/tokens",
    "/sandbox/console?agent=piotr@shop.example",
    "/sandbox/console/piotr@shop.example/status",
]
CHANGES = ["reset", "clock", "bot", "multicast", "tokens"]
DEEP = "[" * 100_000 + "]" * 100_000


def ask(sandbox: Sandbox, path: str, method: str = "POST", **headers: str) -> requests.Response:
    return requests.request(method, f"{sandbox.url}{path}", headers=headers, timeout=REQUEST_LIMIT)


# --- whose name, whose page -------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PUT"])
def test_a_foreign_host_is_refused(sandbox: Sandbox, method: str) -> None:
    for path in OWN:
        assert ask(sandbox, path, method, Host="evil.example").status_code == 403, path


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://[", "http://8.8.8.8"])
def test_a_foreign_origin_is_refused(sandbox: Sandbox, origin: str) -> None:
    for path in OWN:
        for method in ("GET", "POST"):
            assert ask(sandbox, path, method, Origin=origin).status_code == 403, path


@pytest.mark.parametrize(
    "host", ["evil.localhost.example", "localhost.evil", "127.0.0.1.evil", "["]
)
def test_a_name_that_only_looks_like_ours_is_refused(sandbox: Sandbox, host: str) -> None:
    assert ask(sandbox, "/sandbox/config", "GET", Host=host).status_code == 403


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:9", "127.0.0.1", "[::1]:1", "a.localhost"]
)
def test_the_names_of_this_machine_are_ours(sandbox: Sandbox, host: str) -> None:
    assert ask(sandbox, "/sandbox/config", "GET", Host=host).ok


def test_a_page_of_this_machine_may_ask(sandbox: Sandbox) -> None:
    assert ask(sandbox, "/sandbox/reset", Origin="http://shop.localhost:8000").ok


def test_a_foreign_page_leaves_everything_as_it_was(sandbox: Sandbox) -> None:
    customer = Customer(sandbox)
    chat_id, _ = customer.start("still here")
    ask(sandbox, "/sandbox/reset", Origin="https://evil.example")
    assert customer.thread(chat_id)["events"][0]["text"] == "still here"


@pytest.mark.parametrize(
    ("host", "status"), [("localhost", 101), ("evil.example", 403), ("localhost.evil.example", 403)]
)
def test_the_console_takes_no_socket_from_elsewhere(
    sandbox: Sandbox, host: str, status: int
) -> None:
    headers = {
        "Host": host,
        "Origin": f"http://{host}",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "c2FtcGxlIG9ubHkgaGVyZQ==",
        "Sec-WebSocket-Version": "13",
    }
    address = "/sandbox/console/ws?agent=piotr@shop.example"
    with requests.get(
        sandbox.url + address, headers=headers, stream=True, timeout=REQUEST_LIMIT
    ) as response:
        assert response.status_code == status


def test_livechats_own_addresses_are_open_under_any_name(sandbox: Sandbox) -> None:
    headers = {"Host": "api.livechatinc.com", "Origin": "https://shop.example"}
    organization = f"organization_id={sandbox.config['organization_id']}"
    path = f"/v3.6/customer/action/list_license_properties?{organization}"
    assert ask(sandbox, path, "GET", **headers).ok


def test_a_name_given_at_the_start_is_ours() -> None:
    process = SandboxProcess("--allow-host", "livechat.example")
    try:
        sandbox = Sandbox(process.url)
        assert ask(sandbox, "/sandbox/config", "GET", Host="livechat.example:8100").ok
        assert ask(sandbox, "/sandbox/config", "GET", Host="evil.example").status_code == 403
    finally:
        process.stop()


@pytest.mark.night  # by day as it is used
def test_a_name_is_allowed_however_it_is_written() -> None:
    process = SandboxProcess("--allow-host", "MyBox")
    try:
        assert ask(Sandbox(process.url), "/sandbox/config", "GET", Host="mybox").ok
    finally:
        process.stop()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8100"),
        ("0.0.0.0", "http://localhost:8100"),
        ("::", "http://localhost:8100"),
        ("::1", "http://[::1]:8100"),
    ],
)
def test_the_address_that_is_shown_can_be_opened(host: str, url: str) -> None:
    assert addresses.url_of(host, 8100) == url


# --- GET changes nothing ----------------------------------------------------------------------


@pytest.mark.parametrize("path", CHANGES)
def test_what_changes_something_is_no_get(sandbox: Sandbox, path: str) -> None:
    assert ask(sandbox, f"/sandbox/{path}", "GET").status_code == 405


def test_a_get_of_reset_resets_nothing(sandbox: Sandbox) -> None:
    customer = Customer(sandbox)
    chat_id, _ = customer.start("still here")
    ask(sandbox, "/sandbox/reset", "GET")
    assert customer.thread(chat_id)["events"][0]["text"] == "still here"


# --- links -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def careful() -> Iterator[Sandbox]:
    """A sandbox as everybody starts it."""
    process = SandboxProcess()
    yield Sandbox(process.url)
    process.stop()


class Secret(http.server.BaseHTTPRequestHandler):
    """A service of the developer's own, which says in `asked` that it was reached."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<title>Secret</title>")

    do_POST = do_GET  # noqa: N815 - the name is the library's

    def log_message(self, *_: Any) -> None:
        """Nothing to say."""


@pytest.fixture
def secret() -> Iterator[tuple[int, list[str]]]:
    class Handler(Secret):
        asked: list[str] = []

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1], Handler.asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "[::ffff:127.0.0.1]",
        *(
            pytest.param(each, marks=pytest.mark.night)  # by day a name and an address
            for each in ("127.0.0.1", "127.1", "2130706433", "0.0.0.0", "a.localhost")
        ),
    ],
)
def test_a_preview_never_looks_at_this_machine(
    careful: Sandbox, secret: tuple[int, list[str]], host: str
) -> None:
    port, asked = secret
    refused = Customer(careful).request("get_url_info", {"url": f"http://{host}:{port}/"})
    assert refused.json()["error"]["type"] == "not_found"
    assert asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00::1]/",
        "http://[fe80::1]/",
        "http://[64:ff9b::7f00:1]/",
        "https://127.0.0.1/",
    ],
)
def test_a_preview_never_looks_at_a_private_network(careful: Sandbox, url: str) -> None:
    refused = Customer(careful).request("get_url_info", {"url": url})
    assert refused.json()["error"]["type"] == "not_found"
    assert refused.elapsed.total_seconds() < 2


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "100.64.0.1", "169.254.169.254", "224.0.0.1", "0.0.0.0"),
        *("::", "::1", "fe80::1%eth0", "fd00::1", "fec0::1", "ff02::1", "2001:db8::1"),
        # What leads to an IPv4 address of this machine, by one way or another.
        *("::127.0.0.1", "::ffff:127.0.0.1", "::ffff:0:127.0.0.1", "2002:7f00:1::"),
        *("64:ff9b::7f00:1", "64:ff9b:1::7f00:1"),
    ],
)
def test_what_only_this_machine_or_its_network_reaches_is_private(address: str) -> None:
    assert outside.is_private(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_what_everybody_reaches_is_not(address: str) -> None:
    assert not outside.is_private(address)


def test_nor_does_a_callback_that_a_customer_names(
    careful: Sandbox, secret: tuple[int, list[str]]
) -> None:
    port, asked = secret
    customer = Customer(careful)
    customer.call("update_customer", email="nora@example.com")
    customer.call("request_email_verification", callback_uri=f"http://127.0.0.1:{port}/")
    assert asked == []


def test_tests_may_let_it(sandbox: Sandbox, secret: tuple[int, list[str]]) -> None:
    port, _ = secret
    url = f"http://127.0.0.1:{port}/"
    assert Customer(sandbox).call("get_url_info", url=url) == {"title": "Secret", "url": url}


def test_a_page_that_never_ends_holds_nobody_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then is no time-out, and of threads there are few."""
    monkeypatch.setattr(outside, "LONGEST", 0.2)

    class Drips(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                while True:
                    self.wfile.write(b"<title>")
                    stopped.wait(0.05)

        def log_message(self, *_arguments: Any) -> None:
            """Silence."""

    stopped = threading.Event()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Drips)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"
    try:
        assert outside.fetch(urllib.request.Request(url), private=True).startswith("<title>")
    finally:
        server.shutdown()
        server.server_close()


def test_a_picture_with_no_number_for_its_width_has_none() -> None:
    assert [link_preview._number(text) for text in ("²", "9" * 5000, "12", "")] == [
        *(None, None, 12, None)
    ]


# --- JSON that is meant to hurt ---------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["reset", "clock", "faults", "bot", "multicast", "settings", "tokens"]
)
@pytest.mark.parametrize(
    "body",
    [DEEP, '{"a":' * 5000 + "1" + "}" * 5000, "[" * 9_000_000, "\xff", '{"a": "caf\xe9"}'],
)
def test_deep_or_huge_json_is_a_mistake(sandbox: Sandbox, path: str, body: str) -> None:
    response = requests.post(
        f"{sandbox.url}/sandbox/{path}", data=body.encode("latin1"), timeout=REQUEST_LIMIT
    )
    assert response.status_code == 400
    assert response.json()["error"]


@pytest.mark.parametrize(
    "body",
    [DEEP, '{"a":' * 5000 + "1" + "}" * 5000, '{"name": "\\ud800"}', '{"name": "caf\xe9"}'],
)
def test_the_apis_refuse_it_in_their_own_words(customer: Customer, body: str) -> None:
    response = requests.post(
        f"{customer.sandbox.url}/v3.6/customer/action/update_customer",
        params={"organization_id": customer.token["organization_id"]},
        data=body.encode("latin1"),
        headers={"Authorization": customer.authorization, "Content-Type": "application/json"},
        timeout=REQUEST_LIMIT,
    )
    assert (response.status_code, response.json()["error"]["type"]) == (400, "validation")


@pytest.mark.parametrize("body", [DEEP.encode(), b'{"grant_type": "caf\xe9"}'])
def test_the_accounts_service_refuses_it_too(sandbox: Sandbox, body: bytes) -> None:
    response = requests.post(f"{sandbox.url}/v2/customer/token", data=body, timeout=REQUEST_LIMIT)
    assert response.status_code == 401
    assert response.json()["oauth_exception"] == "invalid_request"


def test_a_frame_of_it_is_refused_and_the_connection_lives(customer: Customer) -> None:
    with customer.connect() as rtm:
        rtm.socket.send(DEEP)
        while (answer := rtm.receive())["type"] == "push":
            pass
        assert answer["payload"]["error"]["type"] == "validation"
        rtm.call("ping")


# --- settings --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "unknown", "known"),
    [
        ({"colour": "red"}, "colour", "token_lifetime"),
        ({"agents": {"nobody@shop.example": "offline"}}, "nobody", "piotr@shop.example"),
        ({"max_chats": {"nobody@shop.example": 1}}, "nobody", "piotr@shop.example"),
        ({"forms": {"survey": True}}, "survey", "prechat"),
        ({"greetings": {"9": True}}, "9", "1, 2"),
        ({"forms": {"prechat": {"colour": "red"}}}, "colour", "fields"),
        ({"greetings": {"1": {"colour": "red"}}}, "colour", "url_contains"),
        ({"organization_id": "nobody"}, "nobody", "7c1f0d2e"),
    ],
)
def test_an_unknown_name_is_named_and_so_are_the_known(
    sandbox: Sandbox, wish: dict[str, Any], unknown: str, known: str
) -> None:
    response = requests.post(f"{sandbox.url}/sandbox/settings", json=wish, timeout=REQUEST_LIMIT)
    assert response.status_code == 400
    assert unknown in response.json()["error"]
    assert known in response.json()["error"]


@pytest.mark.parametrize(
    "wish",
    [
        {"token_lifetime": "long"},
        {"inactivity_timeout": 0},
        {"ping_timeout": -1},
        {"agent_answer_timeout": 0.001},
        {"queue": 1},
        {"agents": {"piotr@shop.example": "asleep"}},
        {"agents": []},
        {"forms": {"prechat": "yes"}},
        {"greetings": {"first": True}},
        {"greetings": {"1": {"event": {}}}},
        {"region": 5},
        {"organization_id": ["a"]},
    ],
)
def test_a_wrong_value_changes_nothing(sandbox: Sandbox, wish: dict[str, Any]) -> None:
    before = sandbox.settings()
    wish = {"welcome_message": "changed"} | wish
    response = requests.post(f"{sandbox.url}/sandbox/settings", json=wish, timeout=REQUEST_LIMIT)
    assert response.status_code == 400
    assert sandbox.settings() == before


# --- what is kept ----------------------------------------------------------------------------


def test_what_is_kept_is_json_and_its_owners_alone(tmp_path: Any) -> None:
    file = tmp_path / "chats.json"
    process = SandboxProcess("--state", str(file))
    process.stop()
    assert json.loads(file.read_bytes())["format"] == "livechat-sandbox/1"
    assert file.stat().st_mode & 0o077 == 0
