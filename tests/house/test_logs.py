"""Every process logs alike: JSON in production, with the request or job it belongs to, and nothing personal."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import Any

import pytest

from banshi.config.logs import early, scrub
from banshi.foundation.scrubbing import clean, scrubbed
from banshi.surfaces.api.traces import request_id_of
from tests.house.test_production import environment


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("sent to 13800138000", "sent to ***"),
        ("sent to +86 138 0013 8000.", "sent to ***."),
        ("sent to 138-0013-8000", "sent to ***"),
        ("to +85291234567", "to ***"),
        ("张三 44190019900101123X", "张三 ***"),
        ("passport E12345678, permit H1234567890", "passport ***, permit ***"),
        ("验证码 039271，10 分钟内有效", "验证码 ***，10 分钟内有效"),
        ("code:039271", "code:***"),
        ("Internal Server Error: /a/K7Q2M9XP", "Internal Server Error: /a/***"),
        ("Not Found: /api/v1/tickets/V2AVTHGQ1EBKF", "Not Found: /api/v1/tickets/***"),
        ("/api/v1/appointments/G3R9C18AK/move", "/api/v1/appointments/***"),
        ("/office/town/appointments/G3R9C18AK/", "/office/town/appointments/***"),
        ("/kiosk/town/slip/V2AVTHGQ1EBKF", "/kiosk/town/slip/***"),
        ("https://hall.example/a/K7Q2M9XP?k=ABCDEFGHIJKL now", "https://hall.example/a/*** now"),
        ("GET https://api.weixin.qq.com/cgi-bin/token?appid=wx1&secret=s3cr3t", "GET https://api.weixin.qq.com/cgi-bin/token?***"),
        ("/staff/sign-in?next=/office/&login=li", "/staff/sign-in?next=***&login=***"),
        ("Authorization: Bearer bs_channel_0a1b2c", "Authorization: Bearer ***"),
        ("key bs_desk_0a1b-2c_3d", "key bs_desk_***"),
        ("duplicate key\nDETAIL:  Key (phone_index)=(ab12) exists.\nat 9", "duplicate key\nDETAIL: ***\nat 9"),
        ("Failing row contains (1, 张三, 138).", "Failing row contains: ***"),
    ],
)  # fmt: skip
def test_what_belongs_to_people_is_taken_out(text: str, kept: str):
    assert scrubbed(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24 09:10:41.123456+08:00",
        "slot 4711 of hall nancheng, 20 places, 9:30-10:30",
        "/api/v1/appointments took 12345 ms",
        "psycopg.errors.DeadlockDetected: deadlock detected",
        'File "/srv/banshi/rooms/booking/actions/placing.py", line 312, in place_many',
        "/office/nancheng/live",
        "/office/nancheng/appointments/new",
    ],
)
def test_what_engineers_need_stays(text: str):
    assert scrubbed(text) == text


def test_personal_keys_are_hidden_wherever_they_stand():
    event = {
        "event": "sent", "name": "张三", "ms": 3, "request_id": "1234567890123456",
        "asked": {"phone": "13800138000", "slots": [4, "13800138000"], "who": ("E12345678",)},
        "trouble": ValueError("no route to 13800138000"),
    }  # fmt: skip

    assert scrub(None, "info", event) == {
        "event": "sent", "name": "***", "ms": 3, "request_id": "1234567890123456",
        "asked": {"phone": "***", "slots": [4, "***"], "who": ["***"]}, "trouble": "no route to ***",
    }  # fmt: skip
    assert clean(b"13800138000") == "b'***'"


BREAKS = """
import logging, os, sys
os.environ["BANSHI_PROCESS"] = sys.argv[1]
os.environ["DJANGO_SETTINGS_MODULE"] = "banshi.config.settings"
import django
django.setup()
from banshi.config import jobs
from banshi.foundation import heartbeat
import contextlib, structlog
heartbeat.watched = lambda name: contextlib.nullcontext()
jobs.renew = lambda: None
SAID = "no route to +8613800138000 for 44190019900101123X: 验证码 039271 https://banshi.example/a/K7Q2M9XP?k=ABCDEFGHIJKL"

@jobs.watched
def send(timestamp):
    phone = "+8613800138000"
    try:
        raise RuntimeError(SAID)
    except RuntimeError as trouble:
        structlog.get_logger("x").error("channel broke", exc_info=trouble, to=phone)
        logging.getLogger("procrastinate.worker").exception("Job send[1](phone=13800138000) ended: %s", SAID)
        logging.getLogger("django.request").error("Internal Server Error: %s", "/a/K7Q2M9XP", exc_info=True)
        logging.getLogger("httpx").info("HTTP Request: GET https://x/token?secret=s3cr3t")
        logging.getLogger("_granian").warning("Application callable raised an exception", exc_info=True)

send(0)
raise RuntimeError(SAID)
"""


@pytest.mark.parametrize("process", ["web", "work", "operator"])
def test_a_gateway_that_breaks_leaves_a_trace_in_every_process_and_nothing_of_the_person(process: str):
    done = subprocess.run(
        [sys.executable, "-c", BREAKS, process], env=environment(), capture_output=True, text=True, timeout=60
    )

    lines: list[dict[str, Any]] = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines] == [
        "channel broke",
        "Job send[1](phone=***) ended: no route to *** for ***: 验证码 *** https://banshi.example/a/***",
        "Internal Server Error: /a/***",
        "Application callable raised an exception",
        "the program broke",
    ]
    assert {line["process"] for line in lines} == {process}
    assert {line.get("job") for line in lines} == {"send", None}
    assert len({line["job_id"] for line in lines[:4]}) == 1
    for line in lines:
        assert "Traceback (most recent call last)" in line["exception"]
        assert "RuntimeError: no route to *** for ***" in line["exception"]
    for secret in ("13800138000", "44190019900101123", "039271", "K7Q2M9XP", "ABCDEFGHIJKL", "s3cr3t"):
        assert secret not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("said", ["7f3a-1", "A.b_c-9", "x" * 64, "1234567890", "0b9e1c6e-7d5f-4f0e-9a55-0b1c2d3e4f50"])
def test_a_usable_request_id_is_the_callers(said: str):
    assert request_id_of(said) == said


@pytest.mark.parametrize(
    "said",
    ["", "x" * 65, "a b", "a\nb", "张三", "<script>", "a/b?c=d", "13800138000", "8613800138000", "44190019900101123X",
     "E12345678", "bs_channel_0a1b2c"],
)  # fmt: skip
def test_any_other_request_id_is_made_anew(said: str):
    made = request_id_of(said)

    assert (made != said, len(made), request_id_of(made) == made) == (True, 16, True)


def test_what_the_web_server_says_before_logging_is_set_up_is_a_clean_line_too():
    record = logging.LogRecord("_granian", logging.INFO, "", 0, "Listening, %s", ("to +8613800138000",), None)

    line = json.loads(early().format(record))

    assert (line["event"], line["level"], line["process"]) == ("Listening, to ***", "info", "web")


def test_production_starts_the_web_server_with_those_lines(monkeypatch: pytest.MonkeyPatch):
    from banshi.cli import servers

    asked: list[list[str]] = []
    monkeypatch.setattr("os.execv", lambda _program, arguments: asked.append(arguments))
    for mode in ("production", "demo"):
        monkeypatch.setenv("BANSHI_MODE", mode)
        servers.become_web_server(host="127.0.0.1", port=1, workers=1, access_log=False)

    assert ["--log-config" in arguments for arguments in asked] == [True, False]
    assert set(json.loads(servers.LOG_CONFIG.read_text())["formatters"]) == {"generic", "access"}
