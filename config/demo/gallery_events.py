"""What is said in the demo's gallery: every kind of event, as LiveChat sends it.

Each function is given the address of the demo's pictures.
"""

from __future__ import annotations

from typing import Any

from chatproxy.livechat.structures import Json


def button(text: str, kind: str = "", value: str = "", role: str = "") -> Json:
    typed = {"type": kind, "value": value} if kind else {}
    return {"text": text, "postback_id": text, "user_ids": [], "role": role, **typed}


def rich(template_id: str, *elements: Json) -> Json:
    return {"type": "rich_message", "template_id": template_id, "elements": [*elements]}


def message(text: str, author: str, **more: Any) -> Json:
    return {"type": "message", "text": text, "author_id": author, **more}


def system(kind: str, **variables: str) -> Json:
    return {"type": "system_message", "system_message_type": kind, "text_vars": variables}


def texts(_: str = "") -> list[Json]:
    bold = {"chats": {"formatting": "commonmark"}}
    return [
        message("Has my parcel left?\nOrder 1042 😊", "nora"),
        system("agent_joined", agent="Piotr"),
        message("Good morning! It left yesterday: https://track.example/1042", "piotr"),
        message("You can also write to care@shop.example.", "piotr"),
        message("مرحبا، شكرا جزيلا على المساعدة.", "nora"),
        message(
            "**Three things** to know:\n\n- water it once a week\n- keep it out of the sun\n",
            "fern",
            properties=bold,
        ),
        message("🌱", "nora"),
        message("Call us: +48 555 123 456.", "piotr"),
        message("A long answer, folded until somebody wants to read all of it. " * 30, "piotr"),
        {"type": "hologram", "author_id": "piotr"},
    ]


ANSWER = """### Returning a plant

You have **30 days**, see [1] and [2]. What it costs depends on its *size*:

| Size | Up to | Price |
| --- | --- | ---: |
| Small | 2 kg | free |
| Large | 10 kg | 4.90 € |

1. Pack it as it came
2. Write this on the parcel

> Plants that were watered too much come back to us as well.

```
RETURN 1042
```

[1]: https://shop.example/returns "How to return a plant"
[2]: https://shop.example/terms
"""


def answers(_: str = "") -> list[Json]:
    bold = {"chats": {"formatting": "commonmark"}}
    rated = bold | {"rating": {"score": 1}}
    return [
        message("How do I return a plant?", "nora"),
        message(ANSWER, "fern", properties=bold),
        message("Shall I **order a pick-up**?", "fern", properties=rated),
    ]


def rich_messages(pictures: str) -> list[Json]:
    calls = [
        button("Call us", "phone", "+48 555 123"),
        button("Never mind", "cancel", "x"),
        button("Choose a time", "webview", "https://moment.example/"),
    ]
    replies = [button("Yes"), button("Not quite")]
    messages = [
        rich("cards", *plant_cards(pictures)),
        rich("cards", {"title": "Rather talk?", "buttons": calls}),
        rich("ecommerce", {"title": "Clay pot", "ecommerce": POT}),
        rich("quick_replies", {"title": "Did that help?", "buttons": replies}),
    ]
    return [said | {"author_id": "fern"} for said in messages]


def plant_cards(pictures: str) -> list[Json]:
    return [
        {
            "title": name,
            "image": {"url": f"{pictures}{slug}.svg", "width": 400, "height": 300},
            "subtitle": "Easy-going, likes the shade",
            "buttons": [
                button("See it", "url", "https://shop.example/", "primary"),
                button("Ask about it", "message", "ask"),
            ],
        }
        for name, slug in (("Monstera", "monstera"), ("Aloe", "aloe"), ("Lily", "peace-lily"))
    ]


POT: Json = {
    "product_id": "pot",
    "view_type": "tags",
    "label": "Size",
    "options": [
        {"option_id": "1", "label": "Small", "price": "12.00", "currency": "EUR", "selected": True},
        {"option_id": "2", "label": "Large", "price": "19.00", "currency": "EUR"}
        | {"regular_price": "24.00"},
        {"option_id": "3", "label": "Huge", "price": "49.00", "currency": "EUR"}
        | {"available": False},
    ],
}


def files_and_forms(pictures: str) -> list[Json]:
    topics = [{"id": "1", "label": "Pots"}]
    fields = [
        {"id": "1", "type": "name", "label": "Your name", "answer": "Nora Lind"},
        {"id": "2", "type": "checkbox", "label": "Topics", "answers": topics},
    ]
    leaf = {"alternative_text": "A yellow leaf", "width": 400, "height": 300}
    return [
        {"type": "filled_form", "author_id": "nora", "form_id": "1", "fields": fields},
        file("leaf.png", "nora", f"{pictures}monstera.svg") | leaf,
        file("Care instructions.pdf", "piotr", "https://cdn.example/care.pdf")
        | {"content_type": "application/pdf", "size": 184_320},
        file("Birds.mp3", "piotr", "https://cdn.example/birds.mp3")
        | {"content_type": "audio/mpeg", "size": 84_320},
        file("Garden.mp4", "nora", "https://cdn.example/garden.mp4")
        | {"content_type": "video/mp4", "size": 984_320},
        system("rating.chat_rated", score="good"),
        system("transcript_sent", email="nora@example.com"),
    ]


def file(name: str, author: str, url: str) -> Json:
    return {"type": "file", "author_id": author, "name": name, "url": url}


def links(_: str = "") -> list[Json]:
    details = {"title": "Returning a plant", "description": "Within 30 days, packed as it came."}
    known = {"url_details": details | {"url": "https://shop.example/returns"}}
    return [
        message("Here you are: https://shop.example/returns", "piotr", properties=known),
        message("And here: https://www.shop.example/terms?of=use", "piotr"),
    ]


def nothing(_: str) -> list[Json]:
    return []


def one_message(_: str) -> list[Json]:
    return texts()[:1]


def a_few_messages(_: str) -> list[Json]:
    return texts()[:3]
