"""Real browsers on two real sites: the server, the websites around it, and what a person sees."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    FloatRect,
    FrameLocator,
    Locator,
    Page,
    WebError,
    expect,
)

from tests.sandbox_rig import Agent, free_port
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 90
COMMAND_SECONDS = 110  # just below what a test may take
AVAILABILITY_SECONDS = 60  # the server keeps for ten seconds what it heard
STOP_SECONDS = 30
ANSWER_SECONDS = 30
PATIENCE = 30_000  # ms: the machine may be busy with other tests
expect.set_options(timeout=PATIENCE)

# Playwright switches storage partitioning off, and the last --disable-features wins: this one
# brings it back, and only then does the phase-out of third-party cookies take effect.
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    *("--disable-gpu", "--disable-software-rasterizer"),  # nobody looks: a page opens sooner
    # No process waits for a next website that most tests do not visit.
    "--disable-features=HttpsUpgrades,SpareRendererForSitePerProcess",
    "--host-resolver-rules=MAP *.test 127.0.0.1",  # names without the privileges of localhost
    "--test-third-party-cookie-phaseout",
]

ADD_WIDGET = """
from widget.models import Widget
Widget.objects.create(**given)
"""
# As `deploy/` does. Nobody waits for compressed files here: that they have their names is enough.
PREPARE = """
from django.conf import settings
from django.core.management import call_command
settings.SERVESTATIC_USE_BROTLI = settings.SERVESTATIC_USE_GZIP = False
call_command("migrate", verbosity=0)
call_command("collectstatic", verbosity=0)
"""
RUN_EACH_LINE = """
import json, sys
for line in sys.stdin:
    code, given = json.loads(line)
    names = {"given": given, "answer": None}
    exec(code, names)
    print(json.dumps(names["answer"]), flush=True)
