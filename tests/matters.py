"""A matter of the town, modelled whole and small: two questions, four papers, three fields; and people who work cases.

`shop` is a licence the window hands on to a department (four working days); `booth` the same, but the window may decide it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from banshi.kernel.actors import Actor, ActorKind
from tests.town import TUESDAY_NINE, Town, at

SHOP: dict[str, Any] = {
    "questions": [
        {
            "id": "premises", "text_zh": "店面是谁的？", "text_en": "Whose premises are they?",
            "options": [
                {"id": "own", "text_zh": "自己的", "text_en": "My own"},
                {"id": "rented", "text_zh": "租的", "text_en": "Rented"},
            ],
        },
        {
            "id": "food", "text_zh": "卖吃的吗？", "text_en": "Is food sold?",
            "options": [
                {"id": "yes", "text_zh": "卖", "text_en": "Yes"},
                {"id": "no", "text_zh": "不卖", "text_en": "No"},
            ],
        },
    ],
    "situations": [{"id": "any", "name_zh": "开店", "name_en": "A shop", "when": {}}],
    "materials": [
        {"code": "id", "name_zh": "身份证", "name_en": "Identity card", "originals": 1,
         "channels": ["paper", "scan", "upload", "library"], "satisfied_by": ["resident-id"]},
        {"code": "lease", "name_zh": "租约", "name_en": "Lease", "copies": 1, "channels": ["paper", "scan", "upload"],
         "needed_if": {"eq": ["premises", "rented"]}},
        {"code": "photo", "name_zh": "店面照片", "name_en": "Photo of the shop", "necessity": "deferrable", "copies": 1,
         "channels": ["paper", "scan", "upload"]},
        {"code": "plan", "name_zh": "平面图", "name_en": "Floor plan", "necessity": "optional", "copies": 1,
         "channels": ["paper", "scan", "upload"]},
    ],
    "fields": [
        {"code": "name", "label_zh": "店名", "label_en": "Name of the shop", "type": "text", "group_zh": "店", "group_en": "Shop",
         "on_result": True},
        {"code": "address", "label_zh": "地址", "label_en": "Address", "type": "address", "group_zh": "店", "group_en": "Shop",
         "on_result": True},
        {"code": "phone", "label_zh": "电话", "label_en": "Telephone", "type": "phone", "required": False, "group_zh": "店",
         "group_en": "Shop"},
    ],
    "where": {"window": True, "online": True},
    "limits": {"promised": {"value": 4}, "statutory": {"value": 20}, "supplement_days": 10},
    "result": {"kind": "licence", "name_zh": "开店许可证", "name_en": "Shop licence", "certificate_type": "shop-licence",
               "valid_years": 5},
}  # fmt: skip
ANSWERS = {"premises": "rented", "food": "no"}
FORM = {"name": "小镇书店", "address": "一号路 2 号"}
WORKERS = {
    "pre_reviewer": "pre_reviewer", "receiver": "receiver", "reviewer": "reviewer", "approver": "approver",
    "issuer": "issue_clerk", "supervisor": "supervisor", "second_supervisor": "supervisor",
    "head": "head",
}  # fmt: skip


@dataclass
class Matters:
    """The town with its shop licence, and who works it. `by[...]`: each as an actor."""

    town: Town
    person: Any
    account: Any
    staff: dict[str, Any]
    by: dict[str, Actor]

    @property
    def applicant(self) -> Actor:
        return Actor(ActorKind.CITIZEN, str(self.account.pk))

    def opened(self, now: datetime = TUESDAY_NINE, **more: Any) -> Any:
        """A filled draft of the shop licence."""
        from banshi.rooms.cases import actions as cases

        asked = {
            "hall": self.town.hall, "item_code": "pension", "person_id": self.person.pk, "channel": "web",
            "account_id": self.account.pk, "contact": "13800138000", "answers": ANSWERS, "form": FORM, "anyway": True,
        }  # fmt: skip
        return cases.open_case(cases.Opening(**{**asked, **more}), by=self.applicant, now=now)

    def lease_by_hand(self) -> None:
        """From now on the lease comes on paper alone: no file stands for it."""
        from banshi.kernel.actors import SYSTEM
        from banshi.rooms.catalogue import actions as catalogue
        from banshi.rooms.catalogue.models import Item

        item = Item.objects.get(code="pension")
        papers = [
            {**each, "channels": ["paper"]} if each["code"] == "lease" else each for each in item.handling["materials"]
        ]
        item.handling = {**item.handling, "materials": papers}
        item.save(update_fields=["handling"])
        catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))

    def asks_for_a_mobile(self) -> None:
        """From now on the telephone of the form is the applicant's own."""
        from banshi.kernel.actors import SYSTEM
        from banshi.rooms.catalogue import actions as catalogue
        from banshi.rooms.catalogue.models import Item

        item = Item.objects.get(code="pension")
        fields = [{**f, "element": "mobile"} if f["code"] == "phone" else f for f in item.handling["fields"]]
        item.handling = {**item.handling, "fields": fields}
        item.save(update_fields=["handling"])
        catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))

    def asks_who(self) -> None:
        """From now on the form asks who applies, and – of rented premises – who acts for them and who their guardian is."""
        from banshi.kernel.actors import SYSTEM
        from banshi.rooms.catalogue import actions as catalogue
        from banshi.rooms.catalogue.models import Item

        item = Item.objects.get(code="pension")
        group = {"group_zh": "人", "group_en": "People", "required": False}
        rented = {**group, "show_if": {"eq": ["premises", "rented"]}}
        fields = [
            {"code": "buyer", "label_zh": "买方", "label_en": "Buyer", "type": "name", "element": "person-name", **group},
            {"code": "buyer-no", "label_zh": "买方证件号码", "label_en": "Number of the buyer", "type": "id_number",
             "element": "id-number", **group},
            {"code": "mobile", "label_zh": "手机号码", "label_en": "Mobile", "type": "phone", "element": "mobile", **group},
            {"code": "agent", "label_zh": "代理人", "label_en": "Agent", "type": "name", "element": "agent-name", **rented},
            {"code": "agent-no", "label_zh": "代理人证件号码", "label_en": "Number of the agent", "type": "id_number",
             "element": "agent-id-number", **rented},
            {"code": "guardian-no", "label_zh": "监护人证件号码", "label_en": "Number of the guardian", "type": "id_number",
             "element": "guardian-id-number", **rented},
        ]  # fmt: skip
        item.handling = {**item.handling, "fields": [*item.handling["fields"], *fields]}
        item.save(update_fields=["handling"])
        catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))

    def costs(self, yuan: str = "80") -> None:
        """From now on a grant costs something."""
        from banshi.kernel.actors import SYSTEM
        from banshi.rooms.catalogue import actions as catalogue
        from banshi.rooms.catalogue.models import Item

        item = Item.objects.get(code="pension")
        fee = {"amount": yuan, "text_zh": "开店登记费", "text_en": "Registration of a shop", "basis_zh": "镇价〔2026〕1号",
               "basis_en": "Town prices 2026 no. 1"}  # fmt: skip
        item.handling = {**item.handling, "fee": fee}
        item.save(update_fields=["handling"])
        catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))

    def costs_by_copy(self, included: int = 0) -> None:
        """From now on a grant costs 10 yuan a copy above those included, which the form asks for."""
        from banshi.kernel.actors import SYSTEM
        from banshi.rooms.catalogue import actions as catalogue
        from banshi.rooms.catalogue.models import Item

        item = Item.objects.get(code="pension")
        copies = {"code": "copies", "label_zh": "份数", "label_en": "Copies", "type": "number", "least": "1", "most": "99",
                  "group_zh": "店", "group_en": "Shop"}  # fmt: skip
        formula = {"kind": "per_unit", "field": "copies", "unit_zh": "份", "unit_en": "copies", "unit_price": "10",
                   "included": included}  # fmt: skip
        rate = {"text_zh": "许可证副本", "text_en": "Copies of the licence", "when": {}, "formula": formula}
        fee = {"text_zh": "按份收费", "text_en": "By the copy", "basis_zh": "镇价〔2026〕1号", "rates": [rate]}
        item.handling = {**item.handling, "fee": fee, "fields": [*item.handling["fields"], copies]}
        item.save(update_fields=["handling"])
        catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))

    def owing_by_copy(self, copies: str = "3", now: datetime = TUESDAY_NINE, *, included: int = 0) -> Any:
        """Granted, and so many copies to be paid for."""
        from banshi.journeys.case import charging
        from banshi.rooms.cases import actions as cases

        self.costs_by_copy(included)
        case = self.in_review(now, form={**FORM, "copies": copies})
        cases.opine(case_no=case.no, says="grant", text="", by=self.by["reviewer"], now=now)
        return charging.decide(case_no=case.no, grant=True, by=self.by["approver"], now=now)

    def grants(self) -> None:
        """From now on a grant says how much is lent, until when, and where it is reached: the last is never stated whole."""
        from banshi.kernel.actors import SYSTEM
        from banshi.rooms.catalogue import actions as catalogue
        from banshi.rooms.catalogue.models import Item

        item = Item.objects.get(code="pension")
        grants = [
            {"code": "loan", "label_zh": "核定额度（元）", "label_en": "Loan in yuan", "type": "money", "most": "5000"},
            {"code": "until", "label_zh": "期限至", "label_en": "Until", "type": "date", "after_months": 6},
            {"code": "at", "label_zh": "送达地址", "label_en": "Sent to", "of": "address", "masked": True},
        ]
        item.handling = {**item.handling, "result": {**item.handling["result"], "grants": grants}}
        item.save(update_fields=["handling"])
        catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))

    def owing(self, now: datetime = TUESDAY_NINE, **more: Any) -> Any:
        """Granted, and to be paid for."""
        from banshi.journeys.case import charging
        from banshi.rooms.cases import actions as cases

        self.costs()
        case = self.in_review(now, **more)
        cases.opine(case_no=case.no, says="grant", text="", by=self.by["reviewer"], now=now)
        return charging.decide(case_no=case.no, grant=True, by=self.by["approver"], now=now)

    def receipt(self, year: int = 2026, place: int = 1) -> str:
        """The number of a receipt of the town's hall."""
        return f"{year}-{self.town.hall.pk:03d}-{place:06d}"

    def received(
        self, now: datetime = TUESDAY_NINE, papers: tuple[str, ...] = ("id", "lease", "photo"), **more: Any
    ) -> Any:
        """Received at a window, these papers counted."""
        from banshi.rooms.cases import actions as cases

        case = self.opened(now, **more)
        counted = [cases.Counted(code) for code in papers]
        return cases.receive(case_no=case.no, materials=counted, by=self.by["receiver"], now=now)

    def stop(self, case: Any, now: datetime = TUESDAY_NINE, *, by: str = "reviewer", **said: Any) -> Any:
        """A special procedure, proposed by one, approved by another; free for the next."""
        from banshi.rooms.cases import actions as cases

        asked = {"kind": "hearing", "basis": "规程", "expected_days": 3, **said}
        cases.propose_stop(case_no=case.no, by=self.by[by], now=now, **asked)
        return cases.stop_clock(case_no=case.no, by=self.by["approver"], now=now)

    def in_review(self, now: datetime = TUESDAY_NINE, **more: Any) -> Any:
        """Accepted and handed over to the department."""
        from banshi.rooms.cases import actions as cases

        case = self.received(now, **more)
        cases.accept(case_no=case.no, by=self.by["receiver"], now=now)
        return cases.hand_over(case_no=case.no, by=self.by["receiver"], now=now)

    def decided(self, now: datetime = TUESDAY_NINE, *, grant: bool = True, **more: Any) -> Any:
        """Looked into by one, decided by another."""
        from banshi.rooms.cases import actions as cases

        case = self.in_review(now, **more)
        says, why = ("grant", "") if grant else ("refuse", "不符合规划")
        cases.opine(case_no=case.no, says=says, text=why, by=self.by["reviewer"], now=now)
        return cases.decide(case_no=case.no, grant=grant, reason=why, by=self.by["approver"], now=now)


