"""What the logs say, and what they never say."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from chatproxy.models import Customer
from config.logging import AboutRequest, JsonFormatter, LineFormatter
from tests.sandbox_rig import Sandbox
from tests.widget.visitor import Visitor

ID = "0123456789abcdef"


class Written:
    """What a handler set up as in production has written since the test began."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def last(self, logger: str) -> dict[str, Any]:
        return [record for record in self.records if record["logger"] == logger][-1]


@pytest.fixture
def written() -> Iterator[Written]:
    written = Written()
    handler = logging.StreamHandler(written.stream)
    handler.addFilter(AboutRequest())
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_request_is_logged_by_its_view_and_its_customer(
    customer: Visitor, written: Written
) -> None:
    customer.ask("post", "end", **{"X-Request-Id": ID})
    record = written.last("config.request_log")
    assert record["message"].startswith("POST widget:end 204 in ")
    assert record["request_id"] == ID
    assert record["customer"] == Customer.objects.get().pk


def test_the_answer_names_the_request(visitor: Visitor) -> None:
    assert visitor.ask("get", "", **{"X-Request-Id": ID}).headers["X-Request-Id"] == ID


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "two words", 'a"b\nc":"forged'])
def test_an_id_that_is_not_well_formed_is_replaced(visitor: Visitor, given: str) -> None:
    made = visitor.ask("get", "", **{"X-Request-Id": given}).headers["X-Request-Id"]
    assert made != given
    assert len(made) == 32


def test_what_goes_wrong_is_logged_under_the_same_id(
    customer: Visitor, sandbox: Sandbox, written: Written
) -> None:
    sandbox.fault("error", type="validation")
    customer.ask(
        "post", "events", {"text": "Hello", "custom_id": "12345678"}, **{"X-Request-Id": ID}
    )
    record = written.last("widget.customers.failures")
    assert (record["level"], record["request_id"]) == ("WARNING", ID)


def test_an_exception_is_one_line_of_json(written: Written) -> None:
    try:
        raise ValueError("a reason")
    except ValueError:
        logging.getLogger("some.module").exception("it failed")
    record = written.last("some.module")
    assert record["message"] == "it failed"
    assert record["error"].endswith("ValueError: a reason")


def test_a_line_to_read_ends_with_the_request(visitor: Visitor) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(AboutRequest())
    handler.setFormatter(LineFormatter("%(message)s%(about)s"))
    logger = logging.getLogger("config.request_log")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        visitor.ask("get", "", **{"X-Request-Id": ID})
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    assert stream.getvalue().endswith(f" ms request_id={ID}\n")


ENDS = ["\n", "\r", "\r\n", "\x1b[2K", "\x85", "\u2028", "\x00"]


@pytest.mark.parametrize("forged", ENDS)
def test_nobody_else_s_words_begin_a_line_of_the_log(forged: str) -> None:
    """A refused identity is logged with the reason, in which its header's words may stand."""
    record = logging.makeLogRecord({"msg": "refused: %s", "args": (f"x{forged}INFO all is well",)})
    AboutRequest().filter(record)
    line = LineFormatter("%(message)s%(about)s").format(record)
    assert forged not in line
    assert line.splitlines() == [line]


def failed(reason: str) -> logging.LogRecord:
    """What is logged of an exception with these words, raised by another with the same."""
    try:
        try:
            raise ValueError(reason)
        except ValueError as error:
            raise RuntimeError(reason) from error
    except RuntimeError:
        return logging.makeLogRecord({"msg": "it failed", "exc_info": sys.exc_info()})


def written_of(record: logging.LogRecord) -> list[str]:
    return LineFormatter("%(levelname)s %(message)s").format(record).splitlines()


@pytest.mark.parametrize("forged", ENDS)
def test_nor_do_an_exception_s(forged: str) -> None:
    first, *rest = written_of(failed(f"x{forged}INFO all is well"))
    assert first == "Level None it failed"
    assert sum("all is well" in line for line in rest) == 2
    assert [line for line in rest if not line.startswith("    ")] == []


def test_nor_do_they_where_another_formatter_has_written_them_before() -> None:
    record = failed("x\nINFO all is well")
    logging.Formatter().format(record)
    assert [line for line in written_of(record)[1:] if not line.startswith("    ")] == []


def test_nor_does_a_stack_s() -> None:
    record = logging.makeLogRecord({"msg": "here", "stack_info": "Stack:\n  x\n\rINFO all is well"})
    assert [line for line in written_of(record)[1:] if not line.startswith("    ")] == []


def test_a_traceback_still_has_lines_of_its_own() -> None:
    lines = written_of(failed("a reason"))
    assert lines[1] == "    Traceback (most recent call last):"
    assert lines[-1] == "    RuntimeError: a reason"


@pytest.mark.parametrize("fault", [None, "error", "malformed", "reset_after"])
def test_nothing_private_is_logged(
    customer: Visitor, sandbox: Sandbox, written: Written, fault: str | None
) -> None:
    if fault:
        sandbox.fault(fault, count=1, **({"type": "internal"} if fault == "error" else {}))
    customer.send("My password is correct-horse-battery")
    stored = Customer.objects.get()
    secrets = (customer.token, stored.cid, stored.cst, stored.access_token)
    for secret in ("correct-horse-battery", *secrets):
        assert secret not in written.text


def test_strangers_paths_are_not_logged_by_us(client: Client, db: None, written: Written) -> None:
    client.get("/w/none/history?before=secret-of-a-chat", HTTP_HOST="localhost")
    assert "secret-of-a-chat" not in written.text
