"""Gone means gone: every process is told when somebody may stay no longer.

By Redis where there is one. Whoever keeps something open for customers hears it in any case from
this process, and should look now and then as well: a message may be lost, and a command that
runs beside a server without Redis has no way to tell it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from django.db import transaction
from django.dispatch import Signal
from redis.exceptions import RedisError

from chatproxy.redis import key_of, listening_redis, shared_redis

logger = logging.getLogger(__name__)

CHANNEL = "endings"


class Ending(NamedTuple):
    """Of one customer of a widget, or of something that all its customers have in common."""

    widget_key: str
    customer_pk: int | None = None


ended = Signal()  # with `ending`, in the thread that brought it about


def announce(widget_key: str, customer_pk: int | None = None) -> None:
    """Tell everybody to look whether these customers may stay, once it is committed."""
    transaction.on_commit(partial(_announce, Ending(widget_key, customer_pk)))


def _announce(ending: Ending) -> None:
    ended.send(sender=Ending, ending=ending)
    if redis := shared_redis():
        try:
            redis.publish(key_of(CHANNEL), json.dumps(ending))
        except RedisError as error:
            logger.warning("other processes will notice later: %s", type(error).__name__)


async def endings_elsewhere() -> AsyncGenerator[Ending, None]:
    """What any process announces, this one's included; ends at once without Redis.

    Raises RedisError when the connection is lost: what is said until the next one is not heard.
    """
    redis = listening_redis()
    if redis is None:
        return
    async with redis, redis.pubsub() as channel:
        await channel.subscribe(key_of(CHANNEL))
        async for message in channel.listen():
            if message["type"] == "message":
                with suppress(TypeError, ValueError):  # another version's, during an upgrade
                    yield Ending(*json.loads(message["data"]))
