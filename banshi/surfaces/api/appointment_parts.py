"""An appointment as a caller may see it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from banshi.foundation import clock
from banshi.foundation.memory import forgettable
from banshi.foundation.problem import rfc3339
from banshi.journeys.visit.watch import bring_part, situation_part
from banshi.kernel.masking import mask_name
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import queries as booking
from banshi.rooms.booking.models import Appointment
from banshi.rooms.booking.rules import is_of
from banshi.rooms.cases import queries as cases
from banshi.rooms.catalogue.models import Item, MaterialRequirement
from banshi.rooms.identity import queries as people
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import queries as tickets
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.parts import hall_name, named

_KEPT_S = 5.0
_kept: dict[tuple[str, int], tuple[float, Any]] = {}


def seen_by(caller: Caller, code: str, *, end_user: str = "", look: bool = False) -> Appointment:
    """The appointment, if this key may see it: a channel those it made, others those of their halls.

    :param end_user: the user of a channel's system, who may be an agent; :param look: only to see what became of it.
    :raises Refused: nothing-found – also for somebody else's appointment; mandate-missing – an agent's, whose mandate is
        over, for more than a look.
    """
    found = Appointment.objects.select_related("hall", "item", "person").filter(code=code).first()
    if found is None:
        raise Refused("nothing-found", facts={"code": code})
    # The holder: one that was booked again through its link is still the key's. Older rows name nobody there.
    made_it = caller.scope != "channel" or is_of(
        found.holder or found.booked_by.replace("channel:", "key:"), caller.owner
    )
    if not made_it and found.account_id is not None and found.booked_by == str(caller.by):
        # What an agent booked through this key; what it books on its own telephone is none of the key's.
        made_it = found.account_id in people.accounts_of_key(caller.key.id, end_user=end_user)
    if not (made_it and caller.reaches(found.hall.code)):
        raise Refused("nothing-found", facts={"code": code})
    if not look and mandate_over(caller, found):
        raise Refused("mandate-missing", facts={"item": found.item.code})
    return found


def mandate_over(caller: Caller, found: Appointment) -> bool:
    """Whether a channel looks at what its agent booked under a mandate that is over."""
    if caller.scope != "channel" or found.account_id is None or found.limit_key:
        return False
    today = clock.now().astimezone(ZoneInfo(found.hall.timezone)).date()
    return people.mandate_over(found.account_id, found.person_id, item=found.item.code, today=today)


def appointment_part(appointment: Appointment) -> dict[str, Any]:
    """An appointment with its hall, item and person at hand."""
    name = booking.shown_name(appointment)
    part = _part(appointment, hall=appointment.hall, item=_item(appointment.item_id), name=name)
    brought = cases.expected_at(appointment.code, person_id=appointment.person_id)
    return part | {
        "without_number": tickets.came_without_number(appointment),
        "excused": bool(booking.excused([appointment.code])),
        "case": brought.no if brought is not None else None,
    }


def remember_parts(appointments: Iterable[Appointment]) -> None:
    """Read now what `booked_part` of these needs."""
    for hall_id, item_id in {(made.hall_id, made.item_id) for made in appointments}:
        _hall(hall_id)
        _item(item_id)


def booked_part(appointment: Appointment, name: str, case: str | None = None) -> dict[str, Any]:
    """An appointment just made, and the case it brings; hall and item are remembered for a few seconds, so that a rush reads
    them once."""
    return _part(
        appointment,
        hall=_hall(appointment.hall_id),
        item=_item(appointment.item_id),
        name=mask_name(" ".join(name.split())),
    ) | {"case": case}


def _part(appointment: Appointment, *, hall: Hall, item: dict[str, Any], name: str) -> dict[str, Any]:
    zone, said = ZoneInfo(hall.timezone), _situated(appointment)
    return {
        "code": appointment.code,
        "qr": booking.qr_text(appointment.code, appointment.link_turn),
        "status": appointment.state,
        "place": appointment.place,
        "hall": hall_name(hall),
        "item": item["item"],
        "starts_at": rfc3339(appointment.starts_at, zone),
        "ends_at": rfc3339(appointment.ends_at, zone),
        "without_number": False,
        "excused": False,
        "persons": appointment.persons,
        "bring": bring_part(said) if said is not None and said.complete else item["bring"],
        "situation": situation_part(said),
        "name": name,
    }


def _situated(appointment: Appointment) -> booking.BookedSituation | None:
    """None: nothing was said of a situation."""
    return booking.booked_situation(appointment, appointment.item) if appointment.answers else None


def _hall(hall_id: int) -> Hall:
    found: Hall = _remembered("hall", hall_id) or _remember("hall", hall_id, Hall.objects.get(id=hall_id))
    return found


def _item(item_id: int) -> dict[str, Any]:
    known: dict[str, Any] | None = _remembered("item", item_id)
    if known is not None:
        return known
    item = Item.objects.get(id=item_id)
    needed = (
        MaterialRequirement.objects.filter(item_id=item_id)
        .exclude(necessity="optional")
        .order_by("order", "id")
        .values_list("material__name_zh", "material__name_en")
    )
    fresh: dict[str, Any] = _remember(
        "item",
        item_id,
        {
            "item": named(item.code, item.name_zh, item.name_en),
            "bring": [{"name": zh, "name_en": en} for zh, en in needed],
        },
    )
    return fresh


def _remembered(kind: str, row_id: int) -> Any:
    until, value = _kept.get((kind, row_id), (0.0, None))
    return value if until > clock.monotonic() else None


def _remember(kind: str, row_id: int, value: Any) -> Any:
    _kept[kind, row_id] = (clock.monotonic() + _KEPT_S, value)
    return value


@forgettable
def forget() -> None:
    """Read halls and items afresh (tests)."""
    _kept.clear()
