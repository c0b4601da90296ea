"""`python manage.py serve`: the web server, for the demo and for production."""

import asyncio
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Serves HTTP and websockets until it is told to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        from config.server import serve  # first of all: it puts Twisted on uvloop
        from config.asgi import application  # isort: skip
        from widget.running import running

        process = running()

        async def leave() -> None:
            await process.relay.close()
            await asyncio.to_thread(process.tallies.write)

        process.tallies.write_forever(process.relay.customers_of_widgets)
        self.stdout.write(f"Listening on http://{host}:{port}")
        if refusal := serve(application, host, port, leave=leave):
            raise CommandError(refusal)
