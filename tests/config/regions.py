"""`manage.py serve`, to which LiveChat's two regions are two sandboxes; their ports are given.

Instead of the resolver: `api.livechat.test` and `api-fra.livechat.test` are on this machine.
"""

import os
import socket
import sys
from typing import Any

from django.core.management import execute_from_command_line

API_URL = "http://api.livechat.test"
resolve = socket.getaddrinfo


def resolve_regions(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
    if host in ports:
        host, port = "127.0.0.1", ports[host]
    return resolve(host, port, *args, **kwargs)


if __name__ == "__main__":
    serve, dal, fra = sys.argv[1:]
    ports = {"api.livechat.test": int(dal), "api-fra.livechat.test": int(fra)}
    socket.getaddrinfo = resolve_regions
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    execute_from_command_line(["manage.py", "serve", "--port", serve])
