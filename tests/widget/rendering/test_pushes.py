"""How updates become HTML."""

import re
from typing import Any

import pytest
from django.template.loader import render_to_string
from msgspec.structs import replace
from pytest_django import Settings

from chatproxy.livechat import pushes
from chatproxy.livechat.structures import Chat, Event, Greeting, Queue, Thread, User, parse_event
from chatproxy.relay.updates import ConnectionState, Conversation, Happened, Snapshot, State
from tests.steps import steps_of
from widget.rendering.locale import Locale
from widget.rendering.pushes import html_of

NORA = User(id="nora", type="customer", name="Nora")
PIOTR = User(
    id="piotr", type="agent", name="Piotr", avatar="https://cdn.example/p.png", present=True
)
KNOWN = Conversation(
    customer_id="nora",
    chat_id="CHAT",
    thread_id="THREAD",
    active=True,
    people={"nora": NORA, "piotr": PIOTR},
)
ENGLISH = Locale("en", "UTC")
NO_GREETING = '<hx-partial hx-target="#invitation" hx-swap="innerHTML"></hx-partial>'


def event(number: int = 1, author: str = "piotr", **fields: Any) -> Event:
    data = {
        "id": f"THREAD_{number}",
        "type": "message",
        "author_id": author,
        "created_at": "2026-03-18T21:24:05.118200Z",
        "text": "Hello",
    }
    return parse_event(data | fields)


GREETING = pushes.IncomingGreeting(
    greeting=Greeting(id=7, unique_id="UNIQUE", event=event(text="May I help?"), agent=PIOTR)
)
WELCOME = pushes.WelcomeMessage(id="w", event=event(text="Welcome!"))


def arrived(locale: Locale = ENGLISH, **fields: Any) -> str:
    """The fragment of an event that has just come."""
    push = pushes.IncomingEvent(chat_id="CHAT", thread_id="THREAD", event=event(**fields))
    return html_of(Happened(push, KNOWN), locale)


def rich(template_id: str, **element: Any) -> dict[str, Any]:
    return {"type": "rich_message", "template_id": template_id, "elements": [element]}


def test_an_event_lands_in_its_thread_by_id_and_number() -> None:
    html = arrived(number=12)
    assert '<hx-upsert hx-target="#thread-THREAD" key="data-key" sort>' in html
    assert 'id="event-THREAD_12"' in html
    assert 'data-key="12"' in html


@pytest.mark.parametrize("text", ["Hello", "It's <b>here</b>"])
def test_an_ordinary_message_is_drawn_in_few_steps(text: str) -> None:
    """Thousands of them are drawn in a second: what is not needed for one is not done."""
    arrived(number=1)  # its shape is known then
    assert steps_of(lambda: arrived(number=2, text=text)) < 85


def test_the_state_of_a_chat_is_drawn_in_few_steps() -> None:
    """As often as agents read, come and go, and in each tab that opens."""
    seen = Happened(pushes.EventsSeen(user_id="piotr", seen_up_to="2026-03-18"), KNOWN)
    html_of(seen, ENGLISH)
    assert steps_of(lambda: html_of(replace(seen, rendered={}), ENGLISH)) < 50


def test_names_in_the_state_are_text() -> None:
    named = replace(NORA, name='"Nora" <b>'), replace(PIOTR, name="<b>Piotr", avatar="")
    conversation = KNOWN.with_users(named)
    push = pushes.UserAdded(user=named[1])
    html = html_of(Happened(push, conversation), ENGLISH)
    assert "&lt;b&gt;Piotr" in html
    assert 'data-name="&quot;Nora&quot; &lt;b&gt;"' in html


@pytest.mark.parametrize(("author", "kind"), [("piotr", "agent"), ("nora", "customer")])
def test_an_event_says_whose_it_is(author: str, kind: str) -> None:
    assert f'data-author="{kind}"' in arrived(author=author)


