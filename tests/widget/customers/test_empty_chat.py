"""The empty chat invites: who is there, how soon they answer, what to begin with."""

from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils import timezone

from chatproxy.livechat.pushes import IncomingEvent
from chatproxy.livechat.structures import Message, User
from chatproxy.models import Customer
from chatproxy.relay.updates import Conversation
from tests.widget.conftest import AddWidget
from tests.widget.visitor import Visitor
from widget.models import Tally, Widget
from widget.statistics.counting import Counts

pytestmark = pytest.mark.django_db

PIOTR = User(id="piotr", type="agent", name="Piotr", avatar="https://cdn.example/p.png")
FERN = User(id="fern", type="agent", name="Fern", is_bot=True)


def shell(key: str = "shop", language: str = "en") -> str:
    return Visitor(key).ask("get", f"?lang={language}").content.decode()


def answer(widget: Widget, *agents: User) -> None:
    """Let them answer somebody, one after the other."""
    counts = Counts()
    customer = Customer(pk=1, widget_key=widget.key)
    people = {agent.id: agent for agent in agents}
    for agent in agents:
        event = Message(id="T_1", author_id=agent.id, text="Hello")
        push = IncomingEvent(event=event)
        counts.hear(customer, push, Conversation(customer_id="nora", people=people))
    counts.write()


def test_openers_and_help_links_stand_there_in_the_customers_language(
    add_widget: AddWidget,
) -> None:
    add_widget(
        openers="Where is my order?",
        help_links="Delivery times https://shop.example/delivery",
        texts={"de": {"openers": "Wo ist mein Paket?\nNoch etwas"}},
    )
    english, german = shell(), shell(language="de")
    assert ">Where is my order?</button>" in english
    assert 'href="https://shop.example/delivery"' in english
    assert "Delivery times</span></a>" in german
    assert ">Wo ist mein Paket?</button>" in german
    assert "Where is my order?" not in german


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("openers", "a\nb\nc\nd\ne"),
        ("openers", "x" * 81),
        ("help_links", "Delivery times"),
        ("help_links", "Delivery javascript:alert(1)"),
        ("texts", {"de": {"help_links": "Lieferung"}}),
    ],
)
def test_too_many_openers_and_links_to_nowhere_are_refused(
    add_widget: AddWidget, field: str, value: Any
) -> None:
    widget = add_widget()
    setattr(widget, field, value)
    with pytest.raises(ValidationError) as refused:
        widget.full_clean()
    assert [*refused.value.message_dict] == [field]


def test_who_answered_lately_has_a_face_and_a_bot_is_called_one(add_widget: AddWidget) -> None:
    widget = add_widget()
    assert 'class="team' not in shell()
    answer(widget, PIOTR, FERN)
    page = shell()
    assert 'src="https://cdn.example/p.png"' in page
    assert 'Fern <small class="bot">Bot</small>' in page
    assert page.index("Fern") < page.index("Piotr</li>")
    add_widget("other")
    assert "Piotr" not in shell("other")


def replies(widget: Widget, count: int, seconds: float) -> None:
    cache.clear()
    Tally.objects.update_or_create(
        widget=widget,
        day=timezone.now().date(),
        what=Tally.What.FIRST_REPLY,
        defaults={"count": count, "seconds": seconds},
    )


def test_how_soon_one_is_answered_is_measured(add_widget: AddWidget) -> None:
    widget = add_widget()
    replies(widget, 4, 4 * 60)
    assert "We usually answer" not in shell()  # too few to tell
    replies(widget, 6, 6 * 130)
    assert "We usually answer within 3 min." in shell()
    replies(widget, 6, 6 * 7200)
    assert "We usually answer" not in shell()  # that would invite nobody
    replies(widget, 6, 60)
    widget.show_reply_time = False
    widget.save()
    assert "We usually answer" not in shell()
