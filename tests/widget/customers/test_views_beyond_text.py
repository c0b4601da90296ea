"""Files, buttons, forms, ratings and what was said before."""

import datetime as dt
import re
from typing import Any
from urllib.request import urlopen

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils.datastructures import MultiValueDict

from tests.sandbox_rig import Agent, Sandbox
from tests.stopped_clock import Calendar
from tests.widget.conftest import AddWidget
from tests.widget.visitor import Visitor, events_of, texts_of
from widget.customers.views.files import FileForm
from widget.models import Widget

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


def send_file(customer: Visitor, name: str, content: bytes, content_type: str) -> str:
    """Upload it; what was answered, "" if it was taken."""
    file = SimpleUploadedFile(name, content, content_type)
    response = customer.ask("post", "files", {"file": file, "custom_id": "custom-file"})
    assert response.status_code in (200, 204)
    return response.content.decode()


def test_a_file_reaches_the_agent(customer: Visitor, agent: Agent) -> None:
    assert send_file(customer, "leaf.png", PNG, "image/png") == ""
    files = [event for event in events_of(agent) if event["type"] == "file"]
    assert [file["content_type"] for file in files] == ["image/png"]


def test_a_photo_has_lost_its_place_when_it_reaches_livechat(
    customer: Visitor, agent: Agent
) -> None:
    photo = b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00at home!\xff\xd9"
    assert send_file(customer, "leaf.jpg", photo, "image/jpeg") == ""
    [file] = [event for event in events_of(agent) if event["type"] == "file"]
    with urlopen(file["url"], timeout=30) as kept:
        assert kept.read() == b"\xff\xd8\xff\xd9"


def test_a_damaged_photo_is_refused_with_words(customer: Visitor, agent: Agent) -> None:
    assert "damaged" in send_file(customer, "leaf.jpg", b"\xff\xd8\xff\xe1\xff\xff", "image/jpeg")
    assert agent.chats() == []


def test_a_file_that_is_too_large_is_refused(customer: Visitor, agent: Agent) -> None:
    answer = send_file(customer, "film.mp4", b"0" * (10 * 1024 * 1024 + 1), "video/mp4")
    assert "larger than 10 MB" in answer
    assert agent.chats() == []


def test_a_program_is_refused(customer: Visitor) -> None:
    assert "Programs" in send_file(customer, "Setup.EXE", b"MZ", "application/octet-stream")


@pytest.mark.parametrize(
    "name",
    [
        *("SETUP.EXE.", "setup.exe ", "setup.exe . .", "setup.exe:", "setup.exe::$DATA", "a.exe:x"),
        *("a.exe.:x", "a.e\u200bxe", "invoice.pdf.exe", ".exe", "..exe"),
    ],
)
def test_a_program_by_another_name_is_refused(customer: Visitor, name: str) -> None:
    assert "Programs" in send_file(customer, name, b"MZ", "application/octet-stream")


def refusal_of(name: str) -> str:
    """What the form says of a file with this name, "" for nothing."""
    files: MultiValueDict[str, UploadedFile[Any]] = MultiValueDict(
        {"file": [SimpleUploadedFile(name, b"x")]}
    )
    return str(FileForm({}, files).errors.get("file", ""))


@pytest.mark.parametrize(
    "suffix",
    [
        # What Windows runs by its name alone: its PATHEXT.
        *(".com", ".exe", ".bat", ".cmd", ".vbs", ".vbe", ".js", ".jse", ".wsf", ".wsh", ".msc"),
        # By the program that Windows has for it.
        *(".pif", ".hta", ".reg", ".scf", ".cpl", ".inf", ".scr", ".ws", ".wsc", ".sct", ".shb"),
        *(".ps1", ".psm1", ".ps1xml", ".psc1", ".msi", ".msp", ".mst", ".msu", ".gadget", ".xll"),
        *(".appx", ".msix", ".appinstaller", ".application", ".jar", ".jnlp", ".chm", ".hlp"),
        *(".diagcab", ".settingcontent-ms", ".library-ms", ".search-ms", ".appref-ms", ".rdp"),
        *(".lnk", ".url", ".website"),
        # In what it opens like a folder, and where it forgets that all came from the internet.
        *(".iso", ".img", ".vhd", ".vhdx"),
    ],
)
def test_what_windows_would_run_is_refused(suffix: str) -> None:
    assert "Programs" in refusal_of(f"invoice{suffix}")
    assert "Programs" in refusal_of(f"INVOICE{suffix.upper()}. ")


