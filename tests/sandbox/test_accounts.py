"""Customer tokens: grants, cookies, information, revocation and refusals."""

import base64
import hashlib

import pytest
import requests

from tests.sandbox.clients import Customer, Rtm
from tests.sandbox_rig import REQUEST_LIMIT, Agent, Payload, Refused, Sandbox


def refusal(response: requests.Response) -> tuple[int, str]:
    body = response.json()
    return response.status_code, body.get("oauth_exception") or body["identity_exception"]


def post(sandbox: Sandbox, path: str, body: Payload, authorization: str = "") -> requests.Response:
    return requests.post(
        f"{sandbox.url}/v2/customer/{path}",
        json=body,
        headers={"Authorization": authorization} if authorization else {},
        timeout=REQUEST_LIMIT,
    )


def test_a_token_tells_its_customer_and_lasts_eight_hours(customer: Customer) -> None:
    assert customer.token["token_type"] == "Bearer"
    assert customer.token["expires_in"] == 28_800
    assert customer.token["access_token"].startswith("dal:")
    assert customer.token["client_id"] == customer.sandbox.config["client_id"]


def test_both_cookies_together_are_the_identity(customer: Customer) -> None:
    before = customer.token
    after = customer.renew()
    assert after["entity_id"] == before["entity_id"]
    assert after["access_token"] != before["access_token"]


@pytest.mark.parametrize("missing", ["__lc_cid", "__lc_cst"])
def test_one_cookie_alone_makes_a_new_customer(customer: Customer, missing: str) -> None:
    before = customer.id
    del customer.cookies[missing]
    assert customer.renew()["entity_id"] != before


def test_a_wrong_secret_makes_a_new_customer(customer: Customer) -> None:
    before = customer.id
    customer.cookies["__lc_cst"] = "0" * 128
    assert customer.renew()["entity_id"] != before


def test_cookies_are_for_the_accounts_service_only_and_last_two_years(customer: Customer) -> None:
    headers = customer.grant().raw.headers.getlist("Set-Cookie")
    assert len(headers) == 2
    for header in headers:
        for attribute in (
            "Path=/v2/customer;",
            "Max-Age=63072000",
            "HttpOnly",
            "Secure",
            "SameSite=None",
        ):
            assert attribute in header + ";"
        assert "Domain" not in header
    assert f"__lc_cid={customer.id};" in headers[0]


def test_an_earlier_token_stays_valid(customer: Customer) -> None:
    before = customer.authorization
    customer.renew()
    answer = customer.request("get_customer", {}, headers={"Authorization": before})
    assert answer.status_code == 200


def test_a_group_with_too_many_digits_is_unknown(customer: Customer) -> None:
    organization_id = customer.token["organization_id"]
    response = customer.grant(f"{organization_id}/{'9' * 5000}/token", organization_id=None)
    assert response.json()["oauth_exception"] == "invalid_request"


def test_each_group_has_an_identity_of_its_own(customer: Customer) -> None:
    organization_id = customer.token["organization_id"]
    response = customer.grant(f"{organization_id}/1/token", organization_id=None)
    assert response.status_code == 200
    assert f"Path=/v2/customer/{organization_id}/1;" in response.headers["Set-Cookie"]


def test_a_body_is_read_as_json_whatever_its_type_says(sandbox: Sandbox) -> None:
    config = sandbox.config
    body = (
        f'{{"grant_type": "cookie", "client_id": "{config["client_id"]}", '
        f'"organization_id": "{config["organization_id"]}"}}'
    )
    headers = {"Content-Type": "text/plain;charset=UTF-8", "Origin": "https://shop.example"}
    url = f"{sandbox.url}/v2/customer/token"
    response = requests.post(url, data=body, headers=headers, timeout=REQUEST_LIMIT)
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert response.headers["Access-Control-Allow-Credentials"] == "true"


def test_a_form_is_read_where_there_is_no_json(sandbox: Sandbox) -> None:
    config = sandbox.config
    form = {
        "grant_type": "cookie",
        "client_id": config["client_id"],
        "organization_id": config["organization_id"],
        "redirect_uri": config["redirect_uri"],
    }
    url = f"{sandbox.url}/v2/customer/token/"
    assert requests.post(url, data=form, timeout=REQUEST_LIMIT).status_code == 200


@pytest.mark.parametrize(
    ("changes", "exception"),
    [
        ({"client_id": "unknown"}, "unauthorized_client"),
        ({"client_id": None}, "invalid_request"),
        ({"organization_id": None}, "invalid_request"),
        ({"organization_id": "unknown"}, "invalid_request"),
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"redirect_uri": None}, "unauthorized_client"),
        ({"expires_in": "long"}, "invalid_request"),
    ],
)
def test_a_wrong_grant_is_refused(customer: Customer, changes: Payload, exception: str) -> None:
    assert refusal(customer.grant(**changes)) == (401, exception)


def test_a_redirect_uri_that_is_not_registered_is_refused(customer: Customer) -> None:
    strict = customer.sandbox.config["strict_client"]
    assert customer.grant(**strict).status_code == 200
    response = customer.grant(**(strict | {"redirect_uri": "https://shop.example/other"}))
    assert refusal(response) == (401, "unauthorized_client")
    assert response.json()["exception_details"] == "invalid_redirect_uri"


