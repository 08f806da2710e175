"""The outbox: never twice, never lost."""

from __future__ import annotations

import re
import threading
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from banshi.foundation import clock
from banshi.foundation.crypto import sign
from banshi.gateways.outbox import Outbox
from banshi.journeys.person import sign_in
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking import actions as booking
from banshi.rooms.identity.models import Account
from banshi.rooms.messaging import actions, queries
from banshi.rooms.messaging.actions import sending
from banshi.rooms.messaging.models import Delivery, Message, Template
from banshi.rooms.messaging.ports import Final, Passing
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE, at

MANAGER = Actor(ActorKind.STAFF, "9", "town")
PHONE = "+8613800138000"


class Spy:
    """A slow-gateway stand-in: says what it was asked, and fails as told."""

    needs_address = False

    def __init__(self, name="sms", troubles=()):
        self.name, self.troubles, self.sent, self.lock = name, list(troubles), [], threading.Lock()

    def send(self, to, text, *, template, params, idempotency):
        with self.lock:
            self.sent.append((to, text, idempotency))
            trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is not None:
            raise trouble
        return f"receipt-{idempotency}"


class Killed(BaseException):
    """What SIGKILL looks like from inside a test."""


def outboxes():
    return {name: Outbox(name) for name in ("sms", "wechat", "email")}


def say(n=0, **more):
    asked = {
        "key": "confirmation", "to_phone": PHONE, "hall": "town", "subject": "appointment:K7", "params": {"code": "K7"},
        "due_at": TUESDAY_NINE, "dedupe": f"confirmation:K7:{n}", "language": "zh-hans", "now": TUESDAY_NINE,
    }  # fmt: skip
    actions.write(**{**asked, **more})


def states():
    return dict(Message.objects.order_by("dedupe").values_list("dedupe", "state"))


def later(monkeypatch, **apart):
    moment = clock.wall() + timedelta(**apart)
    monkeypatch.setattr(clock, "wall", lambda: moment)


def test_a_message_goes_out_on_each_channel_of_the_halls_policy(town):
    town.policy(messages={"channels": ["sms", "wechat"]})
    say()

    sent = actions.drain(channels=outboxes(), now=TUESDAY_NINE)

    assert sent == 2
    assert [(n.channel, n.status, n.masked_to) for n in queries.notices(phone="13800138000")] == [
        ("wechat", "sent", "138****8000"),
        ("sms", "sent", "138****8000"),
    ]
    assert sorted(Delivery.objects.values_list("channel", flat=True)) == ["sms", "wechat"]


def test_the_text_is_in_the_persons_language_with_the_halls_name_and_a_link(town, settings):
    settings.BANSHI_PUBLIC_URL = "https://town.cn"
    town.policy(messages={"channels": ["sms"]})
    say(params={"starts_at": "2026-03-11T09:00:00+08:00"}, language="en")

    actions.drain(channels=outboxes(), now=TUESDAY_NINE)

    assert [n.text for n in queries.as_sent()] == [
        "Booked: tomorrow (11 March) 9:00, Town Hall. "
        f"Show, change or cancel: https://town.cn/a/K7?k={sign('K7', purpose='link')}"
    ]


def test_the_same_thing_is_written_once(town):
    say()
    say()

    assert states() == {"confirmation:K7:0": "due"}


def test_a_message_is_not_written_when_its_change_is_undone(town):
    with suppress(ZeroDivisionError), transaction.atomic():
        say()
        raise ZeroDivisionError

    assert states() == {}


def test_what_is_not_due_yet_waits(town):
    say(due_at=TUESDAY_NINE + timedelta(seconds=1))

    assert actions.drain(channels=outboxes(), now=TUESDAY_NINE) == 0
    assert states() == {"confirmation:K7:0": "due"}


def test_a_message_without_a_number_is_nobodys(town):
    say(to_phone=None)

    assert states() == {}


def test_a_number_that_cannot_exist_is_refused(town):
    with pytest.raises(Refused) as no:
        say(to_phone="123")

    assert no.value.slug == "phone-invalid"


