"""What lies where: the slip hands over what lies in the folder, one sheet of a bundle lies in one folder, what comes elsewhere
follows until somebody has both, and originals go back before the decision for a reason alone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from banshi.journeys.case import at_window, bundles, ending, folders
from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, Handover
from banshi.rooms.cases.queries import cases_of, facts_of
from banshi.rooms.cases.rules import paper_texts
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue import queries as of_catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery.actions import At
from banshi.rooms.delivery.models import FolderPaper, PaperFolder
from banshi.rooms.delivery.queries import contents_of, follower_of, goes_next
from tests.bundles import opened, sign_of
from tests.journeys.case.test_folders import accepted_with_photo_to_follow, received, who
from tests.matters import Matters
from tests.together import together
from tests.town import TUESDAY_NINE

DAY = timedelta(days=1)


def give(matters: Matters, case: Case, *codes: str, why: str = "compared", **more: Any) -> PaperFolder:
    folder = PaperFolder.objects.get(case=case, ended_at=None, follows=None)
    return delivery.give_back(
        folder_id=folder.pk, hall=case.hall, codes=codes, signed=True, why=why, by=matters.by["issuer"], now=TUESDAY_NINE,
        **more,
    )  # fmt: skip


def slip(case: Case) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What the last one hands over, and what it says is not."""
    facts = facts_of(case.papers.filter(kind="handover_slip").order_by("-id")[0])
    return [(n.name, n.why) for n in facts.materials], [(n.name, n.why) for n in facts.apart]


def accepted(matters: Matters) -> Case:
    case = received(matters)
    return cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)


def slug_of(act: Any, *args: Any, **more: Any) -> str:
    with pytest.raises(Refused) as no:
        act(*args, **more)
    return no.value.slug


# --- The slip ---------------------------------------------------------------------------------------------------


def test_the_slip_says_what_is_an_original_and_what_a_copy(matters: Matters) -> None:
    case = accepted(matters)

    folders.hand_over(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)

    assert slip(case) == ([("身份证", "原件 1 份"), ("租约", "复印件 1 份"), ("店面照片", "复印件 1 份")], [])
    assert Handover.objects.get().pieces == 3


def test_what_was_given_back_is_not_handed_over_and_the_slip_says_when_it_went(matters: Matters) -> None:
    case = accepted(matters)
    give(matters, case, "id")

    folders.hand_over(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)

    day = f"{TUESDAY_NINE.year} 年 {TUESDAY_NINE.month} 月 {TUESDAY_NINE.day} 日"
    assert slip(case) == (
        [("租约", "复印件 1 份"), ("店面照片", "复印件 1 份")], [("身份证", f"原件 1 份{day}已退还")]
    )  # fmt: skip
    assert Handover.objects.get().pieces == 2


def test_a_slip_over_nothing_claims_nothing(matters: Matters) -> None:
    case = accepted(matters)
    FolderPaper.objects.exclude(code="id").delete()
    give(matters, case, "id")

    folders.hand_over(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)

    paper = case.papers.get(kind="handover_slip")
    assert paper_texts._handover_slip(facts_of(paper)).paragraphs[0] == "没有材料随办件移交。"
    assert Handover.objects.get().pieces == 0


@pytest.mark.django_db(transaction=True)
def test_originals_given_back_while_it_is_handed_over_stand_on_one_side_alone(committed_matters: Matters) -> None:
    """The slip is true at the instant it is made: what went before is not on it, what goes after was."""
    case = accepted(committed_matters)
    acts = [
        lambda: folders.hand_over(case_no=case.no, by=committed_matters.by["receiver"], now=TUESDAY_NINE),
        lambda: give(committed_matters, case, "id", seen=1),
    ]

    _, gave = together(2, lambda i: acts[i]())

    listed = "身份证" in [name for name, _ in slip(case)[0]]
    back = FolderPaper.objects.get(code="id").back
    assert (listed, back) in ((True, 0), (False, 1))
    assert isinstance(gave, Refused) == listed


# --- A bundle ---------------------------------------------------------------------------------------------------


