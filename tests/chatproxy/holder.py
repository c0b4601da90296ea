"""`python -m tests.chatproxy.holder NAME`: a process that works under a lock.

It enters when it is sent a line and leaves at the next one, and prints when, on the clock that all
processes of a machine share.
"""

import os
import sys
import time

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from chatproxy import locks  # noqa: E402


def say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


locks.LEASE, locks.RENEW_EVERY, locks.WAIT_AT_MOST = 60.0, 0.1, 60.0
say("ready")
sys.stdin.readline()
with locks.one_at_a_time(sys.argv[1]):
    say(time.monotonic())
    sys.stdin.readline()
    say(time.monotonic())