def test_a_reminder_is_taken_back_when_its_reason_goes_away(town):
    say(0, key="reminder", dedupe="r")
    say(1, key="confirmation", dedupe="c")
    say(2, subject="appointment:OTHER", dedupe="o", key="reminder")

    dropped = actions.drop(subject="appointment:K7", keys=["reminder"], now=TUESDAY_NINE)

    assert dropped == 1
    assert states() == {"r": "dropped", "c": "due", "o": "due"}


def test_a_code_goes_by_sms_alone_and_each_is_a_message_of_its_own(db):
    for code in ("111111", "222222"):
        say(key="code", hall="", subject="", secret={"code": code}, params={}, dedupe=None)

    actions.drain(channels=outboxes(), now=TUESDAY_NINE)

    assert [(n.channel, n.text) for n in queries.as_sent(phone=PHONE)] == [
        ("sms", "验证码 222222。别告诉任何人。"),
        ("sms", "验证码 111111。别告诉任何人。"),
    ]


def test_a_sent_code_is_forgotten_where_real_people_sign_in(db, settings):
    settings.BANSHI_VIRTUAL_CLOCK = False
    say(key="code", hall="", subject="", secret={"code": "111111"}, params={}, dedupe="c")

    actions.drain(channels=outboxes(), now=TUESDAY_NINE)

    sent = Message.objects.get(dedupe="c")
    assert (sent.params, sent.sealed, sent.said, sent.text) == ({}, None, None, "验证码 ******。别告诉任何人。")


def test_the_number_is_not_readable_in_the_table(db):
    say()

    with connection.cursor() as cursor:
        cursor.execute('SELECT "to" FROM messaging_message')
        stored = cursor.fetchone()[0]

    assert stored.startswith("v1:aesgcm:")


def test_urgent_words_overtake_a_flood(town):
    town.policy(messages={"channels": ["sms"]})
    for n in range(5):
        say(n, key="closure")
    say(9, key="your_turn", dedupe="turn", due_at=TUESDAY_NINE)
    spy = Spy()

    actions.drain(channels={"sms": spy}, now=TUESDAY_NINE, limit=1)

    assert spy.sent[0][2] == f"banshi-{Message.objects.get(dedupe='turn').id}"
    assert len(spy.sent) == 6


def test_trouble_that_passes_is_tried_again_after_a_while_until_it_works(town, monkeypatch):
    town.policy(messages={"channels": ["sms"]})
    say()
    spy = Spy(troubles=[Passing("busy")] * 9)
    seen = []

    for _ in range(10):
        actions.drain(channels={"sms": spy}, now=TUESDAY_NINE)
        actions.drain(channels={"sms": spy}, now=TUESDAY_NINE)  # too soon: nothing happens
        message = Message.objects.get()
        seen.append((message.state, message.tries, len(spy.sent)))
        later(monkeypatch, minutes=61)

    assert seen == [*(("due", n, n) for n in range(1, 10)), ("sent", 10, 10)]


def test_an_outage_that_outlasts_a_message_drops_it_with_the_last_trouble(town, monkeypatch):
    town.policy(messages={"channels": ["sms"]})
    say(until=TUESDAY_NINE + timedelta(minutes=10))
    spy = Spy(troubles=[Passing("busy")])
    actions.drain(channels={"sms": spy}, now=TUESDAY_NINE)
    later(monkeypatch, minutes=10)

    actions.drain(channels={"sms": spy}, now=TUESDAY_NINE + timedelta(minutes=10))

    found = queries.notices()[0]
    assert (found.status, found.why, found.error, len(spy.sent)) == ("dropped", "lapsed", "busy", 1)


def test_every_try_carries_the_same_idempotency(town, monkeypatch):
    town.policy(messages={"channels": ["sms"]})
    say()
    spy = Spy(troubles=[Passing("busy")])

    actions.drain(channels={"sms": spy}, now=TUESDAY_NINE)
    later(monkeypatch, seconds=11)
    actions.drain(channels={"sms": spy}, now=TUESDAY_NINE)

    assert len(spy.sent) == 2
    assert len({idempotency for _, _, idempotency in spy.sent}) == 1
    assert states() == {"confirmation:K7:0": "sent"}


