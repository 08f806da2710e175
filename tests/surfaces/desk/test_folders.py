"""A folder at the window: its place beside the case, its label scanned, three presses to receive what it holds."""

from __future__ import annotations

import pytest

from banshi.journeys.case import folders
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery.models import PaperFolder
from tests.surfaces.desk.served import here, press, sent_online, serve
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


def on_shelf(matters, case, spot="A-3"):
    by = matters.by["issuer"]
    folder = folders.make(case_no=case.no, by=by, now=TUESDAY_NINE)
    at = delivery.At("shelf", spot)
    return delivery.move(folder_id=folder.pk, hall=case.hall, deed="put", at=at, by=by, now=TUESDAY_NINE)


def test_a_prepared_folder_is_received_in_three_actions(clerk, matters):
    matters.lease_by_hand()
    case = matters.opened()
    folder = on_shelf(matters, case)
    ticket = serve(matters.town, 1)
    called = clerk.get("/desk/").content.decode()

    scanned = clerk.get(f"/desk/cases/{ticket.ref}/scan", {"q": folder.no})  # 1: the label
    page = clerk.get(scanned.url).content.decode()
    # 2: one key ticks the whole list, in the page
    ticked = {f"here-{code}": "on" for code in ("id", "lease", "photo")}
    typed = {"q-premises": "rented", "q-food": "no", "f-name": "小镇书店", "f-address": "一号路 2 号"}
    done = press(clerk, ticket, case, "accept", **ticked, **typed)  # 3

    case.refresh_from_db()
    folder.refresh_from_db()
    assert (folder.no in called, "架上 A-3" in called) == (True, True)
    assert (scanned.status_code, scanned.url) == (302, here(ticket, case))
    assert ("架上 A-3" in page, "data-whole" in page, done.status_code, case.phase) == (True, True, 302, "accepted")
    assert (folder.place, folder.spot, folder.papers.count()) == ("tray", "01", 3)


def test_a_folder_of_somebody_else_is_not_opened_at_this_window(clerk, matters):
    ticket = serve(matters.town, 2)
    folder = on_shelf(matters, matters.opened())

    answer = clerk.get(f"/desk/cases/{ticket.ref}/scan", {"q": folder.no})
    nothing = clerk.get(f"/desk/cases/{ticket.ref}/scan", {"q": "开店"})

    assert (answer.status_code, nothing.status_code) == (404, 200)
    assert folder.case.no not in answer.content.decode()


def test_the_list_of_what_is_under_way_costs_one_query_more_for_all_folders(
    clerk, matters, django_assert_max_num_queries
):
    ticket = serve(matters.town, 1)
    for spot in ("A-1", "A-2", "A-3"):
        on_shelf(matters, matters.opened(), spot)

    with django_assert_max_num_queries(40):
        page = clerk.get(f"/desk/cases/{ticket.ref}/").content.decode()

    assert [folder.no in page for folder in PaperFolder.objects.order_by("id")] == [True] * 3


def test_what_was_sent_online_alone_needs_no_folder(clerk, matters):
    case = sent_online(matters)
    ticket = serve(matters.town, 1)

    press(clerk, ticket, case, "accept")

    assert PaperFolder.objects.count() == 0


@pytest.mark.parametrize("written", ["{}", " {} ", "https://town.cn/cases/{}/?from=receipt"])
def test_the_number_of_a_case_leads_to_it_typed_or_read_from_the_receipt(clerk, matters, written):
    case, ticket = matters.opened(), serve(matters.town, 1)
    said = written.format(case.no)

    found = clerk.get(f"/desk/cases/{ticket.ref}/items", {"q": said}).content.decode()

    assert clerk.get(f"/desk/cases/{ticket.ref}/scan", {"q": said}).url == here(ticket, case)
    assert here(ticket, case) in found


def test_a_number_of_somebody_elses_case_opens_nothing(clerk, matters):
    case, ticket = matters.opened(), serve(matters.town, 2)

    answer = clerk.get(f"/desk/cases/{ticket.ref}/scan", {"q": case.no})
    typed = clerk.get(f"/desk/cases/{ticket.ref}/items", {"q": case.no}).content.decode()

    assert (answer.status_code, here(ticket, case) in answer.content.decode() + typed) == (404, False)


def test_the_number_of_a_bundle_leads_to_all_of_it(clerk, matters):
    from banshi.rooms.cases.models import Bundle, Case

    case, ticket = matters.opened(), serve(matters.town, 1)
    bundle = Bundle.objects.create(
        no="441900-260310-B000001", hall=case.hall, person=case.person, opened_by="x", opened_at=TUESDAY_NINE
    )
    Case.objects.filter(pk=case.pk).update(bundle=bundle)

    answer = clerk.get(f"/desk/cases/{ticket.ref}/scan", {"q": bundle.no.lower()})

    assert answer.url == f"/desk/cases/{ticket.ref}/together/{bundle.no}/"
