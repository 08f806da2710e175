"""Take personal data out of text that is kept for engineers: logs, tracebacks, a gateway's error.

Phones, document numbers, one-time codes, signed links, and what PostgreSQL quotes of a row. Rather too much than too little:
whoever reads a log finds the row by its id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

HIDDEN: Final = "***"
PERSONAL_KEYS: Final = frozenset({
    "name", "id_number", "phone", "to", "text", "code", "password", "secret", "token", "authorization", "cookie", "link",
    "query", "body",
})  # fmt: skip
_RULES: Final = (
    # A row that broke a constraint, the values of a statement.
    (re.compile(r"\b(DETAIL|CONTEXT|Failing row contains|HINT):?[^\n]*"), r"\1: ***"),
    # Addresses: the page's kind stays, whose it is goes; so does everything behind the question mark.
    (re.compile(r"(?<![\w/])((?:https?://[^/\s\"'<>]+)?/(?:a|t|r|me|m|s|e)/)[^\s\"'<>,)]+"), r"\1***"),
    (re.compile(r"(/(?:appointments|tickets|numbers|slip)/)[A-Z0-9]{6,}[^\s\"'<>,)]*"), r"\1***"),
    (re.compile(r"(https?://[^\s\"'<>?]+\?)[^\s\"'<>]+"), r"\1***"),
    (re.compile(r"([?&][\w-]+=)[^&\s\"'<>]+"), r"\1***"),
    (re.compile(r"(?i)\b(bearer\s+)[\w.~+/=-]+"), r"\1***"),
    (re.compile(r"\bbs_(channel|kiosk|desk|manage|read|demo)_[\w-]+"), r"bs_\1_***"),
    (re.compile(r"(?<![\d.])(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"), HIDDEN),
    # Documents, foreign phones, six-digit codes; not the fraction of a second.
    (re.compile(r"(?<![\d.\w])[A-Za-z]{0,3}\+?\d{6,}[\dXx]?(?![\d])"), HIDDEN),
)


def scrubbed(text: str) -> str:
    """The text without what belongs to people."""
    for pattern, put in _RULES:
        text = pattern.sub(put, text)
    return text


def clean(value: Any) -> Any:
    """The same for a value of any shape; what is no plain value is written out and scrubbed."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return scrubbed(value)
    if isinstance(value, Mapping):
        return {str(key): HIDDEN if key in PERSONAL_KEYS else clean(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [clean(each) for each in value]
    return scrubbed(str(value))
