"""The command holds a whole conversation, and says what it found and what it cost."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.sandbox_rig import Agent, Sandbox
from tests.widget.livechat_check.run import FAILED, WELL, Run, configure


@pytest.fixture
def ip_mask(agent: Agent) -> None:
    """The organization hides the addresses of its customers."""
    configure(
        agent, "update_license_properties", properties={"monitoring": {"ip_mask": "10.0.0.1"}}
    )


STEPS = (
    "availability", "grant", "login", "groups", "rights", "start", "send", "answer", "file", "form",
    "rating", "end", "read", "resume", "refused", "delete", "leave",
)  # fmt: skip


def test_with_an_agents_token_every_step_is_made(
    sandbox: Sandbox, arguments: list[str], token: str, ip_mask: None
) -> None:
    sandbox.settings(forms={"postchat": True})
    run = Run(*arguments, agent_token=token)
    assert {step: run.outcome(step)[:3] for step in STEPS} == dict.fromkeys(STEPS, "ok ")
    assert (run.code, "The sandbox does the same in every step" in run.text) == (WELL, True)


COUNT = re.compile(r"^ +(\d+) (\w+)$", re.MULTILINE)
NAMES = {"token": "exchange"}  # the accounts service's methods, as the sandbox calls them


def test_what_differs_is_said_where_a_step_fails_too(
    sandbox: Sandbox, arguments: list[str], token: str
) -> None:
    sandbox.fault("error", type="internal", method="get_form", transport="web")
    run = Run(*arguments, agent_token=token)
    assert "refused: web get_form: answered with 500, here with 400" in run.text
    assert run.code == FAILED


def test_a_step_that_was_not_made_is_no_difference(sandbox: Sandbox, arguments: list[str]) -> None:
    assert "this step" not in Run(arguments[0], "0" * 32, arguments[2]).text


@pytest.mark.parametrize(("verbosity", "is_there"), [(1, False), (2, True)])
def test_log_lines_stand_between_the_plain_words_only_on_request(
    arguments: list[str],
    token: str,
    caplog: pytest.LogCaptureFixture,
    verbosity: int,
    is_there: bool,
) -> None:
    Run(*arguments, agent_token=token, verbosity=verbosity)
    assert ("the token was refused" in caplog.text) == is_there


def test_it_says_what_it_cost(sandbox: Sandbox, arguments: list[str], token: str) -> None:
    sandbox.control("requests", method="DELETE")
    run = Run(*arguments, agent_token=token)
    asked = sandbox.control("requests", method="GET")
    assert f"It took {len(asked)} requests" in run.text
    counted = {action: int(count) for count, action in re.findall(COUNT, run.text)}
    assert counted == Counter(NAMES.get(each["method"], each["method"]) for each in asked)


def test_what_livechat_answers_with_500_costs_nothing(
    sandbox: Sandbox, arguments: list[str], token: str
) -> None:
    sandbox.fault("status", status=500, method="upload_file")
    run = Run(*arguments, agent_token=token)
    assert "upload_file" not in [action for _count, action in re.findall(COUNT, run.text)]
