"""A Redis of a test's own, which may be stopped, started, hung and told what to refuse."""

import os
import signal
import subprocess
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from tests.sandbox_rig import free_port
from tests.waiting import wait_until

START_LIMIT = 60  # seconds


class RedisProcess:
    """Ready when the constructor returns."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.client = Redis(port=self.port)
        self._folder = folder
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--save", "", "--dir", str(self._folder)],
            stdout=subprocess.DEVNULL,
        )
        wait_until(self._answers, START_LIMIT)

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except RedisError:
            return False

    def tell(self, command: str) -> None:
        """A command of its operator's; all other connections end, for they keep their rights."""
        subprocess.run(
            ["redis-cli", "-p", str(self.port)],
            input=f"{command}\nCLIENT KILL TYPE normal\n",
            text=True,
            check=True,
        )

    def hang(self) -> None:
        """It takes in what it is asked, and answers nothing."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self._process.pid, signal.SIGCONT)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(10)
