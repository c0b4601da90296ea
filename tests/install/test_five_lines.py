"""Five lines in somebody's project, and their users chat, whatever server they have."""

import sqlite3
from contextlib import closing

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.e2e.rig import Chat, Shop
from tests.install.project import Project
from tests.sandbox_rig import Agent, Sandbox

pytestmark = pytest.mark.timeout(300)  # the first builds the wheel and a project


def sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-in")
    page.locator("[name=username]").fill("ada@shop.example")
    page.locator("[name=password]").fill("a long password")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_title("A shop")


def open_chat(page: Page) -> Chat:
    chat = Shop(page).open_chat()
    chat.send("Where is my parcel?")
    expect(chat.messages("customer")).to_contain_text("Where is my parcel?")
    return chat


def test_a_signed_in_user_chats(page: Page, project: Project, server: str, agent: Agent) -> None:
    sign_in(page, project.url)
    chat = open_chat(page)
    (summary,) = agent.chats()
    customer = next(user for user in summary["users"] if user["type"] == "customer")
    assert (customer["name"], customer["email"]) == ("Ada Lovelace", "ada@shop.example")
    agent.send(summary["id"], "On its way.")
    expect(chat.messages("agent")).to_contain_text("On its way.")
    assert "Traceback" not in project.log_of(server)


@pytest.mark.night  # by day a project has one server, uvicorn
def test_the_chat_is_there_while_developing(
    page: Page, project: Project, sandbox: Sandbox, agent: Agent
) -> None:
    with project.served_by("runserver", TEST_RUNSERVER="1"):
        page.goto(project.url)
        open_chat(page)
        agent.send(agent.chats()[0]["id"], "Here.")
        expect(Shop(page).chat.messages("agent")).to_contain_text("Here.")


def test_who_signs_out_leaves_no_chat_behind(
    page: Page, project: Project, sandbox: Sandbox, agent: Agent
) -> None:
    with project.served_by("uvicorn"):
        sign_in(page, project.url)
        open_chat(page)
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_function("localStorage.getItem('livechat-widget:shop') === null")
        chat = Shop(page).chat  # it was open, and is again
        expect(chat.greeted).to_be_attached()  # else what is written goes with who has gone
        chat.send("Does anybody know me?")
        expect(chat.messages("customer")).to_have_count(1)
        assert len(agent.chats()) == 2


@pytest.mark.night  # by day tests/widget/test_asgi.py has a prefix
def test_the_chat_is_found_behind_a_prefix_of_a_proxy(
    page: Page, project: Project, sandbox: Sandbox, agent: Agent
) -> None:
    with project.served_by("hypercorn", "--root-path", "/en", TEST_PREFIX="/en"):
        sign_in(page, f"{project.url}/en")
        open_chat(page)
        agent.send(agent.chats()[0]["id"], "Here.")
        expect(Shop(page).chat.messages("agent")).to_contain_text("Here.")


@pytest.mark.night  # to collect them takes long; by day they have their own names
def test_static_files_may_have_hashed_names(
    page: Page, project: Project, sandbox: Sandbox, agent: Agent
) -> None:
    project.manage("collectstatic", "--no-input", "--verbosity", "0", TEST_MANIFEST="1")
    with project.served_by("hypercorn", TEST_MANIFEST="1"):
        sign_in(page, project.url)
        open_chat(page)
        agent.send(agent.chats()[0]["id"], "Here.")
        expect(Shop(page).chat.messages("agent")).to_contain_text("Here.")


@pytest.mark.night  # another server; by day who signs out is nobody
def test_nobody_is_signed_in_who_is_not(
    page: Page, project: Project, sandbox: Sandbox, agent: Agent
) -> None:
    with project.served_by("granian"):
        page.goto(project.url)
        expect(page.locator("script[data-identity]")).to_have_count(0)
        open_chat(page)
        (summary,) = agent.chats()
        customer = next(user for user in summary["users"] if user["type"] == "customer")
        assert not customer.get("email")


def count_customers(project: Project) -> int:
    """All that was counted for the statistics."""
    with closing(sqlite3.connect(project.folder / "db.sqlite3")) as database:
        [[total]] = database.execute("SELECT coalesce(sum(count), 0) FROM widget_tally")
        return int(total)


@pytest.mark.parametrize(
    "server",
    [
        "uvicorn",
        *(pytest.param(each, marks=pytest.mark.night) for each in ("hypercorn", "granian")),
    ],
)
def test_the_last_that_happened_is_written_down_when_the_server_ends(
    project: Project, sandbox: Sandbox, server: str
) -> None:
    """Otherwise it is written every five seconds."""
    before = count_customers(project)
    with project.served_by(server):
        opened = f"http://127.0.0.1:{project.port}/chat/w/shop/opened"
        headers = {"Host": f"shop.localhost:{project.port}", "Origin": project.url}
        assert requests.post(opened, headers=headers, timeout=30).status_code == 204
    assert count_customers(project) == before + 1


# What customers and owners do, with the database as `startproject` sets it up.
WHILE_SOMEBODY_WRITES = """
import sqlite3, threading
from django.conf import settings
from django.test import Client
from django.utils import timezone
from people.models import Person
from chatproxy.models import BearerToken, Customer
from widget.models import Membership, Move, Subscription, Widget
from widget.models.subscriptions import Browser
path = settings.DATABASES["default"]["NAME"]
organization_id = "4f3a8e2e-2b3f-4a4e-9d7f-6e5d4c3b2a10"
widget = Widget.objects.create(key="other", name="Other", organization_id=organization_id)
ada = Person.objects.create_user("owner@shop.example", "a long password", is_superuser=True)
owner = Client(headers={"host": "shop.localhost"})
owner.force_login(ada)
customer = Customer.objects.create(widget_key="other", fresh_until=timezone.now())
token = customer.admit()
bearer = BearerToken.objects.select_related("customer").get(customer=customer)
browser = Browser("https://push.example", "key", "auth")
membership = {"user": ada.pk, "organization_id": organization_id, "role": "viewer"}

def write(name, act, *arguments, **options):
    somebody = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    somebody.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.3, somebody.execute, ["COMMIT"])
    timer.start()
    try:
        act(*arguments, **options)
    except Exception as error:
        print(name, error)
    timer.join()
    somebody.close()

write("One more browser:", customer.admit)
write("The chat moves:", customer.admit, moved_from=bearer)
write("A link for another device:", Move.objects.open, bearer)
to_be_told = {"page": "", "language": "en", "group_id": 0}
write("To be told:", Subscription.objects.subscribe, bearer, browser, **to_be_told)
write("Leaving:", customer.leave, token)
write("A role:", owner.post, "/admin/widget/membership/add/", membership)
write("No widget:", owner.post, f"/admin/widget/widget/{widget.pk}/delete/", {"post": "yes"})
print(Membership.objects.filter(user=ada).count(), Widget.objects.filter(key="other").count())
"""


def test_who_writes_while_somebody_else_does_waits_for_their_turn(
    project: Project, sandbox: Sandbox
) -> None:
    """SQLite refuses at once whoever has read before in the same transaction."""
    said = project.manage("shell", "--no-imports", "-c", WHILE_SOMEBODY_WRITES)
    assert said.split("\n") == ["1 0", ""]
