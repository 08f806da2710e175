"""Cases: how long what was sent back and comes again waits for the one who sent it back; how promises are checked."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from banshi.kernel.policy.section import Section


class CasePolicy(Section):
    # 0 = whoever is free takes it at once [unsure: no national figure found]
    returned_first_hours: Annotated[int, Field(ge=0, le=240)] = 24
    # 告知承诺: checked by so many working days after the acceptance [unsure: local rules say from 10 days to two months]
    promise_check_days: Annotated[int, Field(ge=1, le=120)] = 40
    # What was promised and is not so: nothing is promised for so many days (失信…不适用告知承诺制). 0 = it bars nothing
    promise_bar_days: Annotated[int, Field(ge=0, le=3660)] = 365
