"""Of many in this process who want to know the same at once, one asks LiveChat for all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.apps import apps

from chatproxy.livechat.organization import Organization
from chatproxy.turns import let_others_run

if TYPE_CHECKING:
    from widget.apps import WidgetConfig

Answer = TypeVar("Answer")


class Askers:
    """Who asks at the moment, by what about. Nobody waits for longer than one question takes."""

    def __init__(self) -> None:
        self._asking: dict[str, Future[Any]] = {}
        self._guard = threading.Lock()

    def ask(self, name: str, ask: Callable[[], Answer]) -> Answer:
        """What `ask` answers, or raises, for everybody who comes meanwhile."""
        mine: Future[Answer] = Future()
        with self._guard:
            theirs = self._asking.setdefault(name, mine)
        if theirs is not mine:
            with let_others_run():
                answer: Answer = theirs.result()
            return answer
        try:
            mine.set_result(ask())
        except BaseException as error:
            mine.set_exception(error)
        finally:
            with self._guard:
                del self._asking[name]
        return mine.result()


def ask_once(organization: Organization, name: str, ask: Callable[[], Answer]) -> Answer:
    """What `ask` answers, or raises, for all in this process who ask about it meanwhile.

    Who waits for the answer of another takes a place as well. Raises NoPlace.
    """
    organization.take_place(organization.current_region)
    return cast("WidgetConfig", apps.get_app_config("widget")).askers.ask(name, ask)
