"""`python manage.py serve`: the web server, for the demo and for production."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

# Seconds for which a thread that computes may keep the event loop waiting (Python's own are 5 ms):
# an answer changes threads several times, and waits each time.
TURN = 0.001


class Command(BaseCommand):
    help = "Serves HTTP and websockets until it is told to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        from config.server import serve  # first of all: it puts Twisted on uvloop
        from config.asgi import application  # isort: skip

        sys.setswitchinterval(TURN)
        self.stdout.write(f"Listening on http://{host}:{port}")
        if refusal := serve(application, host, port, leave=application.leave):
            raise CommandError(refusal)
