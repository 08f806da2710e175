"""数量限制: never more than there are places, in the order of acceptance or by a lot that anybody can draw again."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.kernel.working_days import WorkCalendar
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Case, QuotaEntry, QuotaRound
from banshi.rooms.cases.rules import quota as rules
from banshi.rooms.cases.rules.flow import Lived, stand
from banshi.rooms.cases.rules.papers import words
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.catalogue.rules.faults import faults
from banshi.rooms.catalogue.rules.handling import Handling, Stage
from banshi.rooms.messaging.models import Message
from tests.matters import SHOP, Matters
from tests.rooms.cases.test_flow import no_of
from tests.rooms.cases.test_walks import holds
from tests.together import together
from tests.town import TUESDAY_NINE, at

MONTH = (date(2026, 3, 1), date(2026, 3, 31))
DRAWN_ON = date(2026, 4, 10)
LATER, DRAW_DAY = at("2026-04-02 09:00"), at("2026-04-10 10:00")
SEED = "00" * 31 + "07"


def counted(by: str = "order", **more: Any) -> None:
    """From now on the places of the shop licence are counted."""
    item = Item.objects.get(code="pension")
    item.handling = {**item.handling, "quota": {"by": by, **more}}
    item.save(update_fields=["handling"])
    catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))


def proposed(
    matters: Matters, places: int, *, days: tuple[date, date] = MONTH, draw_on: date | None = None
) -> QuotaRound:
    return cases.propose_round(
        item_code="pension", places=places, opens_on=days[0], closes_on=days[1], draw_on=draw_on,
        by=matters.by["supervisor"], now=TUESDAY_NINE,
    )  # fmt: skip


def published(matters: Matters, places: int, **more: Any) -> QuotaRound:
    row = proposed(matters, places, **more)
    return cases.publish_round(round_id=row.pk, by=matters.by["second_supervisor"], now=TUESDAY_NINE)


def reviewed(matters: Matters, minute: int = 0) -> Any:
    """Accepted so many minutes after nine, and proposed to be granted."""
    now = TUESDAY_NINE + timedelta(minutes=minute)
    case = matters.in_review(now)
    return cases.opine(case_no=case.no, says="grant", text="", by=matters.by["reviewer"], now=now)


def grant(case: Any, matters: Matters, **more: Any) -> Any:
    return cases.decide(case_no=case.no, **{"grant": True, "by": matters.by["approver"], "now": LATER, **more})


def slugs(results: list[Any]) -> list[str]:
    assert [each for each in results if isinstance(each, Exception) and not isinstance(each, Refused)] == []
    return [each.slug if isinstance(each, Refused) else "" for each in results]


def test_places_go_to_whoever_was_accepted_first(matters: Matters) -> None:
    counted()
    row = published(matters, 2)
    first, second, third = (reviewed(matters, minute) for minute in range(3))

    early = no_of(grant, case=third, matters=matters)
    grant(second, matters)
    grant(first, matters)
    full = no_of(grant, case=third, matters=matters)

    row.refresh_from_db()
    assert (early.slug, early.facts["left"], early.facts["earlier"]) == ("earlier-first", 2, 2)
    assert (full.slug, row.taken) == ("quota-full", 2)
    assert [e.facts.get("round") for e in first.events.filter(verb__in=["accept", "decide"]).order_by("seq")] == [
        "2026-1"
    ] * 2


def test_a_place_that_is_let_go_is_the_next_ones(matters: Matters) -> None:
    """Refused, taken back before the decision, or ended after it."""
    counted()
    row = published(matters, 1)
    refused, withdrawn, ended, last = (reviewed(matters, minute) for minute in range(4))

    grant(refused, matters, grant=False, reason="不符合规划")
    cases.withdraw(case_no=withdrawn.no, by=matters.applicant, now=LATER)
    grant(ended, matters)
    before = no_of(grant, case=last, matters=matters).slug
    cases.terminate(
        case_no=ended.no, reason="提供虚假材料", second_by=matters.staff["second_supervisor"].pk, second_may=True,
        by=matters.by["supervisor"], now=LATER,
    )  # fmt: skip
    grant(last, matters)

    row.refresh_from_db()
    states = list(QuotaEntry.objects.order_by("case_id").values_list("state", flat=True))
    assert (before, states, row.taken) == ("quota-full", ["out", "out", "out", "holds"], 1)


def test_a_refusal_needs_no_place(matters: Matters) -> None:
    counted()
    published(matters, 1)
    first, second = reviewed(matters), reviewed(matters, 1)
    grant(first, matters)

    grant(second, matters, grant=False, reason="本期名额已满")

    assert Case.objects.get(pk=second.pk).outcome == "refused"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_are_granted_exactly_as_many_as_there_are_places(committed_matters: Matters) -> None:
    """Whoever presses first: the places go to those accepted first, and to no other."""
    matters = committed_matters
    counted()
    row = published(matters, 7)
    waiting = [reviewed(matters, minute) for minute in range(50)]

    results = together(50, lambda i: grant(waiting[i], matters))

    row.refresh_from_db()
    refused = slugs(results)
    assert (refused.count(""), row.taken) == (7, 7)
    assert [each == "" for each in refused] == [True] * 7 + [False] * 43
    assert set(refused[7:]) <= {"quota-full", "earlier-first"}
    holds(Case.objects.get(pk=waiting[0].pk))


def test_the_table_itself_grants_no_more_than_there_are_places(matters: Matters) -> None:
    counted()
    published(matters, 1)
    first, second = reviewed(matters), reviewed(matters, 1)
    QuotaEntry.objects.filter(case=first).update(state="holds")

    with pytest.raises(IntegrityError, match="no_more_is_granted_than_places"), transaction.atomic():
        QuotaEntry.objects.filter(case=second).update(state="holds")


def test_a_round_is_published_by_another_and_once(matters: Matters) -> None:
    counted()
    row = proposed(matters, 5)

    own = no_of(cases.publish_round, round_id=row.pk, by=matters.by["supervisor"], now=TUESDAY_NINE)
    cases.publish_round(round_id=row.pk, by=matters.by["second_supervisor"], now=TUESDAY_NINE)
    again = no_of(cases.publish_round, round_id=row.pk, by=matters.by["second_supervisor"], now=TUESDAY_NINE)
    overlaps = no_of(proposed, matters=matters, places=5, days=(date(2026, 3, 31), date(2026, 4, 30)))

    assert (own.slug, again.slug, overlaps.slug) == ("same-person", "changed-meanwhile", "invalid")
    with pytest.raises(IntegrityError, match="stays as it was"), transaction.atomic():
        QuotaRound.objects.update(places=6)


def test_days_that_are_taken_are_told_with_the_round_that_has_them_and_the_first_free_day(matters: Matters) -> None:
    counted()
    published(matters, 5)
    published(matters, 5, days=(date(2026, 4, 1), date(2026, 4, 20)))
    published(matters, 5, days=(date(2026, 5, 1), date(2026, 5, 20)))

    no = no_of(proposed, matters=matters, places=5, days=(date(2026, 3, 31), date(2026, 4, 2)))

    assert no.facts["reason"]["en"] == "Round 1 of 2026 has 2026-03-01 to 2026-03-31: this one can begin on 2026-04-21"


def test_a_round_whose_days_went_by_is_not_published(matters: Matters) -> None:
    """Proposed in time, and left lying: on its last day it is still published (of the furthest hall there could be)."""
    counted()
    row = proposed(matters, 5)
    by = matters.by["second_supervisor"]

    late = no_of(cases.publish_round, round_id=row.pk, by=by, now=at("2026-04-01 00:00"))
    last = cases.publish_round(round_id=row.pk, by=by, now=at("2026-03-31 17:59"))

    assert (late.slug, late.facts["field"]) == ("invalid", "closes_on")
    assert last.published_at == at("2026-03-31 17:59")


def test_what_is_dropped_is_not_published(matters: Matters) -> None:
    counted()
    row = proposed(matters, 5)
    newer = proposed(matters, 6)
    cases.drop_round(round_id=newer.pk, by=matters.by["second_supervisor"], now=TUESDAY_NINE)

    for each in (row, newer):
        no = no_of(cases.publish_round, round_id=each.pk, by=matters.by["second_supervisor"], now=TUESDAY_NINE)
        assert no.slug == "changed-meanwhile"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"places": 0}, "places"),
        ({"days": (MONTH[1], MONTH[0])}, "closes_on"),
        ({"draw_on": DRAWN_ON}, "draw_on"),
    ],
)
def test_a_round_that_cannot_be_is_not_proposed(matters: Matters, more: dict[str, Any], field: str) -> None:
    counted()

    no = no_of(proposed, matters=matters, **{"places": 3, **more})

    assert (no.slug, no.facts["field"]) == ("invalid", field)


def test_what_is_not_counted_has_no_rounds(matters: Matters) -> None:
    assert no_of(proposed, matters=matters, places=3).facts["field"] == "item"


def test_applications_are_taken_while_a_round_is_open_to_its_last_day(matters: Matters) -> None:
    counted()
    published(matters, 3, days=(date(2026, 3, 10), date(2026, 3, 11)))
    published(matters, 3, days=(date(2026, 4, 1), date(2026, 4, 30)))

    late = no_of(matters.received, now=at("2026-03-12 09:00"))
    matters.received(at("2026-03-11 17:00"))

    assert (late.slug, late.facts["opens"]) == ("no-round-open", "2026-04-01")


def test_before_the_first_round_nothing_is_counted(matters: Matters) -> None:
    counted()
    case = reviewed(matters)

    grant(case, matters)

    assert queries.standing_of(Case.objects.get(pk=case.pk)) is None


def test_who_waits_for_the_first_round_takes_part_in_it(matters: Matters) -> None:
    counted()
    waiting = reviewed(matters)

    row = published(matters, 1)

    standing = queries.standing_of(Case.objects.get(pk=waiting.pk))
    assert standing is not None
    assert (standing.round.pk, standing.left, standing.waiting, standing.ahead) == (row.pk, 1, 1, 0)


# --- By lot -----------------------------------------------------------------------------------------------------


def test_the_draw_is_what_its_rule_says() -> None:
    """Vectors for whoever writes it anew."""
    assert rules.drawn(SEED, 0) == ()
    assert rules.drawn(SEED, 1) == (1,)
    assert rules.drawn(SEED, 10) == (8, 6, 9, 1, 2, 3, 10, 5, 4, 7)
    assert rules.committed(SEED) == "48428bdb7ddd829410d6bbb924fdeb3a3d7e88c2577bffae073b990c6f061d08"
    assert sorted(rules.drawn(SEED, 1000)) == list(range(1, 1001))
    assert rules.committed(SEED) == hashlib.sha256(bytes.fromhex(SEED)).hexdigest()
    assert rules.listed(["a", "b"]) == hashlib.sha256(b"1,a\n2,b\n").hexdigest()


def test_every_order_comes_about_as_often() -> None:
    orders = [rules.drawn(hashlib.sha256(str(i).encode()).hexdigest(), 3) for i in range(6000)]

    assert all(850 < orders.count(each) < 1150 for each in set(orders))
    assert len(set(orders)) == 6


def by_lot(matters: Matters, places: int, entrants: int, **more: Any) -> tuple[QuotaRound, list[Any]]:
    counted("draw", **more)
    row = published(matters, places, draw_on=DRAWN_ON)
    return row, [reviewed(matters, minute) for minute in range(entrants)]


def closed(matters: Matters, row: QuotaRound) -> QuotaRound:
    return cases.close_list(round_id=row.pk, today=LATER.date(), by=matters.by["supervisor"], now=LATER)


def draw(matters: Matters, row: QuotaRound, **more: Any) -> QuotaRound:
    asked = {"today": DRAWN_ON, "by": matters.by["second_supervisor"], "now": DRAW_DAY, **more}
    return cases.draw_round(round_id=row.pk, **asked)


def test_days_of_what_is_drawn_run_from_the_draw(matters: Matters) -> None:
    """The day of the draw was announced with the round; four working days after it are promised."""
    _row, (case,) = by_lot(matters, 1, 1)

    case.refresh_from_db()
    line = queries.lines([case], now=at("2026-04-09 09:00"))[0]
    assert (case.due_promised, case.due_statutory, line.light) == (date(2026, 4, 16), date(2026, 5, 8), "green")


def test_the_paper_and_the_message_say_that_the_days_run_from_the_draw(matters: Matters) -> None:
    """A date alone seems to count from the acceptance."""
    _row, (case,) = by_lot(matters, 1, 1)

    paper = words("acceptance", queries.facts_of(case.papers.get(kind="acceptance")))
    told = Message.objects.get(key="case_taken").params
    assert ("期限起算", "摇号日 2026 年 4 月 10 日") in paper.rows
    assert "名额经公开摇号确定，办理期限自摇号日起算，等待摇号的时间不计入。" in paper.paragraphs
    assert (told["draw"], told["day"]) == ("2026-04-10", "2026-04-16")


def test_what_is_not_drawn_says_nothing_of_a_draw(matters: Matters) -> None:
    counted()
    published(matters, 1)
    case = reviewed(matters)

    paper = words("acceptance", queries.facts_of(case.papers.get(kind="acceptance")))
    assert "期限起算" not in dict(paper.rows)
    assert "draw" not in Message.objects.get(key="case_taken").params


def test_nothing_is_extended_before_the_days_run(matters: Matters) -> None:
    """The day before the draw, and the day of it."""
    _row, (case,) = by_lot(matters, 1, 1)

    def ask(day: str) -> Any:
        return cases.propose_extension(case_no=case.no, days=3, reason="复杂", by=matters.by["reviewer"], now=at(day))

    early = [
        no_of(ask, day="2026-04-09 23:59"),
        no_of(cases.extend, case_no=case.no, days=3, reason="复杂", by=matters.by["head"], now=at("2026-04-09 23:59")),
    ]
    asked = ask("2026-04-10 00:00")

    assert [(no.slug, no.facts["opens"]) for no in early] == [("too-early", "2026-04-10")] * 2
    assert asked.extension_asked_by == matters.staff["reviewer"]


def test_a_draw_takes_two_and_a_list_that_is_ready(matters: Matters) -> None:
    row, waiting = by_lot(matters, 1, 2)
    open_ = matters.in_review(TUESDAY_NINE + timedelta(minutes=9))

    early = no_of(cases.close_list, round_id=row.pk, today=MONTH[1], by=matters.by["supervisor"], now=LATER)
    unready = no_of(closed, matters=matters, row=row)
    cases.withdraw(case_no=open_.no, by=matters.applicant, now=LATER)
    unlisted = no_of(draw, matters=matters, row=row)
    undrawn = no_of(grant, case=waiting[0], matters=matters)
    closed(matters, row)
    again = no_of(closed, matters=matters, row=row)
    own = no_of(draw, matters=matters, row=row, by=matters.by["supervisor"])
    too_early = no_of(draw, matters=matters, row=row, today=date(2026, 4, 9))

    assert (early.slug, unready.slug, unready.facts["left"], unlisted.slug) == (
        "too-early",
        "round-unsettled",
        1,
        "changed-meanwhile",
    )
    assert (undrawn.slug, again.slug, own.slug, too_early.slug) == (
        "not-drawn-yet", "changed-meanwhile", "same-person", "too-early",
    )  # fmt: skip


def test_anybody_can_draw_again_what_was_drawn(matters: Matters) -> None:
    row, waiting = by_lot(matters, 2, 5)
    before = closed(matters, row)

    after = draw(matters, row)

    seed, public = str(after.seed), queries.public_list(after)
    order = rules.drawn(seed, 5)
    assert (before.commitment, after.list_hash) == (rules.committed(seed), rules.listed([each.case for each in public]))
    assert [each.number for each in sorted(public, key=lambda each: each.rank or 0)] == list(order)
    assert {each.number for each in public if each.state == "drawn"} == set(order[:2])
    assert Message.objects.filter(key="case_drawn").count() == 2
    assert Message.objects.filter(key="case_not_drawn").count() == 3
    for case in waiting:
        holds(Case.objects.get(pk=case.pk))


def test_who_is_drawn_is_granted_and_who_is_not_is_refused(matters: Matters) -> None:
    row, waiting = by_lot(matters, 1, 2)
    closed(matters, row)
    draw(matters, row)
    drawn = QuotaEntry.objects.get(state="drawn").case
    missed = next(case for case in waiting if case.pk != drawn.pk)

    no = no_of(grant, case=missed, matters=matters, now=DRAW_DAY)
    grant(drawn, matters, now=DRAW_DAY)
    grant(missed, matters, grant=False, reason="没有中签", now=DRAW_DAY)

    row.refresh_from_db()
    assert (no.slug, row.taken) == ("not-drawn", 1)


def test_who_left_since_the_list_was_closed_is_passed_over(matters: Matters) -> None:
    row, waiting = by_lot(matters, 1, 2)
    closed(matters, row)
    cases.withdraw(case_no=waiting[0].no, by=matters.applicant, now=LATER)

    draw(matters, row)

    assert QuotaEntry.objects.get(state="drawn").case_id == waiting[1].pk
    assert QuotaEntry.objects.get(case=waiting[0]).rank is not None


def test_who_is_not_drawn_goes_on_where_the_item_says_so(matters: Matters) -> None:
    row, _waiting = by_lot(matters, 1, 2, carried=True)
    closed(matters, row)
    nowhere = no_of(draw, matters=matters, row=row)
    following = published(matters, 4, days=(date(2026, 9, 1), date(2026, 9, 30)), draw_on=date(2026, 10, 20))

    draw(matters, row)

    on = QuotaEntry.objects.get(round=following)
    case = Case.objects.get(pk=on.case_id)
    assert (nowhere.facts["field"], on.state) == ("round", "waits")
    assert case.due_promised == date(2026, 10, 26)
    assert Message.objects.get(key="case_next_round").params["day"] == "2026-10-20"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_those_who_draw_at_once_one_does(committed_matters: Matters) -> None:
    matters = committed_matters
    row, _waiting = by_lot(matters, 2, 5)
    closed(matters, row)

    results = together(6, lambda i: draw(matters, row))

    assert sorted(slugs(results)) == ["", *["changed-meanwhile"] * 5]
    assert QuotaEntry.objects.filter(state="drawn").count() == 2


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_who_takes_it_back_as_it_is_drawn_has_no_place(committed_matters: Matters) -> None:
    """Before or after it: the rest is drawn whole, as many have a place as the row says, and who left has none."""
    matters = committed_matters
    row, waiting = by_lot(matters, 2, 4)
    closed(matters, row)

    def act(i: int) -> Any:
        if i == 0:
            return draw(matters, row)
        return cases.withdraw(case_no=waiting[i].no, by=matters.applicant, now=DRAW_DAY)

    results = together(3, act)

    row.refresh_from_db()
    assert slugs(results) == ["", "", ""]
    assert row.taken == QuotaEntry.objects.filter(state="drawn").count()
    assert not QuotaEntry.objects.filter(case__in=waiting[1:3], state__in=rules.LIVE).exists()
    assert row.entries.filter(rank=None).count() == 0


def test_a_draw_that_breaks_leaves_nothing_half(matters: Matters, monkeypatch: pytest.MonkeyPatch) -> None:
    row, _waiting = by_lot(matters, 1, 3)
    closed(matters, row)
    calls: list[int] = []

    def breaks(*args: Any, **more: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr("banshi.rooms.cases.actions.rounds._tell_drawn", breaks)
        with pytest.raises(RuntimeError), transaction.atomic():
            draw(matters, row)

    row.refresh_from_db()
    assert (row.drawn_at, row.taken, row.entries.exclude(rank=None).count()) == (None, 0, 0)
    draw(matters, row)


@pytest.mark.parametrize(
    "change", [{"seed": "11" * 32}, {"commitment": "x"}, {"list_hash": "x"}, {"drawn_by": "staff:9"}, {"entrants": 9}]
)
def test_a_draw_is_never_written_twice(matters: Matters, change: dict[str, Any]) -> None:
    row, _waiting = by_lot(matters, 1, 2)
    closed(matters, row)
    draw(matters, row)

    with pytest.raises(IntegrityError), transaction.atomic():
        QuotaRound.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuotaEntry.objects.filter(round=row, rank=1).update(rank=9)


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"quota": {"by": "draw"}, "instant": True}, "quota.by"),
        ({"quota": {"by": "order", "carried": True}}, "quota.carried"),
        (
            {"quota": {"by": "draw"}, "limits": {"promised": {"value": 4, "unit": "hour"}, "statutory": {"value": 20}}},
            "limits.promised",
        ),
    ],
)
def test_a_quota_that_cannot_be_followed_is_not_published(more: dict[str, Any], where: str) -> None:
    assert where in [each.where for each in faults(Handling.model_validate({**SHOP, **more}))]


def test_the_days_of_the_decision_run_from_the_draw_too() -> None:
    """A stage of its own does not turn red while a case waits for the day that was announced."""
    flow = tuple(
        Stage.model_validate({"code": a, "act": a, "name_zh": a, "name_en": a, "days": 2}) for a in ("review", "decide")
    )
    lived = Lived(received=MONTH[0], accepted=MONTH[0], proposed=date(2026, 3, 10))
    calendar = WorkCalendar()

    plain, drawn, late = (
        stand(flow, replace(lived, draw_on=each), calendar=lambda: calendar)[1].due_on
        for each in (None, DRAWN_ON, date(2026, 3, 2))
    )

    assert (plain, drawn, late) == (date(2026, 3, 12), date(2026, 4, 14), date(2026, 3, 12))


def test_the_reasons_that_are_offered_are_those_that_do_not_pass() -> None:
    assert set(rules.REASONS) == {"quota-full", "not-drawn"}
