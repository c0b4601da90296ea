"""A bare stand-in for LiveChat that costs as little as Python can: the floor to measure against.

It knows one conversation, gives it to everybody, and pushes at any rate it is told to.
`python -m bench.livechat PORT [--tls CERT KEY] [--delay SECONDS] [--slow SECONDS]`
`--slow` is what its region `fra` takes on top.
"""

import argparse
import asyncio
import json
import ssl
import time
from collections import deque
from typing import Any

import uvloop

from bench.frames import CLOSE, PING, PONG, accept_key, frame, messages

BACKLOG = 8192
AGENT = {"id": "a" * 32, "type": "agent", "name": "Piotr", "avatar": "", "present": True}
THREAD = "SK7Q2M4XBA"
CHAT = "SK7Q2M4XAA"


def event(number: int, text: str) -> dict[str, Any]:
    return {
        "id": f"{THREAD}_{number}",
        "type": "message",
        "author_id": AGENT["id"],
        "created_at": time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime()),
        "recipients": "all",
        "text": text,
    }


HISTORY = [event(number, f"Message number {number} of an ordinary chat") for number in range(1, 26)]
ANSWERS: dict[str, Any] = {
    "login": {"customer": {"id": "c"}, "chats": [{"chat_id": CHAT}], "has_active_thread": True},
    "list_chats": {
        "chats_summary": [{"id": CHAT, "users": [AGENT], "active": True, "last_thread_id": THREAD}],
        "total_chats": 1,
    },
    "list_threads": {
        "threads": [
            {
                "id": THREAD,
                "active": True,
                "created_at": "2026-03-18T09:21:39.900000Z",
                "user_ids": [],
                "events": HISTORY,
            }
        ],
        "found_threads": 1,
    },
    "send_event": {"event_id": f"{THREAD}_26"},
    "get_dynamic_configuration": {"livechat": {"online_group_ids": [0], "language": "en"}},
}


class LiveChat:
    """Who is logged in, and how many calls were made."""

    def __init__(self, delay: float, slow: float) -> None:
        self.delay, self.slow = delay, slow
        self.online: list[Peer] = []
        self.calls: dict[str, int] = {}
        self.connections = 0
        self.recent: deque[dict[str, Any]] = deque(maxlen=100)  # for those who poll

    def count(self, action: str) -> None:
        self.calls[action] = self.calls.get(action, 0) + 1

    async def push(self, rate: float, seconds: float) -> int:
        """Push to one customer after the other, evenly, `rate` a second. How many were sent."""
        loop = asyncio.get_running_loop()
        sent, began = 0, loop.time()
        while (elapsed := loop.time() - began) < seconds:
            for _ in range(int(elapsed * rate) - sent):
                if self.online:
                    self.online[sent % len(self.online)].push()
                self.recent.append(event(sent, f"An answer, written ~{time.monotonic_ns()}~"))
                sent += 1
            await asyncio.sleep(0.001)
        return sent


class Peer(asyncio.Protocol):
    """One connection: HTTP until it asks for a websocket."""

    def __init__(self, livechat: LiveChat) -> None:
        self.livechat = livechat
        self.buffer = bytearray()
        self.is_websocket = False
        self.said = len(HISTORY)  # the number of the last event this customer was sent
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.livechat.connections += 1

    def connection_lost(self, exc: Exception | None) -> None:
        if self in self.livechat.online:
            self.livechat.online.remove(self)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if self.is_websocket:
            self.websocket()
        else:
            self.http()

    def push(self) -> None:
        self.said += 1
        said = event(self.said, f"An answer of the usual length, sent ~{time.monotonic_ns()}~")
        payload = {"chat_id": CHAT, "thread_id": THREAD, "event": said}
        body = {"version": "3.6", "action": "incoming_event", "type": "push", "payload": payload}
        self.transport.write(frame(json.dumps(body).encode()))

    def websocket(self) -> None:
        for opcode, payload in messages(self.buffer):
            if opcode == CLOSE:
                self.transport.close()
            elif opcode == PING:
                self.transport.write(frame(payload, opcode=PONG))
            else:
                self.answer(json.loads(payload))

    def answer(self, request: dict[str, Any]) -> None:
        action = request["action"]
        self.livechat.count(action)
        if action == "login":
            self.livechat.online.append(self)
        body = {
            "request_id": request.get("request_id"),
            "action": action,
            "type": "response",
            "success": True,
            "payload": ANSWERS.get(action, {}),
        }
        answer = frame(json.dumps(body).encode())
        if self.livechat.delay and action != "ping":
            loop = asyncio.get_running_loop()
            loop.call_later(self.livechat.delay, self.transport.write, answer)
        else:
            self.transport.write(answer)

    def http(self) -> None:
        head, found, rest = bytes(self.buffer).partition(b"\r\n\r\n")
        if not found:
            return
        lines = head.split(b"\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(b":") for line in lines[1:])
        }
        if len(rest) < int(headers.get(b"content-length", 0)):
            return
        self.buffer.clear()
        if b"sec-websocket-key" in headers:
            self.is_websocket = True
            key = accept_key(headers[b"sec-websocket-key"])
            self.transport.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + key + b"\r\n\r\n"
            )
            return
        target = lines[0].split(b" ")[1].decode()
        if target.startswith("/bench/"):
            self.control(target)
        else:
            action = target.partition("?")[0].rpartition("/")[2]
            self.livechat.count(action)
            answer = ANSWERS.get(action, {})
            if action == "list_threads" and self.livechat.recent:
                answer = {"threads": [{"id": THREAD, "events": list(self.livechat.recent)}]}
            body = json.dumps(answer).encode()
            slow = self.livechat.slow if headers.get(b"x-region") == b"fra" else 0
            asyncio.get_running_loop().call_later(self.livechat.delay + slow, self.reply, body)

    def reply(self, body: bytes) -> None:
        length = str(len(body)).encode()
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
            + length
            + b"\r\n\r\n"
            + body
        )

    def control(self, target: str) -> None:
        """/bench/state, /bench/drop, /bench/push/<rate>/<seconds>: for the benchmark alone."""
        _, _, name, *arguments = target.split("/")
        if name == "push":
            rate, seconds = map(float, arguments)
            task = asyncio.get_running_loop().create_task(self.livechat.push(rate, seconds))
            task.add_done_callback(lambda done: self.reply(json.dumps(done.result()).encode()))
            return
        if name == "drop":
            for peer in tuple(self.livechat.online):
                peer.transport.close()
        state = {
            "online": len(self.livechat.online),
            "connections": self.livechat.connections,
            "calls": self.livechat.calls,
        }
        self.reply(json.dumps(state).encode())


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--tls", nargs=2, metavar=("CERTIFICATE", "KEY"))
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--slow", type=float, default=0.0)
    options = parser.parse_args()
    livechat = LiveChat(options.delay, options.slow)
    tls = None
    if options.tls:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*options.tls)
    loop = asyncio.get_running_loop()
    plain = await loop.create_server(
        lambda: Peer(livechat), "127.0.0.1", options.port, backlog=BACKLOG
    )
    if tls:
        await loop.create_server(
            lambda: Peer(livechat), "127.0.0.1", options.port + 1, backlog=BACKLOG, ssl=tls
        )
    await plain.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
