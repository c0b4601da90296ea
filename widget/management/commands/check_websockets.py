"""`manage.py check_websockets https://chat.example/`: does the proxy in front pass them?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from widget.owners.websockets_check import NotReached, NoWebsocket, try_websocket


class Command(BaseCommand):
    help = "Opens a websocket at the chat's public address, to see whether a proxy lets it through."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="where the chat is: https://chat.example/")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            try_websocket(options["address"])
        except NoWebsocket as error:
            raise CommandError(
                f"The address answers {error.status} where a websocket should open. The proxy "
                "before the server must pass `Upgrade` and `Connection`: see deploy/nginx.conf."
            ) from error
        except NotReached as error:
            raise CommandError(f"The address does not answer from here: {error}") from error
        self.stdout.write("Websockets reach the server.")
