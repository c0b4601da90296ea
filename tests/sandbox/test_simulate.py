"""`livechat-sandbox simulate`: customers from a script, and what it says became of them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from livechat_sandbox.client import Livechat
from livechat_sandbox.simulation import script
from livechat_sandbox.simulation.command import main
from livechat_sandbox.simulation.customer import Visit
from tests.sandbox.configuration import Owner
from tests.sandbox_rig import ROOT, Sandbox

SAMPLE = ROOT / "sandbox" / "examples" / "python" / "bot.py"
BADLY_SERVED = """
[[customers]]
name = "Ada"
kind = "plain"
says = ["Is there a person in the picture on the mug?"]

[[customers]]
name = "Ben"
kind = "plain"
says = ["Somebody alive, please"]
wants = "person"
patience = 1

[[customers]]
name = "Cleo"
kind = "plain"
says = ["Do you sell mugs?"]
"""


@contextmanager
def sample_bot(sandbox: Sandbox) -> Iterator[None]:
    """It is ready to answer, and ends with Ctrl-C."""
    process = subprocess.Popen(
        [sys.executable, SAMPLE],
        env=os.environ | {"LIVECHAT_URL": sandbox.url},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "The bot is ready\n"
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        process.stdout.close()


@pytest.fixture
def bot(sandbox: Sandbox) -> Iterator[None]:
    with sample_bot(sandbox):
        yield


def simulate(sandbox: Sandbox, *more: str) -> int:
    return main(["--url", sandbox.url, "--over", "0.2", *more])


@pytest.mark.usefixtures("bot")
def test_the_sample_bot_serves_everybody_rightly(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert simulate(sandbox, "--kind", "angry", "--kind", "attachment") == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told[1:7]] == [
        *("Olga", "Pavel", "Quentin", "Rosa", "Stefan", "Tilda"),
    ]
    assert told[-2] == "10 customers, 10 answered, 2 handed over, 0 not served rightly."


@pytest.mark.night  # fifty at once take seconds
@pytest.mark.usefixtures("bot")
def test_the_sample_bot_serves_all_fifty_rightly(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    want_a_person = sum(each.wants == "person" for each in script.read(None))
    assert simulate(sandbox, "--over", "2") == 0
    told = capsys.readouterr().out.splitlines()
    counted = f"50 customers, 50 answered, {want_a_person} handed over, 0 not served rightly."
    assert counted in told


@pytest.mark.usefixtures("bot")
def test_it_tells_who_was_not_served_rightly(
    sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "script.toml").write_text(BADLY_SERVED)
    assert simulate(sandbox, "--script", str(tmp_path / "script.toml")) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[1].endswith("yes          should not have been handed over")
    assert told[2].endswith("no           should have been handed over")
    assert told[3].endswith("ok")


def test_the_sample_bot_leaves_nothing_behind(sandbox: Sandbox) -> None:
    owner = Owner(sandbox)
    before = owner.call("list_bots", all=True)
    with sample_bot(sandbox):
        assert owner.call("list_webhooks", owner_client_id=owner.client_id) != []
    assert owner.call("list_bots", all=True) == before
    assert owner.call("list_webhooks", owner_client_id=owner.client_id) == []


def test_the_sample_bot_ends_quietly_after_a_sandbox_that_forgot_it(sandbox: Sandbox) -> None:
    with sample_bot(sandbox):
        sandbox.reset()


@pytest.mark.night  # by day who was served wrongly
def test_it_tells_who_was_not_answered_and_who_could_not_chat(
    sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lonely = '[[customers]]\nname = "Ada"\nkind = "plain"\nsays = ["Hello"]\npatience = 0.1\n'
    (tmp_path / "script.toml").write_text(lonely)
    wished = ("--script", str(tmp_path / "script.toml"))
    assert simulate(sandbox, *wished) == 1
    assert "was not answered" in capsys.readouterr().out
    sandbox.fault("error", type="internal", method="start_chat")
    assert simulate(sandbox, *wished) == 1
    assert "could not chat: 500" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("customers = []", "length >= 1"),
        ('[[customers]]\nname = "A"\nkind = "b"\nsays = ["c"]\nwant = "d"', "want"),
        ("customers", "script.toml"),
    ],
)
def test_a_mistake_in_a_script_is_named(
    sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    (tmp_path / "script.toml").write_text(text)
    assert simulate(sandbox, "--script", str(tmp_path / "script.toml")) == 2
    assert said in capsys.readouterr().err


def test_an_unknown_kind_and_a_sandbox_that_is_not_there_are_mistakes(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert simulate(sandbox, "--kind", "happy") == 2
    assert "angry" in capsys.readouterr().err
    assert main(["--url", "http://127.0.0.1:9"]) == 2
    assert "no sandbox at http://127.0.0.1:9" in capsys.readouterr().err


@pytest.mark.parametrize("path", ["/nowhere", "/?"])
def test_a_server_that_is_no_sandbox_is_a_mistake(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    assert main(["--url", sandbox.url + path]) == 2
    assert "is no sandbox" in capsys.readouterr().err


def test_fifty_customers_come_with_it() -> None:
    customers = script.read(None)
    assert len({each.name for each in customers}) == 50
    assert {each.kind for each in customers} >= {
        *("plain", "impatient", "angry", "asks for a person"),
        *("another language", "attachment", "hard to read"),
    }
    assert len({each.language for each in customers}) >= 9


def test_the_same_seed_has_the_same_moments() -> None:
    livechat, customer = Livechat("http://127.0.0.1:9"), script.read(None)[0]
    first, again, other = (Visit(livechat, customer, seed).chance.random() for seed in "aab")
    assert first == again != other
