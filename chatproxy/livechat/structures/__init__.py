"""LiveChat's events, threads, chats and users as frozen objects.

Reading never fails on what it does not know and asks only for what the docs promise: a list is
a list, a text a text, and a surprise is an absent value. Times stay the strings they came as,
because LiveChat wants them back exactly so.
Source: Customer Chat API v3.6, "Data structures".
"""

from chatproxy.livechat.structures.chats import (
    Chat,
    ChatSummary,
    Queue,
    Thread,
    ThreadPage,
    parse_chats,
)
from chatproxy.livechat.structures.event_types import (
    Custom,
    File,
    Message,
    Postback,
    SystemEvent,
    SystemMessage,
    parse_event,
)
from chatproxy.livechat.structures.events import Event
from chatproxy.livechat.structures.forms import Form, FormField, FormOption, FormToFill
from chatproxy.livechat.structures.greetings import Greeting
from chatproxy.livechat.structures.groups import parse_group_statuses
from chatproxy.livechat.structures.logins import LoginAnswer
from chatproxy.livechat.structures.rich_messages import (
    Button,
    Element,
    Image,
    Option,
    Product,
    RichMessage,
)
from chatproxy.livechat.structures.users import User
from chatproxy.livechat.structures.values import Json, Properties

__all__ = [
    "Button",
    "Chat",
    "ChatSummary",
    "Custom",
    "Element",
    "Event",
    "File",
    "Form",
    "FormField",
    "FormOption",
    "FormToFill",
    "Greeting",
    "Image",
    "Json",
    "LoginAnswer",
    "Message",
    "Option",
    "Postback",
    "Product",
    "Properties",
    "Queue",
    "RichMessage",
    "SystemEvent",
    "SystemMessage",
    "Thread",
    "ThreadPage",
    "User",
    "parse_chats",
    "parse_event",
    "parse_group_statuses",
]
