"""叫领取: whoever waits in the hall for a result is called to a window, called again, and no longer once they did not come."""

from __future__ import annotations

from datetime import datetime

from banshi.kernel.actors import Actor
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases.actions.ground import tell
from banshi.rooms.cases.models import Case


def call(case: Case, *, window: str, by: Actor, now: datetime) -> None:
    """To this window, now; once more where they were called before. The case is locked, its result ready. The telephone is told
    once of each window."""
    case.called_to, case.called_at = window, now
    case.save(update_fields=["called_to", "called_at"])
    event = case.events.order_by("-seq")[0]
    tell(case, "case_called", event=event, anew=f":{window}", now=now, window=window)
    about = f"case:{case.no}"
    audit.record(action="result_called", subject=about, by=by, now=now, hall=case.hall.code, facts={"window": window})


def give_up(case: Case, *, by: Actor, now: datetime) -> None:
    """They did not come: it stays at its place, and nobody is called for it any more. The case is locked."""
    window, case.called_to, case.called_at = case.called_to, "", None
    case.save(update_fields=["called_to", "called_at"])
    about = f"case:{case.no}"
    audit.record(
        action="result_not_fetched", subject=about, by=by, now=now, hall=case.hall.code, facts={"window": window}
    )
