"""`python -m tests.chatproxy.holder NAME SECONDS`: a process that works under a lock for so long.

It prints when it enters and when it leaves, on the clock that all processes of a machine share.
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


locks.LEASE, locks.RENEW_EVERY = 1.0, 0.2
say("ready")
sys.stdin.readline()
with locks.one_at_a_time(sys.argv[1]):
    say(time.monotonic())
    time.sleep(float(sys.argv[2]))
    say(time.monotonic())
