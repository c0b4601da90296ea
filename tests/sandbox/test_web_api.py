"""The Customer Chat Web API: what each method takes, answers and refuses."""

import io
from typing import Any

import pytest
import requests
from PIL import Image
from urllib3 import encode_multipart_formdata

from tests.sandbox.clients import Customer, Rtm, message
from tests.sandbox_rig import REQUEST_LIMIT, Agent, Payload, Refused, Sandbox


def refused(customer: Customer, action: str, **payload: Any) -> tuple[int, str]:
    with pytest.raises(Refused) as caught:
        customer.call(action, **payload)
    return caught.value.status, caught.value.type


# --- transport --------------------------------------------------------------------------------


def test_an_organization_is_required(customer: Customer) -> None:
    response = customer.sandbox.http.post(
        f"{customer.sandbox.url}/v3.6/customer/action/list_chats",
        headers={"Authorization": customer.authorization},
        timeout=REQUEST_LIMIT,
    )
    assert response.status_code == 400
    assert response.json()["error"]["type"] == "validation"


@pytest.mark.parametrize(
    ("query", "headers", "status", "error_type"),
    [
        ({"organization_id": "unknown"}, {}, 404, "license_not_found"),
        ({}, {"Authorization": "Bearer dal:wrong"}, 401, "authentication"),
        ({}, {"Authorization": ""}, 401, "authentication"),
        ({}, {"X-Region": "fra"}, 421, "misdirected_request"),
    ],
)
def test_a_wrong_address_or_token_is_refused(
    customer: Customer, query: Payload, headers: Payload, status: int, error_type: str
) -> None:
    response = customer.request("list_chats", {}, query=query, headers=headers)
    assert (response.status_code, response.json()["error"]["type"]) == (status, error_type)


def test_a_bad_token_is_refused_in_livechats_words(customer: Customer) -> None:
    response = customer.request("list_chats", {}, headers={"Authorization": "Bearer x"})
    assert response.json() == {
        "error": {"type": "authentication", "message": "Invalid access token"}
    }


def test_a_token_opens_its_own_organization_only(customer: Customer) -> None:
    other = customer.sandbox.config["other_organization"]["organization_id"]
    headers = {"X-Region": "fra"}
    response = customer.request("list_chats", {}, query={"organization_id": other}, headers=headers)
    assert response.json()["error"]["type"] == "authorization"


def test_an_agents_token_is_no_customers_token(customer: Customer, agent: Agent) -> None:
    response = customer.request("list_chats", {}, headers={"Authorization": agent.authorization})
    assert response.json()["error"]["type"] == "authentication"


def test_the_right_region_is_named(customer: Customer) -> None:
    customer.sandbox.settings(region="fra")
    response = customer.request("list_chats", {})
    assert response.json()["error"]["data"] == {"region": "fra"}
    assert customer.request("list_chats", {}, headers={"X-Region": "fra"}).status_code == 200


def test_the_version_may_come_in_a_header(customer: Customer) -> None:
    response = customer.sandbox.http.post(
        f"{customer.sandbox.url}/customer/action/list_chats",
        params={"organization_id": customer.token["organization_id"]},
        headers={"Authorization": customer.authorization, "X-API-Version": "3.7"},
        timeout=REQUEST_LIMIT,
    )
    assert response.json()["chats_info"] == []


def test_a_legacy_version_tells_its_end(customer: Customer) -> None:
    assert "Legacy" in customer.request("list_chats", {}, version="3.5").headers
    assert "Legacy" not in customer.request("list_chats", {}).headers


def test_an_unknown_version_is_refused(customer: Customer) -> None:
    response = customer.request("list_chats", {}, version="3.1")
    assert response.json()["error"]["type"] == "unsupported_version"


@pytest.mark.parametrize(
    ("action", "version"),
    [
        ("open_the_door", "3.6"),
        ("login", "3.6"),
        ("delete_event", "3.5"),
        ("request_welcome_message", "3.5"),
        ("get_predicted_agent", "3.7"),
    ],
)
def test_an_action_a_version_does_not_have_is_refused(
    customer: Customer, action: str, version: str
) -> None:
    response = customer.request(action, {}, version=version)
    assert response.json()["error"]["type"] == "validation"