def test_other_groups_do_not_change_who_is_there() -> None:
    push = pushes.GroupsStatusUpdated(statuses={7: "offline"})
    assert html_of(Happened(push, KNOWN), ENGLISH) == ""


@pytest.mark.parametrize(
    ("status", "shown"),
    [("online", "online"), ("online_for_queue", "online"), ("offline", "offline")],
)
def test_the_group_s_status_is_shown(status: str, shown: str) -> None:
    push = pushes.GroupsStatusUpdated(statuses={7: "online", 0: status})
    assert f'data-availability="{shown}"' in html_of(Happened(push, KNOWN), ENGLISH)


def test_an_event_is_rendered_once_for_all_tabs_of_one_language() -> None:
    update = Happened(pushes.IncomingEvent(thread_id="THREAD", event=event()), KNOWN)
    assert html_of(update, Locale()) is html_of(update, Locale())


def test_readers_in_other_zones_see_other_times() -> None:
    assert ">9:24 PM</time>" in arrived(Locale("en", "UTC"))
    assert ">06:24</time>" in arrived(Locale("de", "Asia/Tokyo"))


def test_the_time_stands_in_utc_for_machines() -> None:
    assert '<time datetime="2026-03-18T21:24:05.118200Z">' in arrived()


def test_the_day_is_the_reader_s_day() -> None:
    assert 'data-day="Wednesday, March 18"' in arrived(Locale("en", "UTC"))
    assert 'data-day="Thursday, March 19"' in arrived(Locale("en", "Asia/Tokyo"))


def test_html_in_a_message_is_only_text() -> None:
    html = arrived(text="<script>alert(1)</script><hx-partial hx-target='body'>")
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;hx-partial" in html


def test_an_address_becomes_a_link_without_the_full_stop() -> None:
    html = arrived(text="See https://shop.example/a?b=1&c=2.")
    assert '<a href="https://shop.example/a?b=1&amp;c=2" target="_blank"' in html
    assert "</a>." in html


@pytest.mark.parametrize("text", ["javascript:alert(1)", "data:text/html,x", "http:/x"])
def test_what_is_no_web_address_is_no_link(text: str) -> None:
    assert "<a " not in arrived(text=text)


def test_markdown_is_shown_as_it_was_meant() -> None:
    html = arrived(
        text="**Yes** [go](https://a.example)", properties={"chats": {"formatting": "commonmark"}}
    )
    assert "<strong>Yes</strong>" in html
    assert '<a href="https://a.example" target="_blank" rel="noopener noreferrer nofollow">' in html


@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)>", "[x](javascript:alert(1))"])
def test_markdown_cannot_smuggle_anything_in(text: str) -> None:
    html = arrived(text=text, properties={"chats": {"formatting": "commonmark"}})
    assert "<img src=x" not in html
    assert 'href="javascript' not in html


def test_a_translation_takes_the_place_of_the_original() -> None:
    html = arrived(text="Guten Tag", properties={"translation": {"target_message": "Good day"}})
    assert "Good day" in html
    assert "Guten Tag" not in html


def test_a_long_message_is_folded() -> None:
    assert "Show all" in arrived(text="word " * 400)
    assert "Show all" not in arrived(text="word " * 40)


def test_what_agents_say_among_themselves_is_never_shown() -> None:
    assert "secret" not in arrived(text="secret", recipients="agents")


def test_a_message_of_an_unknown_kind_is_a_quiet_line() -> None:
    html = arrived(type="hologram")
    assert "be shown here." in html
    assert 'data-author="system"' in html


@pytest.mark.parametrize("kind", ["custom", "system"])
def test_what_customers_have_no_use_for_is_left_out(kind: str) -> None:
    assert "event-THREAD_1" not in arrived(type=kind)


