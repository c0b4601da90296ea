"""A fresh Django project in an environment of its own, where this repository is not to be found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.rig import wait_until_it_listens
from tests.sandbox_rig import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
STOP_SECONDS = 30

APPLICATION = "shop.asgi:application"
SERVERS = {
    "daphne": ["-m", "daphne", "-b", "127.0.0.1", "-p", "{port}", APPLICATION],
    "uvicorn": ["-m", "uvicorn", "--host", "127.0.0.1", "--port", "{port}", APPLICATION],
    "hypercorn": ["-m", "hypercorn", "--bind", "127.0.0.1:{port}", APPLICATION],
    "granian": [
        *("-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", "{port}"),
        APPLICATION,
    ],
    "runserver": ["manage.py", "runserver", "--noreload", "127.0.0.1:{port}"],
}

# What a developer adds to what `startproject` made: docs/django.md promises that it is all.
APPS = 'INSTALLED_APPS += ["channels", "django_htmx", "chatproxy", "widget"]\n'
URLS = 'urlpatterns += [path("chat/", include("widget.urls"))]\n'
ASGI = (
    "from widget.asgi import with_chat\n"
    'application = with_chat(get_asgi_application(), path="chat/")\n'
)
TAG = '{% load chat_widget %}{% chat_widget "shop" %}'

# The rest is a project as there are many: a user model of its own, a page, a way to sign in.
SETTINGS = """
import os
INSTALLED_APPS += ["people"]
AUTH_USER_MODEL = "people.Person"
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "sign_in", "/", "/"
MIDDLEWARE += ["django.contrib.auth.middleware.LoginRequiredMiddleware"]
TEMPLATES[0]["DIRS"] = [BASE_DIR / "templates"]
ALLOWED_HOSTS = [".localhost"]
STATIC_ROOT = BASE_DIR / "collected"
LIVECHAT_ACCOUNTS_URL = LIVECHAT_API_URL = os.environ.get("TEST_LIVECHAT", "")
if os.environ.get("TEST_RUNSERVER"):
    INSTALLED_APPS.insert(0, "daphne")
    ASGI_APPLICATION = "shop.asgi.application"
if os.environ.get("TEST_PLAIN_USERS"):
    INSTALLED_APPS += ["members"]
    AUTH_USER_MODEL = "members.Member"
    DATABASES["default"]["NAME"] = BASE_DIR / "members.sqlite3"
if prefix := os.environ.get("TEST_PREFIX"):
    FORCE_SCRIPT_NAME = None
    LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = f"{prefix}/"
if os.environ.get("TEST_MANIFEST"):
    DEBUG = False
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        },
    }
"""
PROJECT_URLS = """
from django.conf import settings
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.urls import include, re_path
from django.views.static import serve

@login_not_required
def home(request):
    return render(request, "home.html")

urlpatterns += [
    path("", home),
    path("sign-in", auth.LoginView.as_view(template_name="sign_in.html"), name="sign_in"),
    path("sign-out", auth.LogoutView.as_view(), name="sign_out"),
]
if not settings.DEBUG:
    urlpatterns += [
        re_path("^static/(?P<path>.*)$", login_not_required(serve),
                {"document_root": settings.STATIC_ROOT}),
    ]
"""
PEOPLE = """
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models

class People(BaseUserManager):
    def create_user(self, address, password, **fields):
        person = self.model(address=address, **fields)
        person.set_password(password)
        person.save()
        return person

class Person(AbstractBaseUser, PermissionsMixin):
    address = models.EmailField(unique=True)
    called = models.CharField(max_length=100)
    is_staff = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    USERNAME_FIELD = EMAIL_FIELD = "address"
    objects = People()

    def get_full_name(self):
        return self.called
"""
# The model of Django's "Customizing authentication": no PermissionsMixin, no field `is_staff`.
MEMBERS = """
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

class Member(AbstractBaseUser):
    email = models.EmailField(unique=True)
    is_admin = models.BooleanField(default=False)
    USERNAME_FIELD = "email"
    objects = BaseUserManager()

    def has_perm(self, perm, obj=None):
        return self.is_admin

    def has_module_perms(self, app_label):
        return self.is_admin

    @property
    def is_staff(self):
        return self.is_admin