"""


def chromium() -> str | None:
    """The browser to drive: $CHROMIUM, else the one on PATH, else Playwright's own (None).

    Chromium without a screen opens a page in a quarter of the time that the whole browser takes.
    """
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    return os.environ.get("CHROMIUM") or found


class Site:
    """Our real server as a process of its own, with its own database and LiveChat.

    It is reached as two sites, as in real life: a shop and the chat it embeds.
    """

    def __init__(self, directory: Path, livechat_url: str) -> None:
        self.directory = directory
        self.port = free_port()
        self.shop_url = f"http://shop.localhost:{self.port}"
        self.chat_url = f"http://chat.localhost:{self.port}"
        self.environment = os.environ | {
            "DEBUG": "false",
            "DEMO": "true",
            "DATA_DIR": str(directory),
            "SECURE_SSL_REDIRECT": "false",
            "LIMITS": "false",
            "DATABASE_URL": f"sqlite:///{directory / 'db.sqlite3'}",
            "REDIS_URL": "",
            "ALLOWED_HOSTS": ".localhost,.test,127.0.0.1",
            "LIVECHAT_ACCOUNTS_URL": livechat_url,
            "LIVECHAT_API_URL": livechat_url,
            "DJANGO_SECRET_KEY": "only for the tests of this machine " * 2,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.shell: subprocess.Popen[str] | None = None

    def manage(self, *arguments: str, stdin: str = "") -> str:
        """Run `manage.py` against this site's database and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=stdin,
            text=True,
            capture_output=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {arguments[0]} failed:\n{done.stderr}")
        return done.stdout

    def run(self, code: str, given: Any = None) -> Any:
        """Run Python beside this site's database; what it called `answer`.

        In one process for all that is run: to start Django takes longer than most tests.
        """
        if not self.shell:
            self.shell = subprocess.Popen(
                [sys.executable, "manage.py", "shell", "--no-imports", "-c", RUN_EACH_LINE],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self.shell.stdin
        assert self.shell.stdout
        self.shell.stdin.write(json.dumps([code, given]) + "\n")
        self.shell.stdin.flush()
        if line := self.shell.stdout.readline():
            return json.loads(line)
        shell, self.shell = self.shell, None  # the next test is to have one that works
        raise RuntimeError(f"the shell ended with {shell.wait()}: see its message above")

    def add_widget(self, key: str, **fields: Any) -> None:
        """Configure one more widget."""
        self.run(ADD_WIDGET, {"key": key, **fields})

    def start(self) -> None:
        """Start serving; returns when the server answers."""
        with (self.directory / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--port", str(self.port)],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        wait_until_it_listens(self.port, self.process, self.directory / "server.log")

    def stop(self) -> None:
        """Stop serving; the database stays."""
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(STOP_SECONDS)
            self.process = None

    def close(self) -> None:
        """End all that was started."""
        self.stop()
        if self.shell:
            self.shell.communicate(timeout=STOP_SECONDS)

    def restart(self) -> None:
        """What a new release does to everyone who is chatting."""
        self.stop()
        self.start()

    def wait_until_somebody_is_there(self, key: str) -> None:
        """Returns when the server has heard from LiveChat that an agent accepts chats."""
        welcome = f"/w/{key}/welcome"
        wait_until(lambda: b"status online" in self.get(welcome).body, AVAILABILITY_SECONDS)

    def get(self, path: str, **headers: str) -> "Answer":
        """Fetch from the chat's site without a browser; never follows compression or cookies."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            headers={"Host": f"chat.localhost:{self.port}"}
            | {name.replace("_", "-"): value for name, value in headers.items()},
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as response:
                return Answer(response.status, dict(response.headers.items()), response.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, dict(error.headers.items()), error.read())


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def wait_until_it_listens(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return once something accepts connections there; raise with the log if it gave up."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log.read_text()[-4000:]}")


class Websites:
    """Other people's websites: any page a test writes, at http://<name>.localhost:<port>/<path>."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.requests: list[str] = []
        websites = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                websites.requests.append(self.path)
                body, headers = websites.pages.get(self.path.split("?")[0], (b"", {}))
                self.send_response(200 if body else 404)
                for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Say nothing: the test's own output matters more."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def origins(self) -> list[str]:
        """The websites that may embed the tests' widget; any other name may not."""
        return [f"http://{name}.localhost:{self.port}" for name in ("shop", "blog")]

    def publish(
        self, path: str, body: str | bytes, headers: Mapping[str, str] | None = None
    ) -> str:
        """Put a file on every website and return its address on the shop's."""
        text = body.encode() if isinstance(body, str) else body
        self.pages[path] = (text, dict(headers or {}))
        return f"{self.origins[0]}{path}"

    def close(self) -> None:
        """Take them down."""
        self.server.shutdown()
        self.server.server_close()


def html(body: str, *, head: str = "<title>A shop</title>", lang: str = "en") -> str:
    """A small page of a website."""
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,">{head}</head><body>{body}</body></html>'
    )


@dataclass
class Console:
    """What browsers complained about during one test: errors, refusals of a policy, crashes."""

    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Listen to every page and frame of a person's browser."""
        context.on("console", self.heard)
        context.on("weberror", self.crashed)

    def heard(self, message: ConsoleMessage) -> None:
        """Keep what the console shows in red."""
        if message.type == "error":
            where = message.location.get("url", "")
            self.complaints.append(f"{message.text} ({where})")

    def crashed(self, error: WebError) -> None:
        """Keep an exception nobody caught."""
        self.complaints.append(f"uncaught: {error.error}")

    def expect(self, text: str) -> None:
        """Say that this test provokes a complaint containing `text`."""
        self.expected.append(text)

    @property
    def unexpected(self) -> list[str]:
        """The complaints that no test asked for."""
        return [
            complaint
            for complaint in self.complaints
            if not any(text in complaint for text in self.expected)
        ]


class Chat:
    """The panel inside its iframe, or as a page of its own, as a person uses it."""

    def __init__(self, page: Page, panel: FrameLocator | Page) -> None:
        self.page = page
        self.panel = panel

    @property
    def log(self) -> Locator:
        """The list of messages."""
        return self.panel.get_by_role("log")

    @property
    def composer(self) -> Locator:
        """Where the customer writes."""
        return self.panel.get_by_role("textbox", name="Message")

    @property
    def live(self) -> Locator:
        """The panel's root, once its websocket is open."""
        return self.panel.locator("[data-live=open]")

    @property
    def greeted(self) -> Locator:
        """The panel's root, once a website's page has told it who is there."""
        return self.panel.locator("html[data-website]")

    def messages(self, author: str) -> Locator:
        """What "customer", "agent" or "system" said, and LiveChat has."""
        return self.log.locator(f"[data-author={author}]:not(.pending)")

    def send(self, text: str) -> None:
        """Write a message and send it."""
        self.composer.fill(text)
        self.panel.get_by_role("button", name="Send", exact=True).click()

    def read_back_to(self, earlier: Locator) -> None:
        """Scroll up until it is there, however many pages there are before it."""
        while not earlier.count():
            shown = self.log.locator("[data-author]").count()
            wait_for(self.page, partial(self.reads_more, earlier, shown))

    def reads_more(self, earlier: Locator, shown: int) -> bool:
        """Scroll up, once more: what has come meanwhile may have scrolled down again."""
        self.panel.locator("#scroll").evaluate("scroller => scroller.scrollTo(0, 0)")
        return bool(earlier.count()) or self.log.locator("[data-author]").count() > shown

    def end(self) -> None:
        """End the chat, and say so again in the dialog that asks."""
        self.panel.get_by_role("button", name="End chat").click()
        dialog = self.panel.get_by_role("dialog", name="End this chat?")
        dialog.get_by_role("button", name="End chat").click()


def begin(chat: Chat) -> None:
    """Say the first word, and wait until it stands in the log and the socket is open."""
    chat.send("Hello")
    expect(chat.messages("customer")).to_contain_text(["Hello"])
    expect(chat.live).to_be_visible()


def chat_in(page: Page) -> Chat:
    """The panel on a website's page."""
    return Chat(page, page.frame_locator("iframe#chat-widget"))


def cards(page: Page) -> Locator:
    """What stands beside the launcher: an invitation, a greeting, what is unread."""
    return page.locator("chat-widget").get_by_role("status").locator("> div")


def chat_id(agent: Agent) -> str:
    """The only chat there is."""
    found: str = agent.chats()[0]["id"]
    return found


def wait_for(page: Page, find: Callable[[], Any]) -> Any:
    """What no page tells us of, looked for again and again.

    Also on our own pages, whose policy forbids what Playwright's `wait_for_function` does.
    """
    deadline = time.monotonic() + PATIENCE / 1000
    while not (found := find()):
        assert time.monotonic() < deadline, "it did not come"
        page.wait_for_timeout(100)
    return found


def never_after(milliseconds: int) -> str:
    """A script for pages: what they would do after exactly so long, they do not live to do.

    For patience that is right for people and short for a machine that is busy with other tests.
    """
    return f"""(() => {{
        const later = window.setTimeout;
        window.setTimeout = (act, wait, ...given) =>
            later(act, wait === {milliseconds} ? 600_000 : wait, ...given);
    }})();"""


MOVES = """async (element) => {
    const outside = (one) => one.assignedSlot ?? one.parentElement ?? one.getRootNode().host;
    for (let one = element; one; one = outside(one))
        await Promise.allSettled(one.getAnimations().map((each) => each.finished));
}"""


def box_at_rest(element: Locator) -> FloatRect:
    """Where it is once it, and all that it stands in, has moved in."""
    element.evaluate(MOVES)
    box = element.bounding_box()
    assert box, "it is not shown"
    return box


class Shop:
    """A page that carries the widget, as a person sees it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.launcher = page.locator("chat-widget").get_by_role("button")
        self.iframe = page.locator("iframe#chat-widget")

    def open_chat(self) -> Chat:
        """Click the launcher and return the panel, which knows by then what the page has told."""
        self.page.get_by_role("button", name="Open chat").click()
        expect(self.iframe).to_be_visible()
        expect(self.chat.panel.locator(":focus")).to_be_attached()
        return self.chat

    @property
    def chat(self) -> Chat:
        """The panel, whether it is open or not."""
        return chat_in(self.page)


OpenShop = Callable[[Page], Shop]
