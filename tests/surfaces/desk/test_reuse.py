"""材料复用 at the window: the card compared, what they handed in before is ticked and used, and says whence it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from banshi.rooms.cases.models import CaseMaterial
from banshi.rooms.library.models import CertificateUse
from tests.reused import handed_in_before, page_of, reusable
from tests.surfaces.desk.served import FILLED, here, press, serve
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
BEFORE = TUESDAY_NINE - timedelta(days=3)
ZH = {"accept-language": "zh-CN"}


def served(matters, *, compared=True):
    ticket = serve(matters.town, 1)
    ticket.identity_ok = True if compared else None
    ticket.save(update_fields=["identity_ok"])
    return ticket


def test_what_was_handed_in_before_is_used_with_the_consent_that_was_asked(clerk, matters):
    reusable()
    page = page_of(handed_in_before(matters, now=BEFORE))
    case, ticket = matters.opened(), served(matters)

    shown = clerk.get(here(ticket, case), headers=ZH).content.decode()
    typed = {**FILLED, "earlier-lease": str(page.pk)}
    unasked = press(clerk, ticket, case, "library", **typed)
    answer = press(clerk, ticket, case, "library", **typed, consent="yes")
    after = clerk.get(here(ticket, case), headers=ZH).content.decode()

    assert ("以前交过，还能用" in shown, f'name="earlier-lease" value="{page.pk}" checked' in shown) == (True, True)
    assert (unasked.status_code, answer.status_code) == (409, 302)
    row = CaseMaterial.objects.get(case=case)
    assert (row.origin_id, row.trust, row.verdict) == (page.case_id, "C", "")
    assert ("时交过" in after, "当时提交的电子件，核对无误" in after, "还能用" in after) == (True, True, False)
    assert CertificateUse.objects.get().by == f"staff:{matters.town.clerk.pk}"


def test_it_opens_to_nobody_whose_card_was_not_compared_and_not_unticked(clerk, matters):
    reusable()
    page = page_of(handed_in_before(matters, now=BEFORE))
    case, ticket = matters.opened(), served(matters, compared=False)

    shut = press(clerk, ticket, case, "library", consent="yes", **{"earlier-lease": str(page.pk)})
    ticket.identity_ok = True
    ticket.save(update_fields=["identity_ok"])
    unticked = press(clerk, ticket, case, "library", consent="yes")
    nonsense = press(clerk, ticket, case, "library", consent="yes", **{"earlier-lease": "9" * 40})

    assert [each.status_code for each in (shut, unticked, nonsense)] == [422, 422, 422]
    assert CaseMaterial.objects.filter(case=case).count() == 0
