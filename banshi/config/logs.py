"""Structured logs: JSON lines on stderr in production, readable lines elsewhere. Personal data is scrubbed."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog

PERSONAL_KEYS = {"name", "id_number", "phone", "to", "text", "code", "password"}
LONG_DIGITS = re.compile(r"\d{7,}[\dXx]?")


def scrub(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Mask keys that carry personal data and any run of seven or more digits in text."""
    for key, value in event.items():
        if key in PERSONAL_KEYS:
            event[key] = "***"
        elif isinstance(value, str) and key not in ("request_id", "timestamp"):
            event[key] = LONG_DIGITS.sub("***", value)
    return event


def configure(*, json: bool, level: str = "INFO") -> None:
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        scrub,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if json
        else structlog.dev.ConsoleRenderer(
            colors=False,
            # Plain: a traceback with local variables would print people's names.
            exception_formatter=structlog.dev.plain_traceback,
        )
    )
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, renderer] if json else [*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.getLogger("django.server").setLevel(logging.WARNING)
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
