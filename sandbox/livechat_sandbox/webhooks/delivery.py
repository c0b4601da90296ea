"""Sending webhooks over HTTP: in order for each webhook, tried again when nobody answers."""

import asyncio
import json
import logging
from collections import defaultdict
from http.client import HTTPException
from urllib.request import Request, urlopen

from livechat_sandbox.platform.configuration import Webhook
from livechat_sandbox.platform.payloads import Payload
from livechat_sandbox.platform.structures import Organization, Push
from livechat_sandbox.webhooks import rules as webhooks

logger = logging.getLogger(__name__)

MOST_WAITING = 1_000  # for each webhook; what comes after is dropped


class Deliveries:
    """One line of waiting bodies for each webhook, and a task that works it off."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, list[Payload]] = defaultdict(list)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def hears(self, organization: Organization, push: Push) -> None:
        """A push was delivered: send whatever webhooks it sets off."""
        for webhook, body in webhooks.due(organization, push):
            if len(self._waiting[webhook.id]) < MOST_WAITING:
                self._waiting[webhook.id].append(body)
            if webhook.id not in self._tasks:
                working_off = self._work_off(organization, webhook)
                self._tasks[webhook.id] = asyncio.create_task(working_off)

    def forget(self) -> None:
        """What waits belongs to webhooks that are no more, even if new ones have their ids."""
        for task in self._tasks.values():
            task.cancel()
        self._tasks.clear()
        self._waiting.clear()

    async def _work_off(self, organization: Organization, webhook: Webhook) -> None:
        waiting = self._waiting[webhook.id]
        while waiting and webhook.id in organization.webhooks:
            await self._send(organization, webhook, waiting.pop(0))
        del self._waiting[webhook.id]
        del self._tasks[webhook.id]

    async def _send(self, organization: Organization, webhook: Webhook, body: Payload) -> None:
        """Try until it is taken, each time after twice the wait, then give up."""
        rules = organization.rules
        for attempt in range(1 + rules.webhook_retries):
            if attempt:
                await asyncio.sleep(rules.webhook_retry_delay * 2 ** (attempt - 1))
            if await asyncio.to_thread(self._is_taken, webhook.url, body, rules.webhook_timeout):
                return
        logger.warning("gave up sending %s to webhook %s", webhook.action, webhook.id)

    def _is_taken(self, url: str, body: Payload, timeout: float) -> bool:
        request = Request(  # noqa: S310 - the scheme was looked at when it was registered
            url, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        try:
            with urlopen(request, timeout=timeout):  # noqa: S310
                return True
        except (OSError, ValueError, HTTPException):
            return False
