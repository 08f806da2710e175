"""Whether whoever applies may promise papers: asked of a record kept elsewhere (失信名单)."""

from __future__ import annotations

from typing import cast

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from banshi.rooms.cases.models import Case
from banshi.rooms.cases.ports import CreditRecord

log = structlog.get_logger("banshi.cases")
USCC = "uscc"


def barred(case: Case) -> bool:
    """Whether the record names them. What does not answer keeps nobody from their right: it is written to the log."""
    record = cast(CreditRecord, import_string(settings.BANSHI_CREDIT)())
    whose, organisation = case.person, case.organisation
    kind, number = (USCC, organisation.uscc) if organisation is not None else (whose.id_type, whose.id_number)
    try:
        return record.barred(kind=kind, number=str(number))
    except OSError:
        log.exception("the credit record did not answer", case=case.no)
        return False
