"""Files in parts over HTTP: begun, gone on with after the line dropped, a paper once; refused by key, by kind, by offset."""

from __future__ import annotations

import hashlib
import os
from typing import Any

from banshi.rooms.cases.models import CaseMaterial
from banshi.rooms.library.models import Upload
from banshi.rooms.library.rules.parts import PART
from tests.surfaces.api.casework import Casework, photo

BYTES = "application/octet-stream"


def begun(work: Casework, no: str, content: bytes, key: str = "channel", **more: Any) -> Any:
    said = {
        "requirement": "lease",
        "name": "lease.jpg",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return work.calls("post", f"/cases/{no}/uploads", key, said | more)


def put(work: Casework, no: str, ref: str, content: bytes, offset: int, key: str = "channel", kind: str = BYTES) -> Any:
    address = f"/cases/{no}/uploads/{ref}/parts?requirement=lease&offset={offset}"
    return work.calls("put", address, key, content[offset : offset + PART], content_type=kind)


def finish(work: Casework, no: str, ref: str, key: str = "channel", **more: str) -> Any:
    said = {"requirement": "lease", "channel": "upload"}
    return work.calls("post", f"/cases/{no}/uploads/{ref}/finish", key, said | more)


def test_a_file_comes_in_parts_goes_on_and_is_a_paper_once(work: Casework) -> None:
    no, content = work.opened(), photo() + os.urandom(PART)
    first = begun(work, no, content)
    ref = first.json()["id"]
    put(work, no, ref, content, 0)

    again = begun(work, no, content).json()
    asked = work.calls("get", f"/cases/{no}/uploads/{ref}?requirement=lease").json()
    gap = put(work, no, ref, content, 0, "channel")
    early = finish(work, no, ref)
    last = put(work, no, ref, content, PART)
    done, told_again = finish(work, no, ref), finish(work, no, ref)

    assert (first.status_code, first.json()["part_bytes"], first.json()["offset"]) == (201, PART, 0)
    assert (again["id"], again["offset"], asked["offset"], gap.json()["offset"]) == (ref, PART, PART, PART)
    assert (early.status_code, early.json()["type"], early.json()["facts"]) == (409, "wrong-offset", {"offset": PART})
    assert last.json()["offset"] == len(content)
    assert (done.status_code, done.json()["requirement"], done.json()["scan"]) == (201, "lease", "unavailable")
    assert (told_again.status_code, told_again.json()["id"]) == (201, done.json()["id"])
    assert CaseMaterial.objects.count() == 1


def test_what_fits_no_part_no_case_and_no_key_is_refused(work: Casework) -> None:
    no, content = work.opened(), photo() + os.urandom(PART)
    ref = begun(work, no, content).json()["id"]

    answers = {
        "not bytes": put(work, no, ref, content, 0, kind="application/json"),
        "too much": work.calls(
            "put", f"/cases/{no}/uploads/{ref}/parts?requirement=lease&offset=0", "channel", bytes(PART + 1), content_type=BYTES
        ),
        "a gap": put(work, no, ref, content, PART),
        "another's": put(work, no, ref, content, 0, "other-channel"),
        "another's file": put(work, no, ref, content, 0, "receiver"),
        "no such paper": begun(work, no, content, requirement="nothing"),
        "too large": begun(work, no, content, size=10**9),
        "who only decides": begun(work, no, content, "approver"),
    }  # fmt: skip

    assert {what: (a.status_code, a.json()["type"]) for what, a in answers.items()} == {
        "not bytes": (415, "unsupported-media-type"), "too much": (413, "too-large"), "a gap": (409, "wrong-offset"),
        "another's": (404, "nothing-found"), "another's file": (404, "nothing-found"), "no such paper": (422, "invalid"),
        "too large": (422, "material-rejected"), "who only decides": (403, "not-allowed"),
    }  # fmt: skip
    assert Upload.objects.get().received == 0
