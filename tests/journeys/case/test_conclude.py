"""From the first answer to the licence in hand, step by step, with every paper and message on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from banshi.journeys.case import conclude
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.cases.queries import timeline
from banshi.rooms.delivery.models import Delivery
from banshi.rooms.delivery.queries import code_for_applicant
from banshi.rooms.library import queries as library
from banshi.rooms.messaging.models import Message
from tests.matters import Matters
from tests.town import TUESDAY_NINE

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def ready(matters: Matters) -> Case:
    case = matters.decided()
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    return conclude.shelve(case_no=case.no, place="A-3", by=matters.by["issuer"], now=TUESDAY_NINE)


def test_a_licence_goes_from_the_window_to_the_hand(matters: Matters):
    case = ready(matters)
    code = code_for_applicant(case)

    done = conclude.hand_over(case_no=case.no, code=code, by=matters.by["issuer"], now=TUESDAY_NINE + DAY)

    assert (done.phase, done.outcome, done.closed_at) == ("closed", "granted", TUESDAY_NINE + DAY)
    assert [(m.verb, m.after) for m in timeline(done)] == [
        ("open", "draft"), ("receive", "received"), ("accept", "accepted"), ("hand_over", "in_review"),
        ("opine", "in_review"), ("decide", "decided"), ("issue", "issuing"), ("shelve", "ready"),
        ("deliver", "delivered"), ("close", "closed"),
    ]  # fmt: skip
    assert list(CasePaper.objects.order_by("id").values_list("kind", flat=True)) == [
        "receipt", "acceptance", "handover_slip", "grant", "licence", "pickup_notice", "delivery_receipt",
    ]  # fmt: skip
    assert list(Message.objects.filter(subject=f"case:{case.no}").order_by("id").values_list("key", flat=True)) == [
        "case_received", "case_taken", "case_granted", "case_ready", "case_closed",
    ]  # fmt: skip


def test_the_result_stands_in_the_holders_library(matters: Matters):
    case = matters.decided()

    paper = conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)

    (held,) = library.certificates_of(person_id=matters.person.pk)
    assert (held.type, held.number, held.trust, held.case_no) == (
        "shop-licence",
        paper.printed.replace(" ", ""),
        "A",
        case.no,
    )
    assert held.valid_until is not None
    assert held.valid_until.isoformat() == "2031-03-10"


def test_a_wrong_code_costs_a_try_and_after_five_only_the_card_helps(matters: Matters):
    case = ready(matters)
    code = code_for_applicant(case)
    wrong = "0" * 8 if code != "0" * 8 else "1" * 8

    left = []
    for _ in range(5):
        with pytest.raises(Refused) as refused:
            conclude.hand_over(case_no=case.no, code=wrong, by=matters.by["issuer"], now=TUESDAY_NINE)
        left.append((refused.value.slug, refused.value.facts["left"]))
    with pytest.raises(Refused) as too_late:
        conclude.hand_over(case_no=case.no, code=code, by=matters.by["issuer"], now=TUESDAY_NINE)
    done = conclude.hand_over(case_no=case.no, identified=True, by=matters.by["issuer"], now=TUESDAY_NINE)

    assert left == [("code-wrong", 4), ("code-wrong", 3), ("code-wrong", 2), ("code-wrong", 1), ("code-wrong", 0)]
    assert too_late.value.slug == "code-wrong"
    assert done.phase == "closed"


def test_a_code_opens_once(matters: Matters):
    case = ready(matters)
    code = code_for_applicant(case)
    conclude.hand_over(case_no=case.no, code=code, by=matters.by["issuer"], now=TUESDAY_NINE)

    with pytest.raises(Refused) as again:
        conclude.hand_over(case_no=case.no, code=code, by=matters.by["issuer"], now=TUESDAY_NINE)

    assert again.value.slug == "code-used"
    assert code_for_applicant(Case.objects.get()) == ""


def test_the_applicant_may_take_the_result_as_a_file(matters: Matters):
    case = ready(matters)

    done = conclude.receive_electronically(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    assert (done.phase, done.delivery.how) == ("closed", "electronic")


def test_every_paper_becomes_the_same_pdf_for_everybody(matters: Matters):
    ready(matters)
    numbers = list(CasePaper.objects.order_by("id").values_list("number", flat=True))

    first = [cases.pdf_of(number, now=TUESDAY_NINE) for number in numbers]
    again = [cases.pdf_of(number, now=TUESDAY_NINE + DAY) for number in numbers]

    assert all(pdf.startswith(b"%PDF-") for pdf in first)
    assert again == first


def test_what_an_account_merely_says_opens_nothing(matters: Matters):
    matters.account.person = None
    matters.account.save(update_fields=["person"])
    case = ready(matters)
    made = Delivery.objects.get().code

    with pytest.raises(Refused) as by_code:
        conclude.hand_over(case_no=case.no, code=made, by=matters.by["issuer"], now=TUESDAY_NINE)
    with pytest.raises(Refused) as as_file:
        conclude.receive_electronically(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)
    done = conclude.hand_over(case_no=case.no, identified=True, by=matters.by["issuer"], now=TUESDAY_NINE)

    assert (by_code.value.slug, as_file.value.slug, done.phase) == ("code-wrong", "agent-not-allowed", "closed")
    told = Message.objects.get(key="case_ready")
    assert (told.sealed, told.params["link"]) == (None, "")
