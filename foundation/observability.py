"""Structured logs: an event name with fields, one line each, nothing personal in clear.

`configure` is called once, by the main of a process. Everything that the libraries
log through the standard `logging` takes the same way. Ids are bound by context:

    with bound(attempt=attempt_id):
        log.info("call_answered", ring_s=4.2)
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO, cast

import structlog
from structlog.contextvars import bound_contextvars as bound
from structlog.typing import FilteringBoundLogger, Processor

from foundation.masking import mask_text, mask_value
from foundation.settings import Log

__all__ = ["bound", "configure", "get_logger"]

# Libraries that tell every step at INFO: their warnings are enough.
QUIET = ("aiohttp.access", "asyncio", "sqlalchemy", "panoramisk", "alembic")
_OURS = frozenset({"at", "level", "logger", "process"})


class _Handler(logging.StreamHandler[TextIO]):
    """Our handler, told apart from those of others (a test runner's, say)."""


def _masked_text_only() -> None:
    """Until `configure` is called (in a test, say): masked text, no locals shown."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.format_exc_info,
            mask_event,
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def get_logger(name: str) -> FilteringBoundLogger:
    """Return a logger; `name` is the module's."""
    return cast(FilteringBoundLogger, structlog.stdlib.get_logger(name))


def configure(process: str, log: Log, stream: TextIO | None = None) -> None:
    """Send every log of this process to `stream` (standard error by default)."""
    stream = stream or sys.stderr
    level = logging.getLevelNamesMapping()[log.level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,  # a test configures more than once
    )
    handler = _Handler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _Named(process),
                structlog.processors.format_exc_info,
                mask_event,
                _renderer(log, stream),
            ],
        )
    )
    _install(handler, level)


def unconfigure() -> None:
    """Undo `configure`: masked text, through whatever handlers others installed."""
    root = logging.getLogger()
    for ours in [one for one in root.handlers if isinstance(one, _Handler)]:
        root.removeHandler(ours)
    root.setLevel(logging.WARNING)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.NOTSET)
    logging.captureWarnings(False)
    _masked_text_only()


def mask_event(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor: hide what is personal in every field but our own few."""
    return {
        mask_text(str(field)): value if field in _OURS else mask_value(value, str(field))
        for field, value in event.items()
    }


class _Named:
    """Adds the name of the process to each line."""

    def __init__(self, process: str) -> None:
        self._process = process

    def __call__(
        self, _logger: Any, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        event["process"] = self._process
        return event


def _renderer(log: Log, stream: TextIO) -> Processor:
    if log.form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    return structlog.dev.ConsoleRenderer(
        colors=stream.isatty(),
        timestamp_key="at",
        exception_formatter=structlog.dev.plain_traceback,
    )


def _install(handler: logging.Handler, level: int) -> None:
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, _Handler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.captureWarnings(True)


_masked_text_only()
