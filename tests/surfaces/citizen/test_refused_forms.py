"""Every form of the citizen's pages: errors stand at their field, the first has the focus, and what was typed stays."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from banshi.foundation.crypto import rating_key
from banshi.kernel.evidence import Evidence
from banshi.rooms.booking.models import Appointment, LedgerEntry
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.identity.models import Account
from banshi.surfaces.citizen import sent
from tests.matters import matters_of
from tests.surfaces.citizen.conftest import Phone, book, browser, text
from tests.surfaces.citizen.test_following_and_rating import number, served
from tests.surfaces.citizen.test_organisations import firm
from tests.town import TUESDAY_NINE, Town

LONG = "字" * 501
PERSON = {"name": "欧阳测试", "id_type": "passport", "id_number": "1", "phone": ""}


@dataclass(frozen=True)
class Sending:
    """A form filled wrong: its page, its address, what is sent, where the error stands and what must still be there."""

    page: str
    to: str
    said: dict[str, str]
    at: str
    kept: dict[str, str]


def signing_in(phone: Phone, _town: Town) -> Sending:
    phone.post("/sign-out")
    return Sending("/sign-in", "/sign-in", {"phone": "12345", "next": "/me/"}, "phone", {"phone": "12345"})


def a_number_abroad(phone: Phone, _town: Town) -> Sending:
    phone.post("/sign-out")
    return Sending("/sign-in", "/sign-in", {"phone": "+1900555"}, "phone", {"phone": "+1900555"})


def code(phone: Phone, _town: Town) -> Sending:
    phone.post("/sign-out")
    phone.post("/sign-in", phone="13822000001")
    return Sending("/sign-in/code", "/sign-in/code", {"code": "000000"}, "code", {"code": "000000"})


def no_code(phone: Phone, town: Town) -> Sending:
    return Sending("/sign-in/code", code(phone, town).to, {"code": ""}, "code", {})


def new_number(phone: Phone, _town: Town) -> Sending:
    return Sending("/me/number", "/me/number", {"phone": "138"}, "phone", {"phone": "138"})


def two_codes(phone: Phone, _town: Town) -> Sending:
    phone.post("/me/number", phone="13700137000")
    said = {"code": "123456", "old_code": "000000"}
    return Sending("/me/number", "/me/number", said, "old_code", said)


def somebody(phone: Phone, _town: Town) -> Sending:
    return Sending("/me/", "/me/people", PERSON, "id_number", {"name": PERSON["name"], "id_number": "1"})


def a_name_that_cannot_be(phone: Phone, _town: Town) -> Sending:
    said = PERSON | {"name": "王\u202e伟", "id_number": "E12345678"}
    return Sending("/me/", "/me/people", said, "name", {"id_number": "E12345678"})


def nothing_filled_in(phone: Phone, _town: Town) -> Sending:
    return Sending("/me/", "/me/people", PERSON | {"name": "", "id_number": ""}, "name", {})


def who_comes(phone: Phone, town: Town) -> Sending:
    path = f"/book/pension/{town.slot().pk}/"
    return Sending(path, path, PERSON | {"who": "new"}, "id_number", {"name": PERSON["name"], "id_number": "1"})


def a_telephone_that_is_none(phone: Phone, town: Town) -> Sending:
    path = f"/book/pension/{town.slot().pk}/"
    said = PERSON | {"who": "new", "id_number": "E12345678", "phone": "110"}
    return Sending(path, path, said, "phone", {"name": PERSON["name"], "phone": "110"})


def nobody_chosen(phone: Phone, town: Town) -> Sending:
    path = f"/book/pension/{town.slot().pk}/"
    return Sending(path, path, PERSON | {"who": str(2**40)}, "who", {"name": PERSON["name"]})


def more_than_the_matter_allows(phone: Phone, town: Town) -> Sending:
    HallItem.objects.filter(hall=town.hall, item__code="pension").update(most_persons=4)
    path = f"/book/pension/{town.slot(quota=9).pk}/"
    said = PERSON | {"who": str(phone.person.pk), "persons": "5"}
    return Sending(path, path, said, "persons", {"name": PERSON["name"], "who": said["who"]})


def nobody_to_wait_for(phone: Phone, town: Town) -> Sending:
    slot = town.slot(quota=1, taken=1)
    page = f"/book/pension/?hall=town&day={slot.day}"
    return Sending(page, "/book/pension/wait", {"hall": "town", "day": str(slot.day), "who": str(2**40)}, "who", {})


def appeal(phone: Phone, town: Town) -> Sending:
    booked = book(phone, town.slot())
    entry = LedgerEntry.objects.create(
        appointment=booked, person=booked.person, party=f"account:{phone.account.pk}", scope="hall:town", kind="no_show",
        on=TUESDAY_NINE.date(), at=TUESDAY_NINE,
    )  # fmt: skip
    return Sending(
        "/appointments/", "/appointments/appeal", {"entry": str(entry.pk), "text": LONG}, "text", {"text": LONG}
    )


def rating(phone: Phone, town: Town) -> Sending:
    number(town)
    ref = served(town).ref
    phone.get(f"/t/{ref}", k=rating_key(ref))
    said = {"step": "rate", "tags": "quick", "text": "很快"}
    return Sending(f"/r/{ref}", f"/r/{ref}", said, "stars", {"text": "很快", "tags": "quick"})


def a_rating_too_long(phone: Phone, town: Town) -> Sending:
    again = rating(phone, town)
    return Sending(
        again.page, again.to, {"step": "rate", "stars": "5", "text": LONG}, "text", {"text": LONG, "stars": "5"}
    )


def proven(phone: Phone) -> None:
    rows = Account.objects.filter(pk=phone.account.pk)
    rows.update(person=phone.person, person_evidence=Evidence.WINDOW, person_at=TUESDAY_NINE)


def a_child(phone: Phone, _town: Town) -> Sending:
    proven(phone)
    said = PERSON | {"relation": "parent"}
    return Sending("/me/family/", "/me/family/add", said, "id_number", {"name": PERSON["name"], "id_number": "1"})


def an_agent_of_a_firm(phone: Phone, _town: Town) -> Sending:
    proven(phone)
    made, _ = firm(phone)
    said = PERSON | {"valid_until": "2026-06-01"}
    kept = {"name": PERSON["name"], "id_number": "1", "valid_until": "2026-06-01"}
    return Sending(f"/me/organisations/{made.pk}/", f"/me/organisations/{made.pk}/appoint", said, "id_number", kept)


def a_complaint(phone: Phone, town: Town) -> Sending:
    path = f"/cases/{matters_of(town).opened(account_id=phone.account.pk).no}/complain"
    return Sending(path, path, {"text": LONG * 2}, "text", {"text": LONG * 2})


EVERY = (
    signing_in, a_number_abroad, code, no_code, new_number, two_codes, somebody, a_name_that_cannot_be,
    nothing_filled_in, who_comes, a_telephone_that_is_none, nobody_chosen, more_than_the_matter_allows,
    nobody_to_wait_for, appeal, rating, a_rating_too_long, a_child, an_agent_of_a_firm, a_complaint,
)  # fmt: skip
Case = Callable[[Phone, Town], Sending]


@dataclass
class Tag:
    name: str
    attrs: dict[str, str | None]
    said: str = ""


class Page(HTMLParser):
    """The tags of the page's main part, in order, each with the words that follow its start."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[Tag] = []
        self.feed(page[page.index("<main") : page.index("</main>")])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(Tag(tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags:
            self.tags[-1].said += data

    def words_of(self, id_: str) -> str:
        """The words from this id on, to the next id: enough to see that it says something."""
        start = next(i for i, tag in enumerate(self.tags) if tag.attrs.get("id") == id_)
        rest = self.tags[start + 1 :]
        end = next((i for i, tag in enumerate(rest) if "id" in tag.attrs), len(rest))
        return (self.tags[start].said + "".join(tag.said for tag in rest[:end])).strip()


def wrong_field(page: str) -> str:
    """Name of the one field with the focus; it is wrong and its error is told with it."""
    read = Page(page)
    (focused,) = [tag for tag in read.tags if "autofocus" in tag.attrs]
    assert focused.attrs["aria-invalid"] == "true"
    assert all(read.words_of(id_) for id_ in str(focused.attrs["aria-describedby"]).split())
    return str(focused.attrs["name"])


def values(page: str) -> dict[str, str]:
    """What the page's fields hold."""
    found = {}
    for tag in Page(page).tags:
        name, kind = tag.attrs.get("name"), tag.attrs.get("type")
        if (
            name is None
            or tag.name not in ("input", "textarea")
            or (kind in ("radio", "checkbox") and "checked" not in tag.attrs)
        ):
            continue
        found[name] = tag.said.strip() if tag.name == "textarea" else tag.attrs.get("value") or ""
    return found


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.__name__)
def test_the_error_stands_at_its_field_and_what_was_typed_stays(mine: Phone, open_town: Town, case: Case):
    form = case(mine, open_town)

    answer = mine.post(form.to, **form.said)

    page = text(answer)
    assert answer.status_code in (409, 422)
    assert wrong_field(page) == form.at
    assert form.kept.items() <= values(page).items()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("name", "first"), [("", "name"), ("王\u202e伟", "name"), ("欧阳测试", "id_number")])
