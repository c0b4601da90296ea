"""The relay's tasks and threads: started in one place, so that none is lost or fails unheard."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from contextvars import Context
from typing import Any

from chatproxy.threads import Threads

logger = logging.getLogger(__name__)


class Tasks:
    """`threads` is how many may ask the database or LiveChat's accounts at once: `in_thread`."""

    def __init__(self, threads: int) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self.in_thread = Threads(threads, "relay").run

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task of ours; its failure is a bug and is logged once.

        It is nobody's request: in the context of one it would keep that for hours, and its lines
        in the log would have that request's id.
        """
        context = Context()
        task = asyncio.get_running_loop().create_task(work, context=context)
        self._running.add(task)
        task.add_done_callback(self._done, context=context)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("a task of the relay failed", exc_info=error)
