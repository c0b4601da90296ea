"""What docs/ tells people to paste, pasted."""

import re
import textwrap
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.hosts import Host
from tests.e2e.rig import ROOT, Console, html

GUIDES = sorted(
    guide for guide in (ROOT / "docs" / "install").glob("*.md") if "embed.js" in guide.read_text()
)
BLOCK = re.compile(r"^( *)```(?:html|liquid)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
MEMBER = re.compile(r"`(\w+)`")


def blocks(guide: Path) -> list[str]:
    """The HTML a guide tells people to paste, as it stands there."""
    return [textwrap.dedent(block) for _, block in BLOCK.findall(guide.read_text())]


def pasted(host: Host, block: str) -> str:
    """The block with the test's server and widget in place of the examples."""
    return block.replace("https://chat.example.com", host.site.chat_url).replace("KEY", "demo")


@pytest.mark.parametrize(
    ("guide", "number"),
    [
        pytest.param(guide, number, id=f"{guide.stem}-{number}")
        for guide in GUIDES
        for number, block in enumerate(blocks(guide))
        if "embed.js" in block
    ],
)
def test_what_a_guide_says_puts_the_chat_on_the_page(host: Host, guide: Path, number: int) -> None:
    body = pasted(host, blocks(guide)[number])
    host.page.goto(host.websites.publish("/page", html(body)))
    if "data-start" in body:
        host.page.evaluate("LiveChatWidget.init()")
    host.open()


def section(title: str) -> str:
    """The table under one heading of the API's page."""
    text = (ROOT / "docs" / "host-api.md").read_text()
    return text.split(f"## {title}")[1].split("\n## ")[0]


def members(title: str) -> list[str]:
    """The names in the first column of that table."""
    rows = [line for line in section(title).splitlines() if line.startswith("| `")]
    return [name for row in rows for name in MEMBER.findall(row.split("|")[1])]


def test_every_documented_method_and_getter_is_there(host: Host, console: Console) -> None:
    for name in ("name", "email"):
        console.expect(f'"{name}" is no text')
    host.listen()
    host.visit()
    expect(host.launcher).to_be_visible()
    for name in members("Methods"):
        host.page.evaluate("name => LiveChatWidget.call(name, {})", name)
        host.page.evaluate("LiveChatWidget.init()")  # after `destroy`
    for name in members("Getters"):
        host.page.evaluate("name => LiveChatWidget.get(name)", name)
    assert len(members("Methods")) == 20
    assert len(members("Getters")) == 4
