"""Things that are there when requests are generated: what stands for `{case}`, `{webhook}` and the others in addresses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from banshi.foundation import clock
from banshi.kernel import cards
from banshi.kernel.actors import SYSTEM
from banshi.rooms.cases import actions as cases
from banshi.rooms.catalogue.actions import editing
from banshi.rooms.catalogue.models import Department, Item
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.devices.actions import orders
from banshi.rooms.devices.models import Device
from banshi.rooms.identity.actions import create_key
from banshi.rooms.library import actions as library
from tests.agents import accept
from tests.bundles import sign_of
from tests.surfaces.api.casework import Casework, casework_of, photo
from tests.surfaces.api.conftest import PERSON, Calls, booking
from tests.surfaces.api.test_cases_rights import works
from tests.town import TUESDAY_NINE
from tests.zones import a_zone

WHO = {name: PERSON[name] for name in ("name", "id_type", "id_number")}
FIRM = {"uscc": "91350100M000100Y43", "name": "东莞市南城糖水铺有限公司"}
CLOSE = {"starts_at": "2026-03-12T09:00:00+08:00", "ends_at": "2026-03-12T12:00:00+08:00", "reason": "漏水"}
UPLOAD = {"requirement": "id", "size": 9, "name": "id.jpg"}
# Operation → whose key, where the first of its scopes is not the one that gets furthest.
_ASKED = ("list_consultations", "get_consultation_page", "answer_consultation")
_MACHINES = (
    "numbers_ahead", "offline_numbers", "heartbeat", "fetch_orders", "order_ended", "enter_zone", "left_zone", "get_zone",
    "begin_kiosk_session", "show_face", "show_code", "end_kiosk_session", "print_own", "begin_at_machine",
)  # fmt: skip
KEYS: Final[dict[str, str]] = {**dict.fromkeys(_ASKED, "police"), **dict.fromkeys(_MACHINES, "machine")}


def things(calls: Calls, subject: str) -> dict[str, str]:
    """What there is for addresses under `/subject`: part of the address → a value that is there."""
    return {"hall": "town", "item": "pension", **SEEDS.get(subject, lambda _: {})(calls)}


def _sent(calls: Calls, path: str, key: str, body: Any) -> Any:
    answer = calls("post", path, key, body)
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


def _appointments(calls: Calls) -> dict[str, str]:
    return {"code": _sent(calls, "/appointments", "channel", booking(calls.town.slot()))["code"]}


def _numbers(calls: Calls) -> dict[str, str]:
    ref = _sent(calls, "/halls/town/tickets", "kiosk", {"category": "A", "person": PERSON})["id"]
    calls("post", "/windows/town-01/sign-in", "desk")
    return {"id": ref, "window": "town-01"}


def _halls(calls: Calls) -> dict[str, str]:
    work = casework_of(calls)
    item = Item.objects.get(code="pension")
    item.handling["materials"][0]["form"] = {"signatures": [{"text_zh": "申请人（签名）", "text_en": "Applicant"}]}
    item.save(update_fields=["handling"])
    draft = editing.open_change(item_id=item.pk, by=work.matters.by["receiver"], now=clock.now())
    entered = {"organisation": FIRM, "person": WHO, "role": "legal"}
    return {
        "closure": str(_sent(calls, "/halls/town/closures", "manage", CLOSE)["id"]),
        "member": str(_sent(calls, "/halls/town/members", "receiver", entered)["id"]),
        "change": str(draft.pk),
        "paper": next(each["code"] for each in draft.document["handling"]["materials"] if each.get("form")),
    }


def _agents(calls: Calls) -> dict[str, str]:
    asked = {"name": "小镇代办公司", "phone": "13900000077", "paper": "营业执照", "live_most": 3, "day_most": 3}
    agent = _sent(calls, "/halls/town/agents", "manage", asked)["id"]
    accept(agent)
    entered = {"person": WHO, "valid_until": "2026-04-30", "paper": "委托书"}
    mandate = _sent(calls, f"/agents/{agent}/mandates", "manage", entered)["id"]
    return {"agent": str(agent), "mandate": str(mandate)}


def _guardians(calls: Calls) -> dict[str, str]:
    from tests.surfaces.api.test_guardians import SAID

    casework_of(calls)
    made = _sent(calls, "/guardians", "receiver", {**SAID, "hall": "town", "paper": "户口簿"})
    return {"guardian": str(made["id"])}


def _enquiries(calls: Calls) -> dict[str, str]:
    casework_of(calls)
    asked = {"item": "pension", "hall": "town", "text": "店面还在装修，能先办吗？"}
    return {"no": _sent(calls, "/enquiries", "channel", asked)["no"]}


def _hotline(calls: Calls) -> dict[str, str]:
    said = {"hall": "town", "subject": "service", "text": "窗口让我跑了三趟。"}
    return {"order": _sent(calls, "/hotline/orders", "channel", said)["no"]}


def _remote(calls: Calls) -> dict[str, str]:
    from tests.rooms.remote.conftest import video_of

    video_of(calls.town).seat(ready=False)
    return {"session": _sent(calls, "/remote/sessions", "channel", {"hall": "town", "from": "web"})["id"]}


def _cases(calls: Calls) -> dict[str, str]:
    """A case with its papers counted, a first official paper, and a file on its way."""
    work = casework_of(calls)
    no = work.opened()
    upload = _sent(calls, f"/cases/{no}/uploads", "channel", UPLOAD)["id"]
    came = work.done("receive", no, "receiver", {"materials": ["id", "lease", "photo"]})
    (paper,) = calls("get", f"/cases/{no}/documents", "channel").json()["data"]
    material = str(came["requirements"][0]["materials"][0]["id"])
    return {"case": no, "upload": upload, "material": material, "number": paper["number"], "code": paper["code"]}


def _bundles(calls: Calls) -> dict[str, str]:
    from tests.surfaces.api.test_bundles import BOTH

    casework_of(calls)
    sign_of(calls.town)
    return {"bundle": _sent(calls, "/cases", "channel", BOTH)["bundle_no"]}


def _consultations(calls: Calls) -> dict[str, str]:
    work = casework_of(calls)
    Department.objects.create(code="police", name_zh="公安局", name_en="Public Security")
    theirs = works("police", "reviewer", department="police")
    calls.keys["police"] = create_key(name="police", scope="staff", staff=theirs, now=TUESDAY_NINE)
    no = work.opened()
    work.sent(no, "channel", photo())
    work.done("receive", no, "receiver", {"materials": ["id", "photo"]})
    work.done("accept", no, "receiver", {"verdicts": [{"material": "lease", "ok": True}]})
    work.done("hand-over", no, "receiver")
    row = cases.consult(
        case_no=no, department="police", question="能开吗？", papers=["lease"], due_on=clock.now().date(),
        by=work.matters.by["reviewer"], now=clock.now(),
    )  # fmt: skip
    (asked,) = calls("get", "/consultations", "police").json()
    return {"consultation": str(row.pk), "page": str(asked["pages"][0]["id"])}


def _cabinets(calls: Calls) -> dict[str, str]:
    said = {"name_zh": "1 号柜", "name_en": "Cabinet 1", "place_zh": "东门", "place_en": "East gate"}
    return {"cabinet": delivery.install(hall=calls.town.hall, code="c1", cells=2, **said).code}


def _machine(calls: Calls) -> Device:
    """One with a key of its own."""
    row = Device.objects.create(hall=calls.town.hall, code="k-1", kind="machine", name="一号机")
    calls.keys["machine"] = create_key(name="k-1", scope="kiosk", hall="town", device="k-1", now=TUESDAY_NINE)
    return row


def _devices(calls: Calls) -> dict[str, str]:
    row, body = _machine(calls), {"lines": ["暂停办理"]}
    order = orders.give(device=row, key="t-1", kind="show", body=body, by=SYSTEM, at=clock.wall(), now=TUESDAY_NINE)
    return {"device": row.code, "order": str(order.pk)}


def _kiosk_sessions(calls: Calls) -> dict[str, str]:
    who = casework_of(calls).matters.person
    _machine(calls)
    card = {"id_type": who.id_type, "id_number": who.id_number, "name": who.name}
    return {"session": _sent(calls, "/kiosk-sessions", "machine", {"device": "k-1", "card": card})["id"]}


def _zones(calls: Calls) -> dict[str, str]:
    a_zone(calls.town, free_by_day=False)
    calls.keys["machine"] = create_key(name="d", scope="kiosk", hall="town", device="town-zone-door", now=TUESDAY_NINE)
    who = calls.town.person(0)
    came = {"card": f"{cards.MARK}|{who.id_number}|{who.name}|"}
    return {"zone": "town-zone", "entry": str(_sent(calls, "/zones/town-zone/entries", "machine", came)["id"])}


def _library(calls: Calls) -> dict[str, str]:
    work: Casework = casework_of(calls)
    held = library.issue_certificate(
        person_id=work.matters.person.pk, type="resident-id", number="44190000", name_zh="居民身份证",
        name_en="Identity card", issuer_zh="公安局", issuer_en="Police", issued_on=TUESDAY_NINE.date(), trust="A",
        source="import:police", by=work.matters.by["receiver"], now=TUESDAY_NINE,
    )  # fmt: skip
    return {"certificate": held.ref}


def _webhooks(calls: Calls) -> dict[str, str]:
    return {"webhook": _sent(calls, "/webhooks", "channel", {"url": "https://hooks.example.com/in"})["id"]}


def _worklists(calls: Calls) -> dict[str, str]:
    casework_of(calls)
    return {"name": "acceptance"}


SEEDS: Final[dict[str, Callable[[Calls], dict[str, str]]]] = {
    "appointments": _appointments, "halls": _halls, "tickets": _numbers, "windows": _numbers, "agents": _agents,
    "mandates": _agents, "people": _agents, "guardians": _guardians, "enquiries": _enquiries, "cases": _cases,
    "documents": _cases, "verify": _cases, "forms": _worklists, "stats": _cases, "worklists": _worklists,
    "bundles": _bundles, "consultations": _consultations, "cabinets": _cabinets, "library": _library,
    "webhooks": _webhooks, "remote": _remote, "devices": _devices, "zones": _zones, "kiosk-sessions": _kiosk_sessions,
    "hotline": _hotline,
}  # fmt: skip
