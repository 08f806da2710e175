"""Whether whoever applies may promise papers: asked of a record kept elsewhere (失信名单)."""

from __future__ import annotations

from typing import Final, Literal, cast

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from banshi.rooms.cases.models import Case
from banshi.rooms.cases.ports import CreditRecord, Outdated

log = structlog.get_logger("banshi.cases")
USCC = "uscc"
Standing = Literal["clear", "barred", "silent", "old"]
UNKNOWN: Final = ("silent", "old")


def credit_of(case: Case) -> Standing:
    """What the record says of whoever applies. Where it does not answer, or not with what is new enough, it keeps nobody from
    their right: it is written to the log and, by whoever asks, into the acceptance, so that somebody can look again."""
    record = cast(CreditRecord, import_string(settings.BANSHI_CREDIT)())
    whose, organisation = case.person, case.organisation
    kind, number = (USCC, organisation.uscc) if organisation is not None else (whose.id_type, whose.id_number)
    try:
        return "barred" if record.barred(kind=kind, number=str(number)) else "clear"
    except Outdated:
        log.warning("the credit record is out of date", case=case.no)
        return "old"
    except OSError:
        log.exception("the credit record did not answer", case=case.no)
        return "silent"