def test_every_wrong_field_says_so_and_the_first_has_the_focus(
    mine: Phone, open_town: Town, name: str, first: str, language: str
):
    path = f"/book/pension/{open_town.slot().pk}/"

    refused = mine.post(path, **PERSON | {"who": "new", "name": name, "phone": "110"})
    page = text(refused)
    if language == "en":  # all of it is said again
        page = text(mine.client.post("/i18n/setlang/", {"language": "en", "next": path}, follow=True))

    wrong = [tag.attrs["name"] for tag in Page(page).tags if tag.attrs.get("aria-invalid") == "true"]
    assert refused.status_code == 422
    assert (wrong_field(page), wrong) == (first, [*(["name"] if first == "name" else []), "id_number", "phone"])
    said = [Page(page).words_of(f"id_{each}-error") for each in wrong]
    assert len(set(said)) == len(said)
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    "case", [each for each in EVERY if each is not nobody_to_wait_for], ids=lambda case: case.__name__
)
def test_a_refused_form_is_there_again_in_the_other_language(mine: Phone, open_town: Town, case: Case):
    form = case(mine, open_town)
    refused = text(mine.post(form.to, **form.said))
    here = unescape(re.search(r'name="next" value="([^"]*)"', refused[: refused.index("<main")])[1])  # type: ignore[index]

    landed = mine.client.post("/i18n/setlang/", {"language": "en", "next": here}, follow=True)

    page = text(landed)
    assert landed.status_code == 200
    assert 'lang="en"' in page
    assert wrong_field(page) == form.at
    assert form.kept.items() <= values(page).items()


