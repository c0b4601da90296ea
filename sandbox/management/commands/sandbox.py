"""`python manage.py sandbox`: a local LiveChat in a process of its own."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Run a local LiveChat to develop and test against."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", default="8100")
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--state", metavar="FILE", help="keep the state in this file")
        parser.add_argument("--bot", action="store_true", help="let a bot agent answer")

    def handle(self, **options: Any) -> None:
        """The sandbox has settings of its own, so it takes this process over."""
        arguments = ["--port", options["port"], "--host", options["host"]]
        if options["state"]:
            arguments += ["--state", options["state"]]
        if options["bot"]:
            arguments += ["--bot"]
        os.execv(sys.executable, [sys.executable, "-m", "sandbox", *arguments])  # noqa: S606
