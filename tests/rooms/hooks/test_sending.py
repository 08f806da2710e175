"""Told at least once, under one id, in order; what fails is tried ever later, and nobody is written to for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from cloudevents.core.formats.json import JSONFormat
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from banshi.foundation import clock
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.hooks import actions, rules
from banshi.rooms.hooks.actions import sending
from banshi.rooms.hooks.models import Attempt, Delivery, Event, Hook
from banshi.rooms.identity.actions import revoke_key
from tests.rooms.hooks.conftest import Receiver, key, listening, told
from tests.rooms.hooks.test_gathering import book
from tests.rooms.tickets.conftest import open_town
from tests.rooms.tickets.line import minutes, next_at, take, work
from tests.town import CITIZEN, TUESDAY_NINE, at

pytestmark = pytest.mark.django_db


def states(hook):
    return list(Delivery.objects.filter(hook=hook).order_by("event_id").values_list("state", flat=True))


def test_a_verifier_of_somebody_else_accepts_what_is_sent(town, receiver):
    hook = listening(key(hall="town"))
    book(town)
    told(receiver)
    ((_, headers, _),) = receiver.came

    event = Webhook(hook.secret).verify(receiver.bodies[0], headers)
    read = from_structured_event(HTTPMessage(headers=headers, body=receiver.bodies[0]), JSONFormat())

    assert event["type"] == "banshi.appointment.booked"
    assert (read.get_id(), read.get_type()) == (headers["webhook-id"], "banshi.appointment.booked")
    assert read.get_data()["item"] == "pension"
    with pytest.raises(WebhookVerificationError):
        Webhook(hook.secret).verify(receiver.bodies[0] + b" ", headers)


def test_while_a_secret_is_changed_both_are_right_and_a_day_later_one(town, receiver, wait):
    hook = listening(key(hall="town"))
    old = hook.secret
    _, new = actions.change_secret(code=hook.code, by=CITIZEN, now=TUESDAY_NINE)
    book(town)
    told(receiver)
    wait(timedelta(hours=25))
    actions.ping(code=hook.code, by=CITIZEN, now=TUESDAY_NINE)
    told(receiver)

    (_, both, _), (_, one, _) = receiver.came
    assert Webhook(old).verify(receiver.bodies[0], both) == Webhook(new).verify(receiver.bodies[0], both)
    assert (both["webhook-signature"].count("v1,"), one["webhook-signature"].count("v1,")) == (2, 1)
    assert (
        rules.signature(new, code=one["webhook-id"], timestamp=int(one["webhook-timestamp"]), body=receiver.bodies[1])
        == (one["webhook-signature"])
    )


def test_what_is_not_heard_is_told_again_later_under_its_id(town, receiver, wait):
    receiver.answers = [500, None]
    hook = listening(key(hall="town"))
    book(town)

    heard = [told(receiver)]
    heard.append(told(receiver))  # too early
    wait(timedelta(seconds=6))
    heard.append(told(receiver))
    wait(timedelta(seconds=29))
    heard.append(told(receiver))
    wait(timedelta(seconds=2))
    heard.append(told(receiver))

    assert heard == [0, 0, 0, 0, 1]
    assert len(set(receiver.ids)) == 1
    assert list(Attempt.objects.order_by("id").values_list("status", flat=True)) == [500, None, 204]
    assert states(hook) == ["sent"]


def test_a_worker_killed_after_sending_sends_again_under_the_same_id(town, receiver, wait, monkeypatch):
    hook = listening(key(hall="town"))
    book(town)

    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(sending, "_record", killed)
        with pytest.raises(KeyboardInterrupt):
            told(receiver)
    at_once = told(receiver)
    wait(timedelta(seconds=121))
    later = told(receiver)

    assert (at_once, later) == (0, 1)
    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1
    assert states(hook) == ["sent"]


def test_of_one_thing_nothing_overtakes_what_is_not_heard_yet(town, receiver, wait):
    open_town(town)
    listening(key(hall="town"))
    receiver.answers = [503]
    work(town)
    take(town)
    told(receiver)
    next_at(town, now=minutes(1))
    Hook.objects.update(resting_until=None)
    overtaken = told(receiver, minutes(1))
    wait(timedelta(seconds=6))
    told(receiver, minutes(1))

    assert overtaken == 0
    assert receiver.types == ["banshi.ticket.given", "banshi.ticket.given", "banshi.ticket.called"]


def test_a_receiver_that_is_gone_is_left_alone(town, receiver):
    receiver.answers = [410]
    hook = listening(key(hall="town"))
    book(town)
    told(receiver)
    book(town, person=31)
    told(receiver)

    hook.refresh_from_db()
    assert (hook.state, hook.why, len(receiver.came)) == ("off", "gone", 1)
    assert Entry.objects.get(action="hook-turned-off").facts == {"because": "gone"}


def test_one_that_hears_nothing_for_days_is_turned_off(town, wait):
    deaf = Receiver(answers=[None] * 99)
    hook = listening(key(hall="town"))
    book(town)
    for pause in (*rules.BACK_OFF, timedelta()):
        told(deaf)
        wait(pause + timedelta(seconds=1))

    hook.refresh_from_db()
    assert (hook.state, hook.why) == ("off", "failing")
    assert len(deaf.came) <= len(rules.BACK_OFF) + 1


def test_a_dead_receiver_costs_one_try_a_run_and_delays_no_other(town):
    open_town(town)
    dead, alive = (listening(key(hall="town")) for _ in range(2))
    for _ in range(3):
        take(town)

    def post(url, **_):
        ok = url == alive.url
        return rules_answer(204 if ok else None)

    heard = told(post)

    assert heard == 3
    assert Attempt.objects.filter(delivery__hook=dead).count() == 1
    assert sorted(Delivery.objects.filter(hook=dead).values_list("tries", flat=True)) == [0, 0, 1]


def rules_answer(status):
    from banshi.rooms.hooks.ports import Answered

    return Answered(status)


def test_from_an_event_on_everything_is_told_again_in_order(town, receiver):
    hook = listening(key(hall="town"))
    for i in range(3):
        book(town, person=30 + i, slot=town.slot(starts=at(f"2026-03-11 1{i}:00")))
    told(receiver)
    second = receiver.ids[1]

    count = actions.replay(code=hook.code, event=second, by=CITIZEN, now=TUESDAY_NINE)
    told(receiver)

    assert count == 2
    assert receiver.ids[3:] == receiver.ids[1:3]


def test_no_hook_repeats_what_another_was_told(town, receiver):
    mine, others = listening(key(hall="town")), listening(key(hall="other"))
    book(town)
    told(receiver)

    with pytest.raises(Refused) as no:
        actions.replay(code=others.code, event=receiver.ids[0], by=CITIZEN, now=TUESDAY_NINE)

    assert no.value.slug == "nothing-found"
    assert states(mine) == ["sent"]


def test_a_revoked_key_hears_nothing_more(town, receiver):
    of = key(hall="town")
    listening(of)
    book(town)
    actions.gather(now=TUESDAY_NINE)
    revoke_key(key_id=of.pk, by=CITIZEN, now=TUESDAY_NINE)

    assert told(receiver) == 0
    assert receiver.came == []


def test_an_answer_is_kept_short_and_without_what_belongs_to_people():
    said = sending.said("call 13800138000\n" + "x" * 500)

    assert said[:9] == "call *** "
    assert len(said) == rules.MOST_SAID


def test_what_was_told_is_deleted_after_a_month_and_what_is_on_its_way_stays(town, receiver, wait):
    receiver.answers = [204, None]
    listening(key(hall="town"))
    book(town)
    told(receiver)
    book(town, person=31)
    told(receiver)
    wait(timedelta(days=31))

    assert actions.forget_old(wall=clock.wall(), most=100) == 1
    assert list(Event.objects.values_list("deliveries__state", flat=True)) == ["due"]


@pytest.mark.parametrize("url", ["http://hooks.example.com/", "https://10.0.0.8/", "https://u:p@hooks.example.com/"])
def test_an_address_that_may_not_be_reached_is_refused(town, url):
    with pytest.raises(Refused) as no:
        listening(key(hall="town"), url=url)

    assert no.value.slug == "address-not-allowed"


def test_a_key_has_so_many_hooks(town):
    of = key(hall="town")
    made = [listening(of) for _ in range(rules.MOST_HOOKS)]

    with pytest.raises(Refused) as no:
        listening(of)
    actions.end(code=made[0].code, by=CITIZEN, now=TUESDAY_NINE)

    assert no.value.slug == "too-many-webhooks"
    assert listening(of).state == "on"
