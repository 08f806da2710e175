"""Pictures and files of a call: both ways, for the two who talk alone, and with one press a paper of the matter."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from banshi.config.bodies import limits_of
from banshi.foundation import clock
from banshi.frames import remote_call
from banshi.frames.remote_call import Side, Since
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases.models import CaseMaterial
from banshi.rooms.identity.models import Account
from banshi.rooms.library.rules import MOST_BYTES
from banshi.rooms.remote import actions
from banshi.rooms.remote.models import Said
from tests.journeys.remote.conftest import Call, call_of
from tests.surfaces.citizen.conftest import stop_the_clock
from tests.surfaces.citizen.test_case_papers import identity_card
from tests.surfaces.office.editing import signed_in
from tests.surfaces.seat.test_folder import answered, phone_of
from tests.town import CITIZEN, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture
def call(town: Town) -> Call:
    stop_the_clock()
    return call_of(town)


@pytest.fixture
def clerk(call: Call) -> Client:
    return signed_in(call.video.town.clerk)


def jpeg(colour: str = "white") -> bytes:
    out = BytesIO()
    Image.new("RGB", (900, 600), colour).save(out, "JPEG")
    return out.getvalue()


def send(
    client: Client, path: str, *, key: str = "k1", content: bytes | None = None, name: str = "租约.jpg", **more: Any
) -> Any:
    file = SimpleUploadedFile(name, jpeg() if content is None else content, "image/jpeg")
    return client.post(path, {"key": key, "file": file}, **more)


def of_seat(call: Call, path: str = "") -> str:
    return f"/seat/town/calls/{call.session.ref}/{path}"


def of_citizen(call: Call, path: str = "") -> str:
    return f"/video/{call.session.ref}/{path}"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_what_one_sends_both_see_and_nobody_else(call: Call, clerk: Client) -> None:
    phone = phone_of(call)

    told = send(phone, of_citizen(call, "file"), headers=JSON).json()
    plain = send(clerk, of_seat(call, "file"), key="k2", name="样表.jpg")

    seen = [
        client.get(path) for client, path in ((phone, of_citizen(call, "file/2")), (clerk, of_seat(call, "file/1")))
    ]
    small = clerk.get(of_seat(call, "file/1?small"))
    assert (told["file"], told["text"], told["n"], plain.status_code) == ("picture", "租约.jpg", 1, 302)
    assert [(each.status_code, each["Content-Type"], each["Cache-Control"]) for each in seen] == [
        (200, "image/jpeg", "no-store")
    ] * 2
    assert "sandbox" in seen[0]["Content-Security-Policy"]
    with Image.open(BytesIO(small.content)) as picture:
        assert max(picture.size) <= 360
    pages = [text(phone.get(of_citizen(call))), text(clerk.get(of_seat(call)))]
    assert [("租约.jpg" in page, "样表.jpg" in page) for page in pages] == [(True, True)] * 2
    assert [
        Client().get(of_citizen(call, "file/1")).status_code,
        Client().get(of_seat(call, "file/1")).status_code,
    ] == [302, 302]


def test_another_person_and_another_seat_are_told_nothing_of_it(call: Call, clerk: Client) -> None:
    send(phone_of(call), of_citizen(call, "file"))
    call.video.seat(call.video.town.second_clerk)
    other = signed_in(call.video.town.second_clerk)
    stranger = Client()
    session = stranger.session
    session["account"] = Account.objects.create(phone="+8613900000999", phone_index="other", created_at=TUESDAY_NINE).pk
    session.save()

    assert other.get(of_seat(call, "file/1")).status_code == 409
    assert other.post(of_seat(call, "file"), {"key": "x"}).status_code == 409
    assert stranger.get(of_citizen(call, "file/1")).status_code == 404
    assert clerk.get(of_seat(call, "file/7")).status_code == 404


def test_each_look_at_a_file_is_written_down(call: Call, clerk: Client) -> None:
    send(phone_of(call), of_citizen(call, "file"))
    clerk.get(of_seat(call, "file/1"))

    looks = Entry.objects.filter(action="looked", subject=f"person:{call.matters.person.pk}")
    assert [each.facts["why"] for each in looks] == [f"video-file:{call.session.ref}:1"]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"nothing", 422), (b"", 422), (b"%PDF-1.4 not one", 422), (b"x" * (MOST_BYTES + 1), 422)],
    ids=["no picture", "empty", "no PDF", "too large"],
)
def test_what_is_no_picture_is_refused_in_words_and_nothing_is_said(call: Call, content: bytes, said: int) -> None:
    answer = send(phone_of(call), of_citizen(call, "file"), content=content, headers=JSON)

    assert (answer.status_code, Said.objects.count()) == (said, 0)
    assert answer.json()["title"]


def test_without_a_file_the_page_says_so(call: Call) -> None:
    answer = phone_of(call).post(of_citizen(call, "file"), {"key": "k1"})

    assert (answer.status_code, "先选一张图片或一个文件" in text(answer), Said.objects.count()) == (422, True, 0)


def test_sent_again_with_its_key_it_is_there_once(call: Call) -> None:
    phone = phone_of(call)

    lines = [send(phone, of_citizen(call, "file"), headers=JSON).json()["n"] for _ in range(2)]

    assert (lines, Said.objects.count()) == ([1, 1], 1)


def test_so_many_files_a_minute_and_no_more(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("banshi.frames.remote_pages.FILES_A_MINUTE", 1)
    phone = phone_of(call)

    codes = [send(phone, of_citizen(call, "file"), key=f"k{n}", headers=JSON).status_code for n in range(2)]

    assert codes == [200, 429]


def test_after_the_end_it_is_looked_at_and_nothing_more_is_sent(call: Call) -> None:
    phone = phone_of(call)
    send(phone, of_citizen(call, "file"))
    actions.leave(ref=call.session.ref, by=CITIZEN, now=TUESDAY_NINE)

    assert phone.get(of_citizen(call, "file/1")).status_code == 200
    assert send(phone, of_citizen(call, "file"), key="k2", headers=JSON).status_code == 409
    assert "data-call-file" not in text(phone.get(of_citizen(call)))


def test_one_press_makes_it_a_paper_of_the_matter(call: Call, clerk: Client) -> None:
    send(phone_of(call), of_citizen(call, "file"))
    answered(call, clerk)
    before = text(clerk.get(of_seat(call)))

    put = [clerk.post(of_seat(call, "folder/paper"), {"line": "1", "code": "lease"}) for _ in range(2)]

    after = text(clerk.get(of_seat(call)))
    paper = CaseMaterial.objects.get()
    assert ([each.status_code for each in put], paper.code, paper.file_id) == (
        [302, 302],
        "lease",
        Said.objects.get().document_id,
    )
    assert ("这是哪份材料" in before, "作为：" in before, "作为：" in after) == (True, False, True)


@pytest.mark.parametrize(
    ("line", "code"), [("1", "nothing"), ("9", "lease"), ("x", "lease"), ("1", ""), ("2", "lease")]
)
def test_what_is_no_paper_and_no_picture_is_put_nowhere(call: Call, clerk: Client, line: str, code: str) -> None:
    send(phone_of(call), of_citizen(call, "file"))
    actions.say(ref=call.session.ref, side="citizen", text="words", key="t", now=clock.now())
    answered(call, clerk)

    answer = clerk.post(of_seat(call, "folder/paper"), {"line": line, "code": code}, headers={"HX-Request": "true"})

    assert (answer.status_code, CaseMaterial.objects.count()) == (422, 0)


def test_their_addresses_take_as_much_as_a_paper_of_a_case() -> None:
    most = limits_of("/cases/x/papers/").most_bytes

    assert [limits_of(path).most_bytes for path in ("/video/abc/file", "/seat/town/calls/abc/file")] == [most, most]


def test_in_the_call_the_caller_lets_certificates_be_used_and_the_seat_sees_it(call: Call, clerk: Client) -> None:
    phone = phone_of(call)
    answered(call, clerk)
    identity_card(call.matters)
    before = remote_call.news(call.session.ref, Side("seat", call.video.town.clerk.pk), Since(), now=TUESDAY_NINE)
    offered = text(phone.get(of_citizen(call)))

    without = phone.post(of_citizen(call, "held"), headers=JSON)
    used = [phone.post(of_citizen(call, "held"), {"consent": "1"}, headers=JSON).status_code for _ in range(2)]

    after = remote_call.news(call.session.ref, Side("seat", call.video.town.clerk.pk), Since(), now=TUESDAY_NINE)
    row = CaseMaterial.objects.get()
    assert ("同意用于这件事" in offered, without.status_code, used) == (True, 409, [200, 200])
    assert (row.channel, row.by, row.code) == ("library", str(call.matters.applicant), "id")
    assert (before.state["papers"], after.state["papers"] == before.state["papers"]) == ("0", False)
    assert ("同意用于这件事" in text(phone.get(of_citizen(call))), "已收到" in text(clerk.get(of_seat(call)))) == (
        False,
        True,
    )


def test_who_is_proven_to_be_nobody_lets_nothing_be_used(call: Call, clerk: Client) -> None:
    answered(call, clerk)
    identity_card(call.matters)
    Account.objects.update(person=None, person_evidence=0)
    phone = phone_of(call)

    offered, used = (
        text(phone.get(of_citizen(call))),
        phone.post(of_citizen(call, "held"), {"consent": "1"}, headers=JSON),
    )

    assert ("同意用于这件事" in offered, used.status_code, CaseMaterial.objects.count()) == (False, 409, 0)


def test_before_anything_is_collected_nothing_is_used(call: Call) -> None:
    assert phone_of(call).post(of_citizen(call, "held"), {"consent": "1"}, headers=JSON).status_code == 422
