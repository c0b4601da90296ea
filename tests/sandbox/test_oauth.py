"""Agents' OAuth: an agent allows an app, the app takes its token, refreshes and revokes it.

Source: LiveChat's "OAuth authorization".
"""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.sandbox.configuration import Owner
from tests.sandbox_rig import REQUEST_LIMIT, Payload, Sandbox

APP = "https://app.example/callback"
VERIFIER = "a" * 50
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
PIOTR, MARIA = "piotr@shop.example", "maria@shop.example"


def wish(sandbox: Sandbox, **changes: str) -> dict[str, str]:
    return {
        "response_type": "code",
        "client_id": sandbox.config["client_id"],
        "redirect_uri": APP,
        "state": "of mine & yours",
    } | changes


def ask(sandbox: Sandbox, **changes: str) -> requests.Response:
    return requests.get(f"{sandbox.url}/", params=wish(sandbox, **changes), timeout=REQUEST_LIMIT)


def allow(sandbox: Sandbox, agent: str = PIOTR, **changes: str) -> dict[str, str]:
    """Press the button; returns what the browser carries back."""
    response = requests.post(
        f"{sandbox.url}/sandbox/consent",
        data=wish(sandbox, **changes) | {"agent": agent},
        allow_redirects=False,
        timeout=REQUEST_LIMIT,
    )
    assert response.status_code == 302, response.text
    where = urlsplit(response.headers["Location"])
    assert (
        f"{where.scheme}://{where.netloc}{where.path}" == wish(sandbox, **changes)["redirect_uri"]
    )
    return {name: value for name, [value] in parse_qs(where.query or where.fragment).items()}


def take(sandbox: Sandbox, **wished: Any) -> requests.Response:
    known = {
        "client_id": sandbox.config["client_id"],
        "client_secret": sandbox.config["client_secret"],
    }
    given = {name: value for name, value in (known | wished).items() if value is not None}
    return requests.post(f"{sandbox.url}/v2/token", data=given, timeout=REQUEST_LIMIT)


def exchange(sandbox: Sandbox, code: str, **changes: Any) -> requests.Response:
    wished = {"grant_type": "authorization_code", "code": code, "redirect_uri": APP} | changes
    return take(sandbox, **wished)


def chats(sandbox: Sandbox, token: str) -> int:
    return requests.post(
        f"{sandbox.url}/v3.6/agent/action/list_chats",
        json={},
        headers={"Authorization": f"Bearer {token}"},
        timeout=REQUEST_LIMIT,
    ).status_code


def tokens(sandbox: Sandbox, **changes: Any) -> Payload:
    answer: Payload = exchange(sandbox, allow(sandbox)["code"], **changes).json()
    return answer


def test_the_page_has_one_button_that_says_allow(sandbox: Sandbox) -> None:
    page = ask(sandbox)
    assert page.status_code == 200
    assert page.text.count("<button") == 1
    assert ">Allow</button>" in page.text
    assert "chats--all:rw" in page.text
    assert "form-action 'self' https://app.example" in page.headers["Content-Security-Policy"]


def test_a_code_is_worth_a_token_that_acts_for_the_agent(sandbox: Sandbox) -> None:
    back = allow(sandbox, MARIA)
    assert back["state"] == "of mine & yours"
    given = exchange(sandbox, back["code"]).json()
    assert given["token_type"] == "Bearer"
    assert given["expires_in"] == 28_800
    assert given["organization_id"] == sandbox.config["organization_id"]
    assert chats(sandbox, given["access_token"]) == 200
    info = requests.get(
        f"{sandbox.url}/v2/info",
        headers={"Authorization": f"Bearer {given['access_token']}"},
        timeout=REQUEST_LIMIT,
    ).json()
    assert info["client_id"] == sandbox.config["client_id"]
    assert info["account_id"] == given["account_id"]
    assert info["refresh_token"] == given["refresh_token"]


def test_nothing_lets_an_app_in_for_an_agent_who_was_deleted(sandbox: Sandbox) -> None:
    given = exchange(sandbox, allow(sandbox, MARIA)["code"]).json()
    code = allow(sandbox, MARIA)["code"]
    Owner(sandbox).call("delete_agent", id=MARIA)
    refreshed = take(sandbox, grant_type="refresh_token", refresh_token=given["refresh_token"])
    for refused in (refreshed, exchange(sandbox, code)):
        assert (refused.status_code, refused.json()["oauth_exception"]) == (401, "invalid_grant")
    assert chats(sandbox, given["access_token"]) == 401


