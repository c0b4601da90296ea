"""What owners of an organization set up: rules, apps, groups, forms, greetings and the like."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

from livechat_sandbox.platform import scopes
from livechat_sandbox.platform.payloads import Payload, Properties

Timer = Annotated[float, Meta(ge=0.01)]  # seconds; one of none would ring for ever


@dataclass
class Rules:
    """What an organization allows. Times are in seconds; None switches a rule off."""

    token_lifetime: float = 28_800
    transfer_token_lifetime: float = 3_600
    login_timeout: Timer = 30
    ping_timeout: Timer | None = None
    inactivity_timeout: Timer | None = 1_800
    request_time: float = 15
    pending_requests: int = 10
    connections_per_customer: int = 10
    unauthorized_connections_per_ip: int | None = None
    connections: int | None = None
    customers_online: int = 2_000
    requests_per_second: float | None = 20
    request_burst: int = 40
    license_requests_per_second: float | None = None  # over all tokens and apps
    license_request_burst: int = 100
    offline_grace: float = 10
    agent_offline_grace: float = 30
    idle_after: Timer | None = 600
    close_after: Timer | None = 1_800
    customer_timeout: Timer | None = 900
    agent_answer_timeout: Timer | None = None
    manual_routing: bool = False
    queue: bool = True
    queue_limit: int = 100
    continuous_queue_limit: int = 150
    wait_time_per_chat: int = 60
    session_fields: int = 100
    upload_bytes: int = 10 * 1024 * 1024
    upload_lifetime: float = 86_400
    ask_for_email: bool = False
    webhook_timeout: float = 10
    webhook_retries: int = 4
    webhook_retry_delay: float = 1  # before the second try; doubled before each further one
    bans_hit_addresses: bool = False  # a banned customer's address is refused to everybody
    trusted_domains: list[str] = field(default_factory=list)


@dataclass
class Client:
    """An app registered in LiveChat's console. A server-side one keeps a secret."""

    id: str
    redirect_uris: list[str]
    secret: str = ""
    scopes: list[str] = field(default_factory=lambda: sorted(scopes.ALL))


@dataclass
class Group:
    id: int
    name: str
    language: str = "en"
    properties: Properties = field(default_factory=dict)
    agent_priorities: dict[str, str] = field(default_factory=dict)


@dataclass
class Greeting:
    """A greeting as an owner configures it, with the rule that shows it."""

    id: int
    event: Payload
    enabled: bool = False
    url_contains: str = ""
    delay: float = 0.0
    group_id: int | None = None
    once: bool = True
    addon: str | None = None
    subtype: str | None = None
    is_exit_intent: bool = False
    settings: Payload = field(default_factory=dict)  # of the Configuration API, kept as given


@dataclass
class Form:
    id: str
    fields: list[Payload]
    enabled: bool


@dataclass
class Tag:
    """A tag the organization offers; threads may carry others as well."""

    name: str
    group_ids: list[int]
    author_id: str
    created_at: str


@dataclass
class AutoAccess:
    """A rule that gives a new thread its groups; the first that fits counts."""

    id: str
    group_ids: list[int]
    conditions: Payload
    description: str = ""


@dataclass
class BotTemplate:
    """From which an app's bot is made where the app is installed."""

    id: str
    secret: str
    owner_client_id: str
    settings: Payload


@dataclass
class CannedResponse:
    """A text that agents keep ready, field by field as they are shown it."""

    id: int
    text: str
    tags: list[str]
    group_id: int
    is_private: bool
    author_id: str
    created_at: str
    updated_at: str


@dataclass
class Webhook:
    """Where an app wants to be told of an action, and in which cases."""

    id: str
    action: str
    secret_key: str
    url: str
    owner_client_id: str
    type: Literal["bot", "license"]
    version: str
    description: str = ""
    filters: Payload = field(default_factory=dict)
    additional_data: list[str] = field(default_factory=list)
