"""A file in quarantine, by the API: staff who may look say what it is; whoever sent it does not."""

from __future__ import annotations

import pytest

from banshi.rooms.cases.models import CaseMaterial
from banshi.rooms.library.models import DocumentVersion
from tests.surfaces.api.casework import Casework, photo

pytestmark = pytest.mark.django_db


def quarantined(work: Casework) -> tuple[str, int]:
    no = work.opened()
    material = work.sent(no, "channel", photo()).json()["id"]
    file = CaseMaterial.objects.get(id=material).file_id
    DocumentVersion.objects.filter(id=file).update(scan="pending", reason="")
    return no, material


@pytest.mark.parametrize(("verb", "state"), [("release", "clean"), ("reject", "rejected")])
def test_staff_say_what_it_is_once(work: Casework, verb: str, state: str) -> None:
    no, material = quarantined(work)
    work.done("receive", no, "receiver", {"materials": ["id", "photo"]})
    path = f"/cases/{no}/materials/{material}/{verb}"

    by_sender = work.calls("post", path, "channel")
    done = work.calls("post", path, "receiver")
    again = work.calls("post", path, "receiver")

    assert (by_sender.status_code, by_sender.json()["type"]) == (403, "not-allowed")
    assert (done.status_code, done.json()["id"], done.json()["scan"]) == (200, material, state)
    assert again.json()["type"] == ("wrong-state" if verb == "release" else "material-rejected")


def test_of_another_case_it_is_not_there(work: Casework) -> None:
    _, material = quarantined(work)
    other = work.in_review()

    said = work.calls("post", f"/cases/{other}/materials/{material}/release", "reviewer")

    assert (said.status_code, said.json()["type"]) == (404, "nothing-found")
