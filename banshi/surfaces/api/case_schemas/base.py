"""Words that shapes of cases share: phases, ways, procedures."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from banshi.surfaces.api.schemas import (
    PRINTABLE,
)

# As the tables of the room have them (a test compares).
Phase = Literal[
    "draft", "pre_review", "pre_returned", "pre_passed", "await_receipt", "received", "supplement", "accepted",
    "in_review", "decided", "issuing", "ready", "delivered", "closed", "not_accepted", "withdrawn", "terminated",
]  # fmt: skip
Ground = Literal[
    "other_body", "not_needed", "not_eligible", "not_mended", "decided", "false_papers", "item_ended", "other",
]  # fmt: skip
Outcome = Literal["granted", "refused", "not_accepted", "withdrawn", "terminated", "lapsed"]
Worklist = Literal[
    "pre-review", "acceptance", "to-hand-over", "review", "approval", "extension", "issue", "supervision"
]
Way = Literal["paper", "usb", "scan", "upload", "library", "promise", "card"]
Procedure = Literal[
    "hearing", "bidding", "auction", "inspection", "testing", "quarantine", "appraisal", "expert_review", "site_visit",
    "publication",
]  # fmt: skip
CaseChannel = Literal["web", "window", "video", "kiosk", "api", "phone"]
IdKind = Literal[
    "resident_id", "residence_permit", "permanent_residence", "home_return", "taiwan_pass", "passport", "uscc"
]
Text = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\u0000]*$")]
Short = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=PRINTABLE)]
Copies = Annotated[int, Field(ge=1, le=99)]
# A field's value as it is written; whether it will do is asked when the case is sent.
# Numbers as every JSON has them: a longer one is written as text, or could not be said again.
Whole = Annotated[int, Field(ge=-(2**53), le=2**53)]
Finite = Annotated[float, Field(ge=-(2**53), le=2**53, allow_inf_nan=False)]
Value = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\u0000]*$")] | bool | Whole | Finite | None
Answers = Annotated[dict[Short, Short], Field(max_length=100)]
Form = Annotated[dict[Short, Value], Field(max_length=200)]
