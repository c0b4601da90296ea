"""What is kept of a sandbox: as JSON, in a file or handed over whole, and read again."""

import os
from pathlib import Path

import msgspec

from livechat_sandbox.platform.chats import chats
from livechat_sandbox.platform.clock import Clock
from livechat_sandbox.platform.ids import Ids
from livechat_sandbox.platform.people import agents, customers
from livechat_sandbox.platform.structures import Organization
from livechat_sandbox.platform.tokens import agent_tokens, customer_tokens
from livechat_sandbox.world.world import World

FORMAT = "livechat-sandbox/1"
SAVE_EVERY = 10  # seconds


class Unreadable(ValueError):
    """This was not kept by a sandbox of this version; the message says so to a person."""


class Head(msgspec.Struct):
    format: str


class Kept(Head):
    start: str
    skipped: float  # seconds the clock is ahead
    ids: dict[str, list[int]]
    organizations: dict[str, Organization]


def dump(world: World) -> bytes:
    return msgspec.json.encode(
        Kept(
            format=FORMAT,
            start=world.start,
            skipped=world.clock.skipped,
            ids={each.id: each.ids.state() for each in world.organizations.values()},
            organizations=world.organizations,
        )
    )


def restore(world: World, kept: bytes) -> None:
    """Go on from what `dump` gave. Nobody is connected any more. Raises Unreadable."""
    read = parse(kept)
    clock = Clock(read.skipped)
    for organization in read.organizations.values():
        organization.run(ids_of(read, organization), clock)
    world.connections.close_all()
    world.take(read.start, clock, read.organizations)
    for organization in read.organizations.values():
        resume(organization)


def parse(kept: bytes) -> Kept:
    try:
        found = msgspec.json.decode(kept, type=Head).format
        if found != FORMAT:
            raise Unreadable(f"its format is {found!r}, not {FORMAT!r}")
        return msgspec.json.decode(kept, type=Kept)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"it is not the state of a sandbox: {error}") from error


def ids_of(read: Kept, organization: Organization) -> Ids:
    ids = Ids(f"{read.start}/{organization.id}")
    try:
        ids.go_on(read.ids[organization.id])
    except (KeyError, ValueError, OverflowError) as error:
        raise Unreadable(f"the ids of {organization.id} are missing or wrong") from error
    return ids


def resume(organization: Organization) -> None:
    """Set every timer again that follows from the state."""
    customer_tokens.resume(organization)
    agent_tokens.resume(organization)
    chats.watch_all(organization)
    for customer in organization.customers.values():
        customers.resume(customer)
    for agent in organization.agents.values():
        agents.resume(agent)


def load(world: World, path: Path) -> None:
    """Take the state from the file, if there is one. Raises Unreadable."""
    if path.exists():
        restore(world, path.read_bytes())


def save(world: World, path: Path) -> None:
    """Write the whole state, or leave the file as it was. Only its owner may read it."""
    unfinished = path.with_suffix(path.suffix + ".new")
    unfinished.unlink(missing_ok=True)
    with open(unfinished, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(dump(world))
    os.replace(unfinished, path)
