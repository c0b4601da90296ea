"""`python -m sandbox`: a local LiveChat."""

import argparse
from pathlib import Path

from sandbox.server import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="sandbox", description="A local LiveChat.")
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--state", metavar="FILE", type=Path, help="keep the state in this file")
    parser.add_argument("--bot", action="store_true", help="let a bot agent answer")
    options = parser.parse_args()
    serve(options.host, options.port, options.state, with_bot=options.bot)


main()
