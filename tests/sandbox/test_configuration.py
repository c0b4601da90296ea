"""The Configuration API: agents, groups, tags and properties."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sandbox.clients import Customer, Failed, Rtm
from tests.sandbox.configuration import Owner
from tests.sandbox_rig import REQUEST_LIMIT, Agent, Payload, Refused, Sandbox


@pytest.fixture
def owner(sandbox: Sandbox) -> Owner:
    return Owner(sandbox)


def refusal(owner: Owner, action: str, **parameters: Any) -> str:
    with pytest.raises(Refused) as caught:
        owner.call(action, **parameters)
    return caught.value.type


# --- agents -----------------------------------------------------------------------------------


def test_an_agent_is_created_changed_and_deleted(owner: Owner) -> None:
    new = owner.call("create_agent", id="ada@shop.example", name="Ada", job_title="Advice")
    assert new == {"id": "ada@shop.example"}
    owner.call("update_agent", id="ada@shop.example", name="Ada L.", max_chats_count=3)
    fields = ["job_title", "max_chats_count"]
    shown = owner.call("get_agent", id="ada@shop.example", fields=fields)
    assert (shown["name"], shown["job_title"], shown["max_chats_count"]) == ("Ada L.", "Advice", 3)
    owner.call("delete_agent", id="ada@shop.example")
    assert refusal(owner, "get_agent", id="ada@shop.example") == "not_found"


@pytest.mark.parametrize("action", ["delete_agent", "suspend_agent"])
def test_an_agent_who_was_offline_in_a_chat_hands_it_over_and_goes(
    sandbox: Sandbox, owner: Owner, customer: Customer, agent: Agent, rtm: Rtm, action: str
) -> None:
    maria = Agent(sandbox, 1)
    listed = {"users": [{"id": customer.id, "type": "customer"}]}
    chat_id = maria.call("start_chat", chat=listed)["chat_id"]
    owner.call(action, id=maria.id)
    present = [user["id"] for user in agent.chat(chat_id)["users"] if user["present"]]
    assert sorted(present) == sorted([customer.id, agent.id])
    customer.call("deactivate_chat", id=chat_id)
    assert rtm.next("chat_deactivated")["chat_id"] == chat_id


def test_an_agent_is_created_once(owner: Owner) -> None:
    assert refusal(owner, "create_agent", id="sam@shop.example", name="Sam") == "already_exists"


def test_what_a_deleted_agent_wrote_stays(
    sandbox: Sandbox, owner: Owner, customer: Customer
) -> None:
    sandbox.settings(agents={"piotr@shop.example": "offline"})
    sandbox.settings(agents={"sam@shop.example": "accepting_chats"})
    chat_id, _ = customer.start("Hello")
    Agent(sandbox, 2).send(chat_id, "Hello Nora")
    owner.call("delete_agent", id="sam@shop.example")
    users = customer.call("get_chat", chat_id=chat_id)["users"]
    assert "Sam" in [user.get("name") for user in users]


def test_a_suspended_agent_is_refused(sandbox: Sandbox, owner: Owner) -> None:
    owner.call("suspend_agent", id="sam@shop.example")
    with pytest.raises(Refused) as caught:
        Agent(sandbox, 2).chats()
    assert caught.value.type == "requester_suspended"


def test_agents_are_listed_by_group(owner: Owner) -> None:
    listed = owner.call("list_agents", filters={"group_ids": [2]})
    assert [agent["id"] for agent in listed] == ["piotr@shop.example", "sam@shop.example"]


# --- groups -----------------------------------------------------------------------------------


def test_a_group_is_created_changed_and_deleted(owner: Owner) -> None:
    priorities = {"sam@shop.example": "first"}
    group_id = owner.call("create_group", name="Shoes", agent_priorities=priorities)["id"]
    owner.call("update_group", id=group_id, name="Boots")
    shown = owner.call("get_group", id=group_id, fields=["agent_priorities"])
    assert (shown["name"], shown["agent_priorities"]) == ("Boots", priorities)
    owner.call("delete_group", id=group_id)
    assert refusal(owner, "get_group", id=group_id) == "group_not_found"


def test_a_chat_reaches_the_agents_of_a_new_group(
    sandbox: Sandbox, owner: Owner, customer: Customer
) -> None:
    sandbox.settings(agents={"sam@shop.example": "accepting_chats"})
    priorities = {"sam@shop.example": "normal"}
    group_id = owner.call("create_group", name="Shoes", agent_priorities=priorities)["id"]
    chat_id = customer.call("start_chat", chat={"access": {"group_ids": [group_id]}})["chat_id"]
    users = customer.call("get_chat", chat_id=chat_id)["users"]
    assert "Sam" in [user.get("name") for user in users]


def test_a_group_needs_known_agents(owner: Owner) -> None:
    nobody = {"nobody@shop.example": "normal"}
    assert refusal(owner, "create_group", name="Shoes", agent_priorities=nobody) == "validation"


# --- tags and properties ----------------------------------------------------------------------


def test_tags_are_kept_by_group(owner: Owner) -> None:
    owner.call("create_tag", name="parcel", group_ids=[1])
    assert refusal(owner, "create_tag", name="Parcel") == "already_exists"
    [tag] = owner.call("list_tags", filters={"group_ids": [1]})
    assert (tag["name"], tag["author_id"]) == ("parcel", "piotr@shop.example")
    assert owner.call("list_tags", filters={"group_ids": [2]}) == []
    owner.call("delete_tag", name="parcel")
    assert refusal(owner, "update_tag", name="parcel") == "not_found"


def test_a_registered_property_can_be_used_as_its_access_says(
    owner: Owner, agent: Agent, customer: Customer
) -> None:
    owner.call(
        "register_property",
        name="mood",
        owner_client_id=owner.client_id,
        type="string",
        access={"chat": {"agent": ["read", "write"], "customer": []}},
    )
    chat_id, _ = customer.start("Hello")
    mood = {owner.client_id: {"mood": "sunny"}}
    agent.call("update_chat_properties", id=chat_id, properties=mood)
    assert agent.chat(chat_id)["properties"][owner.client_id] == {"mood": "sunny"}
    assert owner.client_id not in customer.call("get_chat", chat_id=chat_id)["properties"]


def test_properties_of_license_and_groups(owner: Owner) -> None:
    given = {"test": {"string_property": "blue"}}
    owner.call("update_license_properties", properties=given)
    owner.call("update_group_properties", group_id=1, properties=given)
    assert owner.call("list_license_properties", namespace="test") == given
    [of_group] = owner.call("list_groups_properties", group_ids=[1], namespace="test")
    assert of_group == {"id": 1, "properties": given}
    owner.call("delete_group_properties", id=1, properties={"test": ["string_property"]})
    [emptied] = owner.call("list_groups_properties", group_ids=[1], namespace="test")
    assert emptied["properties"] == {}


def register(owner: Owner, name: str, **more: Any) -> None:
    own = {"name": name, "owner_client_id": owner.client_id, "type": "int"}
    everywhere = {"agent": ["read", "write"], "customer": ["read", "write"]}
    access = {"license": everywhere, "chat": everywhere}
    owner.call("register_property", **({"access": access} | own | more))


def as_another_app(sandbox: Sandbox, owner: Owner) -> Owner:
    """The same owner, by a token of another app with every scope."""
    other = Owner(sandbox)
    verifier = "a" * 50
    asked = {
        "response_type": "code",
        "client_id": sandbox.config["strict_client"]["client_id"],
        "redirect_uri": sandbox.config["strict_client"]["redirect_uri"],
    }
    allowed = sandbox.http.post(
        f"{sandbox.url}/sandbox/consent",
        data=asked
        | {"code_challenge": verifier, "code_challenge_method": "plain"}
        | {"agent": "piotr@shop.example"},
        allow_redirects=False,
        timeout=REQUEST_LIMIT,
    )
    code = parse_qs(urlsplit(allowed.headers["Location"]).query)["code"][0]
    given = sandbox.http.post(
        f"{sandbox.url}/v2/token",
        data={"grant_type": "authorization_code", "code": code, "code_verifier": verifier} | asked,
        timeout=REQUEST_LIMIT,
    ).json()
    other.authorization = f"Bearer {given['access_token']}"
    return other


def test_a_property_has_a_range_and_a_default(owner: Owner) -> None:
    register(owner, "size", range={"from": 1, "to": 3}, default_value=2)
    assert owner.call("list_license_properties", namespace=owner.client_id) == {
        owner.client_id: {"size": 2}
    }
    for wrong in (0, 4, "2"):
        properties = {owner.client_id: {"size": wrong}}
        assert refusal(owner, "update_license_properties", properties=properties) == "validation"
    owner.call("update_license_properties", properties={owner.client_id: {"size": 3}})
    listed = owner.call("list_properties", owner_client_id=owner.client_id)
    assert listed["size"]["range"] == {"from": 1, "to": 3}
    for mistake in ({"type": "string", "range": {"from": 1}}, {"default_value": "x"}):
        with pytest.raises(Refused, match="validation"):
            register(owner, "other", **mistake)


def test_a_private_property_is_its_apps_until_it_is_published(
    sandbox: Sandbox, owner: Owner, customer: Customer
) -> None:
    register(owner, "size")
    chat_id, _ = customer.start("Hello")
    mine = {owner.client_id: {"size": 3}}
    owner.call("update_license_properties", properties=mine)
    other = as_another_app(sandbox, owner)
    assert owner.client_id not in other.call("list_license_properties")
    assert refusal(other, "update_license_properties", properties=mine) == "authorization"
    stranger = Agent(sandbox)
    stranger.authorization = other.authorization
    with pytest.raises(Refused, match="another app's"):
        stranger.call("update_chat_properties", id=chat_id, properties=mine)
    named = {"name": "size", "owner_client_id": owner.client_id}
    owner.call("publish_property", **named, access_type=["read"])
    assert other.call("list_license_properties")[owner.client_id] == {"size": 3}
    assert refusal(other, "update_license_properties", properties=mine) == "authorization"
    assert refusal(owner, "unregister_property", **named) == "validation"


# --- what a license has beside ----------------------------------------------------------------


def test_auto_access_gives_a_new_chat_its_groups(
    sandbox: Sandbox, owner: Owner, customer: Customer
) -> None:
    shoes = {"url": {"values": [{"value": "/shoes"}]}}
    exact = {"domain": {"values": [{"value": "shop.example", "exact_match": True}]}}
    last = owner.call("add_auto_access", access={"groups": [1]}, conditions=exact)["id"]
    first = owner.call("add_auto_access", access={"groups": [2]}, conditions=shoes, next_id=last)[
        "id"
    ]
    listed = owner.call("list_auto_accesses")
    assert [(each["id"], each["next_id"]) for each in listed] == [(first, last), (last, "")]
    page = {"url": "https://shop.example/shoes/1", "title": "Shoes"}
    with customer.connect(customer_page=page):
        chat_id, _ = customer.start("Hello")
    assert Agent(sandbox).chat(chat_id)["access"] == {"group_ids": [2]}
    owner.call("update_auto_access", id=first, next_id="")
    assert [each["id"] for each in owner.call("list_auto_accesses")] == [last, first]
    owner.call("delete_auto_access", id=first)
    assert refusal(owner, "delete_auto_access", id=first) == "not_found"
    assert refusal(owner, "add_auto_access", access={"groups": [1]}, conditions={}) == "validation"


def test_a_greeting_is_configured_and_shown(owner: Owner, customer: Customer) -> None:
    rule = {"condition": "and", "operator": "contains", "type": "url_current", "value": "/sale"}
    greeting_id = owner.call(
        "create_greeting",
        type="normal",
        active=True,
        name="Sale",
        group=0,
        rules=[rule],
        properties={"greeting-message_text": "Ten percent off"},
    )["id"]
    with customer.connect(customer_page={"url": "https://shop.example/sale", "title": ""}) as rtm:
        shown = rtm.next("incoming_greeting")
    assert (shown["id"], shown["event"]["text"]) == (greeting_id, "Ten percent off")
    owner.call("update_greeting", id=greeting_id, active=False, name="Over")
    found = owner.call("get_greeting", id=greeting_id)
    assert (found["active"], found["name"], found["rules"]) == (False, "Over", [rule])
    listed = owner.call("list_greetings")["greetings"]
    assert greeting_id in [each["id"] for each in listed]
    owner.call("delete_greeting", id=greeting_id)
    assert refusal(owner, "get_greeting", id=greeting_id) == "not_found"


SHOP = {"url": "https://shop.example/", "title": "Shop"}


def test_whoever_saw_a_greeting_logs_in_after_it_was_deleted(
    sandbox: Sandbox, owner: Owner, customer: Customer
) -> None:
    sandbox.settings(greetings={"1": {"enabled": True, "delay": 0}})
    with customer.connect(customer_page=SHOP) as rtm:
        rtm.next("incoming_greeting")
        owner.call("delete_greeting", id=1)
    with customer.connect() as rtm:
        assert "greeting" not in rtm.login_answer


def test_a_button_of_a_deleted_greeting_is_not_found(
    sandbox: Sandbox, owner: Owner, customer: Customer
) -> None:
    sandbox.settings(greetings={"2": {"enabled": True, "delay": 0, "url_contains": ""}})
    with customer.connect(customer_page=SHOP) as rtm:
        shown = rtm.next("incoming_greeting")
        owner.call("delete_greeting", id=2)
        with pytest.raises(Failed, match="greeting_not_found"):
            rtm.call(
                "send_greeting_button_clicked",
                greeting_unique_id=shown["unique_id"],
                button_id="more",
            )


def test_a_greeting_that_is_deleted_in_time_is_not_shown(
    sandbox: Sandbox, owner: Owner, customer: Customer
) -> None:
    sandbox.settings(greetings={"1": {"enabled": True, "delay": 60}})
    with customer.connect(customer_page=SHOP) as rtm:
        owner.call("delete_greeting", id=1)
        sandbox.advance(61)
        assert "incoming_greeting" not in rtm.actions()


def test_a_greeting_with_the_number_of_a_deleted_one_is_shown(
    sandbox: Sandbox, owner: Owner, customer: Customer
) -> None:
    hello = {"event": {"type": "message", "text": "Hello"}, "enabled": True}
    sandbox.settings(greetings={"6": hello})
    with customer.connect(customer_page=SHOP) as rtm:
        rtm.next("incoming_greeting")
        owner.call("delete_greeting", id=6)
        sandbox.settings(greetings={"6": hello})
        rtm.call("update_customer_page", url="https://shop.example/shoes", title="Shoes")
        assert rtm.next("incoming_greeting")["displayed_first_time"] is True


@pytest.mark.parametrize("version", ["3.5", "3.6", "3.7"])
def test_a_bot_needs_nothing_but_a_name(owner: Owner, version: str) -> None:
    bot_id = owner.call("create_bot", version, name="Ada")["id"]
    bot = owner.call("get_bot", id=bot_id)
    assert (bot["default_group_priority"], bot["max_chats_count"]) == ("normal", 6)
    assert [group["priority"] for group in bot["groups"]] == ["normal", "normal", "normal"]


def test_a_bots_priority_in_other_groups_can_be_changed(owner: Owner) -> None:
    bot_id = owner.call("create_bot", name="Ada")["id"]
    owner.call("update_bot", id=bot_id, default_group_priority="last")
    assert owner.call("get_bot", id=bot_id)["default_group_priority"] == "last"


def test_a_bot_has_500_chats_at_most(owner: Owner) -> None:
    assert refusal(owner, "create_bot", name="Ada", max_chats_count=501) == "validation"
    bot_id = owner.call("create_bot", name="Ada", max_chats_count=500)["id"]
    assert refusal(owner, "update_bot", id=bot_id, max_chats_count=501) == "validation"


def test_a_bot_is_of_a_type_since_3_6(owner: Owner) -> None:
    plain = owner.call("create_bot", name="Ada")["id"]
    clever = owner.call("create_bot", name="Bob", type="ai_agent")["id"]
    assert owner.call("get_bot", id=plain)["type"] == "chatbot"
    assert owner.call("get_bot", id=clever)["type"] == "ai_agent"
    owner.call("update_bot", id=plain, type="greeter")
    assert owner.call("get_bot", id=plain)["type"] == "greeter"
    assert "type" not in owner.call("get_bot", "3.5", id=plain)


def test_a_bot_is_made_from_a_template(owner: Owner) -> None:
    own: Payload = {"owner_client_id": owner.client_id, "affect_existing_installations": True}
    made = owner.call("create_bot_template", name="Helper", **own)
    assert owner.call("get_bot", id=made["id"])["name"] == "Helper"
    owner.call("update_bot_template", id=made["id"], name="Robo", **own)
    assert owner.call("get_bot", id=made["id"])["name"] == "Robo"
    secret = owner.call("reset_bot_template_secret", id=made["id"], **own)["secret"]
    config = owner.sandbox.config
    known = {name: config[name] for name in ("client_id", "organization_id")}
    assert owner.call("issue_bot_token", bot_id=made["id"], bot_secret=secret, **known)["token"]
    [listed] = owner.call("list_bot_templates", owner_client_id=owner.client_id)
    assert listed == {"id": made["id"], "name": "Robo", "avatar_path": ""}
    owner.call("delete_bot_template", id=made["id"], **own)
    assert refusal(owner, "get_bot", id=made["id"]) == "not_found"


def test_canned_responses_are_kept_and_private_ones_are_their_authors(owner: Owner) -> None:
    def call(action: str, **parameters: Any) -> Any:
        return owner.call(action, version="3.7", **parameters)

    open_id = call("create_canned_response", text="Hello!", tags=["hi"], group_id=1)["id"]
    call("create_canned_response", text="Mine", tags=[], group_id=1, is_private=True)
    call("update_canned_response", id=open_id, text="Hello there")
    [listed] = call("list_canned_responses")["canned_responses"]
    assert (listed["text"], listed["author_id"]) == ("Hello there", "piotr@shop.example")
    assert call("list_canned_responses", include_private=True)["found_canned_responses"] == 2
    call("delete_canned_response", id=open_id)
    with pytest.raises(Refused, match="not_found"):
        call("delete_canned_response", id=open_id)


def test_trusted_domains_are_managed(sandbox: Sandbox, owner: Owner, customer: Customer) -> None:
    owner.call("add_allowed_domain", version="3.7", domain="shop.example")
    assert owner.call("list_allowed_domains", version="3.7") == {"domains": ["shop.example"]}
    asked = {"url": "https://evil.example/", "channel_type": "code"}
    assert (
        customer.call("get_dynamic_configuration", **asked)["livechat"]["domain_allowed"] is False
    )
    owner.call("delete_allowed_domain", version="3.7", domain="shop.example")
    assert customer.call("get_dynamic_configuration", **asked)["livechat"]["domain_allowed"] is True


def test_the_rest_of_a_license(owner: Owner, customer: Customer) -> None:
    texts = {"group_id": 0, "language": "en"}
    phrases = {"Welcome_title": "Hi"}
    owner.call("update_translations", version="3.7", **texts, phrases=phrases)
    assert owner.call("list_translations", version="3.7", **texts) == {"phrases": phrases}
    customer.start("Hello")
    [channel] = owner.call("list_channels")
    assert channel["channel_subtype"] == owner.client_id
    assert owner.call("check_product_limits_for_plan", plan="starter") == [
        {"resource": "groups", "limit_balance": 2}
    ]
    owner.call("update_company_details", company="Shop")
    owner.call("reactivate_email", agent_id="sam@shop.example")
    owner.call("request_agent_unsuspension")
    assert set(owner.call("get_product_source")) == {"source_id", "source_type", "source_url"}


def test_a_batch_answers_each_request_or_says_why_not(owner: Owner) -> None:
    wished = [{"id": "ada@shop.example", "name": "Ada"}, {"name": "Bo"}]
    created, refused = owner.call("batch_create_agents", requests=wished)["responses"]
    assert created == {"id": "ada@shop.example"}
    assert refused["error"]["type"] == "validation"
    assert owner.call("get_agent", id="ada@shop.example")["name"] == "Ada"


def test_a_ban_is_listed_and_lifted(owner: Owner, agent: Agent, customer: Customer) -> None:
    agent.ban(customer.id)
    [ban] = owner.call("list_customer_bans")
    assert ban["customer_id"] == customer.id
    owner.call("unban_customer", customer_id=customer.id)
    assert customer.call("get_customer")["id"] == customer.id
