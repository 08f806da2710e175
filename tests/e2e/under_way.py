"""Matters under way in a hall, one at each step, for tables of pages and for pictures: one applicant, and who works them.

Run in an installation's environment: `python -m tests.e2e.under_way 2026-11-24T09:10:00+08:00 nancheng` prints as JSON what
stands where: the case at each step, the folder, the applicant's card, and the cookie with which she is signed in.
"""

from __future__ import annotations

import io
import json
import sys
import time
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

SHOP, HOME = "sole-trader-licence-new", "registration-house-sale-transfer"
ANSWERS: dict[str, dict[str, str]] = {
    SHOP: {
        "form": "individual", "identity": "mainland", "name": "undecided", "premises": "own", "food": "none",
        "permit": "none", "applicant": "self",
    },
    HOME: {
        "kind": "home", "nature": "commodity", "mortgage": "none", "loan": "none", "buyer": "grown", "applicant": "self",
    },
}  # fmt: skip
FORM: dict[str, dict[str, str]] = {
    SHOP: {
        "operator-address": "南城街道鸿福路 8 号", "trade-name": "晓明百货店", "scope": "日用百货零售",
        "place": "南城街道鸿福路 12 号", "staff": "2",
    },
    HOME: {
        "ownership": "sole", "seller": "王建国", "location": "南城街道鸿福路 8 号 2 栋 301", "area": "89.5", "price": "3200000",
        "former-kind": "estate", "unit": "441900001001GB00001F00020301",
        "former": "粤（2015）东莞不动产权第0012345号", "certificates": "1",
    },
}  # fmt: skip

# Pictures: name, size, language, who is signed in ("applicant" or a login), address.
SHOWN = (
    ("citizen-item-zh", (390, 844), "zh-CN", "", f"/items/{SHOP}"),
    ("citizen-form-zh", (390, 844), "zh-CN", "applicant", "/cases/{filled}/form/"),
    ("citizen-case-zh", (390, 844), "zh-CN", "applicant", "/cases/{in_review}/"),
    ("desk-case-zh", (1366, 768), "zh-CN", "nancheng-06", "/desk/cases/{served}/{in_folder}/"),
    ("review-case-zh", (1366, 768), "zh-CN", "nancheng-accept", "/review/nancheng/cases/{received}/"),
)
CERTIFICATE = "certificate-zh"
NAME, PHONE, WINDOW = "周晓明", "13822075501", "nancheng-06"


