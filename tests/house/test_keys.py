"""Keys are judged before anything opens: each fault is named with its setting and the command that mends it."""

from __future__ import annotations

import base64
import subprocess

import pytest

from banshi.config.keys import DEFAULT_SECRET, MAKE_DATA_KEY, MAKE_KEY, MAKE_SECRET, read


def key(seed: int = 0, length: int = 32) -> str:
    return base64.b64encode(bytes((seed + i) % 256 for i in range(length))).decode()


SECRET = "kLm3-9sQz_vT7wXyB2nR5pF8hJ4cD6gA0eU1iOqY"
GOOD = {
    "BANSHI_SECRET_KEY": SECRET,
    "BANSHI_DATA_KEYS": f"k2={key(1)},k1={key(2)}",
    "BANSHI_INDEX_KEY": key(3),
    "BANSHI_AUDIT_KEY": key(4),
}


def test_good_keys_are_read_newest_first_and_nothing_is_wrong():
    found = read(GOOD, production=True)

    assert found.wrong == ()
    assert (found.secret, list(found.data)) == (SECRET, ["k2", "k1"])
    assert (found.index, found.audit) == (base64.b64decode(key(3)), base64.b64decode(key(4)))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"BANSHI_SECRET_KEY": ""}, f"BANSHI_SECRET_KEY is not set. Make one: {MAKE_SECRET}"),
        (
            {"BANSHI_SECRET_KEY": DEFAULT_SECRET},
            f"BANSHI_SECRET_KEY is the demo's, which everybody knows. Make one: {MAKE_SECRET}",
        ),
        (
            {"BANSHI_SECRET_KEY": "short"},
            f"BANSHI_SECRET_KEY has 5 characters, at least 32 are needed. Make one: {MAKE_SECRET}",
        ),
        (
            {"BANSHI_SECRET_KEY": "ab" * 20},
            f"BANSHI_SECRET_KEY repeats few characters and can be guessed. Make one: {MAKE_SECRET}",
        ),
        ({"BANSHI_DATA_KEYS": ""}, f"BANSHI_DATA_KEYS is not set. Make one: {MAKE_DATA_KEY}"),
        (
            {"BANSHI_DATA_KEYS": "k1=" + base64.b64encode(b"abc").decode()},
            f"BANSHI_DATA_KEYS: the key k1 has 3 bytes, it must have 32. Make one: {MAKE_DATA_KEY}",
        ),
        (
            {"BANSHI_DATA_KEYS": "k1=" + key(1, 33)},
            f"BANSHI_DATA_KEYS: the key k1 has 33 bytes, it must have 32. Make one: {MAKE_DATA_KEY}",
        ),
        (
            {"BANSHI_DATA_KEYS": key(1).rstrip("=")},
            f"BANSHI_DATA_KEYS: part 1 is not of the form id=base64. Make one: {MAKE_DATA_KEY}",
        ),
        (
            {"BANSHI_DATA_KEYS": f"k1={key(1)},k1={key(2)}"},
            "BANSHI_DATA_KEYS: k1 stands there twice. Give each key its own id",
        ),
        (
            {"BANSHI_DATA_KEYS": "k1=" + "-_" * 21 + "-="},
            f"BANSHI_DATA_KEYS: the key k1 is not base64 (A-Z a-z 0-9 + / and = at the end). Make one: {MAKE_DATA_KEY}",
        ),
        ({"BANSHI_INDEX_KEY": ""}, f"BANSHI_INDEX_KEY is not set. Make one: {MAKE_KEY}"),
        ({"BANSHI_INDEX_KEY": "  "}, f"BANSHI_INDEX_KEY is not set. Make one: {MAKE_KEY}"),
        (
            {"BANSHI_INDEX_KEY": base64.b64encode(b"x").decode()},
            f"BANSHI_INDEX_KEY has 1 bytes, at least 32 are needed. Make one: {MAKE_KEY}",
        ),
        (
            {"BANSHI_INDEX_KEY": base64.b64encode(bytes(32)).decode()},
            f"BANSHI_INDEX_KEY is not random: it repeats a few bytes. Make one: {MAKE_KEY}",
        ),
        ({"BANSHI_AUDIT_KEY": ""}, f"BANSHI_AUDIT_KEY is not set. Make one: {MAKE_KEY}"),
        (
            {"BANSHI_AUDIT_KEY": "not base64"},
            f"BANSHI_AUDIT_KEY is not base64 (A-Z a-z 0-9 + / and = at the end). Make one: {MAKE_KEY}",
        ),
        (
            {"BANSHI_AUDIT_KEY": key(3)},
            "BANSHI_INDEX_KEY and BANSHI_AUDIT_KEY are the same key. Make one for each",
        ),
        (
            {"BANSHI_INDEX_KEY": key(2)},
            "BANSHI_DATA_KEYS (k1) and BANSHI_INDEX_KEY are the same key. Make one for each",
        ),
        (
            {"BANSHI_SECRET_KEY": key(3)},
            "BANSHI_INDEX_KEY and BANSHI_SECRET_KEY are the same key. Make one for each",
        ),
    ],
)
def test_each_fault_is_named_with_what_makes_it_good(changed: dict[str, str], said: str):
    assert read(GOOD | changed, production=True).wrong == (said,)


def test_what_is_typed_wrongly_is_never_shown():
    typed = "k1:" + key(9)

    (said,) = read(GOOD | {"BANSHI_DATA_KEYS": typed}, production=True).wrong

    assert key(9)[:8] not in said


def test_all_faults_are_told_at_once():
    assert len(read({}, production=True).wrong) == 4


def test_a_demo_derives_what_is_missing_but_takes_no_broken_key():
    derived = read({}, production=False)
    broken = read({"BANSHI_INDEX_KEY": "eA=="}, production=False)

    assert derived.wrong == ()
    assert len({derived.index, derived.audit, *derived.data.values()}) == 3
    assert broken.wrong == (f"BANSHI_INDEX_KEY has 1 bytes, at least 32 are needed. Make one: {MAKE_KEY}",)


@pytest.mark.parametrize("command", [MAKE_SECRET, MAKE_KEY, MAKE_DATA_KEY])
def test_the_commands_make_good_keys(command: str):
    done = subprocess.run(["/bin/bash", "-c", command], capture_output=True, text=True, check=True)
    made = done.stdout.strip()
    name = {MAKE_SECRET: "BANSHI_SECRET_KEY", MAKE_KEY: "BANSHI_INDEX_KEY", MAKE_DATA_KEY: "BANSHI_DATA_KEYS"}[command]

    assert read(GOOD | {name: made}, production=True).wrong == ()
