"""A file is checked without a key, as a form with one file; the answer is a verdict, and the paper it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.signers import looked
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db


def sent(*names: str, **fields: str) -> Any:
    files = {name: SimpleUploadedFile("a.pdf", b"%PDF-a", "application/pdf") for name in names}
    return Client().post("/api/v1/verify", {**files, **fields})


def test_a_strangers_signature_is_told_as_such(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = looked(certificate="f" * 64, name="某局", signed_at=TUESDAY_NINE)
    monkeypatch.setattr("banshi.gateways.seals.seen", seen)

    answer = sent("file")

    assert (answer.status_code, answer.json()) == (
        200,
        {"verdict": "stranger", "words": "某局", "signed_at": "2026-03-10T09:00:00+08:00", "paper": None},
    )


@pytest.mark.parametrize("answer", [
    lambda: sent(), lambda: sent("other"), lambda: sent("file", "other"), lambda: sent("file", more="x"),
    lambda: Client().post("/api/v1/verify", {"file": "x"}, content_type="application/json"),
])  # fmt: skip
def test_anything_but_one_file_is_invalid(town: Town, answer: Any) -> None:
    got = answer()

    assert (got.status_code, got.json()["type"]) == (422, "invalid")


def test_a_file_nobody_can_look_at_is_refused_with_why(town: Town) -> None:
    answer = Client().post("/api/v1/verify", {"file": SimpleUploadedFile("a.pdf", b"no PDF", "application/pdf")})

    assert (answer.status_code, answer.json()["type"]) == (422, "material-rejected")
    assert answer.json()["facts"]["reason"]["en"].startswith("The file does not open")