def matters_of(town: Town) -> Matters:
    """The town's pension item becomes the shop licence: a new version of it, as an office would publish it."""
    from banshi.kernel.actors import SYSTEM
    from banshi.rooms.catalogue import actions as catalogue
    from banshi.rooms.catalogue import queries
    from banshi.rooms.catalogue.models import Item
    from banshi.rooms.identity.models import Account, Role, Staff

    born = at("2026-01-05 09:00")
    Item.objects.filter(code="pension").update(
        handling=SHOP, item_type="01", case_kind="2", promised_days=4, statutory_days=20, audience="both"
    )
    catalogue.keep_item_versions(by=SYSTEM, now=born)
    queries.forget()
    staff = {}
    for number, (name, role) in zip("一二三四五六七八", WORKERS.items(), strict=True):
        one = Staff.objects.create_staff(
            login=f"case-{name.replace('_', '-')}", password="town-password", name_zh=f"办件{number}",
            name_en=name.title(),
            created_at=born, department="hrss" if name in ("reviewer", "approver") else "",
        )  # fmt: skip
        Role.objects.create(staff=one, role=role, scope_kind="hall", scope="town", given_at=born, given_by="system")
        staff[name] = one
    person = town.person(1)
    account = Account.objects.create(
        phone="+8613800138000", phone_index=f"case-{person.pk}", person=person, person_evidence=3, created_at=born
    )
    by = {name: Actor(ActorKind.STAFF, str(one.pk), "town") for name, one in staff.items()}
    return Matters(town, person, account, staff, by)