def test_what_can_never_work_is_not_tried_again_until_somebody_says_so(town):
    town.policy(messages={"channels": ["sms"]})
    say()
    spy = Spy(troubles=[Final("dead number")])
    actions.drain(channels={"sms": spy}, now=TUESDAY_NINE)
    failed = queries.notices(state="failed")[0]

    actions.send_again(message_id=failed.id, by=MANAGER, now=TUESDAY_NINE)
    actions.drain(channels={"sms": spy}, now=TUESDAY_NINE)

    assert (failed.error, len(spy.sent), states()) == ("dead number", 2, {"confirmation:K7:0": "sent"})
    assert Entry.objects.latest("id").action == "message_sent_again"


def test_an_adapters_own_fault_loses_nothing(town):
    town.policy(messages={"channels": ["sms"]})
    say()

    actions.drain(channels={"sms": Spy(troubles=[KeyError("bug")])}, now=TUESDAY_NINE)

    assert states() == {"confirmation:K7:0": "due"}


def test_wechat_that_can_never_arrive_becomes_an_sms(town):
    town.policy(messages={"channels": ["wechat"]})
    say()
    sms, wechat = Spy("sms"), Spy("wechat", [Final("43004")])

    actions.drain(channels={"sms": sms, "wechat": wechat}, now=TUESDAY_NINE)

    assert states() == {"confirmation:K7:0": "failed", "confirmation:K7:0:sms": "sent"}


def test_a_worker_that_dies_before_the_sms_is_written_has_not_given_the_message_up(town, monkeypatch):
    town.policy(messages={"channels": ["wechat"]})
    say()

    def dies(*_args, **_more):
        raise SystemExit

    monkeypatch.setattr(sending, "_fall_back", dies)
    with pytest.raises(SystemExit):
        actions.drain(channels={"sms": Spy("sms"), "wechat": Spy("wechat", [Final("43004")])}, now=TUESDAY_NINE)

    assert set(states().values()) == {"sending"}  # and due again once its lease is over


def test_wechat_that_fails_brings_no_second_sms_where_one_is_sent_anyway(town):
    town.policy(messages={"channels": ["sms", "wechat"]})
    say()
    sms, wechat = Spy("sms"), Spy("wechat", [Final("43004")])

    actions.drain(channels={"sms": sms, "wechat": wechat}, now=TUESDAY_NINE)

    assert states() == {"confirmation:K7:0": "sent", "confirmation:K7:0:wechat": "failed"}
    assert len(sms.sent) == 1


def test_a_channel_with_addresses_of_its_own_is_used_once_one_is_bound(town):
    town.policy(messages={"channels": ["sms", "wechat"]})
    sms, wechat = Spy("sms"), Spy("wechat")
    wechat.needs_address = True
    say(0)
    actions.drain(channels={"sms": sms, "wechat": wechat}, now=TUESDAY_NINE)
    actions.bind(phone=PHONE, channel="wechat", address="openid-1", now=TUESDAY_NINE)
    say(1)

    actions.drain(channels={"sms": sms, "wechat": wechat}, now=TUESDAY_NINE)

    assert [to for to, _, _ in sms.sent] == [PHONE, PHONE]
    assert [to for to, _, _ in wechat.sent] == ["openid-1"]


def test_a_hall_that_sends_nothing_drops_its_messages(town):
    town.policy(messages={"channels": []})
    say()

    assert actions.drain(channels=outboxes(), now=TUESDAY_NINE) == 0
    assert states() == {"confirmation:K7:0": "dropped"}


def test_a_landline_gets_no_text_message_and_the_office_sees_why(town):
    town.policy(messages={"channels": ["sms"]})
    say(to_phone="0769-22836888")
    spy = Spy()

    actions.drain(channels={"sms": spy}, now=TUESDAY_NINE)

    assert [(n.status, n.why) for n in queries.notices()] == [("dropped", "unreachable")]
    assert spy.sent == []


def test_messages_abroad_are_counted_and_the_rest_wait(town, settings):
    settings.BANSHI_SMS_ABROAD_A_DAY = 2
    town.policy(messages={"channels": ["sms"]})
    for n in range(4):
        say(n, to_phone="+85251234567")
    say(5)
    spy = Spy()

    actions.drain(channels={"sms": spy}, now=TUESDAY_NINE)

    assert sorted(n.status for n in queries.notices()) == ["due", "due", "sent", "sent", "sent"]
    assert {n.error for n in queries.notices(state="due")} == {"the day's messages abroad are used up"}
    assert len(spy.sent) == 3