def received_together(matters: Matters) -> list[Case]:
    sign_of(matters.town)
    bundle = opened(matters)
    brought = bundles.WholeBrought(
        counted=[cases.Counted(code) for code in ("id", "lease", "photo")], window_id=matters.town.windows["01"].pk
    )
    bundles.receive_bundle(bundle_no=bundle.no, brought=brought, by=matters.by["receiver"], now=TUESDAY_NINE)
    return cases_of(bundle)


def test_a_sheet_for_several_cases_lies_in_the_folder_of_the_first_alone(matters: Matters) -> None:
    shop, sign = received_together(matters)

    folder = PaperFolder.objects.get()
    rows = FolderPaper.objects.order_by("code").values_list("folder__case", "code", "originals", "copies")
    assert list(rows) == [(shop.pk, "id", 1, 0), (shop.pk, "lease", 0, 1), (shop.pk, "photo", 0, 1)]
    assert [(each.code, each.folder) for each in contents_of(sign).elsewhere] == [("id", folder), ("lease", folder)]
    assert contents_of(shop).elsewhere == ()


def test_making_a_folder_later_counts_no_sheet_of_another_again(matters: Matters) -> None:
    _, sign = received_together(matters)

    made = folders.make(case_no=sign.no, by=matters.by["receiver"], now=TUESDAY_NINE)

    assert (made.papers.count(), FolderPaper.objects.count()) == (0, 3)


def test_another_sheet_brought_for_one_of_them_lies_in_its_own_folder(matters: Matters) -> None:
    _, sign = received_together(matters)
    by, later = matters.by["receiver"], TUESDAY_NINE + DAY
    cases.add_material(case_no=sign.no, code="lease", channel="paper", by=by, now=later)

    made = folders.make(case_no=sign.no, by=by, now=later)

    assert list(made.papers.values_list("code", "copies")) == [("lease", 1)]
    assert [each.code for each in contents_of(sign).elsewhere] == ["id", "lease"]


def test_the_slip_of_the_other_case_names_the_folder_and_hands_over_nothing(matters: Matters) -> None:
    shop, sign = received_together(matters)
    for case in (shop, sign):
        cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
        folders.hand_over(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)

    no = PaperFolder.objects.get().no
    there = f"在材料袋 {no} 中"
    assert slip(sign) == ([], [("身份证", there), ("租约", there)])
    assert slip(shop)[0][0] == ("身份证", "原件 1 份")
    assert [row.pieces for row in Handover.objects.order_by("id")] == [3, 0]


def test_what_went_back_out_of_the_others_folder_lies_nowhere(matters: Matters) -> None:
    shop, sign = received_together(matters)

    give(matters, shop, "id")

    sheet = next(each for each in contents_of(sign).elsewhere if each.code == "id")
    assert (sheet.lies, sheet.back, sheet.back_at) == (False, 1, TUESDAY_NINE)
    assert [named.name for named in ending.held(sign) or ()] == ["租约"]


def test_while_another_case_needs_a_shared_sheet_it_goes_back_for_a_reason_and_nothing_is_archived(
    matters: Matters,
) -> None:
    shop, sign = received_together(matters)
    cases.withdraw(case_no=shop.no, by=matters.applicant, now=TUESDAY_NINE)
    folder, shelf = PaperFolder.objects.get(), At("archive", "2026-1")

    told = [slug_of(give, matters, shop, "id", why=""), slug_of(moved, matters, folder, shelf, "archived")]
    give(matters, shop, "id", why="needed")
    cases.withdraw(case_no=sign.no, by=matters.applicant, now=TUESDAY_NINE)
    moved(matters, folder, shelf, "archived")

    assert told == ["invalid", "wrong-state"]
    assert list(folder.trail.order_by("seq").values_list("deed", "why")) == [
        ("made", ""), ("gave", "needed"), ("archived", ""),
    ]  # fmt: skip


# --- What follows -----------------------------------------------------------------------------------------------


def brought(matters: Matters, case: Case, window: str = "02", phase: str = "in_review") -> at_window.Brought:
    return at_window.Brought(phase, [cases.Counted("photo")], window_id=matters.town.windows[window].pk)


