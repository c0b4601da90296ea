"""The pool of HTTP connections to LiveChat, and how a broken one is told."""

from __future__ import annotations

from functools import cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from .errors import NotConnected, Unreachable
from .organization import Organization

# Seconds to connect, and between two bytes: LiveChat itself gives up after 15.
TIMEOUT = (3.05, 16.0)
POOL_SIZE = 500  # as many calls at once as worker threads may make


@cache
def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # each belongs to one
    adapter = HTTPAdapter(pool_connections=4, pool_maxsize=POOL_SIZE)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def request(method: str, url: str, **options: Any) -> requests.Response:
    """LiveChat's answer, whatever its status.

    Raises NotConnected when nothing was sent, Unreachable when the outcome is unknown.
    """
    try:
        return _session().request(method, url, timeout=TIMEOUT, allow_redirects=False, **options)
    except requests.ConnectTimeout as error:
        raise NotConnected("connecting took too long") from error
    except requests.ConnectionError as error:
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        if isinstance(reason, NewConnectionError | ConnectTimeoutError):
            raise NotConnected("no connection") from error
        raise Unreachable("the connection broke") from error
    except requests.RequestException as error:
        raise Unreachable(type(error).__name__) from error


def read_json(response: requests.Response) -> Any:
    """The body of an answer. Raises Unreachable for one that is not JSON."""
    try:
        return response.json()
    except ValueError as error:
        raise Unreachable(f"HTTP {response.status_code} without JSON") from error


def api_url(organization: Organization, region: str) -> str:
    """Where an organization's Customer Chat API is, without a slash at the end.

    Source: Customer Chat API, "Regions": api.livechatinc.com or api-fra.livechatinc.com.
    """
    base: str = settings.LIVECHAT_API_URL.rstrip("/")
    if region != "dal":
        base = base.replace("://api.", f"://api-{region}.", 1)
    return f"{base}/v{organization.version}/customer"