def test_a_picture_has_its_place_before_it_has_loaded() -> None:
    picture: dict[str, Any] = {"url": "https://cdn.example/a.png", "width": 1600, "height": 800}
    html = arrived(type="file", name="a.png", alternative_text="A leaf", **picture)
    assert 'width="280" height="140" alt="A leaf"' in html


def test_another_file_has_its_name_and_size() -> None:
    html = arrived(type="file", name="plan.pdf", url="https://cdn.example/plan.pdf", size=2048)
    assert "plan.pdf" in html
    assert "2.0\xa0KB" in html


@pytest.mark.parametrize(
    "more", [{}, {"width": 16, "height": 8}, {"content_type": "audio/ogg"}, {"url": "data:,x"}]
)
def test_a_file_without_an_address_leads_nowhere(more: dict[str, Any]) -> None:
    html = arrived(type="file", name="plan.pdf", **more)
    assert "plan.pdf" in html
    assert 'href=""' not in html
    assert 'src=""' not in html


def test_a_button_knows_which_message_it_belongs_to() -> None:
    html = arrived(**rich("cards", title="A card", buttons=[{"text": "Yes", "postback_id": "y"}]))
    assert 'name="event_id" value="THREAD_1"' in html
    assert 'name="postback_id" value="y"' in html
    assert re.search(r"<button class=\"choice \">Yes</button>", html)


@pytest.mark.parametrize(
    ("kind", "value", "href"),
    [
        ("url", "https://a.example/", "https://a.example/"),
        ("phone", "+48 555 123", "tel:+48555123"),
    ],
)
def test_a_button_that_leads_somewhere_is_a_link(kind: str, value: str, href: str) -> None:
    button = {"text": "Go", "type": kind, "value": value, "postback_id": "g"}
    assert f'href="{href}"' in arrived(**rich("cards", title="A card", buttons=[button]))


def test_a_button_never_runs_a_script() -> None:
    button = {"text": "Go", "type": "url", "value": "javascript:alert(1)", "postback_id": "g"}
    assert "href=" not in arrived(**rich("cards", title="A card", buttons=[button]))


def test_an_unknown_template_still_shows_its_words() -> None:
    html = arrived(**rich("hologram", title="A title", subtitle="A subtitle"))
    assert "A title" in html
    assert "A subtitle" in html


@pytest.mark.parametrize(
    ("kind", "variables", "words"),
    [
        ("agent_joined", {"agent": "Maria"}, "Maria joined the chat"),
        ("rating.chat_rated", {"score": "good"}, "You rated this chat as good"),
        ("routing.archived_disconnected", {"agent": "Maria"}, "because Maria had to leave"),
        ("routing.archived_inactive", {"duration": "5"}, "nobody wrote for 5 minutes"),
        ("routing.archived_inactive", {"duration": "9" * 5000}, "The text it came with"),
        ("routing.idle", {"duration": "long"}, "The text it came with"),
        ("invented_by_an_app", {}, "The text it came with"),
    ],
)
def test_a_system_message_speaks_to_the_customer(
    kind: str, variables: dict[str, str], words: str
) -> None:
    message: dict[str, Any] = {
        "type": "system_message",
        "system_message_type": kind,
        "text_vars": variables,
    }
    assert words in arrived(author="", text="The text it came with", **message)


