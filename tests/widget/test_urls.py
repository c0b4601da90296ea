"""What a project's settings do to every address of the chat."""

from typing import Any

import pytest
from django.core.handlers.base import BaseHandler
from django.db import connection
from django.test import Client

from widget.models import Widget
from widget.urls import urlpatterns


@pytest.fixture
def _atomic_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)


@pytest.mark.usefixtures("_atomic_requests")
def test_no_view_is_put_into_a_transaction() -> None:
    views = {pattern.name: pattern.callback for pattern in urlpatterns}
    make_atomic = BaseHandler().make_view_atomic
    assert [name for name, view in views.items() if make_atomic(view) is not view] == []


def test_no_view_asks_who_is_signed_in() -> None:
    views = {pattern.name: pattern.callback for pattern in urlpatterns}
    assert [name for name, view in views.items() if getattr(view, "login_required", True)] == []


@pytest.mark.django_db
@pytest.mark.usefixtures("_atomic_requests")
def test_a_loader_that_is_known_asks_no_database(
    client: Client, django_assert_num_queries: Any
) -> None:
    Widget.objects.create(key="shop", name="Shop", organization_id="a")
    client.get("/w/shop/embed.js")
    with django_assert_num_queries(0):
        assert client.get("/w/shop/embed.js").status_code == 200
