"""What is on record fills in the form at the window: offered by its labels, once the card was compared, with the consent that was
asked."""

from __future__ import annotations

import pytest

from banshi.rooms.cases.queries import case_by_no, form_of
from banshi.rooms.library import actions as library
from banshi.rooms.library.models import FactConsent, FactUse
from tests.matters import FORM, SHOP
from tests.surfaces.citizen.cases import retell
from tests.surfaces.desk.served import here, press, serve
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
ZH = {"accept-language": "zh-CN"}
HOME = "residence-address"
OFFER = "已当面询问：同意用已有的记录填写这张表，仅用于这件事"


@pytest.fixture
def known(matters):
    fields = [dict(field) for field in SHOP["fields"]]
    fields[1]["element"] = HOME
    retell(matters, fields=fields)
    library.learn(
        person_id=matters.person.pk, element=HOME, value=FORM["address"], trust="A", source="import:police",
        now=TUESDAY_NINE,
    )  # fmt: skip
    return matters


def served(matters, *, compared=True):
    ticket = serve(matters.town, 1)
    ticket.identity_ok = True if compared else None
    ticket.save(update_fields=["identity_ok"])
    return ticket


def typed(case):
    return {"phase": "draft", "revision": str(case_by_no(case.no).revision), "f-name": "书店", "f-address": ""}


def test_with_the_consent_that_was_asked_it_is_filled_in_and_what_was_typed_is_kept(clerk, known):
    case, ticket = known.opened(form={"name": FORM["name"]}), served(known)

    shown = clerk.get(here(ticket, case), headers=ZH).content.decode()
    unasked = press(clerk, ticket, case, "facts", **typed(case))
    answer = press(clerk, ticket, case, "facts", **typed(case), facts="yes")
    after = clerk.get(here(ticket, case), headers=ZH).content.decode()

    assert (OFFER in shown, FORM["address"] in shown) == (True, False)
    assert (unasked.status_code, answer.status_code) == (409, 302)
    form = form_of(case_by_no(case.no))
    assert (form["name"], form["address"]) == ("书店", FORM["address"])
    assert ("来自证照库" in after, "撤回同意" in after, OFFER in after) == (True, True, False)
    given = FactConsent.objects.get()
    assert (given.words, given.given_by) == ("window-1", f"staff:{known.town.clerk.pk}")


def test_it_opens_to_nobody_whose_card_was_not_compared(clerk, known):
    case, ticket = known.opened(form={"name": FORM["name"]}), served(known, compared=False)

    answer = press(clerk, ticket, case, "facts", **typed(case), facts="yes")

    assert (answer.status_code, FactConsent.objects.count()) == (422, 0)


def test_taken_back_at_the_window_it_leaves_the_form(clerk, known):
    case, ticket = known.opened(form={"name": FORM["name"]}), served(known)
    press(clerk, ticket, case, "facts", **typed(case), facts="yes")

    answer = press(clerk, ticket, case, "facts-back", **typed(case) | {"f-address": FORM["address"]})

    assert answer.status_code == 302
    assert (form_of(case_by_no(case.no)).get("address"), FactUse.objects.count()) == (None, 0)