@pytest.mark.parametrize(
    "name",
    [
        *("leaf.png", "invoice.pdf", "letter.docx", "prices.xlsx", "photos.zip", "orders.csv"),
        *("page.html", "note.txt", "voice.webm", "film.mp4", "README", "exe", "a.exe.txt", ".env"),
    ],
)
def test_anything_else_is_taken(name: str) -> None:
    assert refusal_of(name) == ""


def test_what_is_not_seen_of_a_name_is_left_out(customer: Visitor, agent: Agent) -> None:
    assert send_file(customer, "invoice\u202efdp.txt", b"x", "text/plain") == ""
    [file] = [event for event in events_of(agent) if event["type"] == "file"]
    assert file["name"] == "invoicefdp.txt"


@pytest.mark.parametrize(("name", "body"), [("setup.exe", b"MZ"), ("nothing.txt", b"")])
def test_what_would_be_refused_again_is_not_to_be_sent_again(
    customer: Visitor, name: str, body: bytes
) -> None:
    assert "data-final" in send_file(customer, name, body, "text/plain")


def test_what_livechat_could_not_take_now_may_be_sent_again(
    customer: Visitor, sandbox: Sandbox
) -> None:
    sandbox.fault("status", status=503, method="send_event")
    sandbox.fault("status", status=503, method="start_chat")
    answer = customer.send("Hello").content.decode()
    assert answer
    assert "data-final" not in answer


def test_an_empty_file_is_refused(customer: Visitor) -> None:
    assert "empty" in send_file(customer, "nothing.txt", b"", "text/plain")


def test_an_owner_may_switch_files_off(add_widget: AddWidget) -> None:
    add_widget(files=False)
    customer = Visitor()
    customer.introduce()
    assert "be sent here" in send_file(customer, "leaf.png", PNG, "image/png")
    assert 'id="files"' not in customer.ask("get", "").content.decode()


@pytest.fixture
def card(customer: Visitor, agent: Agent) -> dict[str, Any]:
    """A card with buttons in the customer's chat: where it is."""
    customer.send("Hello")
    chat_id = agent.chats()[0]["id"]
    buttons = [
        {
            "text": "Yes, please",
            "type": "message",
            "value": "yes",
            "postback_id": "y",
            "user_ids": [],
        },
        {"text": "Remember", "postback_id": "r", "user_ids": []},
    ]
    elements = [{"title": "Shall I?", "buttons": buttons}]
    rich = {"type": "rich_message", "template_id": "cards", "elements": elements}
    event_id = agent.send_event(chat_id, rich)
    return {"event_id": event_id, "thread_id": event_id.rpartition("_")[0]}


def test_a_button_that_speaks_says_its_text(
    customer: Visitor, agent: Agent, card: dict[str, Any]
) -> None:
    pressed = {"postback_id": "y", "type": "message", "value": "yes", "text": "Yes, please"}
    assert customer.ask("post", "postback", card | pressed).status_code == 204
    answer = events_of(agent)[-1]
    assert answer["text"] == "Yes, please"
    assert answer["postback"]["event_id"] == card["event_id"]


