"""`manage.py livechat_check ORGANIZATION CLIENT_ID REDIRECT_URI`: one real conversation."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatproxy import conf
from chatproxy.doctor import recordings
from chatproxy.doctor.answering import (
    Answerer,
    AnsweringAgent,
    AnsweringAgentElsePerson,
    AnsweringPerson,
)
from chatproxy.doctor.chat import ExaminedChat, Patience
from chatproxy.doctor.differences import Difference, compare
from chatproxy.doctor.examination import PRICE, Finding, Outcome, costs, examine
from chatproxy.doctor.recording import Recorder, Recording, Unreadable
from chatproxy.doctor.sandbox import NoSandbox, replay, run_sandbox
from chatproxy.doctor.service import ExaminedService
from chatproxy.livechat.agent_api import AgentApi
from chatproxy.livechat.errors import LiveChatError
from chatproxy.livechat.organization import Organization
from widget.explanations import explanation
from widget.models import Widget

FAILED, DIFFERENT, MISUSED, STOPPED = 1, 3, 2, 130  # exit codes
TOKEN_VARIABLE = "LIVECHAT_AGENT_TOKEN"  # noqa: S105 - where it is, not what it is


class Command(BaseCommand):
    help = (
        "Holds one real conversation with LiveChat, step by step, and says what works, what it "
        "cost, and what the sandbox does in another way. Ends with 0 if all is well, 1 if "
        "something does not work, 2 if it was called wrongly, 3 if only the sandbox differs, 130 "
        "if it was stopped, with Ctrl-C or SIGTERM."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organization", nargs="?", help="the organization's ID")
        parser.add_argument("client_id", nargs="?", help="of the app in the Developer Console")
        parser.add_argument("redirect_uri", nargs="?", help="one that is registered for the app")
        parser.add_argument(
            "--agent-token",
            default=os.environ.get(TOKEN_VARIABLE, ""),
            help=f"of an agent, who then answers; or in {TOKEN_VARIABLE}. Without it a person does",
        )
        parser.add_argument("--group", type=int, default=0, help="where to chat (0)")
        parser.add_argument("--api-version", choices=Widget.Version.values, default="3.6")
        parser.add_argument("--region", choices=Widget.Region.values, default="dal")
        parser.add_argument("--page", default="", help="a page of the website with the chat")
        parser.add_argument(
            "--wait", type=float, default=300, help="seconds that a person has to answer (300)"
        )
        parser.add_argument("--calm", type=float, default=1, help="seconds after each step (1)")
        parser.add_argument(
            "--record", type=Path, metavar="FILE", help="keep what was said, without ids and words"
        )
        parser.add_argument(
            "--compare", type=Path, metavar="FILE", help="make its steps at the sandbox instead"
        )
        parser.add_argument(
            "--sandbox", metavar="URL", help="one that runs, and is reset; else one is started"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with quiet(options["verbosity"]):
                if options["compare"]:
                    self.compare_with_sandbox(options)
                else:
                    self.check_livechat(options)
        except (OSError, NoSandbox, Unreadable) as error:
            raise CommandError(str(error), returncode=MISUSED) from error
        except (KeyboardInterrupt, asyncio.CancelledError) as stop:
            raise CommandError("Stopped before the end.", returncode=STOPPED) from stop

    # One real conversation

    def check_livechat(self, options: dict[str, Any]) -> None:
        it = self.chat_of(options)
        try:
            findings = asyncio.run(self.examine(it))
        finally:
            self.tell_of_service(it)
            self.tell_costs(it)
            if options["record"]:
                it.recording.save(options["record"])
                self.stdout.write(f"\nRecorded without ids, tokens and words: {options['record']}")
        found = compare(it.recording, recordings.of_sandbox(it.recording.version))
        if any(finding.outcome is Outcome.BADLY for finding in findings):
            self.tell_differences([each for each in found if each.kind != "step"])
            raise CommandError("Something does not work, see above.", returncode=FAILED)
        self.conclude(found)

    async def examine(self, it: ExaminedChat) -> list[Finding]:
        """Stopped by SIGTERM, as by Ctrl-C, it tidies up first."""
        examination = asyncio.ensure_future(examine(it, self.tell))
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, examination.cancel)
        return await examination

    def chat_of(self, options: dict[str, Any]) -> ExaminedChat:
        if not options["redirect_uri"]:
            raise CommandError(
                "Name the organization's ID, the client ID and the redirect URI.",
                returncode=MISUSED,
            )
        token: str = options["agent_token"]
        recording = Recording(options["api_version"], "token" if token else "person")
        service = ExaminedService(conf.accounts_url(), conf.api_url(), Recorder(recording))
        organization = Organization(
            organization_id=options["organization"],
            client_id=options["client_id"],
            redirect_uri=options["redirect_uri"],
            service=service,
            group_id=options["group"],
            version=options["api_version"],
            region=options["region"],
        ).on_page(options["page"])
        patience = Patience(calm=options["calm"])
        person = AnsweringPerson(self.ask, options["wait"])
        answerer: Answerer = person
        if token:
            agent = AnsweringAgent(AgentApi(organization, token), patience.push)
            answerer = AnsweringAgentElsePerson(agent, person)
        return ExaminedChat(organization, service, answerer, patience)

    # Once more at the sandbox

    def compare_with_sandbox(self, options: dict[str, Any]) -> None:
        real = Recording.load(options["compare"])
        if options["sandbox"]:
            ours = asyncio.run(replay(real, options["sandbox"].rstrip("/")))
        else:
            with run_sandbox() as url:
                ours = asyncio.run(replay(real, url))
        if options["record"]:
            ours.save(options["record"])
        self.conclude(compare(real, ours))

    # What is said of it

    def ask(self, words: str) -> None:
        self.stdout.write(f"\n  >>> {words}\n")
        self.stdout.flush()

    def tell(self, finding: Finding) -> None:
        words = finding.words
        if isinstance(finding.error, LiveChatError):
            words = f"{explanation(finding.error)} ({finding.error})"
        elif finding.error:
            words = f"LiveChat closed the connection: {finding.error}."
        self.stdout.write(f"{finding.outcome:>6}  {finding.step:<13} {words}")
        self.stdout.flush()

    def tell_of_service(self, it: ExaminedChat) -> None:
        for end in sorted(it.service.version_ends, key=lambda end: end.date):
            self.stdout.write(
                f"  note  version       {end.stage} of API {end.version} is on {end.date}."
            )
        for action in it.unknown_pushes:
            self.stdout.write(f"  note  pushes        We do not know the push {action}.")

    def tell_costs(self, it: ExaminedChat) -> None:
        counts = costs(it)
        self.stdout.write(
            f"\nIt took {counts.total()} requests that a private app pays for, "
            f"${counts.total() * PRICE:.4f} at the first price:"
        )
        for action, count in sorted(counts.items()):
            self.stdout.write(f"  {count:>3} {action}")

    def tell_differences(self, differences: list[Difference]) -> None:
        if not differences:
            self.stdout.write("\nThe sandbox does the same in every step.")
            return
        self.stdout.write("\nWhat the sandbox (“here”) does in another way:")
        for difference in differences:
            self.stdout.write(f"  {difference}")

    def conclude(self, differences: list[Difference]) -> None:
        """Raises CommandError where there are any."""
        self.tell_differences(differences)
        if differences:
            raise CommandError(f"{len(differences)} differences.", returncode=DIFFERENT)


@contextmanager
def quiet(verbosity: int) -> Iterator[None]:
    """What chatproxy logs of its work would stand between the plain words."""
    logger = logging.getLogger("chatproxy")
    level = logger.level
    if verbosity < 2:
        logger.setLevel(max(logger.getEffectiveLevel(), logging.WARNING))
    try:
        yield
    finally:
        logger.setLevel(level)
