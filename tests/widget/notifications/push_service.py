"""A push service as browsers have theirs: it checks who sends, and hands on what it cannot read."""

from __future__ import annotations

import base64
import json
import os
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def in_base64(binary: bytes) -> str:
    return base64.urlsafe_b64encode(binary).rstrip(b"=").decode()


def binary_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Device:
    """A browser: it alone can read, and its service worker shows what is newer than the last."""

    name: str
    service: PushService
    received: list[dict[str, Any]] = field(default_factory=list)
    shown: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = generate_private_key(SECP256R1())
        self.auth = os.urandom(16)

    def subscription(self) -> dict[str, str]:
        public = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "endpoint": f"{self.service.url}/{self.name}",
            "p256dh": in_base64(public),
            "auth": in_base64(self.auth),
        }

    def receive(self, body: bytes) -> None:
        plain = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth)
        news = json.loads(plain)
        self.received.append(news)
        if not self.shown or news["at"] > self.shown[-1]["at"]:
            self.shown.append(news)


class PushService:
    """`answers` are what the next requests get: a status, or "late" for taken and not answered."""

    def __init__(self, public_key: str) -> None:
        self.public_key = public_key
        self.devices: dict[str, Device] = {}
        self.answers: deque[int | str] = deque()
        self.headers: list[dict[str, str]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = service.take(self.path.strip("/"), dict(self.headers), body)
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response(answer)
                self.send_header("Content-Length", "0")
                if answer in (301, 302, 307):
                    self.send_header("Location", f"{service.url}/elsewhere")
                if answer == 429:
                    self.send_header("Retry-After", "0")
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def device(self, name: str) -> Device:
        self.devices[name] = Device(name, self)
        return self.devices[name]

    def take(self, name: str, headers: dict[str, str], body: bytes) -> int | None:
        """The answer, None to hang up."""
        self.headers.append(headers)
        if not self.knows(headers["Authorization"]):
            return 403
        answer = self.answers.popleft() if self.answers else 201
        if name not in self.devices:
            return 404
        if answer in (201, "late"):
            self.devices[name].receive(body)
        return None if isinstance(answer, str) else answer

    def knows(self, authorization: str) -> bool:
        """Whether it is signed, for us, with the key that the browser named. Source: RFC 8292."""
        scheme, _, parameters = authorization.partition(" ")
        found = dict(part.strip().split("=", 1) for part in parameters.split(","))
        point = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), binary_of(found["k"]))
        claims = jwt.decode(found["t"], point, algorithms=["ES256"], audience=self.url)
        contact = claims["sub"].startswith("mailto:")
        return scheme == "vapid" and found["k"] == self.public_key and contact

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
