"""`python -m tests.config.echo PORT [HOST]`: our server around the smallest application there is.

The variables PATIENCE and REQUEST_TIMEOUT, in seconds, are for tests that wait until the server
has lost it.
"""

import asyncio
import gc
import os
import sys
from typing import Any

from config import server

FLOOD = 400  # messages
MESSAGE = "x" * 64 * 1024
LONG = "x" * 12 * 1024 * 1024


async def answer(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await stream(scope["path"], receive, send)
    else:
        await echo(scope, receive, send)


async def stream(path: str, receive: Any, send: Any) -> None:
    """A stream of one message; with "/flood" of more than a browser would ever read, to no end.

    With "/long" one that takes long to read. With "/file" as much, and no stream.

    "/broken" is a bug, "/breaking" one in the middle of the
    answer. "/slow" is a stream and "/hanging" is none, and neither ends.
    """
    if path == "/broken":
        raise ZeroDivisionError
    is_stream = path not in ("/file", "/hanging")
    kind = b"text/event-stream" if is_stream else b"application/octet-stream"
    headers = [(b"content-type", kind)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if path == "/breaking":
        await send({"type": "http.response.body", "body": b"half of it", "more_body": True})
        raise ZeroDivisionError
    while path in ("/slow", "/hanging"):
        await send({"type": "http.response.body", "body": b"alive\n", "more_body": True})
        await asyncio.sleep(0.1)
    body = LONG if path == "/long" else MESSAGE
    for _ in range(1 if path in ("/", "/long") else FLOOD):
        await send({"type": "http.response.body", "body": body.encode(), "more_body": True})
    while path in ("/flood", "/long") and (await receive())["type"] != "http.disconnect":
        pass
    await send({"type": "http.response.body"})


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Send back what comes; to "flood", answer with more than a browser would ever read.

    To "long", with one message that takes long to read.

    To "frozen", with the number of objects that the garbage collector does not look at; to
    "thresholds", with how many come before it looks; to "sockets", with how many are kept; to
    "kept", with what is kept of each. At "/refused" nobody is let in.
    """
    assert scope["type"] == "websocket"
    if scope["path"] == "/refused":
        await send({"type": "websocket.close"})
        return
    while (event := await receive())["type"] != "websocket.disconnect":
        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        elif event["text"] == "flood":
            for _ in range(FLOOD):
                await send({"type": "websocket.send", "text": MESSAGE})
        elif event["text"] == "long":
            await send({"type": "websocket.send", "text": LONG})
        elif event["text"] == "frozen":
            await send({"type": "websocket.send", "text": str(gc.get_freeze_count())})
        elif event["text"] == "thresholds":
            await send({"type": "websocket.send", "text": str(gc.get_threshold())})
        elif event["text"] == "sockets":
            await send({"type": "websocket.send", "text": str(len(sockets()))})
        elif event["text"] == "kept":
            kept = [(vars(each), each.request.headers) for each in sockets()]
            await send({"type": "websocket.send", "text": repr(kept)})
        else:
            await send({"type": "websocket.send", "text": event["text"]})


def sockets() -> list[Any]:
    return [each for each in gc.get_objects() if type(each) is server.Socket]


if __name__ == "__main__":
    server.PATIENCE = float(os.environ.get("PATIENCE", server.PATIENCE))
    server.REQUEST_TIMEOUT = int(os.environ.get("REQUEST_TIMEOUT", server.REQUEST_TIMEOUT))
    port, host = [*sys.argv[1:], "127.0.0.1"][:2]
    sys.exit(server.serve(answer, host, int(port)))
