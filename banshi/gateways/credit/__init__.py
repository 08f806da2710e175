"""Who may not promise papers (容缺受理), by a record of bad credit (失信名单): `BANSHI_CREDIT`.

No public interface is common to such records; an installation names its own. Without one nobody is known.
"""

from __future__ import annotations

from django.conf import settings

from banshi.gateways.moods import strikes
from banshi.rooms.cases.ports import Outdated


class NoneKnown:
    """Where no record is connected."""

    def barred(self, *, kind: str, number: str) -> bool:
        return False


class StandIn:
    """Of demos and tests: the numbers of `BANSHI_CREDIT_BARRED`. It is down, or its list is old, as the demo's page has it."""

    def barred(self, *, kind: str, number: str) -> bool:
        if strikes("credit", "down"):
            raise OSError("the record does not answer")
        if strikes("credit", "old"):
            raise Outdated
        return number in settings.BANSHI_CREDIT_BARRED