def test_a_body_of_null_has_no_parameters(customer: Customer) -> None:
    url = f"{customer.sandbox.url}/v3.6/customer/action/get_customer"
    answer = customer.sandbox.http.post(
        url,
        params={"organization_id": customer.token["organization_id"]},
        data="null",
        headers={"Authorization": customer.authorization, "Content-Type": "application/json"},
        timeout=REQUEST_LIMIT,
    )
    assert answer.json()["id"] == customer.id


def test_a_file_may_come_in_chunks(customer: Customer) -> None:
    body, kind = encode_multipart_formdata({"file": ("list.txt", b"Two teapots", "text/plain")})
    answer = customer.sandbox.http.post(
        f"{customer.sandbox.url}/v3.6/customer/action/upload_file",
        params={"organization_id": customer.token["organization_id"]},
        data=iter([body[:20], body[20:]]),
        headers={"Authorization": customer.authorization, "Content-Type": kind},
        timeout=REQUEST_LIMIT,
    )
    assert requests.get(answer.json()["url"], timeout=REQUEST_LIMIT).content == b"Two teapots"


def test_a_body_that_is_not_json_is_refused(customer: Customer) -> None:
    response = requests.post(
        f"{customer.sandbox.url}/v3.6/customer/action/list_chats",
        params={"organization_id": customer.token["organization_id"]},
        data="{",
        headers={"Authorization": customer.authorization},
        timeout=REQUEST_LIMIT,
    )
    assert response.json()["error"]["type"] == "validation"


def test_unknown_keys_are_ignored(customer: Customer) -> None:
    assert customer.call("list_chats", opts={})["total_chats"] == 0


def test_too_many_requests_are_refused_until_the_clock_moves_on(customer: Customer) -> None:
    customer.sandbox.settings(requests_per_second=0.1, request_burst=2)
    customer.call("list_chats")
    customer.call("list_chats")
    assert refused(customer, "list_chats") == (429, "too_many_requests")
    customer.sandbox.advance(10)
    customer.call("list_chats")


def test_an_expired_license_is_refused(customer: Customer) -> None:
    customer.sandbox.settings(expired=True)
    assert refused(customer, "list_chats") == (403, "license_expired")


# --- chats ------------------------------------------------------------------------------------


def test_a_new_customer_has_no_chats(customer: Customer) -> None:
    assert customer.call("list_chats") == {"chats_summary": [], "total_chats": 0}


def test_starting_gives_the_ids_of_initial_events_only(customer: Customer) -> None:
    chat_id, thread_id = customer.start("one", "two")
    assert len(chat_id) == len(thread_id) == 10
    answer = Customer(customer.sandbox).call("start_chat")
    assert "event_ids" not in answer
    events = customer.thread(chat_id)["events"]
    assert [event["id"] for event in events] == [f"{thread_id}_1", f"{thread_id}_2"]


def test_a_customer_has_one_chat(customer: Customer) -> None:
    customer.start()
    assert refused(customer, "start_chat") == (422, "chat_limit_reached")


def test_an_assigned_agent_is_in_the_chat_from_the_start(customer: Customer, agent: Agent) -> None:
    chat_id, _ = customer.start()
    users = customer.call("get_chat", chat_id=chat_id)["users"]
    shown = next(user for user in users if user["type"] == "agent")
    assert (shown["id"], shown["present"]) == (agent.opaque_id, True)
    assert "email" not in shown
    assert "@" not in shown["id"]


def test_resuming_opens_another_thread(customer: Customer) -> None:
    chat_id, first = customer.start("one")
    assert refused(customer, "resume_chat", chat={"id": chat_id}) == (422, "chat_already_active")
    customer.call("deactivate_chat", id=chat_id)
    second = customer.call("resume_chat", chat={"id": chat_id})["thread_id"]
    thread = customer.thread(chat_id)
    assert (thread["id"], thread["previous_thread_id"]) == (second, first)
    earlier = customer.call("get_chat", chat_id=chat_id, thread_id=first)["thread"]
    assert (earlier["active"], earlier["next_thread_id"]) == (False, second)


