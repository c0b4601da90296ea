"""Tours through lc-sdk-python: every method of its clients, called once, in a sensible order.

A tour is a list of steps. A step names a method and makes its arguments from what the steps
before left behind; methods that a client or version does not have are passed over.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from livechat.agent import AgentRTM, AgentWeb
from livechat.configuration.base import ConfigurationApi
from livechat.customer import CustomerRTM, CustomerWeb
from livechat.reports.base import ReportsApi

from tests.sandbox.clients import Customer, message
from tests.sandbox_rig import Agent, Payload, Sandbox

VERSIONS = ("3.5", "3.6", "3.7")
NOT_METHODS = {"open_connection", "close_connection", "modify_header", "remove_header"} | {
    "get_headers"
}
MARIA = "maria@shop.example"


@dataclass
class Tour:
    """What a tour has at hand and leaves behind."""

    sandbox: Sandbox
    agent: Agent
    customer: Customer
    chat_id: str = ""
    thread_id: str = ""
    event_id: str = ""
    button_event_id: str = ""
    greeting: Payload = field(default_factory=dict)
    configuration: Payload = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)  # by method, the last of each

    @property
    def owner(self) -> Payload:
        return {"owner_client_id": self.sandbox.config["client_id"]}

    def made_by(self, method: str) -> Payload:
        """The id of what a method made."""
        return {"id": self.answers[method]["id"]}

    @property
    def event(self) -> Payload:
        """Where the tour's own message is."""
        return {"chat_id": self.chat_id, "thread_id": self.thread_id, "event_id": self.event_id}

    @property
    def thread(self) -> Payload:
        return {"chat_id": self.chat_id, "thread_id": self.thread_id}

    @property
    def button_event(self) -> Payload:
        return self.event | {"event_id": self.button_event_id}

    def note(self, answer: Payload) -> None:
        """Remember ids from an answer."""
        self.chat_id = answer.get("chat_id", self.chat_id)
        self.thread_id = answer.get("thread_id", self.thread_id)

    def offer_button(self) -> None:
        button = {"text": "Yes", "type": "message", "value": "Yes", "postback_id": "yes"}
        card = {"title": "Ready?", "buttons": [button]}
        self.button_event_id = self.agent.send_event(
            self.chat_id, {"type": "rich_message", "template_id": "cards", "elements": [card]}
        )

    def stranger_with_chat(self) -> tuple[Customer, str]:
        other = Customer(self.sandbox)
        chat_id, _ = other.start("Hello")
        return other, chat_id


Arguments = Callable[[Tour], Payload]
PROPERTIES = {"test": {"string_property": "blue"}}
NAMES = {"test": ["string_property"]}
PRESSED = {"postback": {"id": "yes", "toggled": True}}

PROPERTY_STEPS: list[tuple[str, Arguments]] = [
    ("update_chat_properties", lambda t: {"id": t.chat_id, "properties": PROPERTIES}),
    ("delete_chat_properties", lambda t: {"id": t.chat_id, "properties": NAMES}),
    ("update_thread_properties", lambda t: t.thread | {"properties": PROPERTIES}),
    ("delete_thread_properties", lambda t: t.thread | {"properties": NAMES}),
    ("update_event_properties", lambda t: t.event | {"properties": PROPERTIES}),
    ("delete_event_properties", lambda t: t.event | {"properties": NAMES}),
]


def _agent_begins(t: Tour) -> Payload:
    return {"chat": {"users": [{"id": t.customer.id, "type": "customer"}]}}


def _agent_offers_button(t: Tour) -> Payload:
    t.offer_button()
    return t.button_event | PRESSED


def _seen(t: Tour) -> Payload:
    last = t.agent.chat(t.chat_id)["thread"]["events"][-1]
    return {"chat_id": t.chat_id, "seen_up_to": last["created_at"]}


