"""Nothing personal and nothing that opens lies in the tables of messaging in clear: planted, and looked for."""

from __future__ import annotations

import importlib
import json

import pytest
from django.apps import apps
from django.db import connection

from banshi.foundation.crypto import sign
from banshi.journeys.person import sign_in
from banshi.rooms.messaging import actions, queries
from banshi.rooms.messaging.models import Message
from banshi.rooms.messaging.ports import Final, Passing
from tests.rooms.messaging.test_outbox import Spy, say
from tests.town import TUESDAY_NINE

PHONE = "13812345678"


def at_rest() -> str:
    """What a copy of the tables of messaging holds."""
    copied = []
    with connection.cursor() as cursor:
        for model in apps.get_app_config("messaging").get_models():
            with cursor.copy(f"COPY {model._meta.db_table} TO STDOUT") as rows:  # noqa: S608
                copied += [bytes(row).decode() for row in rows]
    return "".join(copied)


@pytest.mark.parametrize("trouble", [None, Passing("busy"), Final(f"refused: +86{PHONE}")])
def test_numbers_codes_and_links_are_sealed_before_and_after_sending(town, trouble):
    town.policy(messages={"channels": ["sms"]})
    gateway = Spy(troubles=[trouble, trouble] if trouble else [])
    sign_in.ask_code(phone=PHONE, language="zh-hans", now=TUESDAY_NINE)
    code = json.loads(Message.objects.get().sealed or "{}")["code"]
    say(to_phone=PHONE, until=None)
    secrets = [PHONE, sign("K7", purpose="link"), f'"{code}"', f" {code}"]
    before = at_rest()

    actions.drain(channels={"sms": gateway}, now=TUESDAY_NINE)

    sent = " ".join(text for _, text, _ in gateway.sent)
    assert (code in sent, secrets[1] in sent) == (True, True)
    assert [planted for planted in secrets if planted in before + at_rest()] == []


def test_staff_see_what_was_said_and_the_person_sees_all_of_it(town, settings):
    settings.BANSHI_PUBLIC_URL = "https://town.cn"
    town.policy(messages={"channels": ["sms"]})
    say(to_phone=PHONE)

    actions.drain(channels={"sms": Spy()}, now=TUESDAY_NINE)

    link = f"https://town.cn/a/K7?k={sign('K7', purpose='link')}"
    whole = "约好了：–，小镇大厅。预约号 K7。出示、改期、取消："
    assert queries.notices()[0].text == f"{whole}…"
    assert queries.as_sent(phone=PHONE)[0].text == f"{whole}{link}"


def test_codes_and_links_of_an_older_installation_are_put_away(town):
    migration = importlib.import_module("banshi.rooms.messaging.migrations.0004_nothing_that_opens_in_clear")
    say(0)
    say(1, key="code", subject="", params={"code": "424242"}, dedupe="waiting")
    say(2, key="code", subject="", params={"code": "434343"}, dedupe="sent")
    texts = {"sent": "验证码 434343。别告诉任何人。", "confirmation:K7:0": "约好了。出示：https://town.cn/a/K7?k=ABC。"}

    with connection.cursor() as cursor:
        for dedupe, text in texts.items():  # in clear, as it stood then
            cursor.execute("UPDATE messaging_message SET state = 'sent', text = %s WHERE dedupe = %s", [text, dedupe])
        cursor.execute(migration.SHORTEN)
        cursor.execute(migration.BLANK)
    with connection.schema_editor() as editor:
        migration.seal_codes(apps, editor)

    rows = {row.dedupe: row for row in Message.objects.order_by("id")}
    assert rows["confirmation:K7:0"].text == "约好了。出示：…。"
    assert (rows["waiting"].sealed, rows["waiting"].params) == ('{"code": "424242"}', {})
    assert (rows["sent"].text, rows["sent"].params) == ("验证码 ******。别告诉任何人。", {})
