"""What lets somebody in: tokens and the codes that become tokens."""

from dataclasses import dataclass


@dataclass
class CustomerToken:
    value: str
    customer_id: str
    client_id: str
    expires_at: float


@dataclass
class AuthorizationCode:
    """That an agent allowed an app, until the app takes its token."""

    value: str
    agent_id: str
    client_id: str
    redirect_uri: str
    challenge: str
    challenge_method: str
    expires_at: float


@dataclass
class AgentToken:
    """An app's bearer token for an agent."""

    value: str
    agent_id: str
    client_id: str
    expires_at: float
    refresh_token: str | None = None


@dataclass
class RefreshToken:
    value: str
    agent_id: str
    client_id: str


@dataclass
class TransferCode:
    value: str
    customer_id: str
    client_id: str
    expires_at: float
    challenge: str