AGENT: list[tuple[str, Arguments]] = [
    ("login", lambda t: {"token": t.agent.authorization}),
    ("set_away_status", lambda _: {"away": False}),
    ("update_session", lambda t: {"token": t.agent.authorization}),
    (
        "change_push_notifications",
        lambda _: {"firebase_token": "t", "platform": "ios", "enabled": True},
    ),
    ("set_routing_status", lambda _: {"status": "accepting_chats"}),
    ("list_routing_statuses", lambda _: {}),
    ("get_license_info", lambda _: {}),
    ("start_chat", _agent_begins),
    ("send_event", lambda t: {"chat_id": t.chat_id, "event": message("Hello")}),
    ("get_chat", lambda t: {"chat_id": t.chat_id}),
    ("list_chats", lambda _: {"filters": {"include_chats_without_threads": False}, "limit": 5}),
    ("list_threads", lambda t: {"chat_id": t.chat_id, "min_events_count": 1}),
    ("send_event_preview", lambda t: {"chat_id": t.chat_id, "event": message("He")}),
    ("send_typing_indicator", lambda t: {"chat_id": t.chat_id, "is_typing": True}),
    ("send_thinking_indicator", lambda t: {"chat_id": t.chat_id, "title": "Thinking"}),
    ("mark_events_as_seen", _seen),
    ("send_rich_message_postback", _agent_offers_button),
    ("multicast", lambda _: {"recipients": {"agents": {"all": True}}, "content": {"a": 1}}),
    *PROPERTY_STEPS,
    ("tag_thread", lambda t: t.thread | {"tag": "parcel"}),
    ("untag_thread", lambda t: t.thread | {"tag": "parcel"}),
    ("request_thread_summary", lambda t: t.thread),
    ("get_thread_transcript", lambda t: t.thread),
    ("upload_file", lambda _: {"file": {"file": ("plan.txt", b"A plan")}}),
    ("list_agents_for_transfer", lambda t: {"chat_id": t.chat_id}),
    (
        "add_user_to_chat",
        lambda t: {
            "chat_id": t.chat_id,
            "user_id": MARIA,
            "user_type": "agent",
            "visibility": "all",
        },
    ),
    (
        "remove_user_from_chat",
        lambda t: {"chat_id": t.chat_id, "user_id": MARIA, "user_type": "agent"},
    ),
    (
        "transfer_chat",
        lambda t: {
            "id": t.chat_id,
            "target": {"type": "group", "ids": [1]},
            "ignore_agents_availability": True,
        },
    ),
    ("follow_chat", lambda t: {"id": t.chat_id}),
    ("unfollow_chat", lambda t: {"id": t.chat_id}),
    ("deactivate_chat", lambda t: {"id": t.chat_id, "ignore_requester_presence": True}),
    ("list_archives", lambda _: {"filters": {"query": "hello"}, "highlights": {}}),
    ("resume_chat", lambda t: {"chat": {"id": t.chat_id}}),
    ("get_customer", lambda t: {"id": t.customer.id}),
    ("update_customer", lambda t: {"id": t.customer.id, "name": "Nora"}),
    ("create_customer", lambda _: {"name": "Ines"}),
    ("list_customers", lambda _: {}),
    ("ban_customer", lambda t: {"id": t.customer.id, "ban": {"days": 1}}),
    ("logout", lambda _: {}),
]


def _greet(t: Tour) -> Payload:
    return {"greeting_id": t.greeting["id"], "unique_id": t.greeting["unique_id"]}


CUSTOMER: list[tuple[str, Arguments]] = [
    ("login", lambda t: {"token": t.customer.authorization}),
    ("update_customer_page", lambda _: {"url": "https://shop.example/", "title": "Shop"}),
    ("activate_customer_page", lambda _: {}),
    ("deactivate_customer_page", lambda _: {}),
    ("accept_greeting", _greet),
    ("cancel_greeting", lambda t: {"unique_id": t.greeting["unique_id"]}),
    ("get_customer", lambda _: {}),
    ("update_customer", lambda _: {"name": "Nora", "email": "nora@shop.example"}),
    ("set_customer_session_fields", lambda _: {"session_fields": [{"plan": "gold"}]}),
    ("list_group_statuses", lambda _: {"all": True}),
    ("get_predicted_agent", lambda _: {}),
    ("request_welcome_message", lambda _: {}),
    ("get_form", lambda _: {"group_id": 0, "type": "prechat"}),
    ("get_url_info", lambda t: {"url": f"{t.sandbox.url}/"}),
    ("get_dynamic_configuration", lambda _: {"group_id": 0}),
    ("get_configuration", lambda t: {"group_id": 0, "version": t.configuration["config_version"]}),
    (
        "get_localization",
        lambda t: {
            "group_id": 0,
            "language": "en",
            "version": t.configuration["localization_version"],
        },
    ),
    ("list_license_properties", lambda _: {}),
    ("list_group_properties", lambda _: {"group_id": 0}),
    (
        "check_goals",
        lambda _: {"session_fields": [], "group_id": 0, "page_url": "https://shop.example/"},
    ),
    ("request_email_verification", lambda t: {"callback_uri": f"{t.sandbox.url}/healthz"}),
    ("start_chat", lambda _: {}),
    ("send_event", lambda t: {"chat_id": t.chat_id, "event": message("Hello")}),
    ("list_chats", lambda _: {"limit": 5}),
    ("list_threads", lambda t: {"chat_id": t.chat_id}),
    ("get_chat", lambda t: {"chat_id": t.chat_id}),
    ("upload_file", lambda _: {"file": {"file": ("plan.txt", b"A plan")}}),
    ("send_rich_message_postback", _agent_offers_button),
    ("send_sneak_peek", lambda t: {"chat_id": t.chat_id, "sneak_peek_text": "I wonder"}),
    ("mark_events_as_seen", _seen),
    *PROPERTY_STEPS,
    ("delete_event", lambda t: t.event),
    ("deactivate_chat", lambda t: {"id": t.chat_id}),
    ("resume_chat", lambda t: {"chat": {"id": t.chat_id}}),
]


