"""What LiveChat remembers: organizations, people, chats, threads and events."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from livechat_sandbox.platform import scopes
from livechat_sandbox.platform.clock import Clock
from livechat_sandbox.platform.configuration import (
    AutoAccess,
    BotTemplate,
    CannedResponse,
    Client,
    Form,
    Greeting,
    Group,
    Rules,
    Tag,
    Webhook,
)
from livechat_sandbox.platform.credentials import (
    AgentToken,
    AuthorizationCode,
    CustomerToken,
    RefreshToken,
    TransferCode,
)
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.history import History
from livechat_sandbox.platform.ids import Ids
from livechat_sandbox.platform.payloads import Payload, Properties

Visibility = Literal["all", "agents"]
Location = Literal["event", "thread", "chat"]
RoutingStatus = Literal["accepting_chats", "not_accepting_chats", "offline"]

INT_32 = range(-(2**31), 2**31)


@dataclass
class Allowance:
    """How many requests are left, counted at a moment (Unix seconds)."""

    left: float | None = None  # None: all
    counted_at: float = 0.0


class OfOrganization:
    """Knows the organization it is of, which set this when it took it in."""

    organization: "Organization"


@dataclass
class Agent(OfOrganization):
    id: str  # the e-mail address, or a hex id for a bot
    opaque_id: str
    account_id: str
    name: str
    job_title: str
    avatar: str
    group_ids: list[int]
    permission: str = "normal"
    is_bot: bool = False
    max_chats: int = 20
    status: RoutingStatus = "offline"
    chat_ids: set[str] = field(default_factory=set)  # active chats this agent is present in
    last_assigned_at: str = ""
    suspended: bool = False
    awaiting_approval: bool = False
    connections: int = 0
    away_connections: int = 0
    offline_check: int = 0
    login_status: RoutingStatus = "accepting_chats"  # taken when coming online
    last_status: RoutingStatus = "accepting_chats"  # before going offline
    last_logout: str = ""
    settings: Payload = field(default_factory=dict)  # of the Configuration API, kept as given

    @property
    def type(self) -> str:
        return "agent"

    def is_in(self, group_ids: Sequence[int]) -> bool:
        """Group 0 is the general group: everyone."""
        return 0 in group_ids or not set(group_ids).isdisjoint(self.group_ids)


@dataclass
class Page:
    url: str
    title: str
    opened_at: str


@dataclass
class Visit:
    id: str
    started_at: str
    ip: str = ""
    user_agent: str = ""
    referrer: str = ""
    pages: list[Page] = field(default_factory=list)
    ended_at: str = ""


STATISTICS = (
    "chats_count",
    "threads_count",
    "visits_count",
    "page_views_count",
    "greetings_shown_count",
    "greetings_accepted_count",
)


@dataclass
class ShownGreeting:
    unique_id: str
    greeting_id: int
    first_time: bool
    accepted: bool = False


@dataclass
class Customer(OfOrganization):
    id: str
    secret: str
    created_at: str
    group_id: int = 0
    fields: Payload = field(default_factory=dict)  # name, email, avatar, ... as LiveChat names them
    session_fields: list[Payload] = field(default_factory=list)
    statistics: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATISTICS, 0))
    connections: int = 0
    online: bool = False
    offline_check: int = 0
    last_activity: float = 0.0
    visit: Visit | None = None
    greeting: ShownGreeting | None = None
    greetings_seen: set[int] = field(default_factory=set)
    email_verified: bool = False
    carts: list[Payload] = field(default_factory=list)  # one for each shop, as told
    is_nobody: bool = False  # keeps the place of a customer that a chat does not have yet
    allowance: Allowance = field(default_factory=Allowance)
    agent_last_event_at: str = ""
    customer_last_event_at: str = ""
    tickets_count: int = 0

    @property
    def type(self) -> str:
        return "customer"

    @property
    def name(self) -> str:
        return str(self.fields.get("name") or "Customer")


Person = Customer | Agent


@dataclass
class Event:
    """One entry of a thread; `content` holds what only its type has."""

    id: str
    type: str
    created_at: str
    author_id: str | None
    visibility: Visibility
    content: Payload
    custom_id: str | None = None
    properties: Properties = field(default_factory=dict)
    deleted: bool = False

    @property
    def number(self) -> int:
        return int(self.id.rpartition("_")[2])


@dataclass
class ChatUser:
    id: str
    type: Literal["customer", "agent"]
    present: bool = False
    visibility: Visibility = "all"
    events_seen_up_to: str | None = None


@dataclass
class Thread(OfOrganization):
    id: str
    created_at: str
    active: bool
    group_ids: list[int]
    user_ids: list[str]
    events: list[Event] = field(default_factory=list)
    properties: Properties = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    queued_at: str | None = None
    queue_position: int = 0
    last_number: int = 0
    last_activity: float = 0.0
    waiting_since: float | None = None  # the customer's first unanswered message
    silence_check: int = 0  # only the newest timer counts
    summary: Payload | None = None
    customer_visit: Payload = field(default_factory=dict)  # as it was when the thread began

    def event(self, event_id: str) -> Event:
        for event in self.events:
            if event.id == event_id and not event.deleted:
                return event
        raise LiveChatError("not_found", "Event not found")


@dataclass
class Chat(OfOrganization):
    id: str
    customer_id: str
    group_ids: list[int]
    users: dict[str, ChatUser]
    threads: list[Thread] = field(default_factory=list)
    properties: Properties = field(default_factory=dict)
    follower_ids: set[str] = field(default_factory=set)
    anonymized: bool = False

    @property
    def last_thread(self) -> Thread:
        return self.threads[-1]

    @property
    def active(self) -> bool:
        return bool(self.threads) and self.last_thread.active

    @property
    def continuous(self) -> bool:
        return bool(self.properties.get("routing", {}).get("continuous"))

    def add(self, thread: Thread) -> None:
        thread.organization = self.organization
        self.threads.append(thread)

    def thread(self, thread_id: str) -> Thread:
        for thread in reversed(self.threads):
            if thread.id == thread_id:
                return thread
        raise LiveChatError("not_found", "Thread not found")

    def active_thread(self) -> Thread:
        if not self.active:
            raise LiveChatError("chat_inactive")
        return self.last_thread

    def present_agents(self) -> list[ChatUser]:
        return [user for user in self.users.values() if user.type == "agent" and user.present]


@dataclass
class Declaration:
    """One property. `customers` tells per location what they may do: "r", "w", "rw".

    `public` is what apps may that do not own it; empty until it is published.
    """

    type: Literal["int", "bool", "string", "tokenized_string"]
    customers: dict[str, str] = field(default_factory=dict)
    domain: list[Any] | None = None
    agents: dict[str, str] | None = None  # None: everything, everywhere
    lowest: int | None = None
    highest: int | None = None
    default: Any = None
    public: str = "rw"
    description: str = ""

    def accepts(self, value: Any) -> bool:
        if self.domain is not None and value not in self.domain:
            return False
        if self.lowest is not None and not (type(value) is int and value >= self.lowest):
            return False
        if self.highest is not None and not (type(value) is int and value <= self.highest):
            return False
        if self.type == "bool":
            return isinstance(value, bool)
        if self.type == "int":
            return type(value) is int and value in INT_32
        return isinstance(value, str)

    def allows(self, person: Person, location: Location, mode: Literal["r", "w"]) -> bool:
        access = self.customers if person.type == "customer" else self.agents
        return access is None or mode in access.get(location, "")


@dataclass
class StoredFile:
    id: str
    name: str
    content_type: str
    content: bytes
    uploaded_at: float
    width: int | None = None
    height: int | None = None
    kept: bool = False  # used in an event, so it never expires


@dataclass
class Ban:
    """Whom an agent keeps out, and until when (Unix seconds)."""

    ip: str
    customer_id: str
    agent_id: str
    thread_id: str
    created_at: str
    expires_at: float


@dataclass
class Push:
    """Something people are told. Each side has its own shape of the same fact."""

    action: str
    customer_ids: list[str] = field(default_factory=list)
    customer_payload: Any = None
    agent_ids: frozenset[str] = frozenset()
    agent_payload: Any = None
    answers_request: bool = False
    for_webhooks: bool = True
    requester: Payload = field(default_factory=dict)  # the agent who caused it, for webhooks
    texts: dict[tuple[str, str], str] = field(default_factory=dict)  # filled by the doors


@dataclass
class Eviction:
    """Connections the server closes: of one customer or agent, maybe of one token only."""

    user_id: str
    reason: str
    data: Payload = field(default_factory=dict)
    token: str | None = None


class Running:
    """What an organization has only while it runs; what is kept of one leaves it out."""

    ids: Ids
    clock: Clock
    outbox: list[Push | Eviction]
    base_url: str  # where clients find its files
    reaches_private_addresses: bool  # for customers who name one


@dataclass
class Organization(Running):
    id: str
    license_id: int
    region: str
    rules: Rules = field(default_factory=Rules)
    expired: bool = False
    clients: dict[str, Client] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    former_agents: dict[str, Agent] = field(default_factory=dict)
    agent_tokens: dict[str, str] = field(default_factory=dict)  # bearer token -> agent id
    access_tokens: dict[str, str] = field(default_factory=dict)  # Basic credential -> agent id
    token_scopes: dict[str, frozenset[str]] = field(default_factory=dict)  # where not all
    token_ends: dict[str, float] = field(default_factory=dict)  # Unix seconds, where it ends
    authorization_codes: dict[str, AuthorizationCode] = field(default_factory=dict)
    oauth_tokens: dict[str, AgentToken] = field(default_factory=dict)
    refresh_tokens: dict[str, RefreshToken] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    customer_tokens: dict[str, CustomerToken] = field(default_factory=dict)
    transfer_codes: dict[str, TransferCode] = field(default_factory=dict)
    chats: dict[str, Chat] = field(default_factory=dict)
    chat_of_customer: dict[str, str] = field(default_factory=dict)
    queue: list[str] = field(default_factory=list)  # ids of queued chats, first come first
    group_statuses: dict[int, str] = field(default_factory=dict)  # as last told
    properties: Properties = field(default_factory=dict)
    declared_properties: dict[str, dict[str, Declaration]] = field(default_factory=dict)
    greetings: dict[int, Greeting] = field(default_factory=dict)
    welcome_message: str | None = None
    forms: dict[str, Form] = field(default_factory=dict)
    localization: dict[str, str] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    goals: list[Payload] = field(default_factory=list)
    email_verifications: list[Payload] = field(default_factory=list)
    tags: dict[str, Tag] = field(default_factory=dict)
    webhooks: dict[str, Webhook] = field(default_factory=dict)
    disabled_webhooks: set[str] = field(default_factory=set)  # client ids
    customers_online: int = 0
    bans: list[Ban] = field(default_factory=list)
    auto_accesses: list[AutoAccess] = field(default_factory=list)  # in the order they are tried
    bot_templates: dict[str, BotTemplate] = field(default_factory=dict)
    canned_responses: dict[int, CannedResponse] = field(default_factory=dict)
    translations: dict[str, dict[str, str]] = field(default_factory=dict)  # "0/en" -> phrases
    company: Payload = field(default_factory=dict)
    allowance: Allowance = field(default_factory=Allowance)
    history: History = field(default_factory=History)

    def run(self, ids: Ids, clock: Clock) -> None:
        """Begin to live, fresh or as it was kept."""
        self.ids, self.clock, self.outbox = ids, clock, []
        self.history.began_at = self.history.began_at or clock.time()
        for chat in self.chats.values():
            chat.organization = self
            for thread in chat.threads:
                thread.organization = self
        for customer in self.customers.values():
            customer.organization = self
        for agent in (*self.agents.values(), *self.former_agents.values()):
            agent.organization = self

    def add_agent(self, agent: Agent) -> None:
        agent.organization = self
        self.agents[agent.id] = agent

    def add_customer(self, customer: Customer) -> None:
        customer.organization = self
        self.customers[customer.id] = customer

    def add_chat(self, chat: Chat) -> None:
        chat.organization = self
        self.chats[chat.id] = chat
        self.chat_of_customer[chat.customer_id] = chat.id

    def scopes_of(self, token: str) -> frozenset[str]:
        """What an agent's token may do, a Basic credential likewise."""
        return self.token_scopes.get(token, scopes.ALL)

    def declaration(self, namespace: str, name: str) -> Declaration | None:
        return self.declared_properties.get(namespace, {}).get(name)

    def group(self, group_id: int) -> Group:
        if group_id not in self.groups:
            raise LiveChatError("group_not_found")
        return self.groups[group_id]

    def chat(self, chat_id: str) -> Chat:
        if chat_id not in self.chats:
            raise LiveChatError("not_found", "Chat not found")
        return self.chats[chat_id]

    def chat_of(self, customer: Customer) -> Chat | None:
        chat_id = self.chat_of_customer.get(customer.id)
        return self.chats[chat_id] if chat_id else None

    def customer(self, customer_id: str) -> Customer:
        if customer_id not in self.customers:
            raise LiveChatError("not_found", "Customer not found")
        return self.customers[customer_id]

    def agent(self, agent_id: str) -> Agent | None:
        """An agent, deleted ones too: what they wrote stays."""
        return self.agents.get(agent_id) or self.former_agents.get(agent_id)

    def person(self, user_id: str) -> Person:
        return self.agent(user_id) or self.customers[user_id]

    def opaque_id(self, user_id: str) -> str:
        """The id customers know somebody by."""
        agent = self.agent(user_id)
        return agent.opaque_id if agent else user_id

    def default_group_id(self) -> int:
        return min(self.groups)
