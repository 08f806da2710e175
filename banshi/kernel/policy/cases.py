"""Cases: how long what was sent back and comes again waits for the one who sent it back."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from banshi.kernel.policy.section import Section


class CasePolicy(Section):
    # 0 = whoever is free takes it at once [unsure: no national figure found]
    returned_first_hours: Annotated[int, Field(ge=0, le=240)] = 24
