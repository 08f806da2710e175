"""Results that are posted: wished, made, handed to the carrier, heard of twice, late and in the wrong order, back again; people
and machines that come together."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from banshi.gateways.couriers import StandIn
from banshi.journeys.case import cabinets, conclude, courier, folders
from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.archive import actions as archive
from banshi.rooms.archive.queries import content
from banshi.rooms.archive.rules import bag as bags
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CaseEvent
from banshi.rooms.cases.queries import due_before, lines, with_of
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.actions import Receiver
from banshi.rooms.delivery.models import Delivery, Parcel, ParcelWord, Wish
from banshi.rooms.delivery.ports import Told
from banshi.rooms.identity.models import Account
from banshi.rooms.messaging.models import Message
from tests.journeys.case.test_cabinets import cabinet_of, made, slug_of
from tests.matters import Matters
from tests.rooms.cases.test_recounting import comes
from tests.together import together
from tests.town import TUESDAY_NINE, at

HOUR = timedelta(hours=1)
TO = Receiver("陈小红", "13900139000", "东莞市南城街道一号路 8 号 201")


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Any) -> None:
    settings.BANSHI_COURIER_FOLDER = tmp_path


def wished(case: Case, matters: Matters, how: str = "courier", to: Receiver | None = TO, **more: Any) -> Wish:
    return courier.wish(case_no=case.no, how=how, receiver=to, by=matters.applicant, now=TUESDAY_NINE, **more)


def parcelled(matters: Matters) -> Case:
    """Made, wished, with a waybill."""
    case = made(matters)
    wished(case, matters)
    courier.consign(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    return case


def posted(matters: Matters) -> Case:
    case = parcelled(matters)
    courier.post(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    return case


def told(case: Case, status: str, event: str = "", hours: float = 1, **more: Any) -> Parcel:
    at = TUESDAY_NINE + hours * HOUR
    said = Told(event or status, status, at, **more)
    return courier.told(waybill=Parcel.objects.latest("id").waybill, said=said, now=at)


def phase_of(case: Case) -> str:
    return Case.objects.get(pk=case.pk).phase


def keys() -> list[str]:
    rows = Message.objects.filter(key__in=["case_posted", "case_out", "case_arrived", "case_came_back", "case_closed"])
    return list(rows.order_by("id").values_list("key", flat=True))


# --- Wished -----------------------------------------------------------------------------------------------------


def test_an_address_is_sealed_and_may_be_said_anew(matters: Matters) -> None:
    case = matters.opened()

    wished(case, matters)
    wished(case, matters, to=Receiver(" 陈 小红 ", "13900139001", TO.address))

    wish = Wish.objects.get()
    assert (wish.how, wish.name, wish.phone, wish.address) == ("courier", "陈 小红", "+8613900139001", TO.address)


@pytest.mark.parametrize(
    ("receiver", "slug"),
    [
        (Receiver("", "13900139000", TO.address), "invalid"),
        (Receiver("陈小红", "12", TO.address), "phone-invalid"),
        (Receiver("陈小红", "13900139000", "这里"), "invalid"),
        (Receiver("陈小红", "13900139000", "东莞市\u202e南城街道"), "invalid"),
        (None, "invalid"),
    ],
)
def test_a_parcel_needs_somebody_and_an_address(matters: Matters, receiver: Receiver | None, slug: str) -> None:
    assert slug_of(wished, matters.opened(), matters, to=receiver) == slug


def test_an_account_that_is_not_proven_to_be_the_applicant_has_nothing_posted(matters: Matters) -> None:
    case = matters.opened()
    Account.objects.update(person_evidence=0)

    assert slug_of(wished, case, matters) == "agent-not-allowed"


def test_a_hall_that_posts_nothing_says_so_and_one_without_cabinets_too(matters: Matters) -> None:
    case = matters.opened()

    assert slug_of(wished, case, matters, how="cabinet", to=None) == "way-not-here"
    cabinet_of(matters.town)
    assert wished(case, matters, how="cabinet", to=None).how == "cabinet"


def test_what_ended_is_not_wished_any_more(matters: Matters) -> None:
    case = matters.opened()
    cases.withdraw(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    assert slug_of(wished, case, matters) == "wrong-state"


# --- Made and posted --------------------------------------------------------------------------------------------


def test_a_result_is_made_a_parcel_and_handed_on_in_time(matters: Matters) -> None:
    case = parcelled(matters)
    parcel, code = Parcel.objects.get(), Delivery.objects.get().code

    courier.post(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE + HOUR)
    again = courier.post(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE + 2 * HOUR)

    case.refresh_from_db()
    assert (parcel.payer, parcel.name, parcel.address, bool(parcel.waybill)) == ("receiver", "陈小红", TO.address, True)
    assert (case.phase, case.issue_due_on, again.posted_at) == ("ready", None, TUESDAY_NINE + HOUR)
    assert CaseEvent.objects.filter(case=case, verb="post").count() == 1
    assert Message.objects.get(key="case_posted").params["waybill"] == parcel.waybill
    assert (
        slug_of(conclude.hand_over, case_no=case.no, code=code, by=matters.by["issuer"], now=TUESDAY_NINE)
        == "on-its-way"
    )
    assert deliveries.code_for_applicant(case) == ""


def test_the_waybill_is_asked_for_again_where_the_carrier_did_not_answer(matters: Matters, settings: Any) -> None:
    case = made(matters)
    wished(case, matters)
    ask = {"case_no": case.no, "by": matters.by["issuer"], "now": TUESDAY_NINE}

    settings.BANSHI_COURIER_DOWN = True
    down = slug_of(courier.consign, **ask)
    unposted = slug_of(courier.post, **ask)
    settings.BANSHI_COURIER_DOWN = False
    twice = [courier.consign(**ask).waybill for _ in range(2)]

    assert (down, unposted) == ("courier-down", "changed-meanwhile")
    assert (len(set(twice)), Parcel.objects.count(), Message.objects.filter(key="case_posted").count()) == (1, 1, 0)


def test_whoever_comes_to_the_window_first_has_it_and_the_parcel_is_none(matters: Matters) -> None:
    case = parcelled(matters)

    conclude.hand_over(case_no=case.no, identified=True, by=matters.by["issuer"], now=TUESDAY_NINE)

    assert (phase_of(case), Parcel.objects.get().state) == ("closed", "void")
    assert slug_of(courier.post, case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE) == "nothing-found"
    told(case, "accepted")  # a carrier that was not told changes nothing
    assert ParcelWord.objects.count() == 0


def test_what_lies_in_a_cabinet_is_taken_out_before_it_is_posted(matters: Matters) -> None:
    case = made(matters)
    cabinets.put(cabinets=[cabinet_of(matters.town)], case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    wished(case, matters)

    assert slug_of(courier.consign, case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE) == "changed-meanwhile"


def test_the_address_of_a_parcel_that_is_made_stands(matters: Matters) -> None:
    case = parcelled(matters)

    assert slug_of(wished, case, matters) == "on-its-way"


# --- Heard of ---------------------------------------------------------------------------------------------------


def test_a_parcel_arrives_and_that_ends_the_case(matters: Matters) -> None:
    case = posted(matters)

    for hours, status in enumerate(("accepted", "moving", "out")):
        told(case, status, hours=hours + 1)
    parcel = told(case, "delivered", hours=5, signer="本人签收")

    row = Delivery.objects.get()
    assert (phase_of(case), parcel.state, parcel.signer) == ("closed", "delivered", "本人签收")
    assert (row.state, row.how, row.delivered_at) == ("delivered", "courier", TUESDAY_NINE + 5 * HOUR)
    assert keys() == ["case_posted", "case_out", "case_arrived"]
    assert Case.objects.get(pk=case.pk).trips == 1  # it was received at a window; nobody came for the result


def test_words_that_come_twice_late_and_backwards_are_kept_once_and_move_nothing_back(matters: Matters) -> None:
    case = posted(matters)

    states = [told(case, status, event=event).state for status, event in (
        ("out", "3"), ("moving", "2"), ("out", "3"), ("accepted", "1"), ("delivered", "4"), ("out", "5"), ("returning", "6"),
    )]  # fmt: skip

    assert states == ["out", "out", "out", "out", "delivered", "delivered", "delivered"]
    moved = dict(ParcelWord.objects.values_list("event", "moved"))
    assert moved == {"3": True, "2": False, "1": False, "4": True, "5": False, "6": False}
    assert keys() == ["case_posted", "case_out", "case_arrived"]


def test_the_carrier_may_say_it_has_it_before_the_window_does(matters: Matters) -> None:
    case = parcelled(matters)

    told(case, "accepted")
    courier.post(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE + 2 * HOUR)

    parcel = Parcel.objects.get()
    assert (parcel.state, parcel.posted_by, parcel.posted_at) == ("accepted", str(SYSTEM), TUESDAY_NINE + HOUR)
    assert keys() == ["case_posted"]


def test_a_word_of_no_parcel_of_ours_is_not_found(matters: Matters) -> None:
    said = Told("1", "out", TUESDAY_NINE)

    for waybill in ("", "X1"):
        assert slug_of(courier.told, waybill=waybill, said=said, now=TUESDAY_NINE) == "nothing-found"


def test_a_word_of_the_carrier_stands(matters: Matters) -> None:
    case = posted(matters)
    told(case, "accepted")

    with pytest.raises(IntegrityError), transaction.atomic():
        ParcelWord.objects.update(status="delivered")
    with pytest.raises(IntegrityError), transaction.atomic():
        ParcelWord.objects.all().delete()


def test_a_carrier_that_says_nothing_is_asked(matters: Matters, settings: Any) -> None:
    case = posted(matters)
    waybill, later = Parcel.objects.get().waybill, TUESDAY_NINE + 13 * HOUR
    for how in ("silent", "silent", "silent"):
        StandIn().press(waybill, how)

    early = courier.ask_due(now=TUESDAY_NINE + HOUR)
    asked = courier.ask_due(now=later)
    again = courier.ask_due(now=later + HOUR)

    assert [each["asked"] for each in (early, asked, again)] == [0, 1, 0]
    assert (Parcel.objects.get().state, phase_of(case)) == ("out", "ready")


def test_a_parcel_nobody_has_heard_of_is_a_light_after_three_working_days(matters: Matters) -> None:
    posted(matters)
    hall, day = matters.town.hall, timedelta(days=1)

    lights = [deliveries.on_their_way(hall, now=TUESDAY_NINE + n * day)[0].quiet for n in (2, 3, 6)]

    assert lights == [False, True, True]


# --- Back -------------------------------------------------------------------------------------------------------


def back(matters: Matters) -> Case:
    case = posted(matters)
    told(case, "refused")
    told(case, "returning", hours=2)
    courier.came_back(case_no=case.no, place="B-1", by=matters.by["issuer"], now=TUESDAY_NINE + 9 * HOUR)
    return case


def test_what_comes_back_lies_at_the_window_and_its_code_opens_it_again(matters: Matters) -> None:
    case = back(matters)

    row = Delivery.objects.get()
    assert (phase_of(case), row.state, row.place, Parcel.objects.get().place) == ("ready", "ready", "B-1", "B-1")
    assert (Wish.objects.count(), keys()) == (0, ["case_posted", "case_came_back"])
    conclude.hand_over(
        case_no=case.no, code=deliveries.code_for_applicant(case), by=matters.by["issuer"], now=TUESDAY_NINE + 10 * HOUR
    )
    assert phase_of(case) == "closed"


def test_it_is_posted_again_to_another_address(matters: Matters) -> None:
    case = back(matters)

    wished(case, matters, to=Receiver("陈小红", "13900139000", "深圳市南山区二号路 9 号"))
    courier.consign(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE + 10 * HOUR)
    courier.post(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE + 10 * HOUR)
    told(case, "delivered", event="again", hours=30)

    assert [p.state for p in Parcel.objects.order_by("id")] == ["back", "delivered"]
    assert len({p.waybill for p in Parcel.objects.all()}) == 2
    assert [step.what for step in deliveries.trail(case)] == [
        "ready", "parcel_made", "parcel_posted", "parcel_refused", "parcel_returning", "parcel_back", "parcel_made",
        "parcel_posted", "parcel_delivered",
    ]  # fmt: skip


def test_it_goes_into_the_cabinet_with_the_code_it_had(matters: Matters) -> None:
    cabinet = cabinet_of(matters.town)
    case, code = back(matters), Delivery.objects.get().code
    wished(case, matters, how="cabinet", to=None)
    asked = {"cabinets": [cabinet], "case_no": case.no, "by": matters.by["issuer"], "now": TUESDAY_NINE + 10 * HOUR}

    stay = cabinets.put_again(**asked)
    cabinets.fetch(cabinets=[cabinet], code=code, by=matters.by["issuer"], now=TUESDAY_NINE + 11 * HOUR)
    cabinets.taken_by_now(now=TUESDAY_NINE + 12 * HOUR)

    assert (stay.cell.no, Delivery.objects.get().how, phase_of(case)) == (1, "cabinet", "closed")
    assert Message.objects.filter(key="case_in_cabinet").count() == 1
    assert slug_of(cabinets.put_again, **asked) == "wrong-state"


def test_parcels_there_and_back_and_cells_are_in_the_package(matters: Matters) -> None:
    cabinet = cabinet_of(matters.town)
    case, code = back(matters), Delivery.objects.get().code
    wished(case, matters, how="cabinet", to=None)
    cabinets.put_again(cabinets=[cabinet], case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE + 10 * HOUR)
    cabinets.fetch(cabinets=[cabinet], code=code, by=matters.by["issuer"], now=TUESDAY_NINE + 11 * HOUR)
    cabinets.taken_by_now(now=TUESDAY_NINE + 12 * HOUR)

    package = archive.archive(case_no=case.no, by=SYSTEM, now=TUESDAY_NINE + timedelta(days=40))

    assert package is not None
    said = json.loads(bags.unzipped(content(package))["data/delivery.json"])
    (parcel,), (cell,) = said["parcels"], said["cells"]
    assert [word["status"] for word in parcel["carrier_said"]] == ["refused", "returning"]
    assert (parcel["state"], parcel["place"], "address" in parcel) == ("back", "B-1", False)
    assert (cell["cabinet"], cell["kind"], cell["out_by"]) == (cabinet.code, "result", "applicant")


def test_back_is_back_once_and_needs_a_place(matters: Matters) -> None:
    case = posted(matters)
    tick = {"case_no": case.no, "by": matters.by["issuer"], "now": TUESDAY_NINE}

    nowhere = slug_of(courier.came_back, place=" ", **tick)
    courier.came_back(place="B-1", **tick)

    assert (nowhere, slug_of(courier.came_back, place="B-2", **tick)) == ("invalid", "nothing-found")
    assert told(case, "delivered").state == "back"  # it is here: whatever the carrier says
    assert phase_of(case) == "ready"


# --- Together ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_one_word_told_by_many_at_once_is_kept_once(committed_matters: Matters) -> None:
    case = posted(committed_matters)
    waybill = Parcel.objects.get().waybill
    said = Told("4", "delivered", TUESDAY_NINE + HOUR)

    together(4, lambda _i: courier.told(waybill=waybill, said=said, now=TUESDAY_NINE + HOUR))

    assert (ParcelWord.objects.count(), phase_of(case), keys().count("case_arrived")) == (1, "closed", 1)


@pytest.mark.django_db(transaction=True)
def test_window_and_carrier_come_together_and_it_goes_one_way(committed_matters: Matters) -> None:
    case = parcelled(committed_matters)
    by, now = committed_matters.by["issuer"], TUESDAY_NINE
    acts = [
        lambda: courier.post(case_no=case.no, by=by, now=now),
        lambda: conclude.hand_over(case_no=case.no, identified=True, by=by, now=now),
        lambda: told(case, "accepted"),
    ]

    results = together(3, lambda i: acts[i]())

    handed = phase_of(case) == "closed"
    assert all(not isinstance(r, Exception) or isinstance(r, Refused) for r in results)
    assert (Parcel.objects.get().state == "void") is handed
    assert CaseEvent.objects.filter(case=case, verb="post").count() == (0 if handed else 1)


# --- Originals in the parcel ------------------------------------------------------------------------------------


def test_originals_that_were_posted_are_given_back_once_the_parcel_has_arrived(matters: Matters) -> None:
    case = made(matters)
    folder = folders.make(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    wished(case, matters, originals=True)
    courier.consign(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    courier.post(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)

    on_its_way = list(folder.papers.filter(originals__gt=0).values_list("code", "back"))
    for event in ("once", "twice"):
        told(case, "delivered", event)

    assert on_its_way == [("id", 0)]
    assert list(folder.papers.filter(originals__gt=0).values_list("code", "back")) == [("id", 1)]
    assert list(folder.trail.order_by("seq").values_list("deed", "pieces", "by")) == [
        ("made", 0, str(matters.by["issuer"])), ("gave", 1, "system"),
    ]  # fmt: skip


# --- Whose turn it is ----------------------------------------------------------------------------------------------


def turn(case: Case, now: Any = TUESDAY_NINE) -> tuple[str, date | None, str]:
    """Who has it, by when, and its light."""
    (line,) = lines([Case.objects.select_related("hall", "item", "department").get(pk=case.pk)], now=now)
    return with_of(Case.objects.get(pk=case.pk)), line.due_on, line.light


def test_what_is_laid_ready_to_be_posted_is_the_halls_until_the_carrier_has_it(matters: Matters) -> None:
    case = parcelled(matters)

    ready, late = turn(case), turn(case, at("2026-03-25 09:00"))
    courier.post(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)

    assert ready == ("hall", date(2026, 3, 24), "green")
    assert late == ("hall", date(2026, 3, 24), "red")
    assert (turn(case), Case.objects.get(pk=case.pk).to_post_on) == (("applicant", None, ""), None)


def test_a_wish_said_after_it_lay_ready_gives_the_hall_its_days_anew_and_another_address_no_more(
    matters: Matters,
) -> None:
    case = made(matters)
    conclude.shelve(case_no=case.no, place="A-1", by=matters.by["issuer"], now=TUESDAY_NINE)
    at_window, friday = turn(case), at("2026-03-13 22:00")

    courier.wish(case_no=case.no, how="courier", receiver=TO, by=matters.applicant, now=friday)
    first = turn(case, friday)
    courier.wish(case_no=case.no, how="courier", receiver=TO, by=matters.applicant, now=at("2026-03-18 09:00"))

    assert at_window == ("applicant", None, "")
    assert first == ("hall", date(2026, 3, 27), "green")
    assert turn(case, friday) == first
    assert Case.objects.filter(due_before(date(2026, 3, 28)), pk=case.pk).exists()
    assert not Case.objects.filter(due_before(date(2026, 3, 27)), pk=case.pk).exists()

    wished(case, matters, how="counter", to=None)
    assert turn(case) == ("applicant", None, "")


def test_what_came_back_is_the_applicants_until_it_is_wished_again(matters: Matters) -> None:
    case = back(matters)

    here = turn(case)
    courier.wish(case_no=case.no, how="courier", receiver=TO, by=matters.applicant, now=at("2026-03-16 09:00"))

    assert here == ("applicant", None, "")
    assert turn(case, at("2026-03-16 09:00")) == ("hall", date(2026, 3, 30), "green")


def test_a_refusal_that_came_back_and_is_wished_again_has_its_days_anew(matters: Matters) -> None:
    case = matters.decided(grant=False)
    wished(case, matters)
    courier.consign(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    courier.post(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    told(case, "returning")
    courier.came_back(case_no=case.no, place="B-1", by=matters.by["issuer"], now=TUESDAY_NINE + 9 * HOUR)

    courier.wish(case_no=case.no, how="courier", receiver=TO, by=matters.applicant, now=at("2026-03-16 09:00"))

    assert turn(case, at("2026-03-16 09:00"))[1] == date(2026, 3, 30)


def test_holidays_move_the_day_of_what_is_to_be_posted(matters: Matters) -> None:
    case = parcelled(matters)

    comes()

    assert turn(case)[1] == date(2026, 3, 27)


def test_who_fetches_it_and_who_wishes_it_posted_come_together_and_it_goes_one_way(committed_matters: Matters) -> None:
    matters = committed_matters
    case = made(matters)
    conclude.shelve(case_no=case.no, place="A-1", by=matters.by["issuer"], now=TUESDAY_NINE)
    code = deliveries.code_for_applicant(case)

    def hand() -> Any:
        return conclude.hand_over(case_no=case.no, code=code, by=matters.by["issuer"], now=TUESDAY_NINE)

    results = together(2, lambda i: wished(case, matters) if i else hand())

    ended = Case.objects.get(pk=case.pk)
    assert (ended.phase, ended.to_post_on, isinstance(results[0], Exception)) == ("closed", None, False)