def test_a_silent_button_is_pressed_and_says_nothing(
    customer: Visitor, agent: Agent, card: dict[str, Any]
) -> None:
    before = texts_of(agent)
    pressed = {"postback_id": "r", "text": "Remember"}
    assert customer.ask("post", "postback", card | pressed).status_code == 204
    assert texts_of(agent) == before
    pressed_by = [
        button["user_ids"]
        for event in events_of(agent)
        for element in event.get("elements", [])
        for button in element["buttons"]
    ]
    assert [len(users) for users in pressed_by] == [0, 1]


def test_a_button_nobody_offered_is_refused_in_words(customer: Visitor, card: Any) -> None:
    pressed = {"postback_id": "y", "text": "Yes", "thread_id": "NOWHERE123"}
    response = customer.ask("post", "postback", card | pressed)
    assert response.status_code == 200
    assert "notice" in response.content.decode()


def test_the_prechat_form_stands_before_the_first_message(
    visitor: Visitor, sandbox: Sandbox
) -> None:
    sandbox.settings(forms={"prechat": True})
    assert 'hx-post="forms/prechat"' in visitor.ask("get", "welcome").content.decode()


def test_without_a_prechat_form_one_can_write_at_once(visitor: Visitor, sandbox: Sandbox) -> None:
    sandbox.settings(forms={"prechat": False})
    page = visitor.ask("get", "welcome").content.decode()
    assert "hx-post" not in page
    assert 'data-availability="online"' in page


@pytest.mark.parametrize(
    ("ask", "asked"),
    [("name", ["name"]), ("email", ["email"]), ("both", ["name", "email"]), ("", [])],
)
def test_an_owner_asks_who_it_is_without_a_form_of_livechats(
    add_widget: AddWidget, ask: str, asked: list[str]
) -> None:
    add_widget(ask_first=ask)
    assert list(answers_to(Visitor().ask("get", "welcome").content.decode())) == asked


def test_what_the_owner_asked_is_who_the_customer_is_and_the_chat_is_theirs_to_begin(
    add_widget: AddWidget, agent: Agent
) -> None:
    add_widget(ask_first="both")
    customer = Visitor()
    customer.introduce()
    answer = customer.ask("post", "forms/prechat", {"name": "Nora", "email": "nora@example.com"})
    assert (answer.status_code, answer.content.decode().strip()) == (200, "")
    assert agent.chats() == []
    customer.send("Hello")
    (nora,) = [u for u in agent.chat(agent.chats()[0]["id"])["users"] if u["type"] == "customer"]
    assert (nora["name"], nora["email"]) == ("Nora", "nora@example.com")


def test_what_the_owner_asks_must_be_answered(add_widget: AddWidget) -> None:
    add_widget(ask_first="both")
    customer = Visitor()
    customer.introduce()
    form = customer.ask("post", "forms/prechat", {"name": "Nora"}).content.decode()
    assert "This field is required." in form
    assert 'value="Nora"' in form


def test_a_form_of_livechats_stands_before_the_owners(
    add_widget: AddWidget, sandbox: Sandbox
) -> None:
    add_widget(ask_first="name")
    sandbox.settings(forms={"prechat": True})
    assert "Tell us who you are" in Visitor().ask("get", "welcome").content.decode()


def answers_to(form: str) -> dict[str, Any]:
    """Something for every field of a form as the panel shows it."""
    answers: dict[str, Any] = {}
    for tag in re.findall(r"<(?:input|textarea)[^>]*>", form):
        name = re.search(r'name="([^"]+)"', tag)
        kind = re.search(r'type="([^"]+)"', tag)
        value = re.search(r'value="([^"]+)"', tag)
        if not name:
            continue
        if kind and kind[1] in ("radio", "checkbox"):
            answers[name[1]] = value[1] if value else "on"
        else:
            answers[name[1]] = "nora@example.com" if kind and kind[1] == "email" else "Nora"
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.S):
        answers[name] = re.findall(r'value="([^"]+)"', options)[-1]
    return answers


