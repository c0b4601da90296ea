"""Customer access tokens and the codes that move an identity elsewhere.

Source: Customer Accounts API v2.
"""

import base64
import hashlib

from livechat_sandbox.platform import pushes
from livechat_sandbox.platform.credentials import CustomerToken, TransferCode
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.structures import Customer, Organization


def issue(customer: Customer, client_id: str, lifetime: float | None = None) -> CustomerToken:
    """A new token; earlier ones stay valid until they expire or are revoked."""
    organization = customer.organization
    longest = organization.rules.token_lifetime
    lasts = min(lifetime or longest, longest)
    token = CustomerToken(
        value=organization.ids.token(organization.region),
        customer_id=customer.id,
        client_id=client_id,
        expires_at=organization.clock.time() + lasts,
    )
    organization.customer_tokens[token.value] = token
    organization.clock.call_later(lasts, end, organization, token, "access_token_expired")
    return token


def end(organization: Organization, token: CustomerToken, reason: str) -> None:
    """Expire or revoke a token: the connections that logged in with it are closed."""
    if organization.customer_tokens.pop(token.value, None):
        pushes.evict(organization, token.customer_id, reason, token=token.value)


def end_later(organization: Organization, token: str, seconds: float) -> None:
    """Let an agent's token expire."""
    organization.token_ends[token] = organization.clock.time() + seconds
    organization.clock.call_later(seconds, _end_agents, organization, token)


def _end_agents(organization: Organization, token: str) -> None:
    organization.agent_tokens.pop(token, None)
    organization.token_scopes.pop(token, None)
    organization.token_ends.pop(token, None)


def resume(organization: Organization) -> None:
    """Set the timers of tokens again, after their organization was read from what is kept."""
    now = organization.clock.time()
    for token in organization.customer_tokens.values():
        left = max(0.0, token.expires_at - now)
        organization.clock.call_later(left, end, organization, token, "access_token_expired")
    for value, ends_at in list(organization.token_ends.items()):
        end_later(organization, value, max(0.0, ends_at - now))


def find(organization: Organization, value: str) -> CustomerToken:
    token = organization.customer_tokens.get(value)
    if token is None or token.expires_at <= organization.clock.time():
        raise LiveChatError("authentication")
    return token


def issue_transfer_code(customer: Customer, client_id: str, challenge: str) -> TransferCode:
    organization = customer.organization
    code = TransferCode(
        value=organization.ids.hex(64),
        customer_id=customer.id,
        client_id=client_id,
        expires_at=organization.clock.time() + organization.rules.transfer_token_lifetime,
        challenge=challenge,
    )
    organization.transfer_codes[code.value] = code
    return code


def proves(code: TransferCode, verifier: str) -> bool:
    """RFC 7636: whether the verifier answers the challenge, plain or S256."""
    if not code.challenge:
        return True
    if not 43 <= len(verifier) <= 128:
        return False
    return code.challenge in (verifier, hash_of(verifier))


def hash_of(verifier: str) -> str:
    """RFC 7636, S256."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
