"""Shapes of what an applicant says, and of who acts for them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from banshi.surfaces.api.case_schemas.base import Answers, CaseChannel, Copies, Form, Short, Text, Way
from banshi.surfaces.api.schemas import (
    PRINTABLE,
    ClientIn,
    Code,
    Day,
    Id,
    In,
    Out,
    Presented,
    WalkInPerson,
)

# ---- the applicant's part ----


class OrganisationIn(In):
    uscc: Short = Field(description="Its unified social credit code; the person is known to act for it.")


class LetterIn(In):
    kind: Literal["written", "notarised"] = Field(
        description="授权委托书: signed by hand, or certified by a notary (公证)."
    )
    number: Annotated[str, StringConstraints(max_length=40, pattern=PRINTABLE)] = Field(
        "", description="Of the letter; a notarised one has one."
    )
    items: Annotated[list[Code], Field(max_length=20)] = Field([], description="Matters it covers; empty: all of them.")
    fetches: bool = Field(False, description="It lets the agent fetch the result, too (代领).")
    valid_until: Day = Field(description="Its last day.")


class CaseAgentIn(In):
    """Who acts for `person`: by a mandate on record, or – keys of `staff` – by a letter that is seen now."""

    mandate: Annotated[str, StringConstraints(pattern=r"^[mp][0-9]{1,15}$")] | None = Field(
        None, description="Its reference, `m12` of a registered agent, `p12` a letter: keys of `staff`."
    )
    person: ClientIn | None = Field(
        None, description="The agent; of a vouching `channel` its signed-in user. A mandate on record is looked up."
    )
    letter: LetterIn | None = None
    phone: Annotated[str, StringConstraints(max_length=30, pattern=PRINTABLE)] = Field(
        "", description="Where the agent is told how it goes."
    )

    @model_validator(mode="after")
    def _one(self) -> CaseAgentIn:
        if (self.mandate is None) == (self.person is None) or (self.letter is not None and self.person is None):
            said = {"zh": "mandate 和 person 须填且只填一项", "en": "Give either mandate or person"}
            raise PydanticCustomError("one_of", "{en}", said)
        return self


class CaseAgentOut(Out):
    name: str = Field(description="Masked.")
    mandate: str
    items: list[str] = Field(description="Matters it covers; empty: all of them.")
    valid_until: date
    how: Literal["account", "paper"] = Field(description="The client agreed in their account, or a paper was seen.")
    kind: Literal["written", "notarised"] | None
    fetches: bool
    stands: bool = Field(description="Whether it gives a right today.")


class FetchIn(In):
    person: ClientIn = Field(description="Whose document was compared.")
    letter: LetterIn | None = Field(None, description="Seen now; without it the mandate is on record.")


class CaseIn(In):
    item: Code | None = None
    items: Annotated[list[Code], Field(min_length=1, max_length=12)] | None = Field(
        None, description="Instead: several at once, as a bundle; answers and form by the names of `POST /forms`."
    )
    hall: Code
    person: WalkInPerson
    presented: Presented = Field(
        "typed",
        description="`read`: a machine read the card's chip, or the key's member of staff compared card and person.",
    )
    organisation: OrganisationIn | None = None
    guardian: ClientIn | None = Field(
        None,
        description="Who acts for `person`, a minor, as guardian in force: by keys of `staff`, and of a vouching `channel`.",
    )
    agent: CaseAgentIn | None = Field(
        None, description="Who acts for `person` by a mandate (代理人); never beside a guardian."
    )
    answers: Answers = Field({}, description="Question → option of the item's guide.")
    form: Form = Field({}, description="Field → value. It may be half filled: that is asked when the case is sent.")
    channel: CaseChannel | None = Field(
        None,
        description="By which way the person comes. Usual: `api`; `kiosk` and `window` for keys of machines and staff.",
    )
    consent: bool = Field(
        False,
        description="Whoever applies agrees that what the library knows of them fills in what `form` leaves empty, for this case "
        "alone; `prefilled` names it. They are shown to be that person.",
    )
    anyway: bool = Field(False, description="Though the same matter is under way already (`duplicate-case`).")

    @model_validator(mode="after")
    def _one(self) -> CaseIn:
        if (self.item is None) == (self.items is None):
            said = {"zh": "item 和 items 须填且只填一项", "en": "Give either item or items"}
            raise PydanticCustomError("one_of", "{en}", said)
        return self


class FormIn(In):
    items: Annotated[list[Code], Field(min_length=1, max_length=12)] = Field(description="Each once.")
    answers: Answers = Field({}, description="Question → option, by the names that the form gives them.")
    person: WalkInPerson | None = None
    presented: Presented = Field("typed", description="As of `POST /cases`: what is on record is for who is there.")
    consent: bool = Field(
        False, description="Whoever is there agrees that what the library knows of them is filled in."
    )
    organisation: OrganisationIn | None = None

    @model_validator(mode="after")
    def _once(self) -> FormIn:
        if len(set(self.items)) < len(self.items):
            raise PydanticCustomError("once", "{en}", {"zh": "每个事项只写一次", "en": "Name each item once"})
        if self.organisation is not None and self.person is None:
            said = {"zh": "单位由谁来办，填 person", "en": "Say in `person` who acts for the organisation"}
            raise PydanticCustomError("acts", "{en}", said)
        return self


class CaseChange(In):
    answers: Answers | None = None
    form: Form | None = Field(None, description="Replaces these fields alone.")
    consent: bool | None = Field(
        None,
        description="As of `POST /cases`; `false` takes it back: what was filled in, and not changed since, leaves the form.",
    )
    revision: int | None = Field(
        None, ge=0, le=2**31 - 1, description="Of the case this change was made from; an older one is refused."
    )


class WhyIn(In):
    reason: Text = ""


class PageOrderIn(In):
    requirement: Short = Field(description="Code of the paper.")
    pages: list[Id] = Field(
        min_length=1, max_length=30, description="Ids of all that came for it, in their order: each once."
    )


class MaterialIn(In):
    requirement: Short = Field(description="Code of the paper, as the case lists it.")
    channel: Way
    copies: Copies = 1
    certificate: Annotated[str, StringConstraints(max_length=40, pattern=PRINTABLE)] = Field(
        "", description="With `library`: its reference; without one, or `earlier`, whichever there is."
    )
    earlier: Id | None = Field(
        None, description="With `library`, instead: id of what was handed in before, as `look_into_library` lists it."
    )
    consent: bool = Field(False, description="Its holder agrees that it is used for this case; a promise: signed.")
    further: bool = Field(
        False, description="A further page of what was told to be wrong: what is there stays. Else it goes."
    )