def test_the_prechat_form_starts_the_chat(
    customer: Visitor, agent: Agent, sandbox: Sandbox
) -> None:
    sandbox.settings(forms={"prechat": True})
    answers = answers_to(customer.ask("get", "welcome").content.decode())
    assert customer.ask("post", "forms/prechat", answers).status_code == 200
    form = next(event for event in events_of(agent) if event["type"] == "filled_form")
    assert form["properties"]["lc2"]["form_type"] == "prechat"
    assert "nora@example.com" in str(form["fields"])
    users = agent.chat(agent.chats()[0]["id"])["users"]
    assert [u["email"] for u in users if u["type"] == "customer"] == ["nora@example.com"]


def test_a_form_with_a_wrong_answer_is_given_back(
    customer: Visitor, agent: Agent, sandbox: Sandbox
) -> None:
    sandbox.settings(forms={"prechat": True})
    answers = answers_to(customer.ask("get", "welcome").content.decode())
    wrong = {name: "no address" if "@" in value else value for name, value in answers.items()}
    form = customer.ask("post", "forms/prechat", wrong).content.decode()
    assert "Enter a valid email address." in form
    assert 'value="Nora"' in form
    assert agent.chats() == []


def test_when_nobody_is_there_a_message_can_be_left(
    customer: Visitor, agent: Agent, sandbox: Sandbox
) -> None:
    everybody = {each["id"]: "not_accepting_chats" for each in sandbox.config["agents"]}
    sandbox.settings(agents=everybody, forms={"ticket": True})
    page = customer.ask("get", "welcome").content.decode()
    assert 'data-availability="offline"' in page
    answers = answers_to(page)
    assert "Thank you" in customer.ask("post", "forms/ticket", answers).content.decode()


