"""The shop licence of tests/matters.py with rules that may decide it: no food, a shop of one's own, a name."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from banshi.kernel.actors import SYSTEM
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import RuleSwitch
from banshi.rooms.library import actions as library
from tests.matters import FORM, SHOP, Matters
from tests.town import TUESDAY_NINE

PACK: dict[str, Any] = {
    "rules": [
        {"id": "no-food", "text_zh": "不卖吃的", "text_en": "No food is sold", "holds": {"eq": ["food", "no"]}},
        {"id": "own", "text_zh": "店面是自己的", "text_en": "The premises are their own",
         "holds": {"eq": ["premises", "own"]}},
    ],
}  # fmt: skip
OWN = {"premises": "own", "food": "no"}
RULED = {**SHOP, "by_rule": PACK, "materials": [SHOP["materials"][0], SHOP["materials"][3]]}


def publish(handling: dict[str, Any], *, now: datetime = TUESDAY_NINE) -> None:
    """A new version of the shop licence."""
    from banshi.rooms.catalogue import actions as catalogue
    from banshi.rooms.catalogue import queries
    from banshi.rooms.catalogue.models import Item

    Item.objects.filter(code="pension").update(handling=handling)
    catalogue.keep_item_versions(by=SYSTEM, now=now)
    queries.forget()


def ruled(matters: Matters, mode: str = "live", sample_percent: int = 0, **pack: Any) -> Matters:
    publish({**RULED, "by_rule": {**PACK, **pack}})
    if mode == "live":
        switched_on(matters, sample_percent)
    elif mode:
        cases.set_rules(
            item_code="pension", mode=mode, sample_percent=sample_percent, by=matters.by["supervisor"], now=TUESDAY_NINE
        )
    return matters


def switched_on(matters: Matters, sample_percent: int = 0, *, now: datetime = TUESDAY_NINE) -> None:
    """Proposed by the supervisor, switched on by somebody else."""
    asked = cases.propose_rules(
        item_code="pension", sample_percent=sample_percent, by=matters.by["supervisor"], now=now
    )
    cases.switch_on(item_code="pension", proposal=asked.pk, by=matters.by["approver"], now=now)


def switch() -> RuleSwitch:
    return RuleSwitch.objects.get()


def card(matters: Matters, valid_until: date | None = None) -> str:
    """Their identity card in the library."""
    held = library.issue_certificate(
        person_id=matters.person.pk, organisation_id=None, type="resident-id", number="town-id-1", name_zh="身份证",
        name_en="Identity card", issuer_zh="公安局", issuer_en="Police", issued_on=TUESDAY_NINE.date(),
        valid_until=valid_until, trust="A", source="town", by=SYSTEM, now=TUESDAY_NINE,
    )  # fmt: skip
    return held.ref


def sure(matters: Matters, *, ref: str = "", **more: Any) -> Any:
    """A filled draft whose one paper comes from the library: nothing about it is doubtful."""
    case = matters.opened(**{"answers": OWN, "form": FORM, **more})
    cases.add_material(
        case_no=case.no, code="id", channel="library", certificate=ref or card(matters), consent=True,
        by=matters.applicant, now=TUESDAY_NINE,
    )  # fmt: skip
    return case
