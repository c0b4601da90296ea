"""`livechat-sandbox`, `python -m livechat_sandbox`: a local LiveChat."""

import gc

# Nothing that is imported becomes garbage; looking for some takes a sixth of the start.
gc.disable()

import argparse
import sys
from pathlib import Path

from twisted.internet.error import CannotListenError

from livechat_sandbox import __version__
from livechat_sandbox.server import SandboxServer, run
from livechat_sandbox.simulation import command as simulation
from livechat_sandbox.world import bot
from livechat_sandbox.world.seed import ORGANIZATION_ID
from livechat_sandbox.world.state import Unreadable

gc.enable()


def main() -> None:
    """Serve, or with `simulate` play customers against what is served elsewhere."""
    if sys.argv[1:2] == ["simulate"]:
        sys.exit(simulation.main(sys.argv[2:]))
    parser = argparse.ArgumentParser(
        prog="livechat-sandbox",
        description="A local LiveChat.",
        epilog="`livechat-sandbox simulate --help`: customers for whoever answers.",
    )
    parser.add_argument("--port", type=int, default=8100, help="0 takes any free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--state", metavar="FILE", type=Path, help="keep the state in this file")
    parser.add_argument("--bot", action="store_true", help="let a bot agent answer")
    parser.add_argument(
        "--allow-host",
        metavar="NAME",
        action="append",
        default=[],
        help="another name of this machine that the console and /sandbox/ answer to",
    )
    parser.add_argument(
        "--reach-private-addresses",
        action="store_true",
        help="let customers' links lead to this machine and its network, for tests",
    )
    parser.add_argument("--version", action="version", version=__version__)
    options = parser.parse_args()
    try:
        server = SandboxServer(
            options.host,
            options.port,
            hosts=options.allow_host,
            reaches_private_addresses=options.reach_private_addresses,
        )
    except CannotListenError as error:
        sys.exit(f"livechat-sandbox: cannot listen on port {options.port}: {error}")
    if options.state:
        try:
            server.keep_state_in(options.state)
        except Unreadable as error:
            sys.exit(
                f"livechat-sandbox: cannot read {options.state}: {error}.\n"
                "Name another file, or move this one away to start afresh."
            )
        except OSError as error:
            sys.exit(f"livechat-sandbox: cannot keep {options.state}: {error.strerror}")
    if options.bot:
        bot.switch_on(server.world.organizations[ORGANIZATION_ID])
    print(f"LiveChat sandbox on {server.world.base_url}/", flush=True)  # noqa: T201
    run()


if __name__ == "__main__":
    main()
