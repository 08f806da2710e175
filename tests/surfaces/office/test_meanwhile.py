"""Two managers at the same editor: the second is told what the first changed, and neither loses anything."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banshi.journeys.hall.meanwhile import hours_carried
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars.models import CalendarVersion
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging.models import Template
from banshi.rooms.messaging.rules import COMMON
from banshi.rooms.places.models import PolicyVersion
from tests.surfaces.office.editing import manager, office, signed_in, staff_with  # noqa: F401 – fixtures
from tests.surfaces.office.test_editors import form_of, policy_fields
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE

EDIT = "/office/town/calendar/edit/"
POLICY = "/office/town/policy/"
TEXT = "/office/town/templates/confirmation/zh/"


@pytest.fixture
def second(office: Any) -> Client:  # noqa: F811
    return signed_in(staff_with("second", "hall_manager"))


def opened(client: Client, **changes: Any) -> dict[str, Any]:
    """The calendar's form with what a browser would send of its hidden fields."""
    page = client.get(EDIT)
    return {**form_of(client), "seen": page.context["seen"], "start": page.context["typed"]["start"].version, **changes}


def publish(client: Client, sent: dict[str, Any]) -> Any:
    shown = client.post(EDIT, sent)
    kept = {name: shown.context[name] for name in ("document", "version")}
    start = shown.context["typed"]["start"].version
    return client.post(
        "/office/town/calendar/publish", {**kept, "start": start, "valid_from": sent["valid_from"], "all": "keep"}
    )


ADDED = {
    "rules": "2", "r1-code": "rule-2", "r1-name_zh": "周六服务", "r1-day": "every_day", "r1-weekdays": ["sat"],
    "r1-kind": "extended", "r1-hours": "9:00-12:00", "r1-cut": "document", "r1-walk_ins": "always",
}  # fmt: skip


def test_hours_published_meanwhile_are_told_and_taken_over(manager, second):  # noqa: F811
    mine = opened(second, **ADDED)
    assert publish(manager, opened(manager, **{"r0-hours": "9:00-12:00"})).status_code == 302

    told = second.post(EDIT, mine)

    meanwhile, forms = told.context["meanwhile"], told.context["typed"]["forms"]
    assert told.status_code == 409
    assert (meanwhile.version, meanwhile.carried, len(meanwhile.said)) == (2, True, 1)
    assert "09:00–12:00, 14:00–17:00 → 09:00–12:00" in meanwhile.said[0]
    assert [(form["code"], form["hours"]) for form in forms] == [
        ("regular", "09:00–12:00"),
        ("rule-2", "09:00–12:00"),
    ]
    assert (told.context["seen"], told.context["typed"]["start"].version) == (2, 2)
    assert CalendarVersion.objects.count() == 2


def test_after_being_told_the_second_publishes_both(manager, second):  # noqa: F811
    mine = opened(second, **ADDED)
    publish(manager, opened(manager, **{"r0-hours": "9:00-12:00"}))
    second.post(EDIT, mine)

    done = publish(second, {**mine, "seen": "2", "start": "2", "r0-hours": "9:00-12:00"})

    rules = CalendarVersion.objects.latest("version").document["rules"]
    assert done.status_code == 302
    assert [(rule["code"], rule["hours"][0][0][:5]) for rule in rules] == [("regular", "09:00"), ("rule-2", "09:00")]


def test_hours_published_between_preview_and_publishing_are_told_too(manager, second):  # noqa: F811
    shown = second.post(EDIT, opened(second, **ADDED))
    publish(manager, opened(manager, **{"r0-hours": "9:00-12:00"}))

    told = second.post(
        "/office/town/calendar/publish",
        {"document": shown.context["document"], "version": shown.context["version"], "start": "1",
         "valid_from": "2026-03-11", "all": "keep"},
    )  # fmt: skip

    assert told.status_code == 409
    assert [form["hours"] for form in told.context["typed"]["forms"]] == ["09:00–12:00", "09:00–12:00"]


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_hours_in_the_same_moment_are_one_published_and_one_told(manager, second):  # noqa: F811
    sent = [opened(manager, **{"r0-hours": "9:00-11:00"}), opened(second, **{"r0-hours": "9:00-12:00"})]

    answers = together(2, lambda i: publish((manager, second)[i], sent[i]).status_code)

    assert sorted(answers) == [302, 409]
    assert CalendarVersion.objects.count() == 2


def rule(code: str, hours: str = "09:00") -> dict[str, Any]:
    return {"code": code, "hours": [[hours, "12:00"]]}


