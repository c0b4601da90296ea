"""A bot agent that answers customers on its own, so that one person alone can try everything."""

from typing import Any

from livechat_sandbox.platform.chats import chats
from livechat_sandbox.platform.events import events, seen_marks
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.routing import routing
from livechat_sandbox.platform.structures import Agent, Chat, Organization, Push
from livechat_sandbox.world.seed import BOT_ID

READING = 0.4  # seconds until the bot begins to type
WRITING = 0.9  # seconds it types before the first words show
PIECE = 0.25  # seconds between the pieces of an answer in the making


def button(text: str, postback_id: str) -> Payload:
    return {
        "type": "message",
        "text": text,
        "value": text,
        "postback_id": postback_id,
        "user_ids": [],
    }


def quick_replies(title: str, *texts: str) -> Payload:
    return {
        "type": "rich_message",
        "template_id": "quick_replies",
        "elements": [{"title": title, "buttons": [button(each, each.lower()) for each in texts]}],
    }


def card(title: str, subtitle: str, image_url: str) -> Payload:
    return {
        "title": title,
        "subtitle": subtitle,
        "image": {"url": image_url, "alternative_text": title},
        "buttons": [
            button("Tell me more", f"more-{title.lower()}"),
            {
                "type": "url",
                "text": "Open the page",
                "value": "https://www.example.com/",
                "postback_id": f"open-{title.lower()}",
                "user_ids": [],
                "target": "new",
            },
        ],
    }


MENU = quick_replies(
    "I can show you what a chat can do:", "Card", "Carousel", "Buttons", "Image", "Form", "Bye"
)
FORM = {
    "type": "form",
    "form_id": "bot-form",
    "fields": [
        {"id": "1", "type": "name", "label": "Your name", "required": True},
        {"id": "2", "type": "email", "label": "Your e-mail", "required": True},
        {
            "id": "3",
            "type": "select",
            "label": "Topic",
            "required": False,
            "options": [{"id": "0", "label": "An order"}, {"id": "1", "label": "Delivery"}],
        },
    ],
}


class Bot:
    """Listens to what agents are told, and answers in the chats it was given."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._stopped: set[str] = set()  # answers, by `custom_id`

    def hears(self, organization: Organization, push: Push) -> None:
        bot = organization.agents.get(BOT_ID)
        if bot is None or bot.status != "accepting_chats" or BOT_ID not in push.agent_ids:
            return
        told: Any = push.agent_payload
        if push.action == "incoming_chat":
            chat = organization.chats[told["chat"]["id"]]
            written = [
                event
                for event in told["chat"]["thread"]["events"]
                if event.get("author_id") == chat.customer_id
            ]
            self._begin(bot, chat, written[-1] if written else None)
        elif push.action == "incoming_event":
            chat = organization.chats[told["chat_id"]]
            if told["event"].get("author_id") == chat.customer_id:
                self._hear(bot, chat, told["event"])

    def forget(self) -> None:
        self._stopped.clear()

    def _hear(self, bot: Agent, chat: Chat, event: Payload) -> None:
        """A customer's widget may send `{"stop_answer": custom_id}` while an answer is written."""
        if event["type"] != "custom":
            self._begin(bot, chat, event)
        elif isinstance(event.get("content"), dict):
            self._stopped.add(str(event["content"].get("stop_answer")))

    def _begin(self, bot: Agent, chat: Chat, event: Payload | None) -> None:
        if chat.active and chat.id in bot.chat_ids:
            said = event.get("text", "") if event else ""
            bot.organization.clock.call_later(
                READING, self._type, bot, chat, chat.last_thread.id, said
            )

    def _still_there(self, bot: Agent, chat: Chat, thread_id: str) -> bool:
        return chat.active and chat.last_thread.id == thread_id and chat.id in bot.chat_ids

    def _type(self, bot: Agent, chat: Chat, thread_id: str, said: str) -> None:
        if not self._still_there(bot, chat, thread_id):
            return
        last = chat.last_thread.events[-1:]
        if last:
            seen_marks.mark_events_as_seen(chat, bot, last[0].created_at)
        chats.send_typing_indicator(chat, bot, is_typing=True, visibility="all")
        answers = self._answers_to(said)
        custom_id = bot.organization.ids.hex(16)
        bot.organization.clock.call_later(
            WRITING, self._write, bot, chat, thread_id, answers, custom_id, 1
        )

    def _write(
        self,
        bot: Agent,
        chat: Chat,
        thread_id: str,
        answers: list[Payload],
        custom_id: str,
        piece: int,
    ) -> None:
        """Show the first answer piece by piece, then say everything."""
        if not self._still_there(bot, chat, thread_id):
            return
        words = answers[0].get("text", "").split()
        if custom_id in self._stopped:
            self._stopped.remove(custom_id)
            answers = [message(" ".join(words[: (piece - 1) * 3]) + " …")]
        elif piece * 3 < len(words):
            begun = {
                "type": "message",
                "text": " ".join(words[: piece * 3]),
                "custom_id": custom_id,
            }
            events.preview(chat, bot, begun)
            bot.organization.clock.call_later(
                PIECE,
                self._write,
                bot,
                chat,
                thread_id,
                answers,
                custom_id,
                piece + 1,
            )
            return
        chats.send_typing_indicator(chat, bot, is_typing=False, visibility="all")
        events.send(chat, bot, answers[0] | {"custom_id": custom_id})
        for answer in answers[1:]:
            events.send(chat, bot, answer)
        if answers[0].get("text", "").startswith("Goodbye"):
            chats.deactivate(chat, bot)

    def _answers_to(self, said: str) -> list[Payload]:
        asked = said.lower()
        pictures = [f"{self._base_url}/sandbox/avatars/{name}.svg" for name in ("teapot", "mug")]
        if "bye" in asked:
            return [message("Goodbye, and thank you for the chat. Write again at any time!")]
        if "carousel" in asked or "cards" in asked:
            elements = [
                card("Teapot", "Holds a litre", pictures[0]),
                card("Mug", "Keeps warm", pictures[1]),
            ]
            return [message("Have a look at these:"), cards(elements)]
        if "card" in asked:
            return [message("Here it is:"), cards([card("Teapot", "Holds a litre", pictures[0])])]
        if "button" in asked:
            return [quick_replies("Shall I go on?", "Yes", "No", "Show the menu")]
        if "image" in asked or "picture" in asked:
            picture = {"image": {"url": pictures[0], "alternative_text": "A teapot"}}
            return [{"type": "rich_message", "template_id": "sticker", "elements": [picture]}]
        if "form" in asked:
            return [message("Please tell me a little about yourself:"), FORM]
        if any(word in asked for word in ("hello", "hi", "hey", "menu")) or not asked:
            return [message("Hello! I am a bot, nice to meet you. How can I help?"), MENU]
        return [
            message(
                f"Thank you, I read: “{said[:120]}”. I am only a bot of the sandbox, "
                "but a real agent would take it from here."
            ),
            MENU,
        ]


def message(text: str) -> Payload:
    return {"type": "message", "text": text}


def cards(elements: list[Payload]) -> Payload:
    return {"type": "rich_message", "template_id": "cards", "elements": elements}


def switch_on(organization: Organization) -> None:
    routing.set_status(organization.agents[BOT_ID], "accepting_chats")


def switch_off(organization: Organization) -> None:
    """The bot hands its chats over, as an agent who signs out."""
    routing.set_status(organization.agents[BOT_ID], "offline")
