"""Goes through the steps, and keeps what each has found and what it cost."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from chatproxy.doctor.chat import ExaminedChat
from chatproxy.doctor.outcomes import Hopeless, Remark, Trouble
from chatproxy.doctor.steps import NEEDED, STEPS, TIDYING
from chatproxy.livechat.errors import LiveChatError
from chatproxy.livechat.rtm import Disconnected

PRICE = 0.27 / 1000  # dollars for a request, up to a million a month


class Outcome(enum.StrEnum):
    """How a step ended."""

    WELL = "ok"
    REMARK = "note"  # it works, but somebody should know
    BADLY = "FAILED"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a step has found, in plain words; `error` where LiveChat refused."""

    step: str
    outcome: Outcome
    words: str
    error: LiveChatError | Disconnected | None = None


async def examine(it: ExaminedChat, tell: Callable[[Finding], None]) -> list[Finding]:
    """Make every step there is hope for, and tell at once what it found.

    Tidy up in the end, also when cancelled.
    """
    findings: list[Finding] = []

    async def make(name: str) -> bool:
        finding, is_hopeless = await _make(it, name)
        if finding.words:
            findings.append(finding)
            tell(finding)
        return is_hopeless

    async with AsyncExitStack() as tidying:
        tidying.push_async_callback(it.close)
        for name in reversed(TIDYING):
            tidying.push_async_callback(make, name)
        for name in STEPS:
            if name not in TIDYING and await make(name):
                break
    return findings


async def _make(it: ExaminedChat, name: str) -> tuple[Finding, bool]:
    """What one step found, and whether it takes all hope from the others."""
    it.begin(name)
    try:
        words = await STEPS[name](it)
    except Remark as remark:
        return Finding(name, Outcome.REMARK, str(remark)), False
    except Trouble as trouble:
        hopeless = isinstance(trouble, Hopeless) or name in NEEDED
        return Finding(name, Outcome.BADLY, str(trouble)), hopeless
    except (Disconnected, LiveChatError) as error:
        return Finding(name, Outcome.BADLY, f"{error}", error), name in NEEDED
    except (AttributeError, KeyError, TypeError) as surprise:
        words = f"LiveChat's answer has another shape than we know: {surprise!r}."
        return Finding(name, Outcome.BADLY, words), name in NEEDED
    finally:
        await it.come_to_rest()
    return Finding(name, Outcome.WELL, words), False


def costs(it: ExaminedChat) -> Counter[str]:
    """How often each action was asked for, as far as LiveChat bills it."""
    return Counter(call.action for call in it.service.calls if call.is_billed)
