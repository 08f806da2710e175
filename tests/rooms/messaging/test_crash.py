"""Workers killed with SIGKILL in the middle of sending: every message is delivered once all the same."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection

from banshi.config.wiring import wired
from banshi.foundation import clock
from banshi.rooms.messaging import actions, queries
from banshi.rooms.messaging.models import Delivery
from tests.town import TUESDAY_NINE

WORKER = """
import django
django.setup()
from datetime import datetime
from banshi.config.wiring import wired
from banshi.rooms.messaging.actions import drain
drain(channels=wired({}), now=datetime.fromisoformat("%s"), limit=3)
"""


def worker() -> subprocess.Popen[bytes]:
    here = connection.settings_dict
    url = (
        f"postgresql://{here['USER']}:{here['PASSWORD']}@/{here['NAME']}?host={quote(here['HOST'])}&port={here['PORT']}"
    )
    env = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "banshi.config.settings", "BANSHI_MODE": "test"}
    return subprocess.Popen([sys.executable, "-c", WORKER % TUESDAY_NINE.isoformat()], env=env)


@pytest.mark.crash
def test_workers_killed_while_sending_lose_and_repeat_nothing(committed_town, monkeypatch):
    committed_town.policy(messages={"channels": ["sms", "wechat"]})
    actions.write_rows(
        actions.row(
            key="reminder", phone="+8613800138000", hall="town", subject="appointment:K7", params={},
            due_at=TUESDAY_NINE, dedupe=f"r:{n}", language="zh-hans", now=TUESDAY_NINE,
        )
        for n in range(1500)
    )  # fmt: skip

    workers = [worker(), worker()]
    for _ in range(600):
        if Delivery.objects.count() >= 60:
            break
        time.sleep(0.05)
    for each in workers:
        each.kill()
        each.wait()
    delivered_before = Delivery.objects.count()
    moment = clock.wall() + timedelta(seconds=61)
    monkeypatch.setattr(clock, "wall", lambda: moment)
    actions.drain(channels=wired({}), now=TUESDAY_NINE)

    assert 60 <= delivered_before < 3000
    assert Delivery.objects.count() == 3000
    assert queries.counts() == {"due": 0, "sending": 0, "sent": 3000, "failed": 0, "dropped": 0}