"""
HOME = (
    '<!doctype html><html lang="en"><title>A shop</title><link rel="icon" href="data:,">'
    '<form method="post" action="{% url "sign_out" %}">{% csrf_token %}'
    "<button>Sign out</button></form>" + TAG
)
SIGN_IN = (
    '<!doctype html><html lang="en"><title>Sign in</title><link rel="icon" href="data:,">'
    '<form method="post">{% csrf_token %}{{ form }}<button>Sign in</button></form>'
)
MAKE_PEOPLE = """
from people.models import Person
Person.objects.create_user("ada@shop.example", "a long password", called="Ada Lovelace")
"""
ADD_WIDGET = """
import json, sys
from widget.models import Widget
Widget.objects.create(**json.loads(sys.stdin.read()))
"""


class Project:
    """What a developer has after reading docs/django.md, once it was started."""

    def __init__(self, folder: Path, environment: Path, livechat_url: str) -> None:
        self.folder = folder
        self.python = environment / "bin" / "python"
        self.port = free_port()
        self.url = f"http://shop.localhost:{self.port}"
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("PYTHONPATH", "DJANGO_SETTINGS_MODULE", "DEBUG")
        } | {"TEST_LIVECHAT": livechat_url}

    def start(self) -> None:
        """With the five lines, a user model of its own, and one user."""
        self.write_files()
        self.manage("makemigrations", "people", "--verbosity", "0")
        self.manage("migrate", "--verbosity", "0")
        self.manage("shell", "-c", MAKE_PEOPLE)

    def write_files(self) -> None:
        self.folder.mkdir()
        self.run("-m", "django", "startproject", "shop", ".")
        self.run("-m", "django", "startapp", "people")
        self.write("people/models.py", PEOPLE)
        self.run("-m", "django", "startapp", "members")
        self.write("members/models.py", MEMBERS)
        self.append("shop/settings.py", APPS + SETTINGS)
        self.append("shop/urls.py", PROJECT_URLS + URLS)
        self.append("shop/asgi.py", ASGI)
        self.write("templates/home.html", HOME)
        self.write("templates/sign_in.html", SIGN_IN)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def append(self, name: str, text: str) -> None:
        self.write(name, (self.folder / name).read_text() + "\n" + text)

    def run(self, *arguments: str, stdin: str = "", **environment: str) -> str:
        """Run Python in the project; what it printed. Raises RuntimeError with its errors."""
        done = subprocess.run(
            [self.python, *arguments],
            cwd=self.folder,
            env=self.environment | environment,
            input=stdin,
            text=True,
            capture_output=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stderr[-4000:]}")
        return done.stdout + done.stderr

    def manage(self, *arguments: str, stdin: str = "", **environment: str) -> str:
        return self.run("manage.py", *arguments, stdin=stdin, **environment)

    def add_widget(self, **fields: Any) -> None:
        self.manage("shell", "-c", ADD_WIDGET, stdin=json.dumps(fields))

    @contextmanager
    def served_by(self, server: str, *arguments: str, **environment: str) -> Iterator[None]:
        """The project under this server, until the block ends; then it is stopped politely."""
        command = [part.format(port=self.port) for part in SERVERS[server]]
        log_path = self.folder / f"{server}.log"
        with log_path.open("wb") as log:
            process = subprocess.Popen(
                [self.python, *command, *arguments],
                cwd=self.folder,
                env=self.environment | environment,
                stdout=log,
                stderr=log,
            )
        try:
            wait_until_it_listens(self.port, process, log_path)
            yield
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            sys.stdout.write(self.log_of(server))  # shown with a test that fails

    def log_of(self, server: str) -> str:
        return (self.folder / f"{server}.log").read_text()


def make_environment(folder: Path, wheel: Path) -> None:
    """An environment with our wheel, and with what we have already fetched of everything else.

    That is lent by a path file: downloading it again for each test would take minutes.
    """
    venv.create(folder, with_pip=False)
    site_packages = next((folder / "lib").glob("python3*/site-packages"))
    (site_packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    subprocess.run(
        [
            *(Path(sys.executable).with_name("uv"), "pip", "install", "--quiet", "--offline"),
            *("--no-deps", "--python", folder / "bin" / "python", wheel),
        ],
        check=True,
    )