def test_a_code_is_good_once_and_for_a_few_minutes(sandbox: Sandbox) -> None:
    code = allow(sandbox)["code"]
    assert exchange(sandbox, code).ok
    assert exchange(sandbox, code).json()["oauth_exception"] == "invalid_grant"
    late = allow(sandbox)["code"]
    sandbox.advance(301)
    assert exchange(sandbox, late).json()["oauth_exception"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"client_secret": "wrong"}, "unauthorized_client"),
        ({"client_secret": None}, "unauthorized_client"),
        ({"redirect_uri": "https://app.example/other"}, "invalid_grant"),
        ({"code_verifier": VERIFIER}, "invalid_grant"),
        ({"client_id": "nobody"}, "unauthorized_client"),
        ({"code": "nothing"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"redirect_uri": None}, "invalid_request"),
    ],
)
def test_a_wrong_exchange_is_refused(sandbox: Sandbox, changes: dict[str, Any], word: str) -> None:
    refused = exchange(sandbox, **({"code": allow(sandbox)["code"]} | changes))
    assert refused.status_code == 401
    assert refused.json()["oauth_exception"] == word


@pytest.mark.parametrize(
    ("challenge", "method"),
    [(CHALLENGE, "S256"), (CHALLENGE, "s256"), (VERIFIER, "plain"), (VERIFIER, "")],
)
def test_a_code_with_a_challenge_needs_its_verifier(
    sandbox: Sandbox, challenge: str, method: str
) -> None:
    asked = {"code_challenge": challenge, "code_challenge_method": method or "plain"}
    assert exchange(sandbox, allow(sandbox, **asked)["code"], code_verifier=VERIFIER).ok
    for wrong in ("b" * 50, "", None):
        refused = exchange(sandbox, allow(sandbox, **asked)["code"], code_verifier=wrong)
        assert refused.json()["oauth_exception"] == "invalid_grant"


def test_an_app_without_a_secret_proves_itself_and_its_refresh_tokens_rotate(
    sandbox: Sandbox,
) -> None:
    strict = sandbox.config["strict_client"]
    assert ask(sandbox, **strict).status_code == 400
    asked = strict | {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    mine = {"client_id": strict["client_id"], "client_secret": None}
    given = exchange(
        sandbox,
        allow(sandbox, **asked)["code"],
        redirect_uri=strict["redirect_uri"],
        code_verifier=VERIFIER,
        **mine,
    ).json()
    renew = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]} | mine
    second = take(sandbox, **renew).json()
    assert second["refresh_token"] != given["refresh_token"]
    assert take(sandbox, **renew).json()["oauth_exception"] == "invalid_grant"


def test_a_refresh_token_makes_further_ones_and_stays(sandbox: Sandbox) -> None:
    given = tokens(sandbox)
    sandbox.advance(28_801)
    assert chats(sandbox, given["access_token"]) == 401
    renew = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    for _ in range(2):
        second = take(sandbox, **renew).json()
        assert second["refresh_token"] == given["refresh_token"]
        assert chats(sandbox, second["access_token"]) == 200
    wrong = take(sandbox, **renew, client_secret="wrong")
    assert wrong.json()["oauth_exception"] == "unauthorized_client"


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
@pytest.mark.parametrize("by", ["header", "query"])
def test_revoking_either_ends_both(sandbox: Sandbox, which: str, by: str) -> None:
    given = tokens(sandbox)
    named: dict[str, Any] = (
        {"headers": {"Authorization": f"Bearer {given[which]}"}}
        if by == "header"
        else {"params": {"code": given[which]}}
    )
    assert requests.delete(f"{sandbox.url}/v2/token", **named, timeout=REQUEST_LIMIT).json() == {}
    assert chats(sandbox, given["access_token"]) == 401
    renew = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    assert take(sandbox, **renew).status_code == 401


def test_a_token_goes_back_in_the_fragment(sandbox: Sandbox) -> None:
    back = allow(sandbox, response_type="token")
    assert chats(sandbox, back["access_token"]) == 200
    assert back["token_type"] == "Bearer"
    assert "refresh_token" not in back


def test_the_oldest_of_26_ends(sandbox: Sandbox) -> None:
    given = [allow(sandbox, response_type="token")["access_token"] for _ in range(26)]
    assert [chats(sandbox, token) for token in given[:2]] == [401, 200]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"client_id": "nobody"}, "client_id_not_found"),
        ({"redirect_uri": "javascript:alert(1)"}, "invalid_redirect_uri"),
        ({"redirect_uri": "https://app.example/?a=1"}, "invalid_redirect_uri"),
        ({"response_type": "id_token"}, "response_type"),
        ({"code_challenge": "short"}, "code_challenge"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "md5"}, "code_challenge_method"),
    ],
)
def test_a_wrong_wish_sends_the_browser_nowhere(
    sandbox: Sandbox, changes: dict[str, str], why: str
) -> None:
    for response in (
        ask(sandbox, **changes),
        requests.post(
            f"{sandbox.url}/sandbox/consent",
            data=wish(sandbox, **changes) | {"agent": PIOTR},
            allow_redirects=False,
            timeout=REQUEST_LIMIT,
        ),
    ):
        assert response.status_code == 400
        assert why in response.text


