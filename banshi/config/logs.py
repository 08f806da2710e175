"""One way of logging for every process: web, worker, commands, jobs. JSON lines on stderr in production, readable lines
elsewhere; each with the process, and the request or job it belongs to. Personal data is scrubbed from events and tracebacks.

Django calls `set_up` when it is set up (setting LOGGING_CONFIG), so no program can forget it.
"""

from __future__ import annotations

import json as jsonlib
import logging
import sys
import threading
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

import structlog

from banshi.foundation.scrubbing import HIDDEN, PERSONAL_KEYS, clean

OURS: Final = frozenset({"timestamp", "level", "process", "request_id", "job", "job_id"})  # written by ourselves
# They log addresses with secrets in them, or each step of what our own lines say.
QUIET: Final = {"django.server": "WARNING", "procrastinate": "WARNING", "httpx": "WARNING", "httpcore": "WARNING"}
# They bring handlers of their own, which know nothing of scrubbing.
BARE: Final = ("django", "django.server", "procrastinate", "_granian", "granian", "granian.access")


def scrub(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide keys that carry personal data, and whatever looks like it in every other text, the traceback included."""
    for key, value in event.items():
        if key in PERSONAL_KEYS:
            event[key] = HIDDEN
        elif key not in OURS and not key.startswith("_"):
            event[key] = clean(value)
    return event


def of_request(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Django says that an answer is an error once the request is over for us: its record still knows the request."""
    request = getattr(event.get("_record"), "request", None)
    if (request_id := getattr(request, "request_id", "")) and "request_id" not in event:
        event["request_id"] = request_id
    return event


def set_up(options: Mapping[str, Any]) -> None:
    """:param options: the setting LOGGING: json, level, process."""
    configure(**options)


def configure(*, json: bool, level: str = "INFO", process: str = "") -> None:
    def add_process(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {**event, "process": process} if process else event

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_process,
        structlog.processors.StackInfoRenderer(),
        # Plain, and before scrubbing: a traceback with local variables would print people's names.
        structlog.processors.format_exc_info,
        scrub,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(serializer=_as_json) if json else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=lambda *_: _Lines(),
        cache_logger_on_first_use=True,
    )
    handler = _Stderr()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, of_request, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in BARE:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(least)
    if json:
        sys.excepthook = _uncaught
        threading.excepthook = _uncaught_in_thread


def early() -> logging.Formatter:
    """What the web server says of itself before Django is set up, and its parent process, which never does that: the same
    lines."""
    shared: list[Any] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        lambda _logger, _method, event: {**event, "process": "web"},
        structlog.processors.format_exc_info,
        scrub,
    ]
    renderer = structlog.processors.JSONRenderer(serializer=_as_json)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    )


def _as_json(event: Any, **options: Any) -> str:
    return jsonlib.dumps(event, ensure_ascii=False, default=str)


def _uncaught(kind: type[BaseException], trouble: BaseException, trace: Any) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger("banshi").critical("the program broke", exc_info=(kind, trouble, trace))


def _uncaught_in_thread(broke: threading.ExceptHookArgs) -> None:
    if broke.exc_value is not None:
        _uncaught(broke.exc_type, broke.exc_value, broke.exc_traceback)


class _Lines:
    """Writes to whatever stderr is now: tests and daemons exchange it."""

    def msg(self, message: str) -> None:
        sys.stderr.write(message + "\n")
        sys.stderr.flush()

    log = debug = info = warn = warning = error = critical = fatal = exception = failure = msg


class _Stderr(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        try:
            _Lines().msg(self.format(record))
        except Exception:
            self.handleError(record)
