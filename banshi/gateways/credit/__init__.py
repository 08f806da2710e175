"""Who may not promise papers (容缺受理), by a record of bad credit (失信名单): `BANSHI_CREDIT`.

No public interface is common to such records; an installation names its own. Without one nobody is known.
"""

from __future__ import annotations

from django.conf import settings


class NoneKnown:
    """Where no record is connected."""

    def barred(self, *, kind: str, number: str) -> bool:
        return False


class StandIn:
    """Of demos and tests: the numbers of `BANSHI_CREDIT_BARRED`."""

    def barred(self, *, kind: str, number: str) -> bool:
        return number in settings.BANSHI_CREDIT_BARRED
