"""Shapes of the steps that staff take, of fees and of ways out of the hall."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from banshi.surfaces.api.case_schemas.applying import FetchIn
from banshi.surfaces.api.case_schemas.base import Copies, Form, Ground, Procedure, Short, Text, Way
from banshi.surfaces.api.schemas import (
    PRINTABLE,
    Code,
    Day,
    Id,
    In,
    Moment,
)

# ---- what staff do ----


class VerdictIn(In):
    """Exactly one of `material` and `field`."""

    material: Short | Id | None = Field(None, description="Code of the paper, or id of what came for it.")
    field: Short | None = Field(
        None,
        description="Of the form: one that is wrong goes back with the papers, and has to say something else then.",
    )
    ok: bool
    reason: Text = ""

    @model_validator(mode="after")
    def _one(self) -> VerdictIn:
        if (self.material is None) == (self.field is None):
            raise PydanticCustomError(
                "one_of", "{en}", {"zh": "material 和 field 须填且只填一项", "en": "Give either material or field"}
            )
        return self


class VerdictsIn(In):
    verdicts: list[VerdictIn] = Field(max_length=60)


class PassIn(In):
    verdicts: list[VerdictIn] = Field([], max_length=60)


class CountedIn(In):
    requirement: Short
    channel: Way = "paper"
    copies: Copies = 1


class ReceiveIn(In):
    materials: list[CountedIn | Short] = Field([], max_length=60, description="Papers counted at the window.")
    window: Code | None = None


class BundleReceiveIn(In):
    materials: list[CountedIn] = Field([], max_length=60, description="By shared codes, each once.")


class MissingIn(In):
    requirement: Short | None = None
    field: Short | None = None
    reason: Text

    @model_validator(mode="after")
    def _one(self) -> MissingIn:
        if (self.requirement is None) == (self.field is None):
            raise PydanticCustomError(
                "one_of",
                "{en}",
                {"zh": "requirement 和 field 须填且只填一项", "en": "Give either requirement or field"},
            )
        return self


class NoticeIn(In):
    missing: list[MissingIn] = Field(min_length=1, max_length=60)
    second_by: Short | None = Field(
        None, description="Login of who agreed to a further notice, by `agree`, in the last half hour."
    )


class DeferredIn(In):
    requirement: Short
    due_on: Day


class AcceptIn(In):
    deferred: list[DeferredIn] = Field([], max_length=60, description="Papers that follow (容缺受理).")
    verdicts: list[VerdictIn] = Field(
        [], max_length=60, description="On papers nobody has looked at, as after a supplement."
    )
    materials: list[CountedIn | Short] = Field([], max_length=60, description="Papers counted only now.")


class RefuseIn(In):
    reason: Text
    code: Ground | None = Field(
        None,
        description="Why, by the law’s list and the halls’; left out: `other_body` where a `body` is named, else `other`.",
    )
    body: Annotated[str, StringConstraints(max_length=60, pattern=PRINTABLE)] = Field(
        "", description="Whom to turn to instead; `other_body` needs one."
    )


class TakeIn(In):
    over: bool = Field(False, description="From whoever has it: for who supervises.")


class UrgeIn(In):
    note: Text = Field(description="It stands on the work list of whoever has the case.")


class HandOnIn(In):
    """Exactly one of `to` and `department`."""

    to: Code | None = Field(None, description="Login of a colleague who may take its next step.")
    department: Code | None = Field(None, description="Another department that reviews cases in its hall.")
    why: Text

    @model_validator(mode="after")
    def _one(self) -> HandOnIn:
        if (self.to is None) == (self.department is None):
            said = {"zh": "to 和 department 须填且只填一项", "en": "Give either to or department"}
            raise PydanticCustomError("one_of", "{en}", said)
        return self


class StopIn(In):
    kind: Procedure
    basis: Text
    expected_days: int = Field(ge=1, le=365)


class StopClockIn(In):
    kind: Procedure | None = None
    basis: Text = ""
    expected_days: int | None = Field(None, ge=1, le=365, description="With `kind`: either both are said, or neither.")

    @model_validator(mode="after")
    def _both(self) -> StopClockIn:
        if (self.kind is None) != (self.expected_days is None):
            said = {"zh": "kind 和 expected_days 要填就都填", "en": "Give both kind and expected_days, or neither"}
            raise PydanticCustomError("both", "{en}", said)
        return self


class RefuseStopIn(In):
    why: Text = Field(description="In up to 300 characters.")


class RefuseExtensionIn(In):
    why: Text = Field(description="In up to 300 characters.")


class CheckPromiseIn(In):
    material: Short = Field(description="Code of the paper in whose place the promise stands.")
    kept: bool
    ground: Literal["untrue", "not_met", "hidden", "no_check"] | None = Field(
        None, description="Needed where it is not so."
    )
    reason: Text = Field("", description="In up to 300 characters; needed where it is not so.")


class RevokeIn(In):
    material: Short = Field(description="Code of the paper whose promise was found not to be so.")


class LiftBarIn(In):
    material: Short = Field(description="Code of the paper whose promise was found not to be so.")
    reason: Text = Field(description="In up to 300 characters.")


class ResumeIn(In):
    result: Text


class ExtendIn(In):
    days: int = Field(ge=1, le=15)
    reason: Text


class RefusePapersIn(In):
    why: Text = Field(description="What lacks, in up to 300 characters.")


class OpineIn(In):
    says: Literal["grant", "refuse", "note"]
    text: Text = ""


class DecideIn(In):
    grant: bool
    reason: Text = ""
    granted: Annotated[dict[Code, Annotated[str, StringConstraints(max_length=200)]], Field(max_length=12)] = Field(
        {}, description="核定内容: what is granted, by the codes of the guide's `grants`; left out: as it is proposed."
    )
    seen: Literal["", "card", "passport", "electronic", "other"] = Field(
        "other",
        description="Granted on the spot: which document was compared with the person, where nothing else proves them; left out:"
        " one that the calling counter answers for; empty: none was.",
    )


class SettleIn(In):
    material: Short | Id = Field(description="Code of the paper that was to follow, or id of what came for it.")


class ShelveIn(In):
    place: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=PRINTABLE)]


class DeliverIn(In):
    channel: Literal["counter", "electronic"] = Field(
        "counter", description="`electronic`: by the key that opened the case, for its applicant."
    )
    code: Annotated[str, StringConstraints(max_length=20, pattern=PRINTABLE)] = Field(
        "", description="As it was sent to the applicant."
    )
    identity: bool | Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=PRINTABLE)] = Field(
        False, description="`true`: card and person were compared; or the number on the card, which is compared here."
    )
    agent: FetchIn | None = Field(
        None, description="代领: who fetches it for the applicant, with `code`: keys of `staff`."
    )


class TerminateIn(In):
    reason: Text
    second_by: Short = Field(description="Login of who agreed to it, by `agree`, in the last half hour.")


class PayIn(In):
    way: Literal["window", "qr", "kiosk"]
    means: Literal["cash", "card", "qr"] | None = Field(None, description="At a window: how it was paid.")


class WaiveIn(In):
    reason: Text
    second_by: Short = Field(description="Login of who agreed to it, by `agree`, in the last half hour.")


class ReassessIn(WaiveIn):
    form: Form = Field(description="The fields that the fee is computed by, as they are; others are refused.")


class RefundIn(In):
    refund: Annotated[int, Field(ge=1, le=2**53)] = Field(description="The `id` of one of `refunds`.")


class TillIn(In):
    reference: Short
    state: Literal["open", "paid", "failed"]
    fen: Annotated[int, Field(ge=0, le=10**9)] = Field(0, description="What came.")
    number: Annotated[str, StringConstraints(max_length=64, pattern=r"^[!-~]*$")] = Field(
        "", description="The till's own, of the payment."
    )


class ReceiverIn(In):
    name: Short
    phone: Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=PRINTABLE)]
    address: Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=PRINTABLE)] = Field(
        description="Province, city, district, street and number."
    )


class WayIn(In):
    how: Literal["counter", "cabinet", "courier"]
    receiver: ReceiverIn | None = Field(None, description="Of `courier`.")
    originals: bool = Field(False, description="Papers that the hall has go back with it.")


class SentPapersIn(In):
    carrier: Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=PRINTABLE)]
    waybill: Annotated[str, StringConstraints(min_length=6, max_length=40, pattern=r"^[A-Za-z0-9]+$")]


class CarrierIn(In):
    waybill: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[!-~]+$")]
    event: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[!-~]+$")] = Field(
        description="The carrier's own id of what happened."
    )
    status: Literal["accepted", "moving", "out", "delivered", "refused", "returning"]
    at: Moment = Field(description="When it happened.")
    signer: Annotated[str, StringConstraints(max_length=60, pattern=PRINTABLE)] = Field(
        "", description="Of `delivered`."
    )


class AgreeIn(In):
    verb: Literal["notice", "terminate", "waive", "reassess"]
    form: Form = Field(
        default_factory=dict,
        description="Of `reassess`, and needed there: the fields that the fee is computed by, as they are.",
    )
