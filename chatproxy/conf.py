"""The settings of both apps, each with its default. What the project's settings say wins.

docs/django.md lists them for whoever installs the apps; widget/checks.py says what is wrong.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings

DEFAULTS: dict[str, Any] = {
    # Where LiveChat is. An owner can never choose these: our server must not be pointed
    # elsewhere from a form. In the European region "api." becomes "api-fra.".
    "LIVECHAT_ACCOUNTS_URL": "https://accounts.livechat.com",
    "LIVECHAT_API_URL": "https://api.livechatinc.com",
    # Encrypt what is secret in the database, newest first; empty: SECRET_KEY and its fallbacks do.
    "CHAT_ENCRYPTION_KEYS": [],
    # Whether an address, a customer or a widget may act only so often; None: unless DEBUG is on.
    "CHAT_LIMITS": None,
    # How long the connection to LiveChat outlives a customer's last tab, in seconds.
    "CHAT_RELAY_LINGER": 10.0,
    # How many customers may log in to LiveChat at the same moment, in each process.
    "CHAT_RELAY_LOGINS_AT_ONCE": 50,
    # How many log in during the first second after a start; each success brings one more a
    # second, each refusal halves it, in each process.
    "CHAT_RELAY_LOGINS_PER_SECOND": 10.0,
    # How long nobody logs in, at most, while LiveChat refuses, in seconds.
    "CHAT_RELAY_LOGIN_PAUSE": 30.0,
    # How many days a browser's token holds when it is not used.
    "CHAT_TOKEN_DAYS": 90,
    # The private key with which notifications are signed, and a mailto: or https: address for the
    # push services; `manage.py new_push_key` makes one. Empty: nobody is offered notifications.
    "CHAT_PUSH_KEY": "",
    "CHAT_PUSH_CONTACT": "",
    # How many hours after their last visit we listen for those who asked to be told of an answer.
    "CHAT_PUSH_HOURS": 24,
    # For how many such browsers at most, in each process.
    "CHAT_PUSH_BROWSERS": 1000,
    # Push services beside the public ones with https, as origins: a test's own.
    "CHAT_PUSH_SERVICES": [],
    # Dotted path of the function that says who is signed in; see widget/identity.py.
    "CHAT_IDENTITY": "widget.identity.claims_of",
}


def setting(name: str) -> Any:
    """One of our settings, as the project chose it or by default."""
    return getattr(settings, name, DEFAULTS[name])


def accounts_url() -> str:
    """Where LiveChat's accounts are, without a slash at the end."""
    return str(setting("LIVECHAT_ACCOUNTS_URL")).rstrip("/")


def api_url() -> str:
    """Where LiveChat's API is in its first region, without a slash at the end."""
    return str(setting("LIVECHAT_API_URL")).rstrip("/")


def encryption_secrets() -> list[str | bytes]:
    """What the keys are made of, newest first; never empty."""
    chosen = list(setting("CHAT_ENCRYPTION_KEYS"))
    return chosen or [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def limits_hold() -> bool:
    """Whether acting too often is refused."""
    chosen = setting("CHAT_LIMITS")
    return not settings.DEBUG if chosen is None else bool(chosen)


def token_lifetime() -> dt.timedelta:
    """How long a browser's token holds when it is not used."""
    return dt.timedelta(days=setting("CHAT_TOKEN_DAYS"))


def relay_linger() -> float:
    """Seconds that a connection to LiveChat outlives a customer's last tab."""
    return float(setting("CHAT_RELAY_LINGER"))


def relay_logins_at_once() -> int:
    """Logins to LiveChat at the same moment, in each process."""
    return int(setting("CHAT_RELAY_LOGINS_AT_ONCE"))


def relay_logins_per_second() -> float:
    """Logins to LiveChat in the first second after a start."""
    return float(setting("CHAT_RELAY_LOGINS_PER_SECOND"))


def relay_login_pause() -> float:
    """Seconds that nobody logs in, at most, after refusals."""
    return float(setting("CHAT_RELAY_LOGIN_PAUSE"))


def push_key() -> str:
    """The private key with which notifications are signed, "" for none."""
    return str(setting("CHAT_PUSH_KEY"))


def push_contact() -> str:
    """Where a push service may complain of us."""
    return str(setting("CHAT_PUSH_CONTACT"))


def push_period() -> dt.timedelta:
    """How long we listen after the last visit of those who asked to be told."""
    return dt.timedelta(hours=setting("CHAT_PUSH_HOURS"))


def push_browsers() -> int:
    """Browsers that one process listens for."""
    return int(setting("CHAT_PUSH_BROWSERS"))


def push_services() -> list[str]:
    """Origins of push services that need be neither public nor https."""
    return list(setting("CHAT_PUSH_SERVICES"))