def followed(matters: Matters) -> Case:
    """The department has the folder; what was to follow was brought to window 02."""
    case = accepted_with_photo_to_follow(matters)
    folders.hand_over(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    folders.sign_for(case_no=case.no, by=matters.by["reviewer"], now=TUESDAY_NINE)
    return at_window.settle(
        case_no=case.no, brought=brought(matters, case), by=matters.by["receiver"], now=TUESDAY_NINE
    )


def trail_of(folder: PaperFolder) -> list[tuple[str, str, str, int]]:
    return list(folder.trail.order_by("seq").values_list("deed", "place", "spot", "pieces"))


def moved(matters: Matters, folder: PaperFolder, at: At, deed: str = "put", by: str = "receiver") -> PaperFolder:
    return delivery.move(
        folder_id=folder.pk, hall=folder.case.hall, deed=deed, at=at, by=matters.by[by], now=TUESDAY_NINE
    )


def test_what_is_brought_where_the_folder_is_not_lies_in_one_that_follows(matters: Matters) -> None:
    case = followed(matters)

    main = PaperFolder.objects.get(follows=None)
    follower = PaperFolder.objects.get(follows=main)
    assert (main.place, main.holder_id, main.papers.filter(code="photo").count()) == (
        "person",
        who(matters, "reviewer"),
        0,
    )
    assert (follower.place, follower.spot, follower.papers.get().code) == (
        "tray",
        matters.town.windows["02"].number,
        "photo",
    )
    assert [deed for deed, *_ in trail_of(follower)] == ["follows"]
    assert (goes_next(follower, case).to, follower_of(case)) == ("department", follower)  # type: ignore[union-attr]


@pytest.mark.parametrize("which", ["follower", "main"])
def test_both_at_one_place_are_one_and_both_trails_say_so(matters: Matters, which: str) -> None:
    case = followed(matters)
    main, follower = PaperFolder.objects.get(follows=None), PaperFolder.objects.exclude(follows=None).get()

    if which == "follower":
        there = moved(matters, follower, At("person", holder_id=who(matters, "reviewer")), "taken", "reviewer")
    else:
        there = moved(matters, main, At("tray", follower.spot))

    main.refresh_from_db()
    follower.refresh_from_db()
    assert (there, follower.place, follower.spot, follower.ended_at) == (main, "joined", main.no, TUESDAY_NINE)
    assert (follower.papers.count(), main.papers.get(code="photo").copies) == (0, 1)
    assert [trail_of(each)[-1][0::3] for each in (main, follower)] == [("joined", 1), ("joined", 1)]
    assert follower_of(case) is None
    assert Entry.objects.filter(action="folder-joined", subject=f"case:{case.no}").count() == 2
    assert slug_of(moved, matters, follower, At("shelf", "A-1")) == "changed-meanwhile"


def test_two_on_their_way_are_two_until_somebody_has_both(matters: Matters) -> None:
    followed(matters)
    main, follower = PaperFolder.objects.get(follows=None), PaperFolder.objects.exclude(follows=None).get()

    for each in (main, follower):
        moved(matters, each, At("sent"), "sent")
    apart = PaperFolder.objects.filter(ended_at=None).count()
    reviewer = At("person", holder_id=who(matters, "reviewer"))
    for each in (main, follower):
        moved(matters, each, reviewer, "signed", "reviewer")

    assert (apart, PaperFolder.objects.filter(ended_at=None).get()) == (2, main)


def test_more_of_it_brought_to_the_same_window_lies_in_the_same_one(matters: Matters) -> None:
    case = followed(matters)
    by = matters.by["receiver"]
    cases.add_material(case_no=case.no, code="plan", channel="paper", by=by, now=TUESDAY_NINE)

    at = At("tray", matters.town.windows["02"].number)
    with transaction.atomic():
        delivery.take_in(case=case, at=at, papers=folders.to_put_in(case), by=by, now=TUESDAY_NINE)

    follower = PaperFolder.objects.exclude(follows=None).get()
    assert sorted(follower.papers.values_list("code", flat=True)) == ["photo", "plan"]
    assert trail_of(follower)[-1] == ("added", "tray", at.spot, 1)


def test_a_supplement_while_a_colleague_has_the_folder_follows_and_at_the_front_does_not(matters: Matters) -> None:
    windows, by = matters.town.windows, matters.by["receiver"]
    for holder in ("", "issuer"):
        case = received(matters, windows["01"].pk, "id", "lease")
        cases.give_notice(case_no=case.no, missing_now=[cases.Missing("photo", "没有带")], by=by, now=TUESDAY_NINE)
        if holder:
            main = PaperFolder.objects.get(case=case)
            moved(matters, main, At("person", holder_id=who(matters, holder)), "taken", holder)
        at_window.receive(case_no=case.no, brought=brought(matters, case, phase="supplement"), by=by, now=TUESDAY_NINE)
        assert (follower_of(case) is not None) == bool(holder)


def test_once_the_main_one_went_back_what_followed_leads(matters: Matters) -> None:
    case = followed(matters)
    FolderPaper.objects.filter(code="lease").delete()

    give(matters, case, "id", why="needed")

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    leads = PaperFolder.objects.get(ended_at=None)
    assert (leads.follows, leads.papers.get().code) == (None, "photo")


def test_a_case_has_one_that_follows_and_it_follows_one_of_its_own(matters: Matters) -> None:
    case, other = followed(matters), received(matters)
    main, strange = PaperFolder.objects.get(case=case, follows=None), PaperFolder.objects.get(case=other)
    made: dict[str, Any] = {"place": "sent", "since": TUESDAY_NINE, "made_at": TUESDAY_NINE, "made_by": "staff:1"}

    with pytest.raises(IntegrityError, match="one_folder_follows_that_of_a_case"), transaction.atomic():
        PaperFolder.objects.create(case=case, follows=main, **made)
    with pytest.raises(DatabaseError, match="open main folder of its own case"), transaction.atomic():
        PaperFolder.objects.create(case=case, follows=strange, **made)
    with pytest.raises(DatabaseError, match="which folder another follows stands"), transaction.atomic():
        PaperFolder.objects.filter(pk=strange.pk).update(follows=main)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="that another follows has not ended"), transaction.atomic():
        PaperFolder.objects.filter(pk=main.pk).update(place="back", spot="", holder=None, ended_at=TUESDAY_NINE)


