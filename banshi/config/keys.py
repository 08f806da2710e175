"""The installation's own secrets, read and judged: present, well formed, long enough, and none used twice.

Nothing falls back in silence: in production each fault is named together with the command that makes a good one. A demo
without keys derives them from its secret, and says so.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT_SECRET = "banshi-demo-secret-not-for-production"  # noqa: S105 – refused in production
KEY_BYTES = 32
SECRET_LETTERS = 32
# 32 random bytes hold about 30 different ones; a typed key or a key of zeros holds a few.
LEAST_DIFFERENT = 12
MAKE_SECRET = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"  # noqa: S105 – a command
MAKE_KEY = "head -c 32 /dev/urandom | base64"
MAKE_DATA_KEY = 'echo "k1=$(head -c 32 /dev/urandom | base64)"'
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,20}")


@dataclass(frozen=True)
class Keys:
    """What was found. `wrong`: one sentence per fault, each with the setting's name and what to do."""

    secret: str
    data: dict[str, bytes] = field(default_factory=dict)
    index: bytes = b""
    audit: bytes = b""
    wrong: tuple[str, ...] = ()


def read(env: Mapping[str, str], *, production: bool) -> Keys:
    """Keys of an environment. Outside production what is missing is derived; what is there is judged all the same."""
    secret = env.get("BANSHI_SECRET_KEY", "")
    wrong = _secret_faults(secret) if production else []
    secret = secret or DEFAULT_SECRET
    data, faults = _data_keys(env.get("BANSHI_DATA_KEYS", ""), needed=production)
    wrong += faults
    index, faults = _one_key("BANSHI_INDEX_KEY", env.get("BANSHI_INDEX_KEY", ""), needed=production)
    wrong += faults
    audit, faults = _one_key("BANSHI_AUDIT_KEY", env.get("BANSHI_AUDIT_KEY", ""), needed=production)
    wrong += faults
    wrong += _twice(secret, data, {"BANSHI_INDEX_KEY": index, "BANSHI_AUDIT_KEY": audit})
    return Keys(
        secret,
        data or {"k0": _derived(secret, "data")},
        index or _derived(secret, "index"),
        audit or _derived(secret, "audit"),
        tuple(wrong),
    )


def _derived(secret: str, purpose: str) -> bytes:
    return hashlib.sha256(f"{secret}\0{purpose}".encode()).digest()


def _secret_faults(secret: str) -> list[str]:
    if not secret:
        return [f"BANSHI_SECRET_KEY is not set. Make one: {MAKE_SECRET}"]
    if secret == DEFAULT_SECRET:
        return [f"BANSHI_SECRET_KEY is the demo's, which everybody knows. Make one: {MAKE_SECRET}"]
    if len(secret) < SECRET_LETTERS:
        said = f"BANSHI_SECRET_KEY has {len(secret)} characters, at least {SECRET_LETTERS} are needed"
        return [f"{said}. Make one: {MAKE_SECRET}"]
    if len(set(secret)) < LEAST_DIFFERENT:
        return [f"BANSHI_SECRET_KEY repeats few characters and can be guessed. Make one: {MAKE_SECRET}"]
    return []


def _data_keys(text: str, *, needed: bool) -> tuple[dict[str, bytes], list[str]]:
    """`id=base64,id=base64`, newest first."""
    name = "BANSHI_DATA_KEYS"
    found: dict[str, bytes] = {}
    wrong: list[str] = []
    if not text.strip():
        return {}, [f"{name} is not set. Make one: {MAKE_DATA_KEY}"] if needed else []
    for number, part in enumerate(text.split(","), 1):
        key_id, equals, body = part.strip().partition("=")
        if not equals or not KEY_ID.fullmatch(key_id):
            # What stands there may be a secret: it is counted, not shown.
            wrong.append(f"{name}: part {number} is not of the form id=base64. Make one: {MAKE_DATA_KEY}")
            continue
        key, fault = _decoded(body)
        if fault:
            wrong.append(f"{name}: the key {key_id} {fault}. Make one: {MAKE_DATA_KEY}")
        elif len(key) != KEY_BYTES:
            wrong.append(
                f"{name}: the key {key_id} has {len(key)} bytes, it must have {KEY_BYTES}. Make one: {MAKE_DATA_KEY}"
            )
        elif key_id in found:
            wrong.append(f"{name}: {key_id} stands there twice. Give each key its own id")
        found.setdefault(key_id, key)
    return found, wrong


def _one_key(name: str, text: str, *, needed: bool) -> tuple[bytes, list[str]]:
    if not text.strip():
        return b"", [f"{name} is not set. Make one: {MAKE_KEY}"] if needed else []
    key, fault = _decoded(text.strip())
    if not fault and len(key) < KEY_BYTES:
        fault = f"has {len(key)} bytes, at least {KEY_BYTES} are needed"
    return key, [f"{name} {fault}. Make one: {MAKE_KEY}"] if fault else []


def _decoded(text: str) -> tuple[bytes, str]:
    """The bytes, or what is wrong. Python's lenient decoder would drop foreign characters and shorten a key unseen."""
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b"", "is not base64 (A-Z a-z 0-9 + / and = at the end)"
    if len(key) >= KEY_BYTES and len(set(key)) < LEAST_DIFFERENT:
        return key, "is not random: it repeats a few bytes"
    return key, ""


def _twice(secret: str, data: dict[str, bytes], single: dict[str, bytes]) -> list[str]:
    """A key that serves two ends gives away both at once."""
    places: dict[bytes, list[str]] = {}
    named = {f"BANSHI_DATA_KEYS ({key_id})": key for key_id, key in data.items()} | single
    named["BANSHI_SECRET_KEY"] = _as_bytes(secret)
    for name, key in named.items():
        if key:
            places.setdefault(key, []).append(name)
    return [f"{' and '.join(names)} are the same key. Make one for each" for names in places.values() if len(names) > 1]


def _as_bytes(secret: str) -> bytes:
    """A secret that is somebody's base64 key counts as that key."""
    try:
        return base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError):
        return secret.encode()
