"""LiveChat as an examination reaches it: it counts, and hears every word."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from chatproxy.doctor.recording import Recorder
from chatproxy.livechat.service import Call, VersionEnd


@dataclass
class ExaminedService:
    """Remembers what was asked for, and what LiveChat said of itself besides."""

    accounts_url: str
    api_url: str
    ear: Recorder
    calls: list[Call] = field(default_factory=list)
    version_ends: set[VersionEnd] = field(default_factory=set)
    named_regions: list[str] = field(default_factory=list)  # other than where we asked

    def knows_region(self, organization_id: str) -> bool:
        return True

    def last_region(self, organization_id: str) -> str:
        return self.named_regions[-1] if self.named_regions else ""

    def remember_region(self, organization_id: str, region: str) -> None:
        self.named_regions.append(region)

    def take_place(self, url: str) -> None:
        """Nobody else waits."""

    def let_others_run(self) -> AbstractContextManager[None]:
        return nullcontext()

    def on_call(self, call: Call) -> None:
        self.calls.append(call)

    def on_version_end(self, end: VersionEnd) -> None:
        self.version_ends.add(end)
