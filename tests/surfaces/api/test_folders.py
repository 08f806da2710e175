"""Where the paper of a case is, over HTTP: for staff keys alone, from the counter to the department."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys.case import folders
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery import actions
from banshi.rooms.delivery.models import PaperFolder
from tests.surfaces.api.casework import Casework
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


def place(seen: Any) -> tuple[str, str]:
    return seen["folder"]["place"], seen["folder"]["spot"]


def test_a_folder_goes_with_its_case_and_is_told_to_staff_alone(work: Casework):
    no = work.opened()
    before = work.seen(no, "receiver")["folder"]
    received = work.done("receive", no, "receiver", {"materials": ["id", "lease", "photo"]})
    work.done("accept", no, "receiver")
    handed = work.done("hand-over", no, "receiver")
    signed = work.done("sign-for", no, "reviewer")

    assert (before, [place(each) for each in (received, handed, signed)]) == (
        None,
        [("person", ""), ("sent", ""), ("person", "")],
    )
    assert signed["folder"]["number"] == PaperFolder.objects.get().no
    assert work.seen(no)["folder"] is None


def test_a_folder_is_put_away_by_its_keeper_and_archived_with_what_has_ended(work: Casework):
    no = work.opened()
    work.done("receive", no, "receiver", {"materials": ["id", "lease", "photo"]})

    put = work.done("folder", no, "issuer", {"place": "shelf", "spot": "A-3"})
    again = work.done("folder", no, "issuer", {"place": "shelf", "spot": "A-3"})
    nowhere = work("folder", no, "issuer", {"place": "shelf"})
    early = work("folder", no, "issuer", {"place": "archive", "spot": "12-3"})
    stranger = work("folder", no, "channel", {"place": "person"})

    assert (put, (put["place"], put["spot"])) == (again, ("shelf", "A-3"))
    assert [each.status_code for each in (nowhere, early, stranger)] == [422, 409, 403]
    assert PaperFolder.objects.get().moves == 2


def goes(seen: Any) -> Any:
    to = seen["folder"]["goes_to"]
    return to and (to["to"], to["name"])


def test_whom_a_folder_goes_to_next_is_said_by_name(work: Casework):
    no = work.opened()
    department = Case.objects.get().department.name_zh
    received = work.done("receive", no, "receiver", {"materials": ["id", "lease", "photo"]})
    work.done("accept", no, "receiver")
    handed = work.done("hand-over", no, "receiver")
    signed = work.done("sign-for", no, "reviewer")
    work.done("opine", no, "reviewer", {"says": "grant"})
    work.done("decide", no, "approver", {"grant": True})
    work.done("issue", no, "issuer")
    ready = work.done("shelve", no, "issuer", {"place": "A-3"})

    assert [goes(each) for each in (received, handed, signed, ready)] == [
        ("department", department), ("department", department), ("issue", "出件窗口"), ("applicant", "申请人"),
    ]  # fmt: skip


def test_once_the_originals_went_back_the_rest_goes_to_the_archive_and_stays_there(work: Casework):
    no = work.ready()
    case, by = Case.objects.get(), work.matters.by["issuer"]
    folder = PaperFolder.objects.get()
    actions.give_back(folder_id=folder.pk, hall=case.hall, codes=["id"], signed=True, by=by, now=TUESDAY_NINE)
    left = work.seen(no, "issuer")
    code = work.seen(no)["delivery"]["code"]
    work.done("deliver", no, "issuer", {"channel": "counter", "code": code})

    work.done("folder", no, "issuer", {"place": "archive", "spot": "12-3"})

    assert (goes(left), goes(work.seen(no, "issuer"))) == (("archive", "档案室"), None)


def test_each_sheet_is_told_with_its_folder_and_what_follows_is_put_to_the_others(work: Casework):
    no = work.opened()
    work.done("receive", no, "receiver", {"materials": ["id", "lease"]})
    case, by = Case.objects.get(), work.matters.by["receiver"]
    main = PaperFolder.objects.get()
    actions.move(folder_id=main.pk, hall=case.hall, deed="put", at=actions.At("shelf", "A-3"), by=by, now=TUESDAY_NINE)
    cases.add_material(case_no=no, code="photo", channel="paper", by=by, now=TUESDAY_NINE)
    folders.make(case_no=no, by=by, now=TUESDAY_NINE)

    seen = work.seen(no, "receiver")
    put = work.done("folder", no, "issuer", {"place": "shelf", "spot": "A-3", "follower": True})
    none = work("folder", no, "issuer", {"place": "shelf", "spot": "A-4", "follower": True})

    follower = PaperFolder.objects.exclude(follows=None).get()
    told = [(each["requirement"], each["originals"], each["copies"], each["folder"]) for each in seen["sheets"]]
    assert told == [("id", 1, 0, main.no), ("lease", 0, 1, main.no), ("photo", 0, 1, follower.no)]
    assert seen["folder"]["follower"]["number"] == follower.no
    assert (put["number"], put["follower"], none.status_code) == (main.no, None, 404)
    assert work.seen(no)["sheets"] == []
