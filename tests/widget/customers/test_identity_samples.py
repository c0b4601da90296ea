"""The samples on the page for websites sign what the server accepts."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from chatproxy.models import Customer
from tests.widget.visitor import Visitor
from widget.models import Widget

PAGE = Path(__file__).parents[3] / "docs" / "host-site.md"
WHO = ("user-42", "Zoë", "zoe@shop.example")


def sample(language: str) -> str:
    """The only one in this language."""
    [code] = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    return str(code)


def signed_by_python(secret: str) -> str:
    names: dict[str, Any] = {}
    exec(sample("python"), names)
    return str(names["chat_identity"](*WHO, secret))


def signed_by_node(secret: str) -> str:
    arguments = ", ".join(json.dumps(argument) for argument in (*WHO, secret))
    program = f"{sample('javascript')}\nprocess.stdout.write(chatIdentity({arguments}));"
    command = ["node", "-e", program]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.mark.parametrize("sign", [signed_by_python, signed_by_node])
def test_a_sample_signs_what_the_server_accepts(
    visitor: Visitor, shop_widget: Widget, sign: Any
) -> None:
    statement = sign(shop_widget.identity_secret)
    assert visitor.ask("post", "customer", {"identity": statement}).status_code == 201
    assert Customer.objects.get().subject == "user-42"