def test_an_inactive_chat_is_not_deactivated_again(customer: Customer) -> None:
    chat_id, _ = customer.start()
    customer.call("deactivate_chat", id=chat_id)
    assert refused(customer, "deactivate_chat", id=chat_id) == (422, "chat_inactive")


def test_a_closed_thread_can_be_left_while_offline(customer: Customer, agent: Agent) -> None:
    customer.sandbox.settings(agents={agent.id: "offline"})
    assert refused(customer, "start_chat") == (422, "groups_offline")
    chat_id, _ = customer.start("Call me", active=False)
    assert customer.call("list_chats")["chats_summary"][0]["active"] is False
    assert customer.thread(chat_id)["events"][0]["text"] == "Call me"


def test_a_continuous_chat_starts_though_nobody_is_there(customer: Customer, agent: Agent) -> None:
    customer.sandbox.settings(agents={agent.id: "offline"})
    chat_id, _ = customer.start("Hello?", continuous=True)
    assert customer.thread(chat_id)["active"] is True


def test_a_group_that_does_not_exist_is_refused(customer: Customer) -> None:
    chat = {"access": {"group_ids": [99]}}
    assert refused(customer, "start_chat", chat=chat) == (404, "group_not_found")


def test_another_customers_chat_looks_unknown(customer: Customer, stranger: Customer) -> None:
    chat_id, thread_id = customer.start("secret")
    for action, payload in (
        ("get_chat", {"chat_id": chat_id}),
        ("list_threads", {"chat_id": chat_id}),
        ("deactivate_chat", {"id": chat_id}),
        ("resume_chat", {"chat": {"id": chat_id}}),
        ("send_event", {"chat_id": chat_id, "event": message("x")}),
        (
            "update_thread_properties",
            {"chat_id": chat_id, "thread_id": thread_id, "properties": {"rating": {"score": 1}}},
        ),
    ):
        assert refused(stranger, action, **payload) == (404, "not_found"), action


def test_a_failed_start_leaves_no_chat(customer: Customer) -> None:
    thread = {"events": [message("good"), {"type": "message"}]}
    assert refused(customer, "start_chat", chat={"thread": thread}) == (400, "validation")
    assert customer.call("list_chats")["total_chats"] == 0


def test_the_last_event_of_each_type_is_summarized(customer: Customer) -> None:
    chat_id, thread_id = customer.start("one", "two")
    customer.call("send_event", chat_id=chat_id, event={"type": "custom", "content": 7})
    summary = customer.call("list_chats")["chats_summary"][0]
    assert summary["last_event_per_type"]["message"]["event"]["text"] == "two"
    assert summary["last_event_per_type"]["custom"]["thread_id"] == thread_id


def test_37_has_another_summary(customer: Customer) -> None:
    _, thread_id = customer.start("one")
    info = customer.call("list_chats", version="3.7")["chats_info"][0]
    assert info["last_thread_info"]["id"] == thread_id
    assert info["last_thread_info"]["last_event_per_type"]["message"]["event"]["text"] == "one"
    assert "last_thread_id" not in info


# --- pages ------------------------------------------------------------------------------------


def five_threads(customer: Customer) -> tuple[str, list[str]]:
    chat_id, first = customer.start("0")
    ids = [first]
    for number in range(1, 5):
        customer.call("deactivate_chat", id=chat_id)
        thread = {"events": [message(str(number))]}
        answer = customer.call("resume_chat", chat={"id": chat_id, "thread": thread})
        ids.append(answer["thread_id"])
    return chat_id, ids