@pytest.mark.parametrize(
    ("theirs", "mine", "both"),
    [
        ([rule("a"), rule("b", "10:00")], [rule("a", "08:00"), rule("b")], [rule("a", "08:00"), rule("b", "10:00")]),
        ([rule("a", "10:00"), rule("b")], [rule("a", "08:00"), rule("b")], [rule("a", "08:00"), rule("b")]),
        ([rule("b")], [rule("a"), rule("b")], [rule("b")]),
        ([rule("b")], [rule("a", "08:00"), rule("b")], [rule("a", "08:00"), rule("b")]),
        ([rule("a"), rule("b"), rule("c")], [rule("a")], [rule("a"), rule("c")]),
        (
            [rule("a"), rule("b"), rule("c")],
            [rule("a"), rule("b"), rule("c", "08:00")],
            [rule("a"), rule("b"), rule("c-2", "08:00"), rule("c")],
        ),
    ],
    ids=["each their own", "both the same", "ended", "ended and changed", "added and taken out", "one code twice"],
)
def test_sessions_of_both_are_kept(theirs, mine, both):
    old = {"rules": [rule("a"), rule("b")], "period_minutes": 60, "timezone": "Asia/Shanghai"}

    found = hours_carried(old=old, new={**old, "rules": theirs, "period_minutes": 30}, mine={**old, "rules": mine})

    assert found == {"rules": both, "period_minutes": 30, "timezone": "Asia/Shanghai"}


def test_rules_published_meanwhile_are_told_and_taken_over(manager, second):  # noqa: F811
    mine = policy_fields(second, act="look", base="1", **{"booking.come_early": "20"})
    manager.post(POLICY, policy_fields(manager, act="publish", **{"booking.release_days": "5"}))

    told = second.post(POLICY, mine)

    values = {each.path: each.value for section in told.context["form"] for each in section.fields}
    meanwhile = told.context["meanwhile"]
    assert told.status_code == 409
    assert (meanwhile.version, meanwhile.carried) == (2, True)
    assert len(meanwhile.said) == 1
    assert (values["booking.come_early"], values["booking.release_days"]) == (20, 5)
    assert [(each.before, each.after) for each in told.context["changes"]] == [("15", "20")]
    assert told.context["meta"]["version"] == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_rules_in_the_same_moment_are_one_published_and_one_told(manager, second):  # noqa: F811
    clients = (manager, second)
    sent = [
        policy_fields(manager, act="publish", **{"booking.come_early": "20"}),
        policy_fields(second, act="publish", **{"booking.come_early": "30"}),
    ]

    answers = together(2, lambda i: clients[i].post(POLICY, sent[i]))

    assert sorted(answer.status_code for answer in answers) == [302, 409]
    assert PolicyVersion.objects.count() == 2


def test_words_saved_meanwhile_stand_beside_what_was_typed(manager, second):  # noqa: F811
    was = second.get(TEXT).context["was"]
    theirs, mine = was + "甲", was + "乙"
    manager.post(TEXT, {"body": theirs, "was": was, "act": "save"})

    told = second.post(TEXT, {"body": mine, "was": was, "act": "save"})
    again = second.post(TEXT, {"body": mine, "was": told.context["was"], "act": "save"})

    assert (told.status_code, told.context["body"], told.context["was"]) == (409, mine, theirs)
    assert told.content.decode().count('id="meanwhile"') == 1
    assert (again.status_code, Template.objects.get().body) == (302, mine)


def test_words_are_not_taken_back_over_somebody_elses(manager, second):  # noqa: F811
    was = second.get(TEXT).context["was"]
    manager.post(TEXT, {"body": was + "甲", "was": was, "act": "save"})

    told = second.post(TEXT, {"body": was, "was": was, "act": "reset"})

    assert (told.status_code, Template.objects.get().body) == (409, was + "甲")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_word_a_message_for_the_first_time_at_once_one_is_told():
    common = COMMON["confirmation"]["zh"]

    answers = together(
        2,
        lambda i: messaging.set_template(
            hall="town", key="confirmation", language="zh", body=common + "甲乙"[i], by=CLERK, now=TUESDAY_NINE,
            expected=common,
        ),
    )  # fmt: skip

    assert sorted(isinstance(each, Refused) for each in answers) == [False, True]
    assert Template.objects.get().body[-1] in "甲乙"


def test_a_hall_without_any_version_is_not_told_of_one(manager):  # noqa: F811
    typed = policy_fields(manager, act="publish", version="5")
    PolicyVersion.objects.all().delete()

    answer = manager.post(POLICY, typed)

    assert (answer.status_code, answer.context["meanwhile"]) == (409, None)