@pytest.mark.parametrize(
    ("phone", "reason"),
    [
        ("0769-22836888", "这个号码收不到短信。要填手机号。"),
        ("+37121234567", "这里不向这个国家或地区的号码发短信。可以留亲友的内地手机号，或到大厅窗口办理。"),
        ("138", "这不是有效的手机号。内地手机号是 11 位。"),
    ],
)
def test_a_code_goes_to_mobiles_we_send_to_and_to_nothing_else(db, phone, reason):
    with pytest.raises(Refused) as no:
        sign_in.ask_code(phone=phone, language="zh-hans", now=TUESDAY_NINE)

    assert (no.value.slug, no.value.facts["reason"]["zh"]) == ("phone-invalid", reason)
    assert Message.objects.count() == 0


def test_a_code_that_a_clerk_asked_for_says_to_whom_it_is_said(town):
    sign_in.ask_code(phone="13800138000", language="zh-hans", for_staff_of=town.hall, now=TUESDAY_NINE)
    sign_in.ask_code(phone="13800138001", language="en", now=TUESDAY_NINE)

    actions.drain(channels=outboxes(), now=TUESDAY_NINE)

    said = [queries.as_sent(phone=f"+861380013800{n}")[0].text for n in (0, 1)]
    assert [re.sub(r"\d+", "#", text) for text in said] == [
        f"验证码 #，# 分钟内有效。{town.hall.name_zh}窗口登记本人手机号用，报给窗口工作人员。",
        "Code #, valid for # minutes. Tell nobody.",
    ]


def test_codes_abroad_stop_when_the_days_messages_are_used_up(db, settings):
    settings.BANSHI_SMS_ABROAD_A_DAY = 2

    answers = []
    for n in range(3):
        try:
            sign_in.ask_code(phone=f"+8525123456{n}", language="en", now=TUESDAY_NINE)
            answers.append("")
        except Refused as no:
            answers.append(no.slug)

    assert answers == ["", "", "rate-limited"]


def test_a_row_under_a_lost_key_fails_alone(town):
    town.policy(messages={"channels": ["sms"]})
    say(0)
    say(1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_message SET \"to\" = 'v1:aesgcm:lost:AAAA' WHERE dedupe = 'confirmation:K7:0'")

    actions.drain(channels=outboxes(), now=TUESDAY_NINE)

    assert states() == {"confirmation:K7:0": "failed", "confirmation:K7:1": "sent"}
    assert [n.masked_to for n in queries.notices()] == ["138****8000", "****"]


def test_a_halls_own_words_beat_the_common_ones(town):
    town.policy(messages={"channels": ["sms"]})
    actions.set_template(
        hall="", key="confirmation", language="zh", body="大家：{code} {when} {hall}", by=MANAGER, now=TUESDAY_NINE
    )
    actions.set_template(
        hall="town", key="confirmation", language="zh", body="本厅：{code} {when} {hall}", by=MANAGER, now=TUESDAY_NINE
    )
    say(0)
    say(1, hall="other")
    actions.drain(channels={"sms": Outbox("sms")}, now=TUESDAY_NINE)
    actions.reset_template(hall="town", key="confirmation", language="zh", by=MANAGER, now=TUESDAY_NINE)
    say(2)
    actions.drain(channels={"sms": Outbox("sms")}, now=TUESDAY_NINE)

    assert [n.text for n in queries.notices()] == ["大家：K7 – 小镇大厅", "大家：K7 – 邻镇大厅", "本厅：K7 – 小镇大厅"]


def test_a_template_with_unknown_placeholders_is_refused_and_nothing_changes(town):
    with pytest.raises(Refused) as no:
        actions.set_template(hall="town", key="rate", language="zh", body="{oops}", by=MANAGER, now=TUESDAY_NINE)

    assert (no.value.slug, no.value.facts["field"], Template.objects.count()) == ("invalid", "body", 0)


