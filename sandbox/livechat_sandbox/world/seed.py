"""The organizations every sandbox starts with. Their ids never change."""

from livechat_sandbox.platform.clock import Clock
from livechat_sandbox.platform.configuration import Client, Form, Greeting, Group
from livechat_sandbox.platform.ids import Ids
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.people import agents
from livechat_sandbox.platform.properties import default_declarations
from livechat_sandbox.platform.routing import routing
from livechat_sandbox.platform.structures import Agent, Organization

ORGANIZATION_ID = "7c1f0d2e-5b0a-4a53-9a5e-2f1d6f3b8c44"
OTHER_ORGANIZATION_ID = "c0a2f6b4-3e1d-4c6b-8f2a-9d5e7b1a6c30"
CLIENT_ID = "4b9d1c7a0e2f48d6a35c9b1e7d20f861"
CLIENT_SECRET = "0c8e5f3a9b7d4162a8f0d3c6b1e94725"  # noqa: S105 - everybody knows it
STRICT_CLIENT_ID = "9e2b7f41c8d04a6fb15d3c0a7e68f294"
OTHER_CLIENT_ID = "d3f8a1c65b7e4290a4c1e0b98f7d6523"
REDIRECT_URI = "http://chat.localhost:8000/"
STRICT_REDIRECT_URI = "https://shop.example/help"
BOT_ID = "b7e4d2a9c5f1480e9a3d6c2b8f0e7154"

LOCALIZATION = {
    "chat_with_us": "Chat with us",
    "leave_message": "Leave a message",
    "agent_typing": "%agent% is typing",
    "waiting_in_queue": "You are number %number% in the queue",
    "chat_ended": "This chat has ended",
}


def organizations(clock: Clock, start: str, base_url: str) -> dict[str, Organization]:
    shop = organization(ORGANIZATION_ID, 18400042, "dal", clock, start)
    shop.clients = {
        CLIENT_ID: Client(CLIENT_ID, [REDIRECT_URI, "*"], CLIENT_SECRET),
        STRICT_CLIENT_ID: Client(STRICT_CLIENT_ID, [STRICT_REDIRECT_URI]),
    }
    agents.add(shop, "piotr@shop.example", "Piotr", "Customer care", [0, 1, 2], "owner")
    agents.add(shop, "maria@shop.example", "Maria", "Sales", [0, 1], "administrator")
    agents.add(shop, "sam@shop.example", "Sam", "Technical support", [0, 2], "normal")
    shop.agents["piotr@shop.example"].status = "accepting_chats"
    add_bot(shop)
    other = organization(OTHER_ORGANIZATION_ID, 18400077, "fra", clock, start)
    other.clients = {OTHER_CLIENT_ID: Client(OTHER_CLIENT_ID, ["*"])}
    agents.add(other, "lena@library.example", "Lena", "Librarian", [0], "owner")
    other.agents["lena@library.example"].status = "accepting_chats"
    made = {shop.id: shop, other.id: other}
    for each in made.values():
        routing.tell_group_statuses(each)
        each.greetings = {greeting.id: greeting for greeting in greetings(base_url)}
        for agent in each.agents.values():
            agent.avatar = f"{base_url}/sandbox/avatars/{agent.name.lower()}.svg"
    return made


def organization(
    organization_id: str, license_id: int, region: str, clock: Clock, start: str
) -> Organization:
    made = Organization(organization_id, license_id, region)
    made.run(Ids(f"{start}/{organization_id}"), clock)
    made.groups = {0: Group(0, "General"), 1: Group(1, "Sales"), 2: Group(2, "Support")}
    made.declared_properties = default_declarations()
    made.localization = dict(LOCALIZATION)
    made.forms = {"prechat": prechat_form(), "postchat": postchat_form(), "ticket": ticket_form()}
    return made


def add_bot(organization: Organization) -> None:
    """A bot that is away until it is switched on."""
    bot = Agent(
        id=BOT_ID,
        opaque_id=BOT_ID,
        account_id="",
        name="Robin",
        job_title="Shop assistant",
        avatar="",
        group_ids=[0, 1, 2],
        is_bot=True,
        max_chats=1_000_000,
    )
    organization.add_agent(bot)


