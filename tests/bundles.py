"""一件事 of the town: the shop licence and the sign above its door, which asks for the same address and the same card."""

from __future__ import annotations

from typing import Any

from banshi.kernel.actors import SYSTEM
from banshi.rooms.cases import actions as cases
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue import queries as of_catalogue
from banshi.rooms.catalogue.models import Item
from tests.matters import SHOP, Matters
from tests.town import TUESDAY_NINE, Town, at

WORDS: dict[str, Any] = {
    "code": "words", "label_zh": "招牌文字", "label_en": "Words", "type": "text", "group_zh": "招牌", "group_en": "Sign",
}  # fmt: skip
ADDRESS = {**SHOP["fields"][1], "element": "business-address"}
SHOP_ONE = {**SHOP, "fields": [SHOP["fields"][0], ADDRESS, SHOP["fields"][2]]}
SIGN = {
    **SHOP, "questions": SHOP["questions"][:1], "materials": SHOP["materials"][:2], "fields": [ADDRESS, WORDS],
    "limits": {"promised": {"value": 9}, "statutory": {"value": 20}, "supplement_days": 10},
}  # fmt: skip
ANSWERS = {"premises": "rented", "food": "no"}
FORM = {"pension.name": "小镇书店", "business-address": "一号路 2 号", "sign.words": "书"}


def sign_of(town: Town) -> None:
    """From now on the town's hall has a second matter, `sign`; the shop licence asks for its address by its element."""
    shop = Item.objects.get(code="pension")
    shop.handling = SHOP_ONE
    shop.save(update_fields=["handling"])
    row = town.hall.items.get(item=shop)
    shop.pk, shop._state.adding, shop.code, shop.name_zh, shop.name_en, shop.handling = (
        None, True, "sign", "招牌设置", "Sign above a door", SIGN,
    )  # fmt: skip
    shop.save()
    row.pk, row._state.adding, row.item = None, True, shop
    row.save()
    catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))
    of_catalogue.forget()


def opened(matters: Matters, **more: Any) -> Any:
    """Both, filled in, as one."""
    opening = cases.Opening(
        hall=matters.town.hall, item_code="", person_id=matters.person.pk, channel="web", account_id=matters.account.pk,
        contact="13800138000", anyway=True,
    )  # fmt: skip
    asked = {"items": ["pension", "sign"], "each": opening, "answers": ANSWERS, "form": FORM, **more}
    return cases.open_bundle(cases.Bundling(**asked), by=matters.applicant, now=TUESDAY_NINE)