def test_threads_come_newest_first_in_pages_of_three(customer: Customer) -> None:
    chat_id, ids = five_threads(customer)
    first = customer.call("list_threads", chat_id=chat_id)
    assert [thread["id"] for thread in first["threads"]] == ids[:1:-1]
    assert first["found_threads"] == 5
    assert "previous_page_id" not in first
    second = customer.call("list_threads", chat_id=chat_id, page_id=first["next_page_id"])
    assert [thread["id"] for thread in second["threads"]] == ids[1::-1]
    assert "next_page_id" not in second
    back = customer.call("list_threads", chat_id=chat_id, page_id=second["previous_page_id"])
    assert back["threads"] == first["threads"]


def test_a_new_thread_does_not_shift_pages(customer: Customer) -> None:
    chat_id, ids = five_threads(customer)
    first = customer.call("list_threads", chat_id=chat_id, limit=2)
    customer.call("deactivate_chat", id=chat_id)
    customer.call("resume_chat", chat={"id": chat_id})
    second = customer.call("list_threads", chat_id=chat_id, page_id=first["next_page_id"])
    assert [thread["id"] for thread in second["threads"]] == [ids[2], ids[1]]


def test_threads_can_be_asked_for_by_their_events(customer: Customer) -> None:
    chat_id, ids = five_threads(customer)
    answer = customer.call("list_threads", chat_id=chat_id, min_events_count=2)
    # The newest has one event, the one before a message and its farewell.
    assert [thread["id"] for thread in answer["threads"]] == [ids[4], ids[3]]


@pytest.mark.parametrize(
    "parameters",
    [
        {"limit": 0},
        {"limit": 101},
        {"limit": "3"},
        {"sort_order": "up"},
        {"min_events_count": 0},
        {"min_events_count": 5, "limit": 5},
        {"page_id": "nonsense"},
        {"page_id": "bm9uc2Vuc2U="},
    ],
)
def test_wrong_parameters_of_a_list_are_refused(customer: Customer, parameters: Payload) -> None:
    chat_id, _ = customer.start()
    assert refused(customer, "list_threads", chat_id=chat_id, **parameters) == (400, "validation")


def test_a_page_id_excludes_other_parameters(customer: Customer) -> None:
    chat_id, _ = five_threads(customer)
    page_id = customer.call("list_threads", chat_id=chat_id)["next_page_id"]
    parameters = {"chat_id": chat_id, "page_id": page_id, "limit": 3}
    assert refused(customer, "list_threads", **parameters) == (400, "validation")


def test_a_page_id_expires_after_a_month(customer: Customer) -> None:
    chat_id, _ = five_threads(customer)
    page_id = customer.call("list_threads", chat_id=chat_id)["next_page_id"]
    customer.sandbox.advance(31 * 86_400)
    customer.renew()
    parameters = {"chat_id": chat_id, "page_id": page_id}
    assert refused(customer, "list_threads", **parameters) == (400, "validation")


# --- events -----------------------------------------------------------------------------------


def test_a_message_to_an_inactive_chat_is_refused(customer: Customer) -> None:
    chat_id, _ = customer.start("one")
    customer.call("deactivate_chat", id=chat_id)
    sent = {"chat_id": chat_id, "event": message("two")}
    assert refused(customer, "send_event", **sent) == (422, "chat_inactive")


def test_a_closed_thread_takes_events_that_are_attached(customer: Customer) -> None:
    chat_id, thread_id = customer.start("one")
    customer.call("deactivate_chat", id=chat_id)
    event = message("two")
    answer = customer.call("send_event", chat_id=chat_id, event=event, attach_to_last_thread=True)
    assert answer["event_id"].startswith(f"{thread_id}_")
    assert customer.thread(chat_id)["active"] is False