def test_the_age_of_the_oldest_due_message_is_told_in_hall_seconds(town):
    assert queries.outbox_age(TUESDAY_NINE) == 0
    say(0)
    say(1, due_at=TUESDAY_NINE + timedelta(hours=1))

    assert queries.outbox_age(TUESDAY_NINE + timedelta(minutes=2)) == 120
    assert queries.outbox_due(TUESDAY_NINE + timedelta(minutes=2)) == 1
    assert queries.counts(hall="town") == {"due": 2, "sending": 0, "sent": 0, "failed": 0, "dropped": 0}


def test_a_page_counts_no_further_than_it_is_told_in_one_query(town, django_assert_num_queries):
    for n in range(4):
        say(n)
    Message.objects.filter(pk__in=Message.objects.order_by("id").values_list("pk", flat=True)[:3]).update(state="sent")

    with django_assert_num_queries(1):
        up_to_two = queries.counts_up_to(2, hall="town")

    assert up_to_two == {"due": 1, "sending": 0, "sent": 3, "failed": 0, "dropped": 0}
    assert queries.counts_up_to(9, hall="town") == queries.counts(hall="town")
    assert queries.counts_up_to(1, hall="town")["sent"] == 2


@pytest.mark.parametrize("state", ["sent", "dropped"])
def test_messages_that_are_over_are_counted_and_listed_by_an_index_of_their_hall(town, state):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plans = []
        for rest in ("LIMIT 5", "ORDER BY id DESC LIMIT 5"):
            cursor.execute(f"EXPLAIN SELECT id FROM messaging_message WHERE hall = 'town' AND state = '{state}' {rest}")
            plans.append("\n".join(row[0] for row in cursor.fetchall()))

    assert ["messages_over_by_hall" in plan for plan in plans] == [True, True]


def test_the_notices_page_costs_one_query_whatever_it_lists(town, django_assert_num_queries):
    for n in range(3):
        say(n)

    with django_assert_num_queries(1):
        queries.notices(limit=1)
    with django_assert_num_queries(1):
        assert len(queries.notices(limit=3)) == 3


@pytest.mark.parametrize("messages", [1, 40])
def test_a_batch_costs_the_same_statements_however_many_it_holds(town, django_assert_num_queries, messages):
    town.policy(messages={"channels": ["sms", "wechat"]})
    for n in range(messages):
        say(n, to_phone=f"+86139{n:08}")  # to one telephone only so many go in a day

    with django_assert_num_queries(29):  # two rounds, the second finds nothing; savepoints of the test included
        assert actions.drain(channels=outboxes(), now=TUESDAY_NINE) == messages * 2


@pytest.mark.race
def test_four_workers_together_send_each_message_once(committed_town):
    committed_town.policy(messages={"channels": ["sms", "wechat"]})
    for n in range(120):
        say(n, to_phone=f"+86139{n:08}")  # to one telephone only so many go in a day
    sms, wechat = Spy("sms"), Spy("wechat")

    results = together(4, lambda i: actions.drain(channels={"sms": sms, "wechat": wechat}, now=TUESDAY_NINE, limit=10))

    assert sum(results) == 240
    assert set(Counter(i for _, _, i in sms.sent + wechat.sent).values()) == {1}
    assert len(sms.sent) == len(wechat.sent) == 120
    assert queries.counts()["sent"] == 240


@pytest.mark.race
@pytest.mark.parametrize("step", ["still_sensible", "one_per_visit", "split", "_send", "_record"])
def test_a_worker_killed_at_any_step_leaves_exactly_one_delivery(committed_town, monkeypatch, step):
    committed_town.policy(messages={"channels": ["sms", "wechat"]})
    for n in range(3):
        say(n)

    def killed(*_args, **_kwargs):
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(actions.sending, step, killed)
        with pytest.raises(Killed):
            actions.drain(channels=outboxes(), now=TUESDAY_NINE)
    left = queries.counts()
    early = actions.requeue_stuck(now=TUESDAY_NINE)
    later(monkeypatch, seconds=61)
    actions.drain(channels=outboxes(), now=TUESDAY_NINE)

    assert (left["sending"], early) == (6 if step in ("_send", "_record") else 3, 0)
    assert queries.counts() == {"due": 0, "sending": 0, "sent": 6, "failed": 0, "dropped": 0}
    assert Delivery.objects.count() == 6