def test_of_another_department_nobody_signs_for_what_is_on_its_way(matters: Matters) -> None:
    case = followed(matters)
    follower = PaperFolder.objects.exclude(follows=None).get()
    moved(matters, follower, At("sent"), "sent")

    with transaction.atomic():
        folders._as_said(case, folders.Goes(), colleague=None, by=matters.by["supervisor"], now=TUESDAY_NINE)

    follower.refresh_from_db()
    assert (follower.place, follower.holder_id) == ("person", who(matters, "supervisor"))


@pytest.mark.django_db(transaction=True)
def test_both_moved_to_one_place_at_once_are_one_whoever_was_first(committed_matters: Matters) -> None:
    followed(committed_matters)
    main, follower = PaperFolder.objects.get(follows=None), PaperFolder.objects.exclude(follows=None).get()
    both = [main, follower]

    results = together(2, lambda i: moved(committed_matters, both[i], At("shelf", "A-3")))

    assert [r for r in results if isinstance(r, Exception)] == []
    one = PaperFolder.objects.get(ended_at=None)
    assert (one, one.spot, one.papers.get(code="photo").copies) == (main, "A-3", 1)
    assert [each.trail.count() for each in both] == [each.moves for each in PaperFolder.objects.order_by("id")]


@pytest.mark.django_db(transaction=True)
def test_joined_while_somebody_moves_it_away_is_one_of_both(committed_matters: Matters) -> None:
    followed(committed_matters)
    main, follower = PaperFolder.objects.get(follows=None), PaperFolder.objects.exclude(follows=None).get()
    reviewer = At("person", holder_id=who(committed_matters, "reviewer"))
    acts = [
        lambda: moved(committed_matters, follower, reviewer, "taken", "reviewer"),
        lambda: moved(committed_matters, main, At("shelf", "B-1"), "put", "reviewer"),
    ]

    results = together(2, lambda i: acts[i]())

    assert [r for r in results if isinstance(r, Exception)] == []
    main.refresh_from_db()
    follower.refresh_from_db()
    assert (main.place, main.spot) == ("shelf", "B-1")
    assert (follower.place, main.papers.filter(code="photo").exists()) in (("joined", True), ("person", False))