ADA = {"id": "ada@shop.example", "name": "Ada"}
BEN = {"id": "ben@shop.example", "name": "Ben"}
SAM = {"id": "sam@shop.example"}
BOT = {"name": "Helper", "default_group_priority": "last"}
SIZE = {"name": "size", "type": "int", "access": {"license": {"agent": ["read", "write"]}}}
PAGE = {"url": {"values": [{"value": "/shoes"}]}}
RULE = {"condition": "and", "type": "url_current", "operator": "contains", "value": "/sale"}
WEBHOOK = {"action": "agent_created", "secret_key": "x", "type": "license"}


def _batch(*requests: Payload) -> Arguments:
    return lambda _: {"requests": [*requests]}


def _batch_of_made(*more: Payload) -> Arguments:
    """Of the bots that the batch before made."""
    return lambda t: {
        "requests": [
            {"id": each["id"]} | (more[0] if more else {})
            for each in t.answers["batch_create_bots"]["responses"]
        ]
    }


def _bot_credentials(t: Tour) -> Payload:
    config, secret = t.sandbox.config, t.answers["reset_bot_secret"]["secret"]
    known = {name: config[name] for name in ("client_id", "organization_id")}
    return known | {"bot_id": t.made_by("create_bot")["id"], "bot_secret": secret}


CONFIGURATION: list[tuple[str, Arguments]] = [
    ("create_agent", lambda _: ADA),
    ("list_agents", lambda _: {"fields": ["groups"]}),
    ("get_agent", lambda _: {"id": ADA["id"]}),
    ("update_agent", lambda _: ADA | {"job_title": "Advice"}),
    ("suspend_agent", lambda _: SAM),
    ("unsuspend_agent", lambda _: SAM),
    ("approve_agent", lambda _: {"id": ADA["id"]}),
    ("request_agent_unsuspension", lambda _: {}),
    ("reactivate_email", lambda _: {"agent_id": SAM["id"]}),
    ("delete_agent", lambda _: {"id": ADA["id"]}),
    ("batch_create_agents", _batch(BEN)),
    ("batch_update_agents", _batch(BEN | {"job_title": "Advice"})),
    ("batch_suspend_agents", _batch(SAM)),
    ("batch_unsuspend_agents", _batch(SAM)),
    ("batch_approve_agents", _batch({"id": BEN["id"]})),
    ("batch_delete_agents", _batch({"id": BEN["id"]})),
    ("create_bot", lambda _: BOT),
    ("get_bot", lambda t: t.made_by("create_bot")),
    ("list_bots", lambda _: {"all": True}),
    ("update_bot", lambda t: t.made_by("create_bot") | {"name": "Robo"}),
    ("reset_bot_secret", lambda t: t.made_by("create_bot")),
    ("issue_bot_token", _bot_credentials),
    ("delete_bot", lambda t: t.made_by("create_bot")),
    ("batch_create_bots", _batch(BOT)),
    ("batch_update_bots", _batch_of_made({"name": "Robo"})),
    ("batch_delete_bots", _batch_of_made()),
    ("create_bot_template", lambda t: t.owner | {"name": "Helper"}),
    ("update_bot_template", lambda t: t.owner | t.made_by("create_bot_template")),
    ("list_bot_templates", lambda t: t.owner),
    ("reset_bot_template_secret", lambda t: t.owner | t.made_by("create_bot_template")),
    ("delete_bot_template", lambda t: t.owner | t.made_by("create_bot_template")),
    ("create_group", lambda _: {"name": "Shoes", "agent_priorities": {SAM["id"]: "normal"}}),
    ("get_group", lambda t: t.made_by("create_group")),
    ("list_groups", lambda _: {}),
    ("update_group", lambda t: t.made_by("create_group") | {"name": "Boots"}),
    ("delete_group", lambda t: t.made_by("create_group")),
    ("create_tag", lambda _: {"name": "parcel", "group_ids": [0]}),
    ("list_tags", lambda _: {}),
    ("update_tag", lambda _: {"name": "parcel", "group_ids": [1]}),
    ("delete_tag", lambda _: {"name": "parcel"}),
    ("register_property", lambda t: t.owner | SIZE),
    ("list_properties", lambda t: t.owner),
    ("unregister_property", lambda t: t.owner | {"name": "size"}),
    ("update_license_properties", lambda _: {"properties": PROPERTIES}),
    ("list_license_properties", lambda _: {"namespace": "test"}),
    ("delete_license_properties", lambda _: {"properties": NAMES}),
    ("update_group_properties", lambda _: {"group_id": 1, "properties": PROPERTIES}),
    ("list_groups_properties", lambda _: {"group_ids": [1]}),
    ("delete_group_properties", lambda _: {"id": 1, "properties": NAMES}),
    ("add_auto_access", lambda _: {"access": {"groups": [1]}, "conditions": PAGE}),
    ("update_auto_access", lambda t: t.made_by("add_auto_access") | {"description": "Shoes"}),
    ("list_auto_accesses", lambda _: {}),
    ("delete_auto_access", lambda t: t.made_by("add_auto_access")),
    (
        "create_greeting",
        lambda _: {"type": "normal", "active": True, "name": "Sale", "group": 0, "rules": [RULE]},
    ),
    ("update_greeting", lambda t: t.made_by("create_greeting") | {"active": False}),
    ("get_greeting", lambda t: t.made_by("create_greeting")),
    ("list_greetings", lambda _: {"groups": [0]}),
    ("delete_greeting", lambda t: t.made_by("create_greeting")),
    ("create_canned_response", lambda _: {"text": "Hello", "tags": ["hi"], "group_id": 0}),
    ("update_canned_response", lambda t: t.made_by("create_canned_response") | {"text": "Hi"}),
    ("list_canned_responses", lambda _: {"group_ids": [0]}),
    ("delete_canned_response", lambda t: t.made_by("create_canned_response")),
    ("list_webhook_names", lambda _: {}),
    ("register_webhook", lambda t: t.owner | WEBHOOK | {"url": f"{t.sandbox.url}/healthz"}),
    ("list_webhooks", lambda t: t.owner),
    ("unregister_webhook", lambda t: t.owner | t.made_by("register_webhook")),
    ("enable_license_webhooks", lambda t: t.owner),
    ("get_license_webhooks_state", lambda t: t.owner),
    ("disable_license_webhooks", lambda t: t.owner),
    ("list_customer_bans", lambda _: {}),
    ("unban_customer", lambda _: {"ip": "192.0.2.1"}),
    ("list_channels", lambda _: {}),
    ("check_product_limits_for_plan", lambda _: {"plan": "team"}),
    ("get_product_source", lambda _: {}),
    ("update_company_details", lambda _: {"company": "Shop"}),
    ("get_company_details", lambda _: {}),
    # Last, for there is no way back.
    ("register_property", lambda t: t.owner | SIZE),
    (
        "publish_property",
        lambda t: t.owner | {"name": "size", "access_type": ["read"]},
    ),
]

