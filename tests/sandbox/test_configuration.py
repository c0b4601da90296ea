"""The Configuration API: agents, groups, tags and properties."""

from typing import Any

import pytest

from tests.sandbox.clients import Customer
from tests.sandbox.configuration import Owner
from tests.sandbox_rig import Agent, Refused, Sandbox


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


def test_a_ban_is_listed_and_lifted(owner: Owner, agent: Agent, customer: Customer) -> None:
    agent.ban(customer.id)
    [ban] = owner.call("list_customer_bans")
    assert ban["customer_id"] == customer.id
    owner.call("unban_customer", customer_id=customer.id)
    assert customer.call("get_customer")["id"] == customer.id