@pytest.mark.parametrize("case", [somebody, who_comes, appeal, rating], ids=lambda case: case.__name__)
def test_going_back_from_a_refused_form_finds_it_filled(mine: Phone, open_town: Town, case: Case):
    form = case(mine, open_town)
    mine.post(form.to, **form.said)

    assert form.kept.items() <= values(text(mine.get(form.page))).items()


@pytest.mark.parametrize("case", [somebody, who_comes, appeal, new_number], ids=lambda case: case.__name__)
def test_a_session_that_ended_in_the_middle_loses_nothing(mine: Phone, open_town: Town, case: Case):
    form = case(mine, open_town)
    mine.post("/sign-out-everywhere")

    away = mine.post(form.to, **form.said)
    back = Account.objects.get(pk=mine.account.pk)
    session = mine.client.session
    session["account"], session["epoch"] = back.pk, back.epoch
    session.save()
    page = text(mine.get("/again"))

    assert away.url == "/sign-in?next=/again"
    assert {name: said for name, said in form.said.items() if said}.items() <= values(page).items()


def test_what_was_carried_out_is_not_filled_in_again(mine: Phone, open_town: Town):
    mine.post("/me/people", **PERSON)

    mine.post("/me/people", **PERSON | {"id_number": "E12345678"})

    assert "E12345678" not in text(mine.get("/me/"))
    assert values(text(mine.get("/me/")))["name"] == ""