@pytest.fixture
def no_sentences(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A system message that we fail to show."""

    def fail(_event: Event) -> str:
        raise ValueError

    monkeypatch.setattr("widget.rendering.events.sentence_of", fail)
    return {"type": "system_message", "author": ""}


def test_an_event_that_cannot_be_shown_hides_none_of_the_others(
    no_sentences: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    events = event(1, text="Before"), event(2, **no_sentences), event(3, text="After")
    html = html_of(Snapshot(KNOWN, (Thread(id="THREAD", events=events),)), ENGLISH)
    places = [html.find(text) for text in ("Before", 'id="event-THREAD_2"', "After")]
    assert places == sorted(places)
    assert places[0] >= 0
    assert "THREAD_2 cannot be shown" in caplog.text


def test_an_event_that_cannot_be_shown_as_it_comes_is_told_of(no_sentences: dict[str, Any]) -> None:
    html = arrived(number=2, **no_sentences)
    assert '<hx-upsert hx-target="#thread-THREAD"' in html
    assert "This message can't be shown here." in html


def test_an_answered_form_shows_its_answers() -> None:
    fields = [
        {"id": "1", "type": "header", "label": "Welcome"},
        {"id": "2", "type": "name", "label": "Name", "answer": "Nora"},
        {
            "id": "3",
            "type": "checkbox",
            "label": "Topics",
            "answers": [{"id": "1", "label": "Pots"}],
        },
    ]
    html = arrived(type="filled_form", author="nora", form_id="f", fields=fields)
    assert "Nora" in html
    assert "Pots" in html
    assert "Welcome" not in html


def test_a_form_whose_answer_is_shown_is_not_asked_for() -> None:
    asked = event(1, type="form", form_id="f"), event(2, type="form", form_id="other")
    answer = event(1, type="filled_form", author="nora", form_id="f", fields=[])
    again = event(2, type="form", form_id="f")
    threads = Thread(id="THREAD", events=asked), Thread(id="LATER", events=(answer, again))
    html = html_of(Snapshot(KNOWN, threads), ENGLISH)
    assert html.count("Thank you.") == 1
    assert html.find('id="form-THREAD_1"') < html.find("Thank you.") < html.find("THREAD_2")
    assert html.count('hx-get="forms/') == 2


def test_a_snapshot_replaces_threads_whole_and_moves_nothing_in() -> None:
    thread = Thread(id="THREAD", active=True, created_at="2026-03-18T21:00:00Z", events=(event(),))
    html = html_of(Snapshot(conversation=KNOWN, threads=(thread,)), Locale())
    assert '<section class="thread active" id="thread-THREAD"' in html
    assert "is-new" not in html


def test_a_snapshot_of_a_tab_that_begins_anew_replaces_all_it_shows() -> None:
    html = html_of(Snapshot(KNOWN, (Thread(id="T"),), "older", begins_anew=True), Locale())
    assert '<hx-partial hx-target="#threads" hx-swap="innerHTML"><section class="thread"' in html
    assert 'hx-get="history?page=older' in html


def test_a_deleted_event_vanishes() -> None:
    push = pushes.EventDeleted(chat_id="CHAT", thread_id="THREAD", event_id="THREAD_3")
    html = html_of(Happened(push, KNOWN), Locale())
    assert html.strip() == '<hx-partial hx-target="#event-THREAD_3" hx-swap="delete"></hx-partial>'


def test_the_header_names_who_one_talks_to() -> None:
    html = html_of(Happened(pushes.UserAdded(user=PIOTR), KNOWN), Locale())
    assert "<h1>Piotr</h1>" in html


def test_an_active_chat_can_be_ended_and_an_ended_one_says_so() -> None:
    active = html_of(Happened(pushes.UserAdded(user=PIOTR), KNOWN), Locale())
    assert "End chat" in active
    push = pushes.ChatDeactivated(chat_id="CHAT", thread_id="THREAD", user_id="nora")
    ended = html_of(Happened(push, KNOWN.after(push)), Locale())
    assert "End chat" not in ended
    assert "Write again to continue." in ended


def test_a_survey_that_was_answered_is_not_asked_again() -> None:
    ended = replace(KNOWN, active=False)
    assert 'hx-get="forms/postchat"' in html_of(Snapshot(ended), ENGLISH)
    html = html_of(Snapshot(replace(ended, survey_answer="c-2")), ENGLISH)
    assert "Thank you for your answers." in html
    assert "forms/postchat" not in html


def test_somebody_types_until_their_message_comes() -> None:
    typing = pushes.Typing(chat_id="CHAT", thread_id="THREAD", author_id="piotr", is_typing=True)
    assert "Piotr is typing" in html_of(Happened(typing, KNOWN), Locale())
    assert '<hx-partial hx-target="#typing" hx-swap="innerHTML"></hx-partial>' in arrived()


def test_the_customer_s_own_typing_is_not_news() -> None:
    typing = pushes.Typing(chat_id="CHAT", thread_id="THREAD", author_id="nora", is_typing=True)
    assert html_of(Happened(typing, KNOWN), Locale()) == ""


def test_a_push_nobody_shows_is_nothing() -> None:
    assert (
        html_of(Happened(pushes.SideStorageUpdated(customer_side_storage={}), KNOWN), Locale())
        == ""
    )


def test_a_preview_stands_below_the_log_until_the_event_comes() -> None:
    push = pushes.EventPreview(chat_id="CHAT", thread_id="THREAD", event=event(text="Let me s"))
    html = html_of(Happened(push, KNOWN), Locale())
    assert '<hx-partial hx-target="#preview"' in html
    assert "Let me s" in html


def test_trouble_with_livechat_is_said() -> None:
    assert "Trying again" in html_of(ConnectionState(State.WAITING), Locale())
    assert "busy" in html_of(ConnectionState(State.REFUSED, "All lines are busy."), Locale())
    assert "notice" not in html_of(ConnectionState(State.LIVE), Locale())


def test_a_resumed_chat_brings_its_new_thread() -> None:
    thread = Thread(id="NEXT", active=True, created_at="2026-03-19T08:00:00Z")
    push = pushes.IncomingChat(
        thread_id="NEXT", chat=Chat(id="CHAT", users=(NORA, PIOTR), thread=thread)
    )
    assert 'id="thread-NEXT"' in html_of(Happened(push, KNOWN.after(push)), Locale())


def test_a_greeting_asks_for_an_answer_and_goes() -> None:
    html = html_of(Happened(GREETING, KNOWN.after(GREETING)), Locale())
    assert "May I help?" in html
    assert 'data-greeting="7" data-unique="UNIQUE"' in html
    over = html_of(Happened(pushes.GreetingCanceled(unique_id="UNIQUE"), KNOWN), Locale())
    assert over.strip() == NO_GREETING


def test_numbers_for_browsers_are_digits_alone(settings: Settings) -> None:
    settings.USE_THOUSAND_SEPARATOR = True
    greeting = Greeting(id=1234567, unique_id="U", event=event(text="Hi"), agent=PIOTR)
    push = pushes.IncomingGreeting(greeting=greeting)
    html = html_of(Happened(push, KNOWN.after(push)), Locale())
    assert 'name="id" value="1234567"' in html
    assert 'data-greeting="1234567"' in html
    image = {"url": "https://cdn.example/wide.png", "width": 1200, "height": 1100}
    assert 'width="1200" height="1100"' in arrived(**rich("cards", image=image))
    bar = {"x": 1234, "y": 1234.5, "height": 1234.5, "label": "Monday"}
    figure = {"title": "Chats", "total": 1, "width": 1235, "bars": [bar]}
    svg = render_to_string("widget/owners/figure.html", {"figure": figure})
    assert "0 0 1235 60" in svg
    assert 'x="1234" y="1234.5" width="8" height="1234.5"' in svg


def test_a_snapshot_without_a_greeting_removes_one_that_stands() -> None:
    assert NO_GREETING in html_of(Snapshot(KNOWN), Locale())
    assert NO_GREETING not in html_of(Snapshot(KNOWN.after(GREETING)), Locale())


def test_a_welcome_message_needs_no_answer() -> None:
    html = html_of(Happened(WELCOME, KNOWN.after(WELCOME)), Locale())
    assert "Welcome!" in html
    assert "<form" not in html


def test_a_snapshot_leaves_a_welcome_message_until_a_chat_begins() -> None:
    welcomed = KNOWN.after(WELCOME)
    assert "Welcome!" in html_of(Snapshot(welcomed), Locale())
    begun = welcomed.after(pushes.IncomingChat(chat=Chat(id="CHAT", thread=Thread(id="NEXT"))))
    assert NO_GREETING in html_of(Snapshot(begun), Locale())


def test_a_greeting_stands_before_a_welcome_message() -> None:
    html = html_of(Snapshot(KNOWN.after(GREETING).after(WELCOME)), Locale())
    assert "May I help?" in html
    assert "Welcome!" not in html


def test_the_place_in_the_queue_is_said() -> None:
    push = pushes.QueuePosition(chat_id="CHAT", queue=Queue(position=3, wait_time=170))
    html = html_of(Happened(push, KNOWN.after(push)), Locale())
    assert "You are number 3 in line" in html
    assert "About 3 minutes" in html


@pytest.mark.parametrize(("score", "pressed"), [(1, "Good"), (0, "Bad")])
def test_a_rating_given_in_another_tab_is_shown(score: int, pressed: str) -> None:
    push = pushes.PropertiesUpdated(event_id="", properties={"rating": {"score": score}})
    html = html_of(Happened(push, KNOWN), Locale())
    assert re.search(f'aria-pressed="true" aria-label="{pressed}"', html)


@pytest.mark.parametrize(
    "push",
    [
        pushes.PropertiesUpdated(event_id="", properties={"rating": {"score": 1}}),
        pushes.PropertiesUpdated(event_id="", properties={"rating": {"comment": "Quick!"}}),
        pushes.PropertiesDeleted(event_id="", properties={"rating": ["tags"]}),
    ],
)
def test_a_push_changes_no_part_of_a_rating_but_its_own(push: pushes.Push) -> None:
    rated = replace(KNOWN, rating={"score": 1, "comment": "Quick!"}).after(push)
    html = html_of(Happened(push, rated), ENGLISH)
    assert 'aria-pressed="true" aria-label="Good"' in html
    assert 'value="Quick!"' in html


def test_the_rating_of_an_older_thread_is_not_shown_as_the_last_ones() -> None:
    push = pushes.PropertiesUpdated(
        thread_id="OLDER", event_id="", properties={"rating": {"score": 1}}
    )
    assert not html_of(Happened(push, KNOWN.after(push)), ENGLISH)


@pytest.mark.parametrize("score", [None, "1", [1], {"1": 1}, 7, float("nan")])
def test_a_score_that_is_none_shows_no_rating(score: Any) -> None:
    push = pushes.PropertiesUpdated(
        chat_id="CHAT", thread_id="THREAD", event_id="", properties={"rating": {"score": score}}
    )
    assert "How was this chat?" in html_of(Happened(push, KNOWN), ENGLISH)


@pytest.mark.parametrize("field", ["text", "author_id", "custom_id"])
def test_half_a_character_closes_no_socket(field: str) -> None:
    html = arrived(ENGLISH, **{field: "half \ud83d of it, 😀 whole"})
    assert "half \ufffd of it, 😀 whole" in html.encode().decode()


def test_half_a_character_keeps_nobody_from_their_history() -> None:
    thread = Thread(id="THREAD", events=(event(text="\udc00"),))
    assert "\ufffd" in html_of(Snapshot(KNOWN, (thread,)), ENGLISH).encode().decode()


@pytest.mark.parametrize("zone", ["a/" * 2000, "../../etc/passwd", "Europe", "\0", "\ud83d"])
def test_a_stranger_s_zone_is_neither_a_file_nor_a_module(zone: str) -> None:
    assert Locale.of("en", zone) == ENGLISH


def test_a_time_before_all_time_is_no_time() -> None:
    far_west = Locale("en", "America/Los_Angeles")
    assert "<time" in arrived(far_west, created_at="0001-01-01T00:00:00Z")
