"""How one who leaves goes on when something on the way fails."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

logger = logging.getLogger(__name__)


@contextmanager
def going_on(step: str) -> Iterator[None]:
    """What fails in this block, or takes too long, is logged, and the next step is taken."""
    try:
        yield
    except TimeoutError:
        logger.warning("leaving: %s: it takes too long", step)
    except Exception:
        logger.exception("leaving: %s", step)
