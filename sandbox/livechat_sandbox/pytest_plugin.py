"""The fixture `livechat`: a sandbox that runs as long as the tests do, fresh for each of them."""

from collections.abc import Iterator

import pytest

from livechat_sandbox.client import Livechat, Server


@pytest.fixture(scope="session")
def livechat_server() -> Iterator[Server]:
    """One sandbox for all tests of a process."""
    with Server() as server:
        yield server


@pytest.fixture
def livechat(livechat_server: Server) -> Livechat:
    """A LiveChat as if it had just been started."""
    livechat = Livechat(livechat_server.url)
    livechat.reset()
    return livechat
