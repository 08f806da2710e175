"""Folders over pages: put away, taken, given back, archived; a label scanned, a shelf gone through; everybody else is refused."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from banshi.journeys.case import folders
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.models import PaperFolder
from tests.journeys.case.test_folders import accepted_with_photo_to_follow
from tests.matters import Matters
from tests.surfaces.office.editing import signed_in, staff_with
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


def a_folder(matters: Matters) -> PaperFolder:
    case = matters.received()
    return folders.make(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)


def at(folder: PaperFolder, verb: str = "") -> str:
    return f"/review/town/folders/{folder.no}/{verb}"


def test_it_is_put_away_found_by_its_label_and_taken_once(matters: Matters, client_of: Any) -> None:
    folder, one, other = a_folder(matters), client_of("receiver"), client_of("issuer")

    nowhere = one.post(at(folder, "put"), {"seen": 1, "place": " "})
    put = one.post(at(folder, "put"), {"seen": 1, "place": "A-3"}, follow=True).content.decode()
    scanned = other.get("/review/town/folders", {"no": folder.no.lower()})
    listed = other.get("/review/town/folders").content.decode()
    taken = [each.post(at(folder, "take"), {"seen": 2}).status_code for each in (other, one)]

    assert nowhere.status_code == 422
    assert ("已放好：架上 A-3" in put, scanned.url) == (True, at(folder))
    assert (folder.no in listed, "架上 A-3" in listed) == (True, True)
    assert taken == [302, 409]
    assert PaperFolder.objects.get().holder == matters.staff["issuer"]


def test_a_wrong_label_is_said(matters: Matters, client_of: Any) -> None:
    answer = client_of("issuer").get("/review/town/folders", {"no": "F00000000"})

    assert answer.status_code == 404


def test_originals_go_back_with_a_receipt_and_are_traced(matters: Matters, client_of: Any) -> None:
    folder, client = a_folder(matters), client_of("issuer")

    receipt = client.get(at(folder, "receipt")).content.decode()
    ticked = client.post(at(folder, "receipt"), {"code": ["id"]}).content.decode()
    other = client.post(at(folder, "receipt"), {"code": ["nonsense"]}).content.decode()
    unsigned = client.post(at(folder, "give"), {"seen": 1, "code": ["id"], "why": "compared"})
    given = client.post(
        at(folder, "give"), {"seen": 1, "code": ["id"], "why": "compared", "signed": "1"}, follow=True
    ).content.decode()

    assert ("身份证" in receipt, folder.case.applicant in receipt) == (True, False)
    assert ("身份证" in ticked, "身份证" in other, "袋内没有原件" in other) == (True, False, True)
    assert (unsigned.status_code, "已退 1 份" in given) == (422, True)
    assert "身份证" in client.get(at(folder, "receipt")).content.decode()
    said = Entry.objects.filter(action="originals-given").get()
    assert (said.subject, said.facts["pieces"], said.hall) == (f"case:{folder.case.no}", 1, "town")


def test_a_closed_case_archives_its_folder_or_is_an_exception(matters: Matters, client_of: Any) -> None:
    folder, client, supervisor = a_folder(matters), client_of("issuer"), client_of("supervisor")
    early = client.post(at(folder, "archive"), {"seen": 1, "place": "12-3"})
    Case.objects.update(phase="closed", outcome="granted", closed_at=TUESDAY_NINE - timedelta(days=11))

    left = supervisor.get("/review/town/exceptions").content.decode()
    done = client.post(at(folder, "archive"), {"seen": 1, "place": "12-3"})

    assert (early.status_code, folder.no in left, done.status_code) == (409, True, 302)
    assert folder.no not in supervisor.get("/review/town/exceptions").content.decode()
    assert folder.no not in client.get("/review/town/folders").content.decode()
    assert folder.no in client.get("/review/town/folders?place=archive").content.decode()


def test_a_shelf_is_gone_through_and_what_is_strange_may_stay(matters: Matters, client_of: Any) -> None:
    missing, strange, client = a_folder(matters), a_folder(matters), client_of("issuer")
    for folder, spot in ((missing, "A-3"), (strange, "B-1")):
        client.post(at(folder, "put"), {"seen": 1, "place": spot})

    page = client.post("/review/town/stock", {"place": "A-3", "numbers": f"{strange.no}\n12345"}).content.decode()
    exceptions = client_of("supervisor").get("/review/town/exceptions").content.decode()
    stays = client.post(at(strange, "put"), {"seen": 2, "place": "A-3"})

    assert ("缺失" in page, "错放" in page, "12345" in page, missing.no in exceptions) == (True, True, True, True)
    assert (stays.status_code, PaperFolder.objects.get(pk=strange.pk).spot) == (302, "A-3")


def test_nobody_of_another_hall_or_department_sees_or_moves_it(matters: Matters, client_of: Any) -> None:
    folder = a_folder(matters)
    stranger = signed_in(staff_with("elsewhere", "issue_clerk", "hall", "other"))
    matters.staff["reviewer"].department = "market"
    matters.staff["reviewer"].save(update_fields=["department"])
    reviewer = client_of("reviewer")

    refused = [
        stranger.get(at(folder)).status_code,
        stranger.post(at(folder, "take"), {"seen": 1}).status_code,
        stranger.get(f"/review/other/folders/{folder.no}/").status_code,
        stranger.post(f"/review/other/folders/{folder.no}/take", {"seen": 1}).status_code,
        reviewer.get(at(folder)).status_code,
        reviewer.post(at(folder, "take"), {"seen": 1}).status_code,
    ]

    assert refused == [403, 403, 404, 404, 404, 404]
    assert folder.no not in reviewer.get("/review/town/folders").content.decode()
    assert PaperFolder.objects.get().moves == 1


def test_the_page_of_a_case_makes_a_folder_and_then_says_where_it_is(matters: Matters, client_of: Any) -> None:
    case, client = matters.received(), client_of("receiver")
    page = f"/review/town/cases/{case.no}/"

    before = client.get(page).content.decode()
    made = client.post(page + "folder")
    folder = PaperFolder.objects.get()

    assert (f'action="{page}folder"' in before, made.url) == (True, at(folder))
    assert folder.no in client.get(page).content.decode()
    assert folder.no in client.get(at(folder, "label")).content.decode()


# --- What follows, and what goes back early ---------------------------------------------------------------------


def followed(matters: Matters) -> tuple[PaperFolder, PaperFolder]:
    """The department has the main folder; a paper that was to follow came to the issue clerk."""
    case = accepted_with_photo_to_follow(matters)
    folders.hand_over(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    folders.sign_for(case_no=case.no, by=matters.by["reviewer"], now=TUESDAY_NINE)
    folders.settle(case_no=case.no, code="photo", on_paper=1, by=matters.by["issuer"], now=TUESDAY_NINE)
    return PaperFolder.objects.get(follows=None), PaperFolder.objects.exclude(follows=None).get()


def test_before_the_decision_nothing_is_ticked_and_a_reason_is_chosen(matters: Matters, client_of: Any) -> None:
    folder, client = a_folder(matters), client_of("issuer")

    page = client.get(at(folder)).content.decode()
    without = client.post(at(folder, "give"), {"seen": 1, "code": ["id"], "signed": "1"})
    given = client.post(
        at(folder, "give"), {"seen": 1, "code": ["id"], "signed": "1", "why": "needed"}, follow=True
    ).content.decode()
    Case.objects.update(phase="withdrawn", outcome="withdrawn", closed_at=TUESDAY_NINE)
    folder.papers.update(originals=2)
    decided = client.get(at(folder)).content.decode()

    ticked = re.compile(r'name="code"[^>]*\schecked')
    assert (bool(ticked.search(page)), page.count('name="why"')) == (False, 4)
    assert (without.status_code, bool(ticked.search(without.content.decode()))) == (422, True)
    assert "申请人另有急用" in given
    assert (bool(ticked.search(decided)), 'name="why"' in decided) == (True, False)


def test_what_follows_is_listed_with_its_case_sent_with_a_slip_and_signed_for(matters: Matters, client_of: Any) -> None:
    main, follower = followed(matters)
    front, behind = client_of("issuer"), client_of("reviewer")

    of_case = behind.get(f"/review/town/cases/{main.case.no}/").content.decode()
    page = front.get(at(follower)).content.decode()
    slip = front.get(at(follower, "slip")).content.decode()
    no_slip = front.get(at(main, "slip"))
    sent = front.post(at(follower, "send"), {"seen": 1})
    again = front.post(at(follower, "send"), {"seen": 2})
    signed = behind.post(at(follower, "take"), {"seen": 2}, follow=True).content.decode()

    assert (follower.no in of_case, "在随后袋" in of_case, main.no in page) == (True, True, True)
    assert ("店面照片" in slip, "身份证" in slip, main.case.applicant in slip) == (True, False, False)
    assert (no_slip.url, sent.status_code, again.status_code) == (at(main), 302, 409)
    assert list(follower.trail.order_by("seq").values_list("deed", flat=True)) == [
        "follows",
        "sent",
        "signed",
        "joined",
    ]
    assert (f"已并入 {main.no}" in signed, main.papers.get(code="photo").copies) == (True, 1)


def test_a_label_is_read_by_whoever_works_here_in_whichever_language_it_is_printed(
    matters: Matters, client_of: Any
) -> None:
    main, follower = followed(matters)
    client = client_of("issuer")

    chinese, english = (
        client.get(at(follower, "label"), headers={"accept-language": language}).content.decode()
        for language in ("zh-CN", "en")
    )

    item = main.case.item
    places = [chinese.index(each) for each in (f">{item.name_zh}<", f">{item.name_en}<")]
    assert places == sorted(places)
    assert (main.no in english, f">{item.name_zh}<" in english, f">{item.name_en}<" in english) == (True, True, True)


def test_the_page_of_a_case_says_original_or_copy_and_what_went_back(matters: Matters, client_of: Any) -> None:
    folder, client = a_folder(matters), client_of("reviewer")
    page = f"/review/town/cases/{folder.case.no}/"

    before = client.get(page).content.decode()
    client_of("issuer").post(at(folder, "give"), {"seen": 1, "code": ["id"], "signed": "1", "why": "compared"})
    after = client.get(page).content.decode()

    assert ("原件 1 份" in before, "纸质 1 份" in before, "已退还" in before) == (True, False, False)
    assert "原件 1 份已退还" in after


def test_what_follows_waits_for_whoever_is_at_the_front_until_it_is_sent(matters: Matters, client_of: Any) -> None:
    _main, follower = followed(matters)
    front, behind = client_of("issuer"), client_of("reviewer")
    receiver = client_of("receiver")
    at_front = "/review/town/to-send-after"

    waits = receiver.get("/review/town/waiting").content.decode()
    listed = receiver.get(at_front).content.decode()
    front.post(at(follower, "send"), {"seen": 1})
    after = receiver.get("/review/town/waiting").content.decode()
    sent = receiver.get(at_front).content.decode()

    assert ("1 个随后袋等你移交给部门" in waits, follower.no in listed) == (True, True)
    assert ("随后袋等你移交" in after, follower.no in sent, "随后袋都移交了" in sent) == (False, False, True)
    assert "随后袋等你移交" not in behind.get("/review/town/waiting").content.decode()
