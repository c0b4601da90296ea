"""Agents' OAuth: the code that consent gives, the tokens it is worth, and refreshing them.

Source: LiveChat's "OAuth authorization".
"""

import hmac

from livechat_sandbox.platform import pushes
from livechat_sandbox.platform.configuration import Client
from livechat_sandbox.platform.credentials import AgentToken, AuthorizationCode, RefreshToken
from livechat_sandbox.platform.errors import LiveChatError
from livechat_sandbox.platform.structures import Agent, Organization
from livechat_sandbox.platform.tokens import customer_tokens

CODE_LIFETIME = 300  # seconds
MOST_TOKENS = 25  # of either kind, of one app for one agent; the oldest ends


def issue_code(
    agent: Agent, client: Client, redirect_uri: str, challenge: str, challenge_method: str
) -> AuthorizationCode:
    """What a browser carries back after an agent allowed an app."""
    organization = agent.organization
    code = AuthorizationCode(
        value=organization.ids.token(organization.region),
        agent_id=agent.id,
        client_id=client.id,
        redirect_uri=redirect_uri,
        challenge=challenge,
        challenge_method=challenge_method.lower() or "plain",
        expires_at=organization.clock.time() + CODE_LIFETIME,
    )
    organization.authorization_codes[code.value] = code
    return code


def issue(agent: Agent, client: Client, refresh_token: str | None = None) -> AgentToken:
    """A bearer token with the scopes of the app."""
    organization = agent.organization
    own = [
        each
        for each in organization.oauth_tokens.values()
        if (each.agent_id, each.client_id) == (agent.id, client.id)
    ]
    for oldest in own[: max(0, len(own) - MOST_TOKENS + 1)]:
        end(organization, oldest, "access_token_revoked")
    lasts = organization.rules.token_lifetime
    token = AgentToken(
        value=organization.ids.token(organization.region),
        agent_id=agent.id,
        client_id=client.id,
        expires_at=organization.clock.time() + lasts,
        refresh_token=refresh_token,
    )
    organization.agent_tokens[token.value] = agent.id
    organization.token_scopes[token.value] = frozenset(client.scopes)
    organization.oauth_tokens[token.value] = token
    organization.clock.call_later(lasts, end, organization, token, "access_token_expired")
    return token


def issue_with_refresh(agent: Agent, client: Client) -> AgentToken:
    """The same, with a token that makes further ones."""
    organization = agent.organization
    own = [
        each.value
        for each in organization.refresh_tokens.values()
        if (each.agent_id, each.client_id) == (agent.id, client.id)
    ]
    for oldest in own[: max(0, len(own) - MOST_TOKENS + 1)]:
        revoke(organization, oldest)
    refresh = RefreshToken(organization.ids.hex(40), agent.id, client.id)
    organization.refresh_tokens[refresh.value] = refresh
    return issue(agent, client, refresh.value)


def end(organization: Organization, token: AgentToken, reason: str) -> None:
    """Expire or revoke: connections that logged in with it are closed."""
    if organization.oauth_tokens.pop(token.value, None):
        organization.agent_tokens.pop(token.value, None)
        organization.token_scopes.pop(token.value, None)
        pushes.evict(organization, token.agent_id, reason, token=token.value)


def exchange(
    organization: Organization,
    client: Client,
    value: str,
    *,
    redirect_uri: str,
    secret: str,
    verifier: str,
) -> AgentToken:
    """What a code is worth, once. Raises authentication, authorization for a wrong secret."""
    check_secret(client, secret)
    code = organization.authorization_codes.pop(value, None)
    if (
        code is None
        or code.client_id != client.id
        or code.redirect_uri != redirect_uri
        or code.expires_at <= organization.clock.time()
        or not proves(code, verifier)
    ):
        raise LiveChatError("authentication", "The code is unknown, was used or is not yours")
    return issue_with_refresh(organization.agents[code.agent_id], client)


def proves(code: AuthorizationCode, verifier: str) -> bool:
    """RFC 7636: whether the verifier answers the challenge."""
    if not code.challenge:
        return not verifier
    if not 43 <= len(verifier) <= 128:
        return False
    answer = customer_tokens.hash_of(verifier) if code.challenge_method == "s256" else verifier
    return hmac.compare_digest(code.challenge.encode(), answer.encode())


def refresh(organization: Organization, client: Client, value: str, secret: str) -> AgentToken:
    """A new token. An app that keeps no secret gets a new refresh token with it.

    Raises authentication, authorization for a wrong secret.
    """
    check_secret(client, secret)
    known = organization.refresh_tokens.get(value)
    if known is None or known.client_id != client.id:
        raise LiveChatError("authentication", "The refresh token is unknown")
    agent = organization.agents[known.agent_id]
    if client.secret:
        return issue(agent, client, value)
    del organization.refresh_tokens[value]
    return issue_with_refresh(agent, client)


def check_secret(client: Client, secret: str) -> None:
    if client.secret and not hmac.compare_digest(client.secret.encode(), secret.encode()):
        raise LiveChatError("authorization", "client_secret is missing or wrong")


def revoke(organization: Organization, value: str) -> bool:
    """End a token and what belongs to it. Returns whether it was known."""
    token = organization.oauth_tokens.get(value)
    refresh_token = token.refresh_token if token else value
    known = organization.refresh_tokens.pop(refresh_token or "", None)
    for each in list(organization.oauth_tokens.values()):
        if each is token or (known and each.refresh_token == known.value):
            end(organization, each, "access_token_revoked")
    return bool(token or known)


def forget(agent: Agent) -> None:
    """Nothing lets anybody in as this agent any more, nor ever will."""
    organization = agent.organization
    codes, refresh_tokens = organization.authorization_codes, organization.refresh_tokens
    organization.authorization_codes = {
        value: code for value, code in codes.items() if code.agent_id != agent.id
    }
    organization.refresh_tokens = {
        value: token for value, token in refresh_tokens.items() if token.agent_id != agent.id
    }
    for credentials in (organization.agent_tokens, organization.access_tokens):
        for value in [value for value, owner in credentials.items() if owner == agent.id]:
            del credentials[value]
            organization.oauth_tokens.pop(value, None)
            organization.token_scopes.pop(value, None)
            organization.token_ends.pop(value, None)
    pushes.evict(organization, agent.id, "access_token_revoked")


def resume(organization: Organization) -> None:
    """Set the timers again, after the organization was read from what is kept."""
    for token in organization.oauth_tokens.values():
        left = max(0.0, token.expires_at - organization.clock.time())
        organization.clock.call_later(left, end, organization, token, "access_token_expired")
