"""What opening the chat costs LiveChat, however many open it and whatever it answers."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.http import HttpResponse

from tests.sandbox_rig import Sandbox
from tests.widget.visitor import Visitor
from widget.models import Widget

WHO_IS_THERE, FORMS = "get_dynamic_configuration", "get_configuration"
MANY = 5
# By day what everybody asks for; the forms are kept in the same way.
EACH_METHOD = pytest.mark.parametrize(
    "method", [WHO_IS_THERE, pytest.param(FORMS, marks=pytest.mark.night)]
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("long_known")]


def welcomes(sandbox: Sandbox, at_once: int) -> list[HttpResponse]:
    """What so many are shown who open the chat at the same time."""
    start = Barrier(at_once)

    def open_chat(_number: int) -> HttpResponse:
        try:
            start.wait()
            return Visitor().ask("get", "welcome")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(at_once) as browsers:
        return list(browsers.map(open_chat, range(at_once)))


@EACH_METHOD
def test_of_many_who_open_the_chat_at_once_one_asks_livechat(
    shop_widget: Widget, sandbox: Sandbox, method: str
) -> None:
    sandbox.fault("latency", seconds=2.0, method=method)
    shown = {answer.content for answer in welcomes(sandbox, MANY)}
    assert sandbox.requests().count(method) == 1
    assert [b"status online" in page for page in shown] == [True]


@EACH_METHOD
def test_a_failure_is_one_for_all_who_wait_for_the_answer(
    shop_widget: Widget, sandbox: Sandbox, method: str
) -> None:
    sandbox.fault("latency", seconds=2.0, method=method)
    sandbox.fault("status", status=500, method=method)
    answers = welcomes(sandbox, MANY)
    assert [answer.status_code for answer in answers] == [200] * MANY
    assert sandbox.requests().count(method) == 1


@EACH_METHOD
def test_what_livechat_does_not_tell_is_not_asked_again_at_once(
    visitor: Visitor, sandbox: Sandbox, method: str
) -> None:
    sandbox.fault("status", status=500, method=method)
    for _ in range(3):
        assert visitor.ask("get", "welcome").status_code == 200
    assert sandbox.requests().count(method) == 1


def test_who_wants_the_form_itself_asks_again(customer: Visitor, sandbox: Sandbox) -> None:
    sandbox.settings(forms={"prechat": True})
    sandbox.fault("status", status=500, method=FORMS)
    customer.ask("get", "welcome")
    sandbox.clear_faults()
    assert b"<form" in customer.ask("get", "forms/prechat").content
