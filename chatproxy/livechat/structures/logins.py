"""What LiveChat says when a customer logs in to RTM."""

from __future__ import annotations

from msgspec import Struct

from chatproxy.livechat.structures.greetings import Greeting
from chatproxy.livechat.structures.users import User
from chatproxy.livechat.structures.values import (
    Json,
    number_of,
    numbers_of,
    object_of,
    objects_of,
    text_of,
)


class LoginAnswer(Struct, frozen=True):
    """What LiveChat says of a customer who logs in; None for what it does not say.

    `online_group_ids` is in a part called private, which LiveChat's own clients rely on.
    """

    chat_ids: tuple[str, ...] | None = None
    threads_count: int | None = None
    online_group_ids: frozenset[int] | None = None
    greeting: Greeting | None = None
    customer: User | None = None

    @classmethod
    def parse(cls, data: Json) -> LoginAnswer:
        chats, config = data.get("chats"), data.get("__priv_dynamic_config")
        greeting = data.get("greeting")
        customer = object_of(data.get("customer"))
        statistics = object_of(customer.get("statistics"))
        return cls(
            chat_ids=tuple(text_of(chat.get("chat_id")) for chat in objects_of(chats))
            if isinstance(chats, list)
            else None,
            threads_count=number_of(statistics.get("threads_count")),
            online_group_ids=frozenset(numbers_of(config.get("online_groups_ids")))
            if isinstance(config, dict)
            else None,
            greeting=Greeting.parse(greeting) if isinstance(greeting, dict) else None,
            customer=User.parse({**customer, "type": "customer"}) if customer else None,
        )
