"""Remedy (救济): to whom one turns against what is decided in this hall; an item may say otherwise."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from banshi.kernel.policy.section import Section

Body = Annotated[str, Field(max_length=80)]
Of = Annotated[str, Field(pattern=r"^[^=]{1,80}=[^=]{1,80}$", max_length=170)]  # name of a department = its body


class RemedyPolicy(Section):
    """复议机关 and court, by name; "" where none is said. 行政复议法 (2023) Art. 24: of departments the people's government of
    the same level; Art. 27: of those that are led from above (税务, 海关) the authority above them, a line each.
    """

    reconsider_zh: Body = ""
    reconsider_en: Body = ""
    reconsider_of_zh: tuple[Of, ...] = ()
    reconsider_of_en: tuple[Of, ...] = ()
    court_zh: Body = ""
    court_en: Body = ""
