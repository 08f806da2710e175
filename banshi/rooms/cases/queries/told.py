"""Cases that were left at a window with somebody's telephone: how far they are is shown to whoever has it by proof.

A code proves the telephone, not who holds it: a family shares one, and a number passes on. So the account must also have
typed the applicant – document and name – itself; and then it sees how the case stands, and does nothing in it.
"""

from __future__ import annotations

from collections.abc import Mapping

from banshi.foundation.crypto import blind_index
from banshi.kernel.names import fold
from banshi.rooms.cases.models import Case

MOST = 200


def phone_index(phone: str | None) -> str:
    return blind_index(phone, purpose="phone") if phone else ""


def left_with(phone: str | None, *, no: str) -> bool:
    """Whether this telephone, which a code proved, was left at a window with the case of that number."""
    return bool(phone) and Case.objects.filter(no=no, channel="window", contact_index=phone_index(phone)).exists()


def told_to(phone: str | None, named: Mapping[int, str]) -> list[int]:
    """Ids of cases that an account may see by its telephone, the latest first.

    :param named: whom the account typed, by person: the name as it typed it. Names are compared folded.
    """
    if not phone or not named:
        return []
    rows = Case.objects.filter(
        contact_index=phone_index(phone),
        channel="window",
        account=None,
        organisation=None,
        guardian=None,
        letter=None,
        person_id__in=list(named),
    )
    found = rows.only("id", "person_id", "applicant").order_by("-id")[:MOST]
    return [row.pk for row in found if fold(str(row.applicant)) == fold(named[row.person_id])]
