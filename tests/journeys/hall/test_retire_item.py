"""From its day on nothing new of a retired item is begun, whoever asks; what is booked stays, what was sent goes on, and
whoever it concerns is told once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banshi.journeys.case import bundles
from banshi.journeys.hall import retire_item
from banshi.journeys.hall.retire_item import Touched
from banshi.journeys.visit.when import when
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.models import Appointment, Waiting
from banshi.rooms.cases import actions as cases
from banshi.rooms.catalogue.actions.retiring import ask_to_retire
from banshi.rooms.catalogue.models import Item, Retirement
from banshi.rooms.identity.models import Account
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from tests.bundles import opened as bundle_opened
from tests.bundles import sign_of
from tests.matters import Matters, matters_of
from tests.rooms.tickets.conftest import open_town
from tests.rooms.tickets.line import take
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

SECOND = Actor(ActorKind.STAFF, "2")
THURSDAY, FRIDAY = date(2026, 3, 12), date(2026, 3, 13)
ON_THURSDAY, ON_FRIDAY = at("2026-03-12 09:00"), at("2026-03-13 09:00")


@pytest.fixture
def matters(town: Town) -> Matters:
    return matters_of(town)


def retire(item: str = "pension", successor: str = "medical") -> Retirement:
    row = ask_to_retire(
        item=Item.objects.get(code=item),
        from_day=FRIDAY,
        reason_zh="合并",
        successor=successor,
        by=CLERK,
        now=TUESDAY_NINE,
    )
    return retire_item.agree(retirement_id=row.pk, by=SECOND, now=TUESDAY_NINE)


def book(town: Town, starts: Any, person: int = 1, **more: Any) -> Appointment:
    slot = town.slot(starts=starts, **more)
    return booking.place(
        slot_id=slot.pk, item_code="pension", person_id=town.person(person).pk, source="web", by=CITIZEN, now=TUESDAY_NINE,
        contact=f"1390000000{person}",
    )  # fmt: skip


def refused(act: Any, *args: Any, **more: Any) -> Refused:
    with pytest.raises(Refused) as no:
        act(*args, **more)
    return no.value


def told(*keys: str) -> list[tuple[str, str]]:
    return list(Message.objects.filter(key__in=keys).order_by("id").values_list("key", "subject"))


def test_no_place_is_booked_from_its_day_on(town: Town) -> None:
    retire()

    book(town, ON_THURSDAY)
    no = refused(book, town, ON_FRIDAY, person=2)
    listed = bookings.slots(hall=town.hall, item_code="pension", first=THURSDAY, last=FRIDAY, now=TUESDAY_NINE)

    assert (no.slug, no.facts["successor"], no.facts["link"]) == ("item-retired", "medical", "/items/medical")
    assert [(view.day, view.refusal.slug if view.refusal else None) for view in listed] == [
        (THURSDAY, None), (FRIDAY, "item-retired"),
    ]  # fmt: skip


def test_a_booked_place_is_not_moved_beyond_its_day(town: Town) -> None:
    booked, later = book(town, ON_THURSDAY), town.slot(starts=ON_FRIDAY)
    retire()

    no = refused(booking.move, code=booked.code, slot_id=later.pk, by=CITIZEN, now=TUESDAY_NINE)

    assert no.slug == "item-retired"


def test_what_is_booked_stays_and_its_person_is_told_once(town: Town) -> None:
    book(town, ON_THURSDAY)
    booked = book(town, ON_FRIDAY, person=2)

    row = retire()
    again = [retire_item.tell_due(now=TUESDAY_NINE), retire_item.tell_due(now=ON_FRIDAY)]

    booked.refresh_from_db()
    assert (booked.state, again) == ("booked", [0, 0])
    assert told("item_retired") == [("item_retired", f"appointment:{booked.code}")]
    said = Message.objects.get(key="item_retired").params
    assert (said["day"], said["instead_zh"]) == ("2026-03-13", "医疗保险参保登记")
    assert retire_item.touched(row.item, from_day=FRIDAY, now=TUESDAY_NINE) == Touched(1, 0, 0)


def test_whoever_booked_in_that_moment_is_told_by_the_duty(town: Town) -> None:
    booked = book(town, ON_FRIDAY)
    row = retire()
    Message.objects.filter(key="item_retired").delete()  # as if the booking came from before it was agreed

    assert retire_item.tell_due(now=TUESDAY_NINE) == 1
    assert told("item_retired") == [("item_retired", f"appointment:{booked.code}")]
    assert row.state == "agreed"


def test_a_booked_number_is_given_on_the_day_and_no_other(town: Town) -> None:
    open_town(town)
    booked = book(town, ON_FRIDAY)
    retire()

    given = tickets.issue(
        tickets.Take(appointment=booked, kind="booked", person_id=booked.person_id, channel="desk", by=CLERK),
        hall=town.hall,
        now=ON_FRIDAY,
    )
    before = take(town, None, item_code="pension", now=ON_THURSDAY)
    no = refused(take, town, None, item_code="pension", now=ON_FRIDAY)

    assert (given.item_id, before.item_id) == (booked.item_id, booked.item_id)
    assert (no.slug, no.facts["from"]) == ("item-retired", FRIDAY)
    assert refused(when, item_code="pension", now=ON_FRIDAY).slug == "item-retired"


def test_waits_for_its_day_end_and_those_before_go_on(town: Town) -> None:
    who = Account.objects.create(phone="+8613900000009", phone_index="n9", created_at=TUESDAY_NINE)
    waits = []
    for day, starts in ((THURSDAY, ON_THURSDAY), (FRIDAY, ON_FRIDAY)):
        town.slot(starts=starts, quota=1, taken=1)
        waits.append(
            booking.join_waiting(
                hall=town.hall, item_code="pension", day=day, person_id=town.person(1).pk, by=CITIZEN, now=TUESDAY_NINE,
                account_id=who.pk,
            )
        )  # fmt: skip
    retire()

    booking.end_all_waiting_in_vain(now=TUESDAY_NINE)

    assert list(Waiting.objects.order_by("day").values_list("state", flat=True)) == ["waiting", "unbooked"]
    assert told("waiting_unbooked") == [("waiting_unbooked", f"waiting:{waits[1].pk}")]
    assert Message.objects.get(key="waiting_unbooked").params.get("text_zh", "") == ""


def test_no_case_is_opened_and_no_draft_sent_from_its_day_on(matters: Matters) -> None:
    draft, other, walked_in = (matters.opened() for _ in range(3))
    for case in (draft, other):
        for code in ("id", "lease", "photo"):
            cases.add_material(case_no=case.no, code=code, channel="upload", by=matters.applicant, now=TUESDAY_NINE)
    retire()
    cases.submit(case_no=other.no, by=matters.applicant, now=ON_THURSDAY)
    counted = [cases.Counted(code) for code in ("id", "lease", "photo")]

    slugs = [
        refused(matters.opened, now=ON_FRIDAY).slug,
        refused(cases.submit, case_no=draft.no, by=matters.applicant, now=ON_FRIDAY).slug,
        refused(cases.receive, case_no=walked_in.no, materials=counted, by=matters.by["receiver"], now=ON_FRIDAY).slug,
    ]

    draft.refresh_from_db()
    assert (slugs, draft.phase) == (["item-retired"] * 3, "draft")


def test_what_was_sent_goes_on(matters: Matters) -> None:
    sent = matters.received()
    retire()

    cases.accept(case_no=sent.no, by=matters.by["receiver"], now=ON_FRIDAY)
    cases.hand_over(case_no=sent.no, by=matters.by["receiver"], now=ON_FRIDAY)

    sent.refresh_from_db()
    assert sent.phase == "in_review"


def test_whoever_has_a_draft_is_told_and_hears_when_it_goes_on(matters: Matters) -> None:
    draft = matters.opened()
    matters.received()

    row = retire()
    retire_item.tell_due(now=TUESDAY_NINE)
    retire_item.undo(retirement_id=row.pk, by=CLERK, now=ON_THURSDAY)

    assert told("case_item_retired", "case_item_kept") == [
        ("case_item_retired", f"case:{draft.no}"), ("case_item_kept", f"case:{draft.no}"),
    ]  # fmt: skip
    assert matters.opened(now=ON_FRIDAY).phase == "draft"


def test_a_bundle_is_not_sent_until_what_is_retired_is_taken_out_of_it(matters: Matters) -> None:
    sign_of(matters.town)
    bundle = bundle_opened(matters)
    for code in ("id", "lease", "photo"):
        cases.add_paper(
            case_no=bundle.cases.first().no, code=code, channel="upload", by=matters.applicant, now=TUESDAY_NINE
        )
    retire("sign", "")

    no = refused(bundles.submit_bundle, bundle_no=bundle.no, by=matters.applicant, now=ON_FRIDAY)
    cases.withdraw(case_no=bundle.cases.get(item__code="sign").no, by=matters.applicant, now=ON_FRIDAY)
    bundles.submit_bundle(bundle_no=bundle.no, by=matters.applicant, now=ON_FRIDAY)

    assert (no.slug, no.facts.get("successor")) == ("item-retired", None)
    assert sorted(bundle.cases.values_list("phase", flat=True)) == ["pre_review", "withdrawn"]