def test_a_wished_lifetime_is_capped(customer: Customer) -> None:
    assert customer.grant(expires_in=60).json()["expires_in"] == 60
    assert customer.grant(expires_in=99_999).json()["expires_in"] == 28_800


def test_info_tells_what_is_left_of_a_token(customer: Customer) -> None:
    customer.sandbox.advance(800)
    headers = {"Authorization": customer.authorization}
    url = f"{customer.sandbox.url}/v2/customer/info"
    info = requests.get(url, headers=headers, timeout=REQUEST_LIMIT).json()
    assert info["entity_id"] == customer.id
    assert 27_990 <= info["expires_in"] <= 28_000


def test_an_expired_token_is_refused(customer: Customer) -> None:
    customer.sandbox.advance(28_801)
    with pytest.raises(Refused) as refused:
        customer.call("get_customer")
    assert (refused.value.status, refused.value.type) == (401, "authentication")


def test_a_revoked_token_closes_its_connections_only(customer: Customer) -> None:
    first = customer.connect()
    revoked = customer.authorization
    customer.renew()
    second = customer.connect()
    url = f"{customer.sandbox.url}/v2/customer/token"
    headers = {"Authorization": revoked}
    assert requests.delete(url, headers=headers, timeout=REQUEST_LIMIT).status_code == 200
    assert first.farewell() == {"reason": "access_token_revoked"}
    assert second.call("ping") == {}
    answer = customer.request("get_customer", {}, headers={"Authorization": revoked})
    assert answer.json()["error"]["type"] == "authentication"


def test_an_agent_makes_a_token_for_a_customer(customer: Customer, agent: Agent) -> None:
    body = {
        "grant_type": "agent_token",
        "client_id": customer.sandbox.config["client_id"],
        "entity_id": customer.id,
    }
    response = post(customer.sandbox, "token", body, agent.authorization)
    assert response.json()["entity_id"] == customer.id
    assert "Set-Cookie" not in response.headers


def test_an_agent_makes_a_new_customer(sandbox: Sandbox, agent: Agent) -> None:
    body = {"grant_type": "agent_token", "client_id": sandbox.config["client_id"]}
    assert post(sandbox, "token", body, agent.authorization).json()["entity_id"]


def test_a_personal_access_token_makes_no_customer_token(sandbox: Sandbox) -> None:
    body = {"grant_type": "agent_token", "client_id": sandbox.config["client_id"]}
    basic = f"Basic {sandbox.config['agents'][0]['basic']}"
    assert refusal(post(sandbox, "token", body, basic)) == (401, "invalid_grant")


def transfer_code(customer: Customer, **more: str) -> str:
    body = {"bearer_type": "customer", "client_id": customer.sandbox.config["client_id"]} | more
    response = post(customer.sandbox, "identity_transfer", body, customer.authorization)
    assert response.json()["expires_in"] == 3_600
    code: str = response.json()["identity_transfer_token"]
    return code


def redeem(customer: Customer, code: str, **more: str) -> requests.Response:
    body = {
        "grant_type": "identity_token",
        "client_id": customer.sandbox.config["client_id"],
        "code": code,
    }
    return post(customer.sandbox, "token", body | more)


def test_a_transfer_code_moves_an_identity_once(customer: Customer) -> None:
    code = transfer_code(customer)
    assert redeem(customer, code).json()["entity_id"] == customer.id
    assert refusal(redeem(customer, code)) == (401, "invalid_grant")


def test_a_transfer_code_expires_after_an_hour(customer: Customer) -> None:
    code = transfer_code(customer)
    customer.sandbox.advance(3_601)
    assert refusal(redeem(customer, code)) == (401, "invalid_grant")


def test_a_transfer_code_asks_for_its_verifier(customer: Customer) -> None:
    verifier = "v" * 50
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    code = transfer_code(customer, code_challenge=challenge)
    assert refusal(redeem(customer, code, code_verifier="w" * 50)) == (401, "invalid_grant")
    assert redeem(customer, code, code_verifier=verifier).status_code == 200


def test_a_banned_customer_gets_no_token(customer: Customer, agent: Agent) -> None:
    agent.ban(customer.id)
    assert refusal(customer.grant()) == (401, "access_denied")


def test_an_expiring_token_ends_its_connection(customer: Customer) -> None:
    customer.sandbox.settings(token_lifetime=60, inactivity_timeout=None)
    customer.renew()
    connection: Rtm = customer.connect()
    customer.sandbox.advance(61)
    assert connection.farewell() == {"reason": "access_token_expired"}


def test_a_preflight_allows_the_headers_clients_send(sandbox: Sandbox) -> None:
    response = requests.options(
        f"{sandbox.url}/v3.6/customer/action/list_chats",
        headers={
            "Origin": "https://shop.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
        timeout=REQUEST_LIMIT,
    )
    assert response.status_code == 204
    allowed = response.headers["Access-Control-Allow-Headers"]
    assert all(name in allowed for name in ("authorization", "content-type", "x-region"))