def test_another_site_cannot_press_the_button(sandbox: Sandbox) -> None:
    response = requests.post(
        f"{sandbox.url}/sandbox/consent",
        data=wish(sandbox) | {"agent": PIOTR},
        headers={"Sec-Fetch-Site": "same-site", "Origin": "http://app.localhost"},
        allow_redirects=False,
        timeout=REQUEST_LIMIT,
    )
    assert response.status_code == 400


def test_it_survives_being_kept(sandbox: Sandbox) -> None:
    given, code = tokens(sandbox), allow(sandbox)["code"]
    state = sandbox.control("state", method="GET")
    sandbox.reset()
    sandbox.control("state", state, method="PUT")
    assert chats(sandbox, given["access_token"]) == 200
    assert exchange(sandbox, code).ok
    sandbox.advance(28_801)
    assert chats(sandbox, given["access_token"]) == 401


# --- where a browser may be sent --------------------------------------------------------------


@pytest.mark.parametrize(
    ("redirect_uri", "fits"),
    [
        ("https://shop.example/help", True),
        ("https://shop.example/help/", True),
        ("https://shop.example/help/chat", True),
        ("https://SHOP.example/help", True),
        ("https://shop.example", False),
        ("https://shop.example/hel", False),
        ("https://shop.example/help/../admin", False),
        ("https://shop.example/help/%2e%2e/admin", False),
        ("https://shop.example/help?a=1", False),
        ("https://shop.example/help#a", False),
        ("http://shop.example/help", False),
        ("https://shop.example:444/help", False),
        ("https://shop.example.evil/help", False),
        ("https://evil@shop.example/help", False),
        ("javascript:alert(1)", False),
        ("https://[/help", False),
        ("", False),
    ],
)
def test_redirect_uris_are_compared_as_livechat_compares_them(
    sandbox: Sandbox, redirect_uri: str, fits: bool
) -> None:
    strict = sandbox.config["strict_client"] | {"redirect_uri": redirect_uri}
    grant = {
        "grant_type": "cookie",
        "response_type": "token",
        "organization_id": sandbox.config["organization_id"],
    }
    response = requests.post(
        f"{sandbox.url}/v2/customer/token", json=grant | strict, timeout=REQUEST_LIMIT
    )
    assert response.ok is fits


def test_even_a_star_admits_web_pages_only(sandbox: Sandbox) -> None:
    assert ask(sandbox, redirect_uri="https://anywhere.example/").ok
    assert not ask(sandbox, redirect_uri="javascript:alert(1)").ok


# --- the first version of the customers' service ----------------------------------------------


@pytest.mark.parametrize("as_text", [True, False])
def test_the_first_version_knows_licenses(sandbox: Sandbox, as_text: bool) -> None:
    config = sandbox.config
    license_id = str(config["license_id"]) if as_text else config["license_id"]
    body = {
        "grant_type": "cookie",
        "client_id": config["client_id"],
        "license_id": license_id,
        "redirect_uri": config["redirect_uri"],
    }
    response = requests.post(f"{sandbox.url}/customer/token", json=body, timeout=REQUEST_LIMIT)
    assert response.json()["organization_id"] == config["organization_id"]
    assert "Path=/customer;" in response.headers["Set-Cookie"]
    unknown = requests.post(
        f"{sandbox.url}/customer/token",
        json=body | {"license_id": "9" * 5000},
        timeout=REQUEST_LIMIT,
    )
    assert unknown.status_code == 401


def test_the_organization_may_stand_in_the_query(sandbox: Sandbox) -> None:
    config = sandbox.config
    body = {name: config[name] for name in ("client_id", "redirect_uri")}
    response = requests.post(
        f"{sandbox.url}/v2/customer/token",
        params={"organization_id": config["organization_id"]},
        json={"grant_type": "cookie"} | body,
        timeout=REQUEST_LIMIT,
    )
    assert response.json()["organization_id"] == config["organization_id"]


def test_of_an_app_and_an_agent_25_refresh_tokens_live(sandbox: Sandbox) -> None:
    sandbox.settings(requests_per_second=None)
    given = [tokens(sandbox) for _ in range(26)]

    def renew(number: int) -> int:
        wished = {"grant_type": "refresh_token", "refresh_token": given[number]["refresh_token"]}
        return take(sandbox, **wished).status_code

    assert (renew(0), renew(1), renew(25)) == (401, 200, 200)
    assert chats(sandbox, given[0]["access_token"]) == 401
