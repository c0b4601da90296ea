"""Scripts: who comes, what they say, how long they wait, and what they want in the end."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

SHIPPED = files("livechat_sandbox.simulation") / "customers.toml"


class Unreadable(ValueError):
    """This is no script; the message says so to a person."""


class Attachment(msgspec.Struct, forbid_unknown_fields=True):
    """A text file with this name and this in it."""

    file: str
    holds: str = "Nothing of importance."


class Customer(msgspec.Struct, forbid_unknown_fields=True):
    """`patience` is how many seconds any answer may take.

    Who `rushes` writes on without waiting for an answer. Who wants a `person` has to be handed
    over by the one who answers first; who wants an `answer` must not be.
    """

    name: str
    kind: str
    says: Annotated[list[str | Attachment], Meta(min_length=1)]
    wants: Literal["answer", "person"] = "answer"
    patience: float = 10
    rushes: bool = False
    language: str = "en"


class Script(msgspec.Struct, forbid_unknown_fields=True):
    customers: Annotated[list[Customer], Meta(min_length=1)]


def read(path: Path | None) -> list[Customer]:
    """The customers of a TOML file, or those that come with the package. Raises Unreadable."""
    try:
        text = (path or SHIPPED).read_text(encoding="utf-8")
        return msgspec.toml.decode(text, type=Script).customers
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as error:
        raise Unreadable(f"{path}: {error}") from error