@pytest.mark.race
def test_a_worker_that_comes_back_too_late_does_not_overwrite_the_outcome(committed_town, monkeypatch):
    committed_town.policy(messages={"channels": ["sms"]})
    say()

    class Asleep(Spy):
        def send(self, to, text, **more):
            later(monkeypatch, seconds=61)
            assert actions.drain(channels={"sms": Spy()}, now=TUESDAY_NINE) == 1
            raise Final("what the sleeper thinks")

    actions.drain(channels={"sms": Asleep()}, now=TUESDAY_NINE)

    assert (states(), Message.objects.get().error) == ({"confirmation:K7:0": "sent"}, "")


@pytest.mark.race
def test_a_message_is_either_taken_back_or_sent(committed_town):
    committed_town.policy(messages={"channels": ["sms"]})
    for n in range(60):
        say(n)
    spy = Spy()

    sent, dropped = together(
        2,
        lambda i: (
            actions.drain(channels={"sms": spy}, now=TUESDAY_NINE, limit=5)
            if i == 0
            else actions.drop(subject="appointment:K7", now=TUESDAY_NINE)
        ),
    )

    assert sent + dropped == 60
    assert len(spy.sent) == sent


# --- So many a day -----------------------------------------------------------------------------------------------------


def click(n: int, **more: Any) -> None:
    say(n, key="cancelled", subject=f"appointment:C{n}", **more)


def test_a_telephone_that_was_only_typed_gets_five_confirmations_a_day_and_every_word_of_the_hall(town):
    for n in range(7):
        click(n)
    say(99, key="cancelled_by_hall")
    say(98, key="your_turn", subject="ticket:A")
    spy = Spy()

    actions.drain(channels={"sms": spy, "wechat": spy}, now=TUESDAY_NINE)
    click(50)
    actions.drain(channels={"sms": spy, "wechat": spy}, now=TUESDAY_NINE)
    click(51, due_at=TUESDAY_NINE + timedelta(hours=25), now=TUESDAY_NINE + timedelta(hours=25))
    actions.drain(channels={"sms": spy, "wechat": spy}, now=TUESDAY_NINE + timedelta(hours=25))

    dropped = Message.objects.filter(state="dropped", why="too_many").order_by("id").values_list("subject", flat=True)
    assert list(dropped) == ["appointment:C5", "appointment:C6", "appointment:C50"]
    assert set(Message.objects.filter(subject="appointment:C51").values_list("state", flat=True)) == {"sent"}
    others = Message.objects.filter(key__in=["cancelled_by_hall", "your_turn"])
    assert set(others.values_list("state", flat=True)) == {"sent"}


def test_a_telephone_whose_holder_asked_gets_more(town):
    """An account of its own is not enough: who books for it, and types it, is somebody else's (a stranger's, say)."""
    town.policy(booking={"account_live": 50}, messages={"channels": ["sms"]})
    phones = (PHONE, "+8613900139000")
    mine, strangers = (
        Account.objects.create(phone=phone, phone_index=actions.phone_index(phone), created_at=TUESDAY_NINE)
        for phone in phones
    )
    holders = {"account": mine, "stranger": strangers, "staff": None}
    for day, (said, account) in enumerate(holders.items()):
        for n in range(7):
            slot = town.slot(starts=at(f"2026-03-{16 + day} 08:00") + timedelta(hours=n))
            booking.place(
                slot_id=slot.pk, item_code="rent-invoice", person_id=town.person(day + 2).pk, source="web", now=TUESDAY_NINE,
                by=CLERK if account is None else Actor(ActorKind.CITIZEN, str(account.pk)), contact=PHONE,
                account_id=account.pk if account else None,
            )  # fmt: skip
        drained = Message.objects.filter(key="confirmation", state="due")
        first = drained.order_by("id").values_list("id", flat=True).first()
        actions.drain(channels={"sms": Spy()}, now=TUESDAY_NINE + timedelta(days=2 * day))
        dropped = Message.objects.filter(id__gte=first, key="confirmation", why="too_many").count()
        assert (said, dropped) == (said, 2 if said == "stranger" else 0)
