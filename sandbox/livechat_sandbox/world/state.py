"""Keeping the state in a file, so that a restarted sandbox knows its customers and chats.

The file is Python's own format: load only what a sandbox of yours has written.
"""

import os
import pickle
from pathlib import Path

from livechat_sandbox.platform import customers
from livechat_sandbox.world.world import World

SAVE_EVERY = 10  # seconds


def load(world: World, path: Path) -> None:
    """Take the state from the file, if there is one. Nobody is connected any more."""
    if not path.exists():
        return
    kept = pickle.loads(path.read_bytes())  # noqa: S301 - our own file
    world.take(kept["start"], kept["clock"], kept["organizations"])
    for organization in world.organizations.values():
        for customer in organization.customers.values():
            if customer.connections:
                customer.connections = 1
                customers.disconnect(organization, customer)


def save(world: World, path: Path) -> None:
    """Write the whole state, or leave the file as it was."""
    state = {
        "start": world.start,
        "clock": world.clock,
        "organizations": world.organizations,
    }
    unfinished = path.with_suffix(path.suffix + ".new")
    unfinished.write_bytes(pickle.dumps(state))
    os.replace(unfinished, path)
