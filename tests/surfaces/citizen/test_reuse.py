"""材料复用 on the papers' page: offered with where it came from, used with one tap or left, and read among the uses."""

from __future__ import annotations

from datetime import timedelta

import pytest

from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Account
from banshi.rooms.identity.rules import UNLIMITED
from banshi.rooms.library.models import CertificateUse
from tests import bundles
from tests.matters import Matters
from tests.reused import handed_in_before, page_of, reusable
from tests.surfaces.citizen.cases import applicant
from tests.surfaces.citizen.conftest import Phone, text
from tests.town import CLERK, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
AGREE = "同意再用于这件事"
BEFORE = TUESDAY_NINE - timedelta(days=3)


@pytest.fixture
def shop(open_town: Town) -> tuple[Matters, Phone]:
    found = applicant(open_town)
    reusable()
    return found


@pytest.fixture
def before(shop: tuple[Matters, Phone]) -> Case:
    return handed_in_before(shop[0], now=BEFORE)


def use(me: Phone, case: Case, earlier: object, **more: str):
    return me.client.post(f"/cases/{case.no}/papers/", {"code": "lease", "earlier": earlier, "consent": "1", **more})


def test_it_is_offered_used_with_one_tap_and_read_among_the_uses(shop, before):
    matters, me = shop
    case, here = matters.opened(), page_of(before)
    item = case.item.name_zh

    page = text(me.get(f"/cases/{case.no}/papers/"))
    answer = use(me, case, here.pk)
    again = use(me, case, here.pk)  # tapped twice
    after = text(me.get(f"/cases/{case.no}/papers/"))
    uses, record, shown = (text(me.get(where)) for where in ("/me/uses/", "/me/record/", f"/cases/{case.no}/"))

    assert (f"3月7日 周六 办“{item}”时交过，还能用" in page, AGREE in page) == (True, True)
    assert [each["Location"] for each in (answer, again)] == [f"/cases/{case.no}/papers/#paper-lease"] * 2
    row = CaseMaterial.objects.get(case=case)
    assert (row.origin_id, row.channel, row.trust, row.by) == (before.pk, "library", "C", str(matters.applicant))
    assert (f"3月7日 周六 办“{item}”时交过" in after, AGREE in after, "撤下" in after) == (True, False, True)
    assert [f"3月7日 周六 办“{item}”时交过" in each for each in (uses, record, shown)] == [True] * 3
    assert ("租约" in uses, "你在网上同意" in uses) == (True, True)
    assert me.client.get(f"/cases/{case.no}/papers/{row.pk}").status_code == 200


def test_who_is_not_proven_is_offered_nothing_and_sees_nothing_of_it(shop, before):
    matters, me = shop
    case = matters.opened()
    use(me, case, page_of(before).pk)
    row, other = CaseMaterial.objects.get(case=case), matters.opened()
    Account.objects.filter(pk=me.account.pk).update(person=None, person_evidence=0)

    page, there = text(me.get(f"/cases/{other.no}/papers/")), text(me.get(f"/cases/{case.no}/papers/"))
    answer = use(me, other, page_of(before).pk)

    assert (AGREE in page, "时交过" in there, "以前交过" in there) == (False, False, True)
    assert (answer.status_code, me.client.get(f"/cases/{case.no}/papers/{row.pk}").status_code) == (409, 404)
    assert CaseMaterial.objects.filter(case=other).count() == 0


@pytest.mark.parametrize("earlier", ["", "0", "x", "9" * 30, "2", "-1"])
def test_nonsense_and_somebody_elses_are_refused_at_the_paper(shop, before, earlier):
    matters, me = shop
    stranger = handed_in_before(matters, now=BEFORE, person_id=matters.town.person(7).pk)
    case = matters.opened()

    answer = use(me, case, page_of(stranger).pk if earlier == "2" else earlier)

    assert (answer.status_code, "另交一份" in text(answer)) == (422, True)
    assert (CaseMaterial.objects.filter(case=case).count(), CertificateUse.objects.count()) == (0, 0)


def test_without_consent_nothing_is_used(shop, before):
    case = shop[0].opened()

    assert use(shop[1], case, page_of(before).pk, consent="").status_code == 409
    assert CaseMaterial.objects.filter(case=case).count() == 0


def test_of_a_bundle_it_is_offered_once_and_comes_for_all_of_it(shop, before):
    matters, me = shop
    bundles.sign_of(matters.town)
    reusable()
    reusable(item="sign")
    bundle = bundles.opened(matters)
    cases = list(bundle.cases.order_by("id"))

    page = text(me.get(f"/bundles/{bundle.no}/papers/"))
    answer = use(me, cases[0], page_of(before).pk)
    after = text(me.get(f"/bundles/{bundle.no}/papers/"))

    assert (page.count("同意再用于这几件事"), AGREE in page, "同意再用于" in after) == (1, False, False)
    assert answer.status_code == 302
    assert CaseMaterial.objects.filter(case__in=cases, code="lease", origin=before).count() == 2


def test_an_organisations_stands_for_its_own_cases_and_is_its_members_to_use(shop):
    matters, me = shop
    firm = identity.enrol_organisation(uscc="91350100M000100Y43", name="一号书店", by=matters.applicant, now=BEFORE)
    identity.authorise_member(
        organisation_id=firm.pk, person_id=me.person.pk, role="agent", valid_until=None, limits=UNLIMITED, by=CLERK,
        now=BEFORE,
    )  # fmt: skip
    handed_in_before(matters, now=BEFORE)  # their own
    theirs = handed_in_before(matters, now=BEFORE, organisation_id=firm.pk)
    case = matters.opened(organisation_id=firm.pk)

    page = text(me.get(f"/cases/{case.no}/papers/"))
    use(me, case, page_of(theirs).pk)

    assert AGREE in page
    assert CaseMaterial.objects.get(case=case).origin_id == theirs.pk
    use_of = CertificateUse.objects.get()
    assert (use_of.organisation_id, use_of.person_id) == (firm.pk, None)
