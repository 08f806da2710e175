"""Every operation on a case × everybody whose case it is not: it is not there, nothing is done, and no list holds it.

The operations are those of the OpenAPI document, so that none can be left out.
"""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.cases.models import Case, CaseEvent, CaseMaterial
from banshi.rooms.identity.actions import create_key
from banshi.rooms.identity.rules import ROLES as HELD
from banshi.surfaces.api.api import api
from banshi.surfaces.api.keys import SCOPES_OF, permissions_of
from tests.surfaces.api.casework import Casework, photo
from tests.surfaces.api.conftest import PERSON
from tests.surfaces.api.strict import operations
from tests.surfaces.api.test_cases_rights import works
from tests.surfaces.api.test_rights import ENDPOINTS
from tests.town import TUESDAY_NINE

ROLES = ("pre_reviewer", "receiver", "reviewer", "approver", "head", "supervisor", "issue_clerk", "clerk")
CLERK = HELD["clerk"]
# Whose case it is not → the scope of their key.
STRANGERS = {
    "other-channel": "channel", "kiosk": "kiosk", "other-kiosk": "kiosk", "other-staff": "staff", "elsewhere": "staff",
    "other-department": "staff", "other-manage": "manage",
}  # fmt: skip
LISTS = (
    "/cases?limit=200", "/cases?q={case}", "/cases?hall=town", "/cases?department=hrss", "/cases?phase=in_review",
    *(
        f"/worklists/{name}"
        for name in (
            "pre-review", "acceptance", "to-hand-over", "review", "approval", "extension", "issue", "supervision",
        )
    ),
    "/consultations",
)  # fmt: skip


def on_a_case() -> dict[str, tuple[str, str, Any]]:
    """Operation → method, address and a well-formed body, of all whose address names a case."""
    named = {
        operation["operationId"]
        for _, path, operation in operations(api.get_openapi_schema(path_prefix="/api/v1/"))
        if "/{case}" in path
    }
    found = {name: ENDPOINTS[name] for name in sorted(named)}
    return found | {"put_part": (*ENDPOINTS["put_part"][:2], b"part")}


@pytest.fixture
def strangers(work: Casework) -> Casework:
    """With keys of two who hold every role: one in the other hall, one in the town for another department."""
    for name, more in (("elsewhere", {"hall": "other"}), ("other-department", {"department": "civil"})):
        work.calls.keys[name] = create_key(
            name=name, scope="staff", staff=works(name, *ROLES, **more), now=TUESDAY_NINE
        )
    return work


def asked(work: Casework, no: str, key: str) -> dict[str, tuple[int, str]]:
    """What each operation on this case answers to a key: status and slug."""
    said = {}
    for name, (method, path, body) in on_a_case().items():
        kind = {"content_type": "application/octet-stream"} if name == "put_part" else {}
        answer = work.calls(method, path.replace("NONE", no), key, body, **kind)
        said[name] = answer.status_code, answer.json().get("type", "")
    return said


def standing(no: str) -> tuple[Any, ...]:
    case = Case.objects.get(no=no)
    came = CaseMaterial.objects.filter(case=case).count()
    return case.phase, case.form, case.answers, CaseEvent.objects.filter(case=case).count(), came


@pytest.mark.parametrize("stranger", sorted(STRANGERS))
def test_nothing_can_be_asked_of_somebody_elses_case(strangers: Casework, stranger: str) -> None:
    no = strangers.in_review()
    before = standing(no)

    said = asked(strangers, no, stranger)

    scope = STRANGERS[stranger]
    barred = {name for name in said if scope not in SCOPES_OF[name]}
    if stranger == "other-staff":  # a clerk of the other hall, who holds there what clerks hold
        barred |= {name for name in said if not CLERK & set(permissions_of(name))}
    assert said == {n: (403, "not-allowed") if n in barred else (404, "nothing-found") for n in said}
    assert standing(no) == before


@pytest.mark.parametrize("stranger", ["", "nonsense"])
def test_without_a_key_no_case_is_answered_for(strangers: Casework, stranger: str) -> None:
    no = strangers.in_review()

    assert set(asked(strangers, no, stranger).values()) == {(401, "unauthenticated")}


@pytest.mark.parametrize("stranger", sorted(STRANGERS))
def test_no_list_no_search_and_no_paper_shows_it_to_who_does_not_see_it(strangers: Casework, stranger: str) -> None:
    work, no = strangers, strangers.in_review()
    material = CaseMaterial.objects.filter(case__no=no).order_by("id").values_list("pk", flat=True)[0]
    (paper, *_) = work.calls("get", f"/cases/{no}/documents", "channel").json()["data"]
    details = (f"/documents/{paper['number']}", f"/cases/{no}/materials/{material}/content", f"/library?case={no}")

    lists = {path: work.calls("get", path.format(case=no), stranger) for path in LISTS}
    shown = {path: work.calls("get", path, stranger).status_code for path in details}

    assert {path for path, answer in lists.items() if no in answer.content.decode()} == set()
    assert {answer.status_code for answer in lists.values()} <= {200, 403}
    assert set(shown.values()) <= {403, 404}


def test_who_does_see_it_finds_it_in_the_same_lists(strangers: Casework) -> None:
    """So that the lists above are empty for the right reason."""
    work, no = strangers, strangers.opened()
    work.sent(no, "channel", photo())

    held = {
        key: [path for path in LISTS[:4] if no in work.calls("get", path.format(case=no), key).content.decode()]
        for key in ("channel", "manage", "staff")
    }

    assert held == dict.fromkeys(held, list(LISTS[:4]))
    assert PERSON["id_number"] not in work.calls("get", "/cases", "manage").content.decode()