@pytest.mark.django_db(transaction=True)
def test_taken_in_while_the_folder_comes_there_lies_in_one_of_two_and_in_both_never(committed_matters: Matters) -> None:
    case = accepted_with_photo_to_follow(committed_matters)
    main, tray = PaperFolder.objects.get(), At("tray", committed_matters.town.windows["02"].number)
    acts = [
        lambda: at_window.settle(
            case_no=case.no, brought=brought(committed_matters, case, phase="accepted"),
            by=committed_matters.by["receiver"], now=TUESDAY_NINE,
        ),
        lambda: moved(committed_matters, main, tray, "put", "issuer"),
    ]  # fmt: skip

    results = together(2, lambda i: acts[i]())

    assert [r for r in results if isinstance(r, Exception)] == []
    assert PaperFolder.objects.filter(ended_at=None).get() == main
    assert FolderPaper.objects.get(code="photo").folder == main


# --- Who has it -------------------------------------------------------------------------------------------------


def test_a_folder_that_is_not_signed_for_is_back_with_whoever_sent_it(matters: Matters) -> None:
    case = accepted(matters)

    folders.hand_over(case_no=case.no, by=matters.by["supervisor"], now=TUESDAY_NINE)
    folders.refuse_papers(case_no=case.no, why="少一张", by=matters.by["reviewer"], now=TUESDAY_NINE)

    main = PaperFolder.objects.get()
    assert (main.place, main.holder_id) == ("person", who(matters, "supervisor"))


# --- Back before the decision -----------------------------------------------------------------------------------


def test_before_the_decision_originals_go_back_for_a_known_reason_alone(matters: Matters) -> None:
    case = accepted(matters)
    folder = PaperFolder.objects.get()

    refused = [slug_of(give, matters, case, "id", why=why) for why in ("", "moon")]
    give(matters, case, "id", why="needed")

    assert refused == ["invalid", "invalid"]
    assert folder.trail.order_by("-seq").values_list("deed", "why")[0] == ("gave", "needed")
    assert Entry.objects.get(action="originals-given").facts["early"] == "needed"
    assert FolderPaper.objects.get(code="id").back_at == TUESDAY_NINE
    with pytest.raises(IntegrityError, match="originals_go_back_early_for_a_known_reason"), transaction.atomic():
        folder.trail.create(seq=9, deed="gave", place="sent", why="moon", at=TUESDAY_NINE, by="staff:1")


def test_once_it_is_decided_nobody_is_asked_why(matters: Matters) -> None:
    case = matters.decided()
    folders.make(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)

    folder = give(matters, case, "id", why="")

    assert folder.trail.order_by("-seq").values_list("deed", "why")[0] == ("gave", "")


def test_a_form_that_was_signed_stays_with_the_file_until_it_is_decided(matters: Matters) -> None:
    item = Item.objects.get(code="pension")
    form = {"signatures": [{"text_zh": "申请人", "text_en": "Applicant"}]}
    papers = [{**each, "form": form} if each["code"] == "id" else each for each in item.handling["materials"]]
    item.handling = {**item.handling, "materials": papers}
    item.save(update_fields=["handling"])
    catalogue.keep_item_versions(by=SYSTEM, now=TUESDAY_NINE - DAY)
    of_catalogue.forget()
    of_catalogue.forget_handlings()
    case = accepted(matters)

    early = slug_of(give, matters, case, "id")
    Case.objects.filter(pk=case.pk).update(phase="withdrawn", outcome="withdrawn", closed_at=TUESDAY_NINE)
    case.refresh_from_db()

    assert early == "invalid"
    assert goes_next(PaperFolder.objects.get(), case).to == "archive"  # type: ignore[union-attr]
    assert give(matters, case, "id", why="").papers.get(code="id").back == 1
