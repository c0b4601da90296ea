"""How the accounts service says no, and how it reads what it is sent."""

from typing import Any

from django.http import HttpRequest, QueryDict

from livechat_sandbox.transports import json_body


class Refusal(Exception):
    """What the accounts service says no with. Clients look at `exception`, not at the status."""

    def __init__(
        self,
        exception: str,
        description: str,
        *,
        kind: str = "oauth",
        status: int = 401,
        details: str = "",
    ) -> None:
        self.exception, self.description, self.kind = exception, description, kind
        self.status, self.details = status, details
        super().__init__(description)

    def body(self) -> dict[str, str]:
        said = {
            f"{self.kind}_exception": self.exception,
            "exception_description": self.description,
        }
        return said | ({"exception_details": self.details} if self.details else {})


def unauthorized_client(details: str) -> Refusal:
    """For an app that is unknown, or that may not send a browser there."""
    return Refusal("unauthorized_client", details, details=details)


def read_body(request: HttpRequest) -> dict[str, Any]:
    """JSON whatever the Content-Type says, a urlencoded form otherwise. Raises Refusal."""
    try:
        wished = json_body.decode(request.body)
    except json_body.NotJson:
        form = QueryDict(request.body)
        if any(len(form.getlist(name)) > 1 for name in form):
            raise Refusal("invalid_request", "A parameter is repeated") from None
        wished = form.dict()
        if not wished.get("grant_type") and not wished.get("bearer_type"):
            raise Refusal("invalid_request", "The body is not JSON") from None
    if not isinstance(wished, dict):
        raise Refusal("invalid_request", "The body is not a JSON object")
    return wished


def require(wished: dict[str, Any], name: str) -> str:
    """Raises Refusal."""
    value = wished.get(name)
    if not isinstance(value, str) or not value:
        raise Refusal("invalid_request", f"{name} is missing")
    return value