def test_a_custom_id_is_kept_but_not_checked(customer: Customer) -> None:
    chat_id, _ = customer.start()
    for _ in range(2):
        customer.send(chat_id, "twice", custom_id="same")
    events = customer.thread(chat_id)["events"]
    assert [event["custom_id"] for event in events] == ["same", "same"]


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"type": "message"},
        {"type": "message", "text": ""},
        {"type": "message", "text": 7},
        {"type": "message", "text": "é" * 8193},
        {"type": "system", "text": "x"},
        {"type": "message", "text": "x", "recipients": "nobody"},
        {"type": "message", "text": "x", "postback": {"id": "1"}},
        {"type": "file", "url": "https://elsewhere.example/x.png"},
        {"type": "filled_form", "form_id": "1"},
        {"type": "rich_message"},
        {"type": "rich_message", "template_id": "poster"},
        {"type": "rich_message", "template_id": "cards", "elements": [{}] * 11},
        {"type": "message", "text": "x", "properties": {"nobody": {"knows": 1}}},
        {"type": "message", "text": "x", "properties": {"test": {"int_property": "7"}}},
    ],
)
def test_a_malformed_event_is_refused(customer: Customer, event: Payload) -> None:
    chat_id, _ = customer.start()
    assert refused(customer, "send_event", chat_id=chat_id, event=event) == (400, "validation")


def test_sixteen_kilobytes_of_text_are_accepted(customer: Customer) -> None:
    chat_id, _ = customer.start()
    customer.send(chat_id, "é" * 8192)


def test_visibility_is_taken_for_recipients(customer: Customer) -> None:
    chat_id, _ = customer.start()
    customer.send(chat_id, "for agents", visibility="agents")
    assert customer.thread(chat_id)["events"][0]["recipients"] == "agents"


def test_what_agents_tell_each_other_stays_hidden(customer: Customer, agent: Agent) -> None:
    chat_id, _ = customer.start("hello")
    agent.send(chat_id, "a difficult one", visibility="agents")
    assert [event["text"] for event in customer.thread(chat_id)["events"]] == ["hello"]
    assert len(agent.chat(chat_id)["thread"]["events"]) == 2


def test_an_own_event_can_be_deleted(customer: Customer) -> None:
    chat_id, thread_id = customer.start("wrong", "right")
    where = {"chat_id": chat_id, "thread_id": thread_id}
    customer.call("delete_event", **where, event_id=f"{thread_id}_1")
    assert [event["text"] for event in customer.thread(chat_id)["events"]] == ["right"]
    again = refused(customer, "delete_event", **where, event_id=f"{thread_id}_1")
    assert again == (404, "not_found")


def test_somebody_elses_event_cannot_be_deleted(customer: Customer, agent: Agent) -> None:
    chat_id, thread_id = customer.start()
    event_id = agent.send(chat_id, "mine")
    event = {"chat_id": chat_id, "thread_id": thread_id, "event_id": event_id}
    assert refused(customer, "delete_event", **event) == (403, "authorization")


# --- files ------------------------------------------------------------------------------------


def picture(width: int = 800, height: int = 600) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(drawn, "PNG")
    return drawn.getvalue()


def test_a_picture_is_served_back_with_thumbnails(customer: Customer) -> None:
    chat_id, _ = customer.start()
    url = customer.upload("box.png", picture())
    assert url.startswith(customer.sandbox.config["api_url"] + "/api/file/lc/att/")
    customer.call("send_event", chat_id=chat_id, event={"type": "file", "url": url})
    event = customer.thread(chat_id)["events"][0]
    assert (event["name"], event["content_type"]) == ("box.png", "image/png")
    assert (event["width"], event["height"]) == (800, 600)
    assert requests.get(url, timeout=REQUEST_LIMIT).content == picture()
    small = requests.get(event["thumbnail_url"], timeout=REQUEST_LIMIT)
    assert Image.open(io.BytesIO(small.content)).size == (300, 225)


def test_a_file_that_is_no_picture_has_no_size_in_pixels(customer: Customer) -> None:
    chat_id, _ = customer.start()
    url = customer.upload("plan.html", b"<script>alert(1)</script>")
    customer.call("send_event", chat_id=chat_id, event={"type": "file", "url": url})
    event = customer.thread(chat_id)["events"][0]
    assert "width" not in event
    assert "thumbnail_url" not in event
    served = requests.get(url, timeout=REQUEST_LIMIT)
    assert served.headers["Content-Disposition"] == "attachment"
    assert served.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "size", "status", "error_type"),
    [
        ("setup.exe", 10, 400, "validation"),
        ("big.bin.txt", 10 * 1024 * 1024 + 1, 413, "entity_too_large"),
    ],
)
def test_an_unwanted_file_is_refused(
    customer: Customer, name: str, size: int, status: int, error_type: str
) -> None:
    with pytest.raises(Refused) as caught:
        customer.upload(name, b"0" * size)
    assert (caught.value.status, caught.value.type) == (status, error_type)