def test_a_refused_form_is_kept_sealed_and_for_a_quarter_of_an_hour(
    mine: Phone, open_town: Town, monkeypatch: pytest.MonkeyPatch
):
    from banshi.foundation import clock

    mine.post("/me/people", **PERSON)
    stored = str(dict(mine.client.session))
    later = clock.wall() + sent.LASTS + timedelta(seconds=1)
    monkeypatch.setattr(clock, "wall", lambda: later)

    assert PERSON["name"] not in stored
    assert PERSON["name"] not in text(mine.get("/me/"))


def test_another_account_of_the_same_browser_sees_nothing_of_it(mine: Phone, theirs: Phone, open_town: Town):
    mine.post("/me/people", **PERSON)
    mine.post("/sign-out")
    session = mine.client.session
    session["account"] = theirs.account.pk
    session.save()

    assert PERSON["name"] not in text(mine.get("/me/"))


def test_the_right_code_of_the_old_number_is_not_asked_for_twice(mine: Phone, monkeypatch: pytest.MonkeyPatch):
    from banshi.rooms.identity import actions

    made: list[str] = []
    real = actions.new_code
    monkeypatch.setattr(actions, "new_code", lambda **asked: made.append(real(**asked)) or made[-1])
    mine.post("/me/number", phone="13700137000")

    first = mine.post("/me/number", code="000000", old_code=made[1])
    second = mine.post("/me/number", code=made[0])

    assert (first.status_code, wrong_field(text(first))) == (409, "code")
    assert (second.status_code, Account.objects.get(pk=mine.account.pk).phone) == (302, "+8613700137000")


def test_a_link_keeps_its_key_over_a_language_switch(mine: Phone, open_town: Town):
    from banshi.foundation.crypto import link_key

    booked = book(mine, open_town.slot())
    stranger = Phone(browser())

    landed = stranger.client.get(f"/a/{booked.code}/rebook", {"k": link_key(booked.code)}, follow=True)

    assert (landed.status_code, landed.context["a"].code) == (200, booked.code)


TYPED = re.compile(r"\{% field |<textarea|<select|type=\"(?:text|tel|radio|search)\"|_person_fields")
TEMPLATES = Path("banshi/surfaces/citizen/templates/citizen")


def test_no_form_with_fields_is_left_to_the_browsers_own_words():
    """A new form belongs into the table above."""
    found = {
        path.name
        for path in TEMPLATES.glob("*.html")
        for form in re.findall(r'<form[^>]*method="post".*?</form>', path.read_text(encoding="utf-8"), re.DOTALL)
        if TYPED.search(form) and ("novalidate" in form or path.name == "_choose.html")
    }
    bare = {
        path.name
        for path in TEMPLATES.glob("*.html")
        for form in re.findall(r'<form[^>]*method="post".*?</form>', path.read_text(encoding="utf-8"), re.DOTALL)
        if TYPED.search(form)
    }

    assert found == bare == {
        "_appeal.html", "_choose.html", "_propose.html", "ask.html", "begin.html", "case_withdraw.html",
        "case_ways.html",  # test_case_ways.py
        "home_visit_ask.html",  # test_at_home.py
        "video_lobby.html", "_video_part.html",  # test_video.py
        "code.html", "complain.html",
        "confirm.html", "enquiry.html", "family.html", "hotline_order.html", "me.html",
        "member.html", "number.html", "rate.html", "sign_in.html",
    }  # fmt: skip


def test_a_kept_form_is_shown_in_words_and_its_document_masked(mine: Phone, open_town: Town):
    form = who_comes(mine, open_town)
    said = form.said | PERSON | {"who": "new", "id_type": "resident_id", "id_number": "110101199003077715"}
    mine.post("/sign-out-everywhere")
    mine.post(form.to, **said)
    back = Account.objects.get(pk=mine.account.pk)
    session = mine.client.session
    session["account"], session["epoch"] = back.pk, back.epoch
    session.save()

    shown = mine.get("/again").context["shown"]

    assert ("证件号码", "1101**********7715") in shown
    assert [value for _, value in shown if value in ("new", "resident_id", "110101199003077715")] == []
    assert [label for label, _ in shown][:3] == ["姓名", "证件种类", "证件号码"]