def test_one_reads_when_somebody_is_back_if_its_owner_says_so(
    customer: Visitor, add_widget: AddWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monday = dt.datetime(2026, 3, 16, 12, tzinfo=dt.UTC)
    monkeypatch.setattr("widget.models.settings.timezone", Calendar(monday))
    add_widget("hours", opening_hours="Mon 0:00-0:01\nThu 0:00-0:01")
    back = Visitor("hours").ask("get", "back", **{"X-Chat-Zone": "Europe/Warsaw"})
    assert "We are back: Thu" in back.content.decode()
    assert customer.ask("get", "back").content.strip() == b""


def test_after_the_chat_the_survey_is_asked(
    customer: Visitor, agent: Agent, sandbox: Sandbox
) -> None:
    sandbox.settings(forms={"postchat": True})
    customer.send("Hello")
    customer.ask("post", "end")
    answers = answers_to(customer.ask("get", "forms/postchat").content.decode())
    assert "Thank you" in customer.ask("post", "forms/postchat", answers).content.decode()
    assert events_of(agent)[-1]["properties"]["lc2"]["form_type"] == "postchat"


def test_the_survey_is_asked_for_once(customer: Visitor, agent: Agent, sandbox: Sandbox) -> None:
    sandbox.settings(forms={"postchat": True})
    customer.send("Hello")
    customer.ask("post", "end")
    answers = answers_to(customer.ask("get", "forms/postchat").content.decode())
    customer.ask("post", "forms/postchat", answers)
    assert sandbox.requests().count("get_form") == 1


def test_a_survey_that_was_switched_off_is_not_asked(customer: Visitor, sandbox: Sandbox) -> None:
    sandbox.settings(forms={"postchat": True})
    customer.send("Hello")
    customer.ask("post", "end")
    assert customer.ask("get", "forms/postchat").content
    sandbox.settings(forms={"postchat": False})
    assert not customer.ask("get", "forms/postchat").content


def end_a_chat(browser: Visitor) -> bytes:
    """What is asked after it."""
    browser.introduce()
    browser.send("Hello")
    browser.ask("post", "end")
    return browser.ask("get", "forms/postchat").content


def test_where_there_is_no_survey_other_tabs_and_pages_do_not_ask_for_it(
    customer: Visitor, sandbox: Sandbox
) -> None:
    sandbox.settings(forms={"postchat": False})
    assert [end_a_chat(customer), customer.ask("get", "forms/postchat").content] == [b"", b""]
    assert sandbox.requests().count("get_form") == 1
    sandbox.settings(forms={"postchat": True})
    assert end_a_chat(Visitor()), "another customer's answer says nothing"


def test_a_survey_that_was_switched_off_can_still_be_sent_by_whom_it_was_shown(
    customer: Visitor, agent: Agent, sandbox: Sandbox
) -> None:
    sandbox.settings(forms={"postchat": True})
    first = Visitor()
    answers = answers_to(end_a_chat(first).decode())
    sandbox.settings(forms={"postchat": False})
    assert end_a_chat(Visitor()) == b""
    assert "Thank you" in first.ask("post", "forms/postchat", answers).content.decode()


def test_an_unknown_form_is_not_found(customer: Visitor) -> None:
    assert customer.ask("get", "forms/tax").status_code == 404


def rating_of(agent: Agent) -> dict[str, Any]:
    thread = agent.chat(agent.chats()[0]["id"])["thread"]
    given: dict[str, Any] = thread.get("properties", {}).get("rating", {})
    return given


def test_a_chat_can_be_rated_and_the_rating_withdrawn(customer: Visitor, agent: Agent) -> None:
    customer.send("Hello")
    customer.ask("post", "end")
    assert customer.ask("post", "rating", {"score": "good"}).status_code == 204
    assert customer.ask("post", "rating", {"comment": "Quick!"}).status_code == 204
    assert rating_of(agent) == {"score": 1, "comment": "Quick!"}
    customer.ask("post", "rating", {"score": "none"})
    assert rating_of(agent) == {}


def test_a_rating_that_says_nothing_is_refused(customer: Visitor) -> None:
    assert customer.ask("post", "rating", {}).status_code == 400


def test_earlier_chats_are_read_page_by_page(customer: Visitor, agent: Agent) -> None:
    for number in range(15):
        customer.send(f"Question {number}")
        customer.ask("post", "end")
    seen = page = customer.ask("get", "history").content.decode()
    while 'hx-get="history?page=' in page:
        path = page.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
        page = customer.ask("get", path).content.decode()
        seen += page
    assert [f">Question {number}<" in seen for number in range(15)] == [True] * 15


@pytest.fixture
def returning(add_widget: AddWidget, agent: Agent) -> Visitor:
    """Their third chat is under way, with an owner who wants no earlier ones to be read."""
    add_widget(history=False)
    visitor = Visitor()
    visitor.introduce()
    for text in ("The first chat", "The second chat"):
        visitor.send(text)
        agent.close(agent.chats()[0]["id"])
    visitor.send("The third chat")
    return visitor


def test_an_owner_may_keep_earlier_chats_from_being_read(returning: Visitor) -> None:
    answer = returning.ask("get", "history")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_transcript_holds_no_more_than_the_panel_lets_them_read(returning: Visitor) -> None:
    link = returning.ask("post", "transcript/link", {"zone": "UTC"})["HX-Redirect"]
    page = Visitor().client.get(link).content.decode()
    assert [text in page for text in ("The third chat", "The second chat")] == [True, False]


def test_a_transcript_holds_everything_and_is_only_the_customer_s(
    customer: Visitor, agent: Agent
) -> None:
    customer.send("Keep this")
    link = customer.ask("post", "transcript/link", {"zone": "Europe/Warsaw"})["HX-Redirect"]
    page = Visitor().client.get(link)
    assert page["Content-Disposition"].startswith("attachment")
    assert "Keep this" in page.content.decode()
    assert "Europe/Warsaw" in page.content.decode()
    assert Visitor().client.get(link[:-1] + "x").status_code == 404


def test_before_the_browser_is_sent_to_a_transcript_it_is_found_out_whether_livechat_answers(
    customer: Visitor, sandbox: Sandbox
) -> None:
    customer.send("Hello")
    sandbox.fault("status", status=503, method="list_chats")
    answer = customer.ask("post", "transcript/link")
    assert "HX-Redirect" not in answer
    assert 'class="notice refused"' in answer.content.decode()


def test_a_transcript_that_cannot_be_had_is_no_page(customer: Visitor, sandbox: Sandbox) -> None:
    """A browser would show it in place of the panel."""
    customer.send("Hello")
    link = customer.ask("post", "transcript/link")["HX-Redirect"]
    sandbox.fault("status", status=503, method="list_threads")
    assert Visitor().client.get(link).status_code == 204


def test_a_transcript_can_be_sent_by_mail(customer: Visitor, agent: Agent) -> None:
    customer.send("Hello")
    answer = customer.ask("post", "transcript/email", {"email": "nora@example.com"})
    assert "nora@example.com" in answer.content.decode()
    kinds = [event.get("system_message_type") for event in events_of(agent)]
    assert "transcript_requested" in kinds


def test_a_transcript_needs_an_address(customer: Visitor) -> None:
    customer.send("Hello")
    answer = customer.ask("post", "transcript/email", {"email": "nora"}).content.decode()
    assert "valid email" in answer


def test_an_owner_without_transcripts_has_none_sent(add_widget: AddWidget, agent: Agent) -> None:
    add_widget(transcript=False)
    visitor = Visitor()
    visitor.introduce()
    visitor.send("Hello")
    answer = visitor.ask("post", "transcript/email", {"email": "nora@example.com"})
    assert answer.status_code == 400
    kinds = [event.get("system_message_type") for event in events_of(agent)]
    assert "transcript_requested" not in kinds


def test_an_owner_without_transcripts_has_none_saved(shop_widget: Widget) -> None:
    """Nor by a link from before."""
    visitor = Visitor()
    visitor.introduce()
    visitor.send("Hello")
    link = visitor.ask("post", "transcript/link", {"zone": "UTC"})["HX-Redirect"]
    shop_widget.transcript = False
    shop_widget.save()
    cache.clear()
    assert visitor.ask("post", "transcript/link", {"zone": "UTC"}).status_code == 400
    assert visitor.client.get(link).status_code == 404


def test_an_owner_without_ratings_has_none_of_chats(add_widget: AddWidget, agent: Agent) -> None:
    add_widget(rating=False)
    visitor = Visitor()
    visitor.introduce()
    visitor.send("Hello")
    assert visitor.ask("post", "rating", {"score": "good"}).status_code == 400
    assert rating_of(agent) == {}


def test_the_page_hears_of_a_rating(customer: Visitor) -> None:
    customer.send("Hello")
    told = customer.ask("post", "rating", {"score": "bad"})["HX-Trigger"]
    assert told == '{"host-event": {"name": "rating_submitted", "data": "bad"}}'


def test_the_page_hears_of_a_pressed_button(customer: Visitor, card: dict[str, Any]) -> None:
    pressed = {"postback_id": "r", "text": "Remember"}
    told = customer.ask("post", "postback", card | pressed)["HX-Trigger"]
    assert card["event_id"] in told
    assert "rich_message_button_clicked" in told


def test_a_greeting_that_is_gone_is_no_error(customer: Visitor) -> None:
    gone = {"id": 7, "unique_id": "Q10X0W041P", "answer": "accept"}
    assert customer.ask("post", "greeting", gone).status_code == 204


def test_a_greeting_is_answered_with_yes_or_no(customer: Visitor) -> None:
    unclear = {"id": 7, "unique_id": "Q10X0W041P", "answer": "maybe"}
    assert customer.ask("post", "greeting", unclear).status_code == 400
