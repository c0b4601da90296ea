"""What an agent's token may do: scopes, over Web, RTM and the accounts service."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import requests

from livechat_sandbox.platform import scopes
from tests.sandbox.agents import AgentRtm, bot_of
from tests.sandbox.clients import Customer
from tests.sandbox.configuration import Owner
from tests.sandbox_rig import REQUEST_LIMIT, ROOT, Agent, Payload, Refused, Sandbox

UNTIL_3_5 = ("list_customers", "create_customer", "get_license_info")
MARIA = 1  # an administrator, in the groups General and Sales
MISSING = re.compile(r"403 authorization: The token does not have the scope (\S+)")
A_DAY = 86_400  # seconds a bot's token lasts
LINK = "https://platform.text.com/docs/"


def methods() -> list[tuple[str, str, tuple[str, ...]]]:
    """The API, the name and the documented scopes of each row that links to LiveChat's page.

    What is for RTM only asks for no scope.
    """
    page = (ROOT / "docs" / "agent-side.md").read_text()
    row = re.compile(
        rf"^\| \[`(\w+)`\]\({LINK}(\w+)/[^)]*\) \|(?! \|).* 3\.\d \| *((?:`\S+` ?)*)\|$",
        re.MULTILINE,
    )
    apis = {"messaging": "agent", "management": "configuration"}
    return [
        (apis[area], name, tuple(re.findall(r"`(\S+)`", needed)))
        for name, area, needed in row.findall(page)
    ]


METHODS = methods()


def test_the_page_is_read_whole() -> None:
    assert len([api for api, *_ in METHODS if api == "agent"]) == 39
    assert len([api for api, *_ in METHODS if api == "configuration"]) == 73


def limited(sandbox: Sandbox, *wished: str, agent: int = 0) -> Agent:
    """An agent whose token has these scopes."""
    made = Agent(sandbox, agent)
    answer = order(sandbox, agent=made.id, scopes=list(wished)).json()
    made.authorization = f"Bearer {answer['token']}"
    return made


def order(sandbox: Sandbox, **wished: Any) -> requests.Response:
    return sandbox.http.post(f"{sandbox.url}/sandbox/tokens", json=wished, timeout=REQUEST_LIMIT)


def call(agent: Agent, api: str, action: str, **parameters: Any) -> Any:
    """Any method of either API, in the version that has it."""
    if api == "agent":
        version = "3.5" if action in UNTIL_3_5 else "3.6"
        return agent.call(action, version=version, **parameters)
    owner = Owner(agent.sandbox)
    owner.authorization = agent.authorization
    return owner.call(action, version="3.7", **parameters)


def missing(agent: Agent, api: str, action: str, **parameters: Any) -> str:
    """The scope for whose lack a call is refused; "" where it is not."""
    try:
        call(agent, api, action, **parameters)
    except Refused as refused:
        found = MISSING.search(f"{refused}")
        return found[1] if found else ""
    return ""


@pytest.mark.parametrize(("api", "action", "documented"), METHODS)
def test_each_method_asks_for_the_scopes_that_are_documented(
    sandbox: Sandbox, api: str, action: str, documented: tuple[str, ...]
) -> None:
    assert missing(limited(sandbox, *documented), api, action) == ""
    others = {each for each in scopes.ALL if scopes.expand([each]).isdisjoint(documented)}
    refused = missing(limited(sandbox, *others), api, action)
    assert refused in documented if documented else refused == ""


@pytest.mark.parametrize(
    ("had", "action"),
    [
        ("chats--access:rw", "list_chats"),
        ("chats--all:ro", "list_chats"),
        ("customers:rw", "get_customer"),
        ("agents--all:rw", "set_routing_status"),
        ("agents-bot--my:rw", "set_routing_status"),
    ],
)
def test_a_wider_scope_takes_in_the_narrower(sandbox: Sandbox, had: str, action: str) -> None:
    assert missing(limited(sandbox, had), "agent", action) == ""


def test_the_scope_for_all_tags_takes_in_those_of_groups(sandbox: Sandbox) -> None:
    agent = limited(sandbox, "tags--all:ro")
    assert missing(agent, "configuration", "list_tags") == ""
    assert missing(agent, "configuration", "create_tag") == "tags--groups:rw"


def test_reading_is_not_writing(sandbox: Sandbox, customer: Customer) -> None:
    chat_id, _ = customer.start("Hello")
    reader = limited(sandbox, "chats--all:ro")
    assert reader.chat(chat_id)["id"] == chat_id
    event = {"type": "message", "text": "Hi"}
    refused = missing(reader, "agent", "send_event", chat_id=chat_id, event=event)
    assert refused == "chats--access:rw"


def test_access_to_ones_own_chats_ends_at_ones_groups_even_for_an_administrator(
    sandbox: Sandbox, customer: Customer
) -> None:
    chat_id = customer.call("start_chat", chat={"access": {"group_ids": [2]}})["chat_id"]
    assert Agent(sandbox, MARIA).chat(chat_id)["id"] == chat_id
    narrow = limited(sandbox, "chats--access:rw", agent=MARIA)
    assert narrow.chats() == []
    with pytest.raises(Refused, match="missing_access"):
        narrow.chat(chat_id)


def test_reading_everywhere_does_not_widen_where_one_may_write(
    sandbox: Sandbox, customer: Customer
) -> None:
    chat_id = customer.call("start_chat", chat={"access": {"group_ids": [2]}})["chat_id"]
    mixed = limited(sandbox, "chats--all:ro", "chats--access:rw", agent=MARIA)
    assert mixed.chat(chat_id)["id"] == chat_id
    with pytest.raises(Refused, match="missing_access"):
        mixed.call("deactivate_chat", id=chat_id)


@pytest.mark.parametrize(
    ("api", "action", "name"),
    [
        ("agent", "set_routing_status", "agent_id"),
        ("agent", "logout", "agent_id"),
        ("configuration", "update_agent", "id"),
    ],
)
def test_what_is_done_to_another_agent_needs_all_of_them(
    sandbox: Sandbox, api: str, action: str, name: str
) -> None:
    own = limited(sandbox, "agents--my:rw")
    more: Payload = {"status": "accepting_chats"} if action == "set_routing_status" else {}
    another = {name: "maria@shop.example"} | more
    assert missing(own, api, action, **another) == "agents--all:rw"
    assert missing(own, api, action, **({name: own.id} | more)) == ""


def test_everybodys_bots_are_listed_with_the_scope_for_all(sandbox: Sandbox) -> None:
    own = limited(sandbox, "agents-bot--my:ro")
    assert call(own, "configuration", "list_bots") == []
    assert missing(own, "configuration", "list_bots", all=True) == "agents-bot--all:ro"


@pytest.mark.parametrize("action", ["get_bot", "update_bot", "reset_bot_secret", "delete_bot"])
def test_another_apps_bot_needs_the_scope_for_all(sandbox: Sandbox, action: str) -> None:
    whole, own = Agent(sandbox), limited(sandbox, "agents-bot--my:rw")
    wished = {"name": "Helper", "default_group_priority": "first"}
    ours = call(whole, "configuration", "create_bot", **wished)["id"]
    theirs = call(whole, "configuration", "create_bot", owner_client_id="other", **wished)["id"]
    needed = "agents-bot--all:ro" if action == "get_bot" else "agents-bot--all:rw"
    assert missing(own, "configuration", action, id=theirs) == needed
    assert missing(own, "configuration", action, id=ours) == ""


def test_a_connection_has_the_scopes_of_its_token_and_of_the_next_one(
    sandbox: Sandbox, customer: Customer
) -> None:
    chat_id, _ = customer.start("Hello")
    desk = AgentRtm(sandbox, limited(sandbox, "chats--all:ro").authorization)
    assert desk.call("get_chat", chat_id=chat_id)["id"] == chat_id
    change = {"id": chat_id, "properties": {"test": {"bool_property": True}}}
    with pytest.raises(AssertionError, match="chats--access:rw"):
        desk.call("update_chat_properties", **change)
    desk.call("update_session", token=limited(sandbox, "chats--all:rw").authorization)
    desk.call("update_chat_properties", **change)
    desk.stack.close()


def test_going_away_needs_the_scope_for_oneself(sandbox: Sandbox) -> None:
    desk = AgentRtm(sandbox, limited(sandbox, "tags--all:ro").authorization)
    with pytest.raises(AssertionError, match="agents--my:rw"):
        desk.call("set_away_status", away=True)
    desk.call("update_session", token=limited(sandbox, "agents--my:rw").authorization)
    assert desk.call("set_away_status", away=True) == {}
    desk.stack.close()


def test_logging_out_over_rtm_needs_no_scope(sandbox: Sandbox) -> None:
    desk = AgentRtm(sandbox, limited(sandbox, "tags--all:ro").authorization)
    assert desk.call("logout") == {}
    desk.stack.close()


def cause_a_chat(sandbox: Sandbox, customer: Customer) -> None:
    chat_id, _ = customer.start("Hello")
    customer.send(chat_id, "Are you there?")


def cause_a_customer(sandbox: Sandbox, customer: Customer) -> None:
    customer.call("update_customer", name="Nora")


def cause_a_multicast(sandbox: Sandbox, customer: Customer) -> None:
    everybody: Payload = {"agents": {"all": True}}
    Agent(sandbox).call("multicast", recipients=everybody, content={"n": 1})


def cause_an_agent(sandbox: Sandbox, customer: Customer) -> None:
    Owner(sandbox).call("update_agent", id=Agent(sandbox).id, job_title="Helper")


def cause_a_bot(sandbox: Sandbox, customer: Customer) -> None:
    Owner(sandbox).call("create_bot", name="Ada", default_group_priority="first")


@pytest.mark.parametrize(
    ("scope", "cause", "action"),
    [
        ("chats--access:ro", cause_a_chat, "incoming_chat"),
        ("chats--access:ro", cause_a_chat, "incoming_event"),
        ("customers:ro", cause_a_customer, "customer_updated"),
        ("multicast:rw", cause_a_multicast, "incoming_multicast"),
        ("agents--all:ro", cause_an_agent, "agent_updated"),
        ("agents-bot--all:ro", cause_a_bot, "bot_created"),
    ],
)
def test_a_push_is_for_who_has_its_scope(
    sandbox: Sandbox,
    customer: Customer,
    scope: str,
    cause: Callable[[Sandbox, Customer], None],
    action: str,
) -> None:
    others = {
        each for each in scopes.ALL if scopes.expand([each]).isdisjoint(scopes.expand([scope]))
    }
    desks = [AgentRtm(sandbox, limited(sandbox, *had).authorization) for had in ({scope}, others)]
    cause(sandbox, customer)
    told = []
    for desk in desks:
        desk.call("ping")  # answered after whatever was pushed before
        told.append([push["action"] for push in desk.pushes])
        desk.stack.close()
    assert action in told[0]
    assert not any(action in each for each in told[1:])


def test_a_connection_hears_what_its_next_token_may(sandbox: Sandbox, customer: Customer) -> None:
    desk = AgentRtm(sandbox, limited(sandbox, "tags--all:ro").authorization)
    chat_id, _ = customer.start("Hello")
    desk.call("update_session", token=limited(sandbox, "chats--all:ro").authorization)
    customer.send(chat_id, "Are you there?")
    assert desk.next("incoming_event")["event"]["text"] == "Are you there?"
    desk.stack.close()


def test_customers_tokens_are_made_with_a_scope_of_their_own(sandbox: Sandbox) -> None:
    body = {"grant_type": "agent_token", "client_id": sandbox.config["client_id"]}
    body |= {"response_type": "token", "redirect_uri": sandbox.config["redirect_uri"]}

    def ask(agent: Agent) -> Payload:
        headers = {"Authorization": agent.authorization}
        url = f"{sandbox.url}/v2/customer/token"
        answer: Payload = sandbox.http.post(
            url, json=body, headers=headers, timeout=REQUEST_LIMIT
        ).json()
        return answer

    refused = ask(limited(sandbox, "customers:rw"))
    assert refused["oauth_exception"] == "access_denied"
    assert "customers:own" in refused["exception_description"]
    assert ask(limited(sandbox, "customers:own"))["access_token"]


def scopes_told(agent: Agent) -> set[str]:
    told = agent.sandbox.http.get(
        f"{agent.sandbox.url}/v2/info",
        headers={"Authorization": agent.authorization},
        timeout=REQUEST_LIMIT,
    ).json()
    return set(told["scope"].split(","))


def test_a_token_tells_its_scopes(sandbox: Sandbox) -> None:
    agent = limited(sandbox, "chats--all:ro", "multicast:rw")
    wide, narrow = {"chats--all:ro", "multicast:rw"}, {"chats--access:ro", "multicast:ro"}
    assert scopes_told(agent) == wide | narrow


def test_a_bots_token_may_chat_and_no_more(sandbox: Sandbox) -> None:
    bot = bot_of(sandbox)
    documented = {"chats--access:rw", "agents-bot--my:rw", "customers:rw"}
    assert scopes_told(bot) == scopes.expand(documented)
    assert missing(bot, "configuration", "list_agents") == "agents--all:ro"


def test_a_bots_token_is_unknown_when_it_has_ended(sandbox: Sandbox) -> None:
    """Also to what a snapshot keeps."""
    bot = bot_of(sandbox)
    token = bot.authorization.removeprefix("Bearer ")
    sandbox.advance(A_DAY)
    assert token not in json.dumps(sandbox.control("state", method="GET"))


@pytest.mark.parametrize(
    ("wished", "said"),
    [
        ({"agent": "nobody", "scopes": []}, "piotr@shop.example"),
        ({"agent": ["piotr@shop.example"], "scopes": []}, "piotr@shop.example"),
        ({"agent": "piotr@shop.example", "scopes": ["chats:all"]}, "chats--all:ro"),
        ({"agent": "piotr@shop.example", "scopes": "chats--all:ro"}, "chats--all:ro"),
        ({"agent": "piotr@shop.example"}, "chats--all:ro"),
    ],
)
def test_a_wish_that_makes_no_sense_is_answered_with_what_there_is(
    sandbox: Sandbox, wished: Payload, said: str
) -> None:
    answer = order(sandbox, **wished)
    assert answer.status_code == 400
    assert said in answer.json()["error"]


def test_the_usual_tokens_stay_what_they_are(sandbox: Sandbox) -> None:
    before = sandbox.config["agents"]
    limited(sandbox)
    config = sandbox.http.get(f"{sandbox.url}/sandbox/config", timeout=REQUEST_LIMIT).json()
    assert config["agents"] == before