@dataclass
class UnderWay:
    """`made`: what each stands for → its number."""

    hall: Any
    now: datetime
    person: Any = None
    account: Any = None
    made: dict[str, str] = field(default_factory=dict)

    def who(self) -> None:
        """Somebody who has shown her card at the hall, on whose telephone she is signed in."""
        from banshi.foundation.crypto import blind_index
        from banshi.kernel.documents import generate_resident_id
        from banshi.kernel.evidence import Evidence
        from banshi.rooms.identity.actions import enrol
        from banshi.rooms.identity.models import Account, AccountPerson

        self.number = generate_resident_id("441900", date(1985, 3, 4), 551)
        self.person = enrol(
            name=NAME, id_type="resident_id", id_number=self.number, evidence=Evidence.WINDOW, by=self.by("accept"),
            now=self.now,
        )  # fmt: skip
        self.account, _ = Account.objects.get_or_create(
            phone_index=blind_index(f"+86{PHONE}", purpose="phone"),
            defaults={
                "phone": f"+86{PHONE}", "person": self.person, "person_evidence": Evidence.WINDOW, "created_at": self.now,
            },
        )  # fmt: skip
        AccountPerson.objects.get_or_create(account=self.account, person=self.person, defaults={"added_at": self.now})

    def by(self, login: str) -> Any:
        from banshi.kernel.actors import Actor, ActorKind
        from banshi.rooms.identity.models import Staff

        return Actor(ActorKind.STAFF, str(Staff.objects.get(login=f"{self.hall.code}-{login}").pk), self.hall.code)

    @property
    def applicant(self) -> Any:
        from banshi.kernel.actors import Actor, ActorKind

        return Actor(ActorKind.CITIZEN, str(self.account.pk))

    # ---- each begins where the one above ends ----

    def draft(self, item: str = SHOP) -> str:
        from banshi.kernel.documents import generate_resident_id
        from banshi.rooms.cases import actions as cases

        own = {"name": NAME, "id-number": self.number, "phone": PHONE}
        known = {f"{who}-{what}": said for who in ("operator", "buyer") for what, said in own.items()}
        known |= {"operator-id": self.number, "phone": PHONE}
        seller = {"seller-id-number": generate_resident_id("110101", date(1970, 1, 1), 123)}
        asked = cases.Opening(
            hall=self.hall, item_code=item, person_id=self.person.pk, channel="web", account_id=self.account.pk,
            contact=PHONE, answers=ANSWERS[item], form={**known, **seller, **FORM[item]}, anyway=True,
        )  # fmt: skip
        return str(cases.open_case(asked, by=self.applicant, now=self.now).no)

    def filled(self, item: str = SHOP) -> str:
        """With a file for each paper that may come as one."""
        from banshi.rooms.cases import actions as cases
        from banshi.rooms.cases import queries
        from banshi.rooms.library import actions as library

        no = self.draft(item)
        for paper in queries.paper_rows(queries.case_by_no(no)):
            if paper.necessity == "required" and "upload" in paper.channels:
                file = library.take_in(
                    content=PAGE, name="page.jpg", channel="upload", person_id=self.person.pk,
                    account_id=self.account.pk, by=self.applicant, now=self.now,
                )  # fmt: skip
                cases.add_material(
                    case_no=no, code=paper.code, channel="upload", file=file, by=self.applicant, now=self.now
                )
        return no

    def sent(self, item: str = SHOP) -> str:
        from banshi.rooms.cases import actions as cases

        no = self.filled(item)
        cases.submit(case_no=no, by=self.applicant, now=self.now)
        return no

    def looked_over(self, item: str = SHOP) -> str:
        from banshi.rooms.cases import actions as cases

        no = self.sent(item)
        cases.pass_on(case_no=no, verdicts=self.all_right(no), by=self.by("pre-review"), now=self.now)
        return no

    def received(self, item: str = SHOP) -> str:
        from banshi.rooms.cases import actions as cases
        from banshi.rooms.cases import queries

        no = self.looked_over(item)
        rows = queries.paper_rows(queries.case_by_no(no))
        paper = [
            cases.Counted(p.code, copies=max(1, p.originals + p.copies))
            for p in rows
            if p.necessity == "required" and not p.came
        ]
        cases.receive(case_no=no, materials=paper, by=self.by("accept"), now=self.now)
        return no

    def told(self) -> str:
        from banshi.rooms.cases import actions as cases

        no = self.received()
        missing = [cases.Missing("property-certificate", "只有第一页，缺附图页")]
        cases.give_notice(case_no=no, missing_now=missing, by=self.by("accept"), now=self.now)
        return no

    def in_review(self, item: str = SHOP) -> str:
        from banshi.rooms.cases import actions as cases
        from banshi.rooms.cases import queries

        no = self.received(item)
        codes = [p.code for p in queries.paper_rows(queries.case_by_no(no)) if p.came]
        cases.see(case_no=no, codes=codes, by=self.by("accept"), now=self.now)
        cases.accept(case_no=no, by=self.by("accept"), now=self.now)
        if queries.case_by_no(no).phase == "accepted":
            cases.hand_over(case_no=no, by=self.by("accept"), now=self.now)
        return no

    def opined(self, item: str = SHOP, says: str = "grant") -> str:
        from banshi.rooms.cases import actions as cases

        no = self.in_review(item)
        cases.opine(case_no=no, says=says, text="材料齐全，符合法定形式。", by=self.by("review3"), now=self.now)
        return no

    def stopped(self) -> str:
        from banshi.rooms.cases import actions as cases

        no = self.in_review()
        said = {"kind": "hearing", "basis": "行政许可法第四十六条", "expected_days": 10}
        cases.propose_stop(case_no=no, by=self.by("review3"), now=self.now, **said)
        cases.stop_clock(case_no=no, by=self.by("approve3"), now=self.now)
        return no

    def decided(self, item: str = SHOP, *, grant: bool = True) -> str:
        from banshi.journeys.case import charging

        no = self.opined(item, "grant" if grant else "refuse")
        why = "" if grant else "经营场所不在允许的范围内"
        charging.decide(case_no=no, grant=grant, reason=why, by=self.by("approve3"), now=self.now)
        return no

    def ready(self) -> str:
        from banshi.foundation import clock
        from banshi.journeys.case import conclude
        from banshi.rooms.cases import actions as cases
        from banshi.rooms.cases.models import PaperSeal
        from banshi.rooms.seals import queries as seals

        no = self.decided()
        conclude.issue(case_no=no, by=self.by("issue"), now=self.now)
        while PaperSeal.objects.filter(paper__case__no=no, sealed_at=None).exists():  # the worker seals beside this
            if not cases.seal_due(signer=seals.signer(), now=self.now, wall=clock.wall()):
                time.sleep(0.1)
        conclude.shelve(case_no=no, place="A-3", by=self.by("issue"), now=self.now)
        return no

    def closed(self) -> str:
        from banshi.journeys.case import conclude

        no = self.ready()
        conclude.hand_over(case_no=no, identified=True, by=self.by("issue2"), now=self.now)
        return no

    def all_right(self, no: str) -> list[Any]:
        from banshi.rooms.cases import actions as cases
        from banshi.rooms.cases import queries

        return [cases.Verdict(p.code, ok=True) for p in queries.paper_rows(queries.case_by_no(no)) if p.came]

    # ---- beside the cases ----

    def in_folder(self) -> str:
        from banshi.journeys.case import folders

        no = self.looked_over()
        put = folders.put(case_no=no, place="shelf", spot="A-3", by=self.by("accept"), now=self.now)
        self.made["folder"] = str(put.no)
        return no

    def bundle(self) -> str:
        from banshi.rooms.cases import actions as cases

        each = cases.Opening(
            hall=self.hall, item_code="", person_id=self.person.pk, channel="web", account_id=self.account.pk, contact=PHONE,
            anyway=True,
        )  # fmt: skip
        asked = cases.Bundling(items=[SHOP, HOME], each=each, answers={}, form={})
        return str(cases.open_bundle(asked, by=self.applicant, now=self.now).no)

    def served(self) -> str:
        """She is served at a window: the number she holds."""
        from banshi.rooms.identity.models import Staff
        from banshi.rooms.tickets import actions as tickets

        clerk = Staff.objects.get(login=WINDOW)
        if not clerk.windowsession_set.filter(signed_out_at=None).exists():
            tickets.sign_in(window_code=WINDOW, staff_id=clerk.pk, now=self.now)
        taken = tickets.issue(
            tickets.Take(item_code=SHOP, person_id=self.person.pk, channel="kiosk", by=self.applicant),
            hall=self.hall,
            now=self.now,
        )
        tickets.call_ticket(window_code=WINDOW, ref=taken.ref, staff_id=clerk.pk, why="材料袋已取来", now=self.now)
        tickets.start(ref=taken.ref, staff_id=clerk.pk, now=self.now)
        return str(taken.ref)

    def cookie(self) -> str:
        from importlib import import_module

        from django.conf import settings

        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session["account"], session["epoch"] = self.account.pk, self.account.epoch
        session.create()
        return str(session.session_key)

    def play(self) -> dict[str, str]:
        self.who()
        steps = (
            "filled", "sent", "in_folder", "received", "told", "in_review", "opined", "stopped",
            "decided", "ready", "closed", "bundle",
        )  # fmt: skip
        self.made |= {step: getattr(self, step)() for step in steps}
        self.made |= {"refused": self.decided(grant=False), "owing": self.decided(HOME), "cookie": self.cookie()}
        self.made |= {"served": self.served(), "window": WINDOW}
        return {**self.made, "card": f"BC1|{self.number}|{NAME}|"}


def _page() -> bytes:
    from PIL import Image, ImageDraw

    image, out = Image.new("RGB", (450, 600), "#f4f1e8"), io.BytesIO()
    ImageDraw.Draw(image).rectangle((30, 30, 420, 570), outline="#555", width=6)
    image.save(out, "JPEG")
    return out.getvalue()


PAGE = _page()

if __name__ == "__main__":
    import django

    django.setup()
    from banshi.rooms.places.models import Hall

    made = UnderWay(Hall.objects.get(code=sys.argv[2]), datetime.fromisoformat(sys.argv[1])).play()
    sys.stdout.write(json.dumps(made) + "\n")