def test_an_upload_that_was_not_sent_is_gone_after_a_day(customer: Customer) -> None:
    chat_id, _ = customer.start()
    kept, lost = customer.upload("kept.txt", b"1"), customer.upload("lost.txt", b"2")
    customer.call("send_event", chat_id=chat_id, event={"type": "file", "url": kept})
    customer.sandbox.advance(86_401)
    assert requests.get(kept, timeout=REQUEST_LIMIT).status_code == 200
    assert requests.get(lost, timeout=REQUEST_LIMIT).status_code == 404


def test_an_upload_that_is_gone_cannot_be_sent(customer: Customer) -> None:
    event = {"type": "file", "url": customer.upload("late.txt", b"1")}
    customer.sandbox.advance(86_401)
    customer.renew()
    chat_id, _ = customer.start()
    assert refused(customer, "send_event", chat_id=chat_id, event=event) == (400, "validation")


def test_uploads_that_are_gone_are_forgotten(customer: Customer) -> None:
    customer.upload("old.txt", b"1")
    customer.sandbox.advance(86_401)
    customer.renew()
    customer.upload("new.txt", b"2")
    state = str(customer.sandbox.control("state", method="GET"))
    assert ("old.txt" in state, "new.txt" in state) == (False, True)


def test_a_file_of_another_host_or_license_cannot_be_sent(customer: Customer) -> None:
    chat_id, _ = customer.start()
    url = customer.upload("plan.txt", b"1")
    host = customer.sandbox.config["api_url"]
    license_id = str(customer.sandbox.config["license_id"])
    for other in (url.replace(host, "https://evil.example"), url.replace(license_id, "1")):
        event = {"type": "file", "url": other}
        assert refused(customer, "send_event", chat_id=chat_id, event=event) == (400, "validation")


# --- rich messages ----------------------------------------------------------------------------

CARD: Payload = {
    "type": "rich_message",
    "template_id": "cards",
    "elements": [
        {
            "title": "Parcel",
            "buttons": [
                {
                    "type": "message",
                    "text": "Thanks",
                    "value": "Thanks",
                    "postback_id": "ok",
                    "user_ids": [],
                }
            ],
        }
    ],
}


def test_pressing_a_button_toggles_its_users(customer: Customer, agent: Agent) -> None:
    chat_id, thread_id = customer.start()
    event_id = agent.send_event(chat_id, CARD)

    def press(*, toggled: bool) -> list[str]:
        customer.call(
            "send_rich_message_postback",
            chat_id=chat_id,
            thread_id=thread_id,
            event_id=event_id,
            postback={"id": "ok", "toggled": toggled},
        )
        button = customer.thread(chat_id)["events"][0]["elements"][0]["buttons"][0]
        users: list[str] = button["user_ids"]
        return users

    assert press(toggled=True) == [customer.id]
    assert press(toggled=False) == []


def test_a_button_that_does_not_exist_is_refused(customer: Customer, agent: Agent) -> None:
    chat_id, thread_id = customer.start()
    pressed = {
        "chat_id": chat_id,
        "thread_id": thread_id,
        "event_id": agent.send_event(chat_id, CARD),
        "postback": {"id": "no", "toggled": True},
    }
    assert refused(customer, "send_rich_message_postback", **pressed) == (404, "not_found")


# --- properties -------------------------------------------------------------------------------


