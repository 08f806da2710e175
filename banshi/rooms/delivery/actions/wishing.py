"""领取方式: how whoever applied wants the result, where it is posted to. In the caller's transaction, the case locked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from banshi.kernel.actors import Actor
from banshi.kernel.phones import InvalidPhone, normalise_phone
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import is_legible
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.models import Parcel, SentPapers, Wish
from banshi.rooms.delivery.rules import WISHES

LONGEST_NAME, LONGEST_ADDRESS, SHORTEST_ADDRESS = 40, 120, 6


@dataclass(frozen=True)
class Receiver:
    """Who gets a parcel, and where. As somebody typed it."""

    name: str
    phone: str
    address: str


def wish(
    *, case: Case, how: str, receiver: Receiver | None = None, originals: bool = False, by: Actor, now: datetime
) -> Wish:
    """What is wanted from now on; a parcel that is made already goes where it was to go.

    :param receiver: of `courier`. :raises Refused: invalid, phone-invalid; on-its-way – a parcel is made.
    """
    if how not in WISHES or (how == "courier") != (receiver is not None):
        raise _invalid("how", "到窗口领、放进文件柜，或者寄送", "At the window, in the cabinet, or by courier")
    if Parcel.objects.filter(case=case, ended_at=None).exists():
        raise Refused("on-its-way")
    to = _checked(receiver) if receiver is not None else Receiver("", "", "")
    row, _new = Wish.objects.update_or_create(
        case=case,
        defaults={
            "how": how, "name": to.name, "phone": to.phone, "address": to.address,
            "originals": originals and how == "courier", "said_at": now, "said_by": str(by),
        },
    )  # fmt: skip
    audit.record(
        action="delivery-wished", subject=f"case:{case.no}", by=by, now=now, hall=case.hall.code, facts={"how": how}
    )
    return row


def _checked(said: Receiver) -> Receiver:
    """:raises Refused: invalid, phone-invalid."""
    name, address = " ".join(said.name.split()), " ".join(said.address.split())
    if not 2 <= len(name) <= LONGEST_NAME or not is_legible(name):
        raise _invalid("name", "写明收件人的姓名", "Give the name of who receives it")
    if not SHORTEST_ADDRESS <= len(address) <= LONGEST_ADDRESS or not is_legible(address):
        raise _invalid(
            "address",
            "写明完整的地址：省市区、街道、门牌号",
            "Give the whole address: province, city, district, street, number",
        )
    try:
        return Receiver(name, normalise_phone(said.phone), address)
    except InvalidPhone as wrong:
        raise Refused("phone-invalid", facts={"reason": {"zh": wrong.zh, "en": wrong.en}}) from wrong


def forget_address(case: Case) -> None:
    """Where it was posted, once the case is destroyed."""
    Wish.objects.filter(case=case).update(name="", phone="", address="")
    Parcel.objects.filter(case=case).update(name="", phone="", address="", signer="")
    SentPapers.objects.filter(case=case).update(carrier="")


def _invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})
