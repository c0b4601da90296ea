"""The project's settings, as tests need them: no environment to prepare, and quick passwords."""

import os
from urllib.parse import urlsplit

os.environ.setdefault("DEBUG", "1")

# Tests run side by side and empty the cache: each worker needs one to itself.
if redis_url := os.environ.get("REDIS_URL"):
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    os.environ["REDIS_URL"] = urlsplit(redis_url)._replace(path=f"/{worker}").geturl()

from config.settings import *  # noqa: F403

if redis_url:  # what is announced is heard in all its databases
    CACHES["default"]["KEY_PREFIX"] = worker  # noqa: F405
    # A machine that is busy for a second must not make the cache forget what a test relies on.
    CACHES["default"]["OPTIONS"] = {"socket_connect_timeout": 30, "socket_timeout": 30}  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