def test_a_closed_thread_is_rated_and_the_rating_taken_back(customer: Customer) -> None:
    chat_id, thread_id = customer.start()
    customer.call("deactivate_chat", id=chat_id)
    where = {"chat_id": chat_id, "thread_id": thread_id}
    rating = {"rating": {"score": 1, "comment": "Quick!"}}
    customer.call("update_thread_properties", **where, properties=rating)
    thread = customer.thread(chat_id)
    assert thread["properties"]["rating"] == {"score": 1, "comment": "Quick!"}
    said = [event.get("system_message_type") for event in thread["events"]]
    assert said[-2:] == ["rating.chat_rated", "rating.chat_commented"]
    customer.call("delete_thread_properties", **where, properties={"rating": ["score", "comment"]})
    thread = customer.thread(chat_id)
    assert "rating" not in thread["properties"]
    assert thread["events"][-1]["system_message_type"] == "rating.chat_rating_canceled"


@pytest.mark.parametrize(
    ("properties", "status", "error_type"),
    [
        ({"rating": {"score": 2}}, 400, "validation"),
        ({"rating": {"score": True}}, 400, "validation"),
        ({"rating": {"stars": 5}}, 400, "validation"),
        ({"routing": {"continuous": True}}, 403, "authorization"),
        ({"routing": {"pinned": True}}, 403, "authorization"),
        ({"rating": 5}, 400, "validation"),
    ],
)
def test_a_property_has_a_type_and_owners(
    customer: Customer, properties: Payload, status: int, error_type: str
) -> None:
    chat_id, thread_id = customer.start()
    where = {"chat_id": chat_id, "thread_id": thread_id}
    answer = refused(customer, "update_thread_properties", **where, properties=properties)
    assert answer == (status, error_type)


def test_a_property_customers_may_only_write_is_not_shown(customer: Customer) -> None:
    chat_id, thread_id = customer.start()
    where = {"chat_id": chat_id, "thread_id": thread_id}
    properties = {"routing": {"ignore_bots": True}}
    customer.call("update_thread_properties", **where, properties=properties)
    assert "ignore_bots" not in customer.thread(chat_id)["properties"]["routing"]


def test_deleting_an_unknown_property_does_no_harm(customer: Customer) -> None:
    chat_id, _ = customer.start()
    customer.call("delete_chat_properties", id=chat_id, properties={"nobody": ["knows"]})


# --- the customer -----------------------------------------------------------------------------


def test_details_of_a_customer_are_kept(customer: Customer) -> None:
    customer.call("update_customer", name="Nora", email="nora@shop.example")
    customer.call("update_customer", session_fields=[{"plan": "gold"}], address={"city": "Łódź"})
    shown = customer.call("get_customer")
    assert (shown["name"], shown["email"]) == ("Nora", "nora@shop.example")
    assert shown["session_fields"] == [{"plan": "gold"}]
    assert shown["address"] == {"city": "Łódź"}
    assert len(shown["statistics"]) == 6
    assert "address" not in customer.call("get_customer", version="3.5")


def test_session_fields_are_replaced(customer: Customer) -> None:
    customer.call("set_customer_session_fields", session_fields=[{"a": "1"}, {"b": "2"}])
    customer.call("set_customer_session_fields", session_fields=[{"c": "3"}])
    assert customer.call("get_customer")["session_fields"] == [{"c": "3"}]


def test_a_hundred_session_fields_are_enough(customer: Customer) -> None:
    fields = [{f"k{number}": "v"} for number in range(101)]
    answer = refused(customer, "set_customer_session_fields", session_fields=fields)
    assert answer == (422, "customer_session_fields_limit_reached")


def test_an_update_of_nothing_is_refused(customer: Customer) -> None:
    assert refused(customer, "update_customer") == (400, "validation")


def test_a_banned_customer_is_refused_until_the_ban_is_over(
    customer: Customer, agent: Agent
) -> None:
    chat_id, _ = customer.start("hello")
    agent.ban(customer.id, days=2)
    assert refused(customer, "list_chats") == (403, "customer_banned")
    customer.sandbox.advance(2 * 86_400 + 1)
    customer.renew()
    events = customer.thread(chat_id)["events"]
    assert events[-1]["system_message_type"] == "customer_banned"


# --- groups, forms and configuration ----------------------------------------------------------


