"""Logs: a line or a JSON object for each record, with the request and the customer it is about.

A customer is named by our database's number for them, which says nothing to anybody else. What
people write, their names and their tokens are never logged.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from contextvars import ContextVar

from django.http import HttpRequest

request_id: ContextVar[str] = ContextVar("request_id", default="")
current_request: ContextVar[HttpRequest | None] = ContextVar("current_request", default=None)


class AboutRequest(logging.Filter):
    """Gives each record `request_id`, `customer` ("" where there is none), and both as `about`."""

    def filter(self, record: logging.LogRecord) -> bool:
        customer = getattr(current_request.get(), "customer", None)
        named = {"request_id": request_id.get(), "customer": customer.pk if customer else ""}
        about = "".join(f" {name}={value}" for name, value in named.items() if value)
        vars(record).update(named, about=about)
        return True


# Control characters, and what some viewers take for the end of a line.
FORGING = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
FORGING |= {0x2028: "\\u2028", 0x2029: "\\u2029"}
INDENTED = FORGING | {ord("\n"): "\n    "}


class LineFormatter(logging.Formatter):
    """One line a record, whatever a stranger put into it; a traceback follows, indented.

    Source: CWE-117, "Improper Output Neutralization for Logs".
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return super().formatMessage(record).translate(FORGING)

    def format(self, record: logging.LogRecord) -> str:
        """Its exception's words may be a stranger's, too, or another formatter's already."""
        return super().format(record).translate(INDENTED)


class JsonFormatter(logging.Formatter):
    """One object a line: time (UTC), level, logger, message; request_id, customer, error if any."""

    def format(self, record: logging.LogRecord) -> str:
        time = dt.datetime.fromtimestamp(record.created, dt.UTC)
        said = {
            "time": time.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", ""),
            "customer": getattr(record, "customer", ""),
            "error": self.formatException(record.exc_info) if record.exc_info else "",
        }
        return json.dumps({name: value for name, value in said.items() if value})
