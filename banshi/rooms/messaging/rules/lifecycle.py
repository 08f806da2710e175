"""What becomes of a message (外发通知): the table that statements and refusals go by."""

from __future__ import annotations

from banshi.kernel.transitions import Step, Table

MESSAGE = Table(
    "message",
    states=["due", "sending", "sent", "failed", "dropped"],
    ends=["sent", "dropped"],
    steps={
        "claim": Step("due", to="sending"),
        "send": Step("sending", to="sent"),
        "try_later": Step("sending", to="due"),  # a passing fault, a turn given back, a sender that died
        "fail": Step("sending", to="failed"),
        "mind": Step("sending", to="dropped"),  # no longer true, or to nobody who can be reached
        "take_back": Step("due", to="dropped"),
        "bring_back": Step("dropped", to="due", undoes=True),
        "send_again": Step("failed", to="due"),
    },
)

OVER = ("sent", "failed", "dropped")  # nothing happens to it by itself any more