def prechat_form() -> Form:
    return Form(
        "177381",
        [
            {"id": "1773810", "type": "header", "label": "Tell us who you are"},
            {"id": "1773811", "type": "name", "label": "Your name", "required": False},
            {"id": "1773812", "type": "email", "label": "Your e-mail", "required": True},
            {
                "id": "1773813",
                "type": "group_chooser",
                "label": "Department",
                "required": False,
                "options": [
                    {"id": "0", "label": "Sales", "group_id": 1},
                    {"id": "1", "label": "Support", "group_id": 2},
                ],
            },
            {
                "id": "1773814",
                "type": "radio",
                "label": "Topic",
                "required": False,
                "options": [{"id": "0", "label": "An order"}, {"id": "1", "label": "Delivery"}],
            },
        ],
        enabled=False,
    )


def postchat_form() -> Form:
    return Form(
        "177382",
        [
            {"id": "1773820", "type": "header", "label": "How did we do?"},
            {
                "id": "1773821",
                "type": "rating",
                "label": "Rate the chat",
                "comment_label": "Leave a comment",
                "required": False,
            },
            {
                "id": "1773822",
                "type": "checkbox",
                "label": "What was good?",
                "required": False,
                "options": [
                    {"id": "0", "label": "The speed", "checked": False},
                    {"id": "1", "label": "The answer", "checked": False},
                ],
            },
            {"id": "1773823", "type": "textarea", "label": "Anything else?", "required": False},
        ],
        enabled=False,
    )


def ticket_form() -> Form:
    return Form(
        "177383",
        [
            {"type": "header", "label": "We are away. Leave a message and we will answer by mail"},
            {"type": "name", "label": "Your name", "required": False},
            {"type": "email", "label": "Your e-mail", "required": True},
            {"type": "subject", "label": "Subject", "required": False},
            {"type": "textarea", "label": "Message", "required": True},
        ],
        enabled=True,
    )


def greetings(base_url: str) -> list[Greeting]:
    """One of each kind, switched off."""
    hello = {"type": "message", "text": "Hello! Can I help you to find something?"}
    offer = {
        "type": "rich_message",
        "template_id": "cards",
        "elements": [
            {
                "title": "Free delivery today",
                "subtitle": "On everything in your cart",
                "buttons": [
                    {
                        "type": "message",
                        "text": "Tell me more",
                        "value": "Tell me more",
                        "postback_id": "more",
                        "user_ids": [],
                    }
                ],
            }
        ],
    }
    pots = {
        "type": "rich_message",
        "template_id": "cards",
        "elements": [
            {
                "title": "New pots",
                "subtitle": "Made in Portugal",
                "image": {
                    "url": f"{base_url}/sandbox/avatars/pots.svg",
                    "alternative_text": "A blue pot",
                },
                "buttons": [
                    button("look", "See them", "url", "https://shop.example/pots"),
                    button("call", "Call us", "phone", "+48 123 456 789"),
                ],
            },
            {"title": "Old pots", "buttons": [button("later", "Not now", "cancel", "cancel")]},
        ],
    }
    question = {
        "type": "rich_message",
        "template_id": "quick_replies",
        "elements": [
            {
                "title": "What are you looking for?",
                "buttons": [
                    button("plants", "Plants", "message", "Plants"),
                    button("tools", "Tools", "message", "Tools"),
                ],
            }
        ],
    }
    wait = {"type": "message", "text": "Before you go: may we help?"}
    return [
        Greeting(1, hello, delay=1.0),
        Greeting(2, offer, url_contains="/cart", subtype="announcement"),
        Greeting(3, pots, url_contains="/pots"),
        Greeting(4, question, url_contains="/search"),
        Greeting(5, wait, url_contains="/bye", is_exit_intent=True),
    ]


def button(postback_id: str, text: str, kind: str, value: str) -> Payload:
    """One button of a greeting; `kind` is message, url, phone, webview or cancel."""
    named = {"postback_id": postback_id, "text": text}
    return {"type": kind, "value": value, "user_ids": []} | named
