"""An applicant's browser in the town with its shop licence, and what they hand in."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from banshi.rooms.cases.models import Case
from banshi.rooms.identity.models import AccountPerson
from tests.matters import Matters, matters_of
from tests.surfaces.citizen.conftest import Phone, browser
from tests.town import TUESDAY_NINE, Town

ANSWERS = "a=premises:rented&a=food:no"


def applicant(town: Town) -> tuple[Matters, Phone]:
    """The proven person of the town's matters, signed in."""
    matters = matters_of(town)
    AccountPerson.objects.create(account=matters.account, person=matters.person, added_at=TUESDAY_NINE)
    client = browser()
    session = client.session
    session["account"] = matters.account.pk
    session.save()
    return matters, Phone(client, matters.account, matters.person)


def photo(name: str = "page.jpg", colour: str = "white") -> SimpleUploadedFile:
    into = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(into, "JPEG")
    return SimpleUploadedFile(name, into.getvalue(), "image/jpeg")


def handed_in(phone: Phone, case: Case, *codes: str) -> None:
    """A photo for each paper."""
    for code in codes:
        answer = phone.client.post(f"/cases/{case.no}/papers/", {"code": code, "file": photo()})
        assert answer.status_code == 302, answer.content.decode()[-3000:]


def fields(page: Any) -> dict[str, str]:
    """Names and values of a page's inputs and selects, as its form would send them."""
    import html
    import re

    text = page.content.decode()
    found = {
        name: html.unescape(value)
        for name, value in re.findall(r'<input[^>]*name="([^"]+)"[^>]*?value="([^"]*)"', text)
    }
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        found[name] = html.unescape(chosen[1]) if chosen else ""
    return found


def retell(matters: Matters, *, item: str = "pension", **more: Any) -> None:
    """The item is published anew, with these parts of its handling replaced; cases opened before keep theirs."""
    from banshi.kernel.actors import SYSTEM
    from banshi.rooms.catalogue import actions, queries
    from banshi.rooms.catalogue.models import Item
    from tests.town import TUESDAY_NINE

    row = Item.objects.get(code=item)
    row.handling = {**row.handling, **more}
    row.save(update_fields=["handling"])
    actions.keep_item_versions(by=SYSTEM, now=TUESDAY_NINE)
    queries.forget()
    queries.forget_handlings()