def test_group_statuses_follow_the_agents(customer: Customer, agent: Agent) -> None:
    every = customer.call("list_group_statuses", all=True)
    assert every == {"groups_status": {"0": "online", "1": "online", "2": "online"}}
    customer.sandbox.settings(max_chats={agent.id: 0})
    some = customer.call("list_group_statuses", group_ids=[1, 99])
    assert some == {"groups_status": {"1": "online_for_queue"}}
    customer.sandbox.settings(queue=False)
    assert customer.call("list_group_statuses", group_ids=[1])["groups_status"] == {"1": "offline"}


def test_which_groups_has_to_be_said(customer: Customer) -> None:
    assert refused(customer, "list_group_statuses") == (400, "validation")


def test_an_agent_is_predicted_for_who_is_logged_in(
    customer: Customer, agent: Agent, rtm: Rtm
) -> None:
    answer = customer.call("get_predicted_agent")
    assert answer["agent"]["id"] == agent.opaque_id
    assert answer["queue"] is False
    customer.sandbox.settings(manual_routing=True)
    assert refused(customer, "get_predicted_agent") == (422, "group_unavailable")
    customer.sandbox.settings(agents={agent.id: "offline"})
    assert refused(customer, "get_predicted_agent") == (422, "group_offline")


def test_forms_are_shown_when_they_are_enabled(customer: Customer) -> None:
    asked: Payload = {"group_id": 0, "type": "prechat"}
    assert customer.call("get_form", **asked) == {"enabled": False}
    customer.sandbox.settings(forms={"prechat": True})
    answer = customer.call("get_form", **asked)
    assert answer["form"]["fields"][0]["id"]
    ticket = customer.call("get_form", group_id=0, type="ticket")["form"]
    assert all("id" not in field for field in ticket["fields"])
    unknown = refused(customer, "get_form", group_id=9, type="ticket")
    assert unknown == (404, "group_not_found")


def test_an_email_is_asked_for_when_nobody_can_answer(customer: Customer, agent: Agent) -> None:
    customer.sandbox.settings(ask_for_email=True, agents={agent.id: "offline"})
    chat_id, _ = customer.start("hello", continuous=True)
    asked = customer.thread(chat_id)["events"][1]
    assert (asked["type"], asked["form_type"]) == ("form", "ask_for_email")
    assert "author_id" not in asked


def test_configuration_needs_no_token(sandbox: Sandbox) -> None:
    def read(action: str, /, api_version: str = "3.6", **query: Any) -> Payload:
        response = requests.get(
            f"{sandbox.url}/v{api_version}/customer/action/{action}",
            params={"organization_id": sandbox.config["organization_id"]} | query,
            timeout=REQUEST_LIMIT,
        )
        assert response.status_code == 200
        answer: Payload = response.json()
        return answer

    dynamic = read("get_dynamic_configuration")["livechat"]
    assert dynamic["online_group_ids"] == [0, 1, 2]
    assert read("get_dynamic_configuration", "3.5")["config_version"] == dynamic["config_version"]
    static = read("get_configuration", group_id=0, version=dynamic["config_version"])
    assert static["ticket_form"]["fields"]
    texts = read(
        "get_localization", group_id=0, language="en", version=dynamic["localization_version"]
    )
    assert all(isinstance(text, str) for text in texts.values())
    assert read("list_license_properties") == {}
    assert read("list_group_properties", id=0) == {}


def test_a_page_is_described(customer: Customer) -> None:
    url = customer.sandbox.url + "/sandbox/config"
    assert customer.call("get_url_info", url=url) == {"url": url}
    gone = customer.sandbox.url + "/no-such-page"
    assert refused(customer, "get_url_info", url=gone) == (404, "not_found")
    assert refused(customer, "get_url_info", url="file:///etc/passwd") == (400, "validation")


def test_an_unknown_greeting_is_refused(customer: Customer) -> None:
    unknown = {"greeting_id": 1, "unique_id": "x"}
    assert refused(customer, "accept_greeting", **unknown) == (404, "greeting_not_found")