REPORTS_THERE_ARE = (
    *("total_chats", "tags", "groups", "ratings", "ranking", "engagement", "duration"),
    *("first_response_time", "response_time", "chat_usage", "unique_visitors", "availability"),
    *("performance", "forms", "greetings_conversion", "queued_visitors", "queued_visitors_left"),
)
WEEK = {"from": "2020-09-01T00:00:00+02:00", "to": "2020-09-07T23:59:59+02:00"}
REPORTS: list[tuple[str, Arguments]] = [
    (name, lambda _: {"filters": WEEK}) for name in REPORTS_THERE_ARE
]


def methods_of(client: Any) -> set[str]:
    return {
        name
        for name in dir(client)
        if not name.startswith("_") and callable(getattr(client, name)) and name not in NOT_METHODS
    } - {"session", "ws"}


def walk(tour: Tour, client: Any, steps: list[tuple[str, Arguments]]) -> list[str]:
    """Call each method the client has; returns their names. Fails at the first refusal."""
    walked = []
    for method, arguments in steps:
        if not hasattr(client, method):
            continue
        answer = outcome(method, getattr(client, method)(**arguments(tour)))
        if method in ("start_chat", "resume_chat"):
            tour.note(answer)
        if method == "get_dynamic_configuration":
            tour.configuration = answer.get("livechat", answer)
        if method == "send_event":
            tour.event_id = answer["event_id"]
        tour.answers[method] = answer
        walked.append(method)
    return walked


def outcome(method: str, answer: Any) -> Any:
    """The payload of a Web or RTM answer that has to be a success."""
    if hasattr(answer, "status_code"):
        assert answer.status_code == 200, f"{method}: {answer.text}"
        return answer.json()
    assert answer is not None, f"{method}: no response within three seconds"
    assert answer.success, f"{method}: {answer.payload}"
    return answer.payload


CLIENTS = {
    "agent web": (AgentWeb, AGENT),
    "agent rtm": (AgentRTM, AGENT),
    "customer web": (CustomerWeb, CUSTOMER),
    "customer rtm": (CustomerRTM, CUSTOMER),
    "configuration": (ConfigurationApi, CONFIGURATION),
    "reports": (ReportsApi, REPORTS),
}
