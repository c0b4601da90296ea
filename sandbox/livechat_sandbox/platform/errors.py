"""The errors LiveChat's APIs answer with: their type words, texts and HTTP statuses."""

from typing import Any

STATUS_AND_MESSAGE: dict[str, tuple[int, str]] = {
    "agent_offline": (422, "Agent offline"),
    "already_exists": (422, "Already exists"),
    "authentication": (401, "Invalid access token"),
    "authorization": (403, "Authorization error"),
    "chat_already_active": (422, "Chat is already active"),
    "chat_anonymized": (422, "Chat anonymized"),
    "chat_inactive": (422, "Chat is inactive"),
    "chat_limit_reached": (422, "Chat limit reached"),
    "customer_banned": (403, "Customer is banned"),
    "customer_session_fields_limit_reached": (422, "Customer session fields limit reached"),
    "entity_too_large": (413, "Upload limit exceeded (10MB)."),
    "greeting_not_found": (404, "Greeting not found"),
    "group_not_found": (404, "Group not found"),
    "group_offline": (422, "Group is offline"),
    "group_unavailable": (422, "No agent available for group"),
    "groups_offline": (422, "Groups offline"),
    "internal": (500, "Internal server error"),
    "license_expired": (403, "License expired"),
    "license_not_found": (404, "License not found"),
    "limit_reached": (422, "Limit reached"),
    "misdirected_request": (421, "Wrong region"),
    "missing_access": (403, "Missing access"),
    "not_allowed": (403, "Not allowed"),
    "not_found": (404, "Not found"),
    "pending_requests_limit_reached": (429, "Requests limit reached"),
    "request_timeout": (504, "Request timed out"),
    "requester_already_offline": (422, "Requester is already offline"),
    "requester_awaiting_approval": (403, "Requester is awaiting approval"),
    "requester_suspended": (403, "Requester is suspended"),
    "seats_limit_exceeded": (403, "Seats limit exceeded"),
    "service_unavailable": (503, "Service unavailable"),
    "too_many_requests": (429, "Too many requests"),
    "unsupported_version": (400, "Cannot call unsupported API versions."),
    "users_limit_reached": (429, "Users limit reached"),
    "validation": (400, "Wrong format of request"),
    "wrong_product_version": (403, "Wrong product version"),
}


class LiveChatError(Exception):
    """A refusal. `type` is the contract, the message is for people."""

    def __init__(self, error_type: str, message: str = "", **data: Any) -> None:
        self.type = error_type
        self.status, default = STATUS_AND_MESSAGE[error_type]
        self.message = message or default
        self.data = data
        self.retry_after = 1  # seconds, for too_many_requests
        super().__init__(f"{error_type}: {self.message}")

    def body(self) -> dict[str, Any]:
        """The JSON of Web answers and of the payload of a failed RTM response."""
        error: dict[str, Any] = {"type": self.type, "message": self.message}
        if self.data:
            error["data"] = self.data
        return {"error": error}
