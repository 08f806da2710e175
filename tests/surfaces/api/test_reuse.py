"""材料复用 over the API: listed with the certificates of a case, used by its id with consent, its files for staff alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.library.models import CertificateUse
from tests.reused import handed_in_before, page_of, reusable
from tests.surfaces.api.casework import Casework
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
BEFORE = TUESDAY_NINE - timedelta(days=3)


def used(work: Casework, no: str, earlier: Any, **more: Any) -> Any:
    said = {"requirement": "lease", "channel": "library", "earlier": earlier, "consent": True, **more}
    return work.calls("post", f"/cases/{no}/materials", "channel", said)


def handed_in_by(no: str, work: Casework) -> CaseMaterial:
    """By whom this case is of."""
    person = Case.objects.get(no=no).person_id
    return page_of(handed_in_before(work.matters, now=BEFORE, person_id=person, account_id=None))


def test_it_is_listed_where_the_case_is_named_and_used_by_its_id(work: Casework) -> None:
    reusable()
    no = work.opened()
    page = handed_in_by(no, work)

    (listed,) = work.calls("get", f"/library?case={no}", "reviewer").json()["earlier_papers"]
    asked = {each["code"]: each["reuse_days"] for each in work.seen(no)["requirements"]}
    answer = used(work, no, listed["earlier"])
    after = work.calls("get", f"/library?case={no}", "reviewer").json()["earlier_papers"]

    item = {name: listed["item"][name] for name in ("code", "name")}
    assert item == {"code": "pension", "name": page.case.item.name_zh}
    assert {name: value for name, value in listed.items() if name != "item"} == {
        "requirement": "lease", "earlier": page.pk, "handed_in_on": "2026-03-07", "usable_until": "2026-09-03", "trust": "C",
        "files": 1,
    }  # fmt: skip
    assert (asked["lease"], asked["id"], answer.status_code, after) == (180, None, 201, [])
    said = answer.json()
    assert (said["channel"], said["trust"], said["earlier"]["handed_in_on"]) == ("library", "C", "2026-03-07")
    assert CertificateUse.objects.get().subject == f"case:{no}"


def test_a_channel_that_may_not_look_takes_whichever_there_is(work: Casework) -> None:
    reusable()
    no = work.opened()
    page = handed_in_by(no, work)

    looked = work.calls("get", f"/library?case={no}", "channel")
    unasked = used(work, no, None, consent=False)
    answer = used(work, no, None)
    nothing = used(work, no, None, requirement="id")

    assert (looked.status_code, unasked.json()["type"], nothing.json()["type"]) == (
        403,
        "consent-missing",
        "nothing-found",
    )
    assert (answer.status_code, answer.json()["earlier"]["handed_in_on"]) == (201, "2026-03-07")
    assert CaseMaterial.objects.get(case__no=no).origin_id == page.case_id


def test_its_file_is_not_the_channels_to_read(work: Casework) -> None:
    reusable()
    no = work.opened()
    material = used(work, no, handed_in_by(no, work).pk).json()["id"]

    own = work.calls("get", f"/cases/{no}/materials/{material}/content", "channel")
    work.done("receive", no, "receiver", {"materials": ["id", "photo"]})
    staff = work.calls("get", f"/cases/{no}/materials/{material}/content", "receiver")

    assert (own.status_code, staff.status_code, staff.content[:5]) == (404, 200, b"%PDF-")


def test_without_consent_somebody_elses_or_beside_a_certificate_nothing_is_used(work: Casework) -> None:
    reusable()
    no = work.opened()
    page = handed_in_by(no, work)
    stranger = page_of(
        handed_in_before(work.matters, now=BEFORE, person_id=work.matters.town.person(8).pk, account_id=None)
    )

    answers = [
        used(work, no, page.pk, consent=False), used(work, no, stranger.pk), used(work, no, page.pk, certificate="x"),
        used(work, no, page.pk, channel="paper"), used(work, no, 0), used(work, no, "x"), used(work, no, 2**63),
    ]  # fmt: skip

    assert [each.json()["type"] for each in answers] == ["consent-missing", *["invalid"] * 6]
    assert not CaseMaterial.objects.filter(case__no=no).exists()
