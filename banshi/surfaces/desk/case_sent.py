"""What the clerk's form of a case says, read one way; nothing in it is an error, and what it names is looked up later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _

from banshi.foundation.doors import Asked
from banshi.frames.staff import case_grants
from banshi.frames.typed import clean, day_or_none, int_or_none, key_or_none, lines_of
from banshi.journeys.case.at_window import Brought
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.actions import Counted, Missing
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import handling_of_case
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.surfaces.desk.case_front import Served, as_agent

LONGEST = 2001  # one more than any field takes, so that it is told
LONGEST_WHY = 301
WORDS = ("reason", "body", "ground", "second", "deny")


@dataclass(frozen=True)
class Sent:
    """`ticked`: papers on the counter → copies as typed; `lacks`: (kind, code) → what is missing; `follows`: papers that
    follow → day as typed; `granted`: what a grant grants; `words`: reasons of refusals and the like.
    """

    posted: bool = False
    phase: str = ""
    revision: int | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    ticked: Mapping[str, str] = field(default_factory=dict)
    lacks: Mapping[tuple[str, str], str] = field(default_factory=dict)
    follows: Mapping[str, str] = field(default_factory=dict)
    granted: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(WORDS, ""))
    consent: bool = False
    promised: frozenset[str] = frozenset()  # papers in whose place a promise was signed
    again: Mapping[str, int] = field(default_factory=dict)  # papers handed in before that are used → one of its pages
    facts: bool = False  # they agree that what is on record fills in the form
    seen: str = ""  # the document the clerk compared, where no card was read

    @classmethod
    def nothing(cls) -> Sent:
        return cls()

    @classmethod
    def of(cls, request: Asked, case: Case) -> Sent:
        """Of this case's questions, fields and papers alone."""
        post, handling = request.POST, handling_of_case(case)
        papers, fields = [each.code for each in handling.materials], [each.code for each in handling.fields]
        options = {each.id: {option.id for option in each.options} for each in handling.questions}
        answers = {code: post.get(f"q-{code}", "") for code in options}
        lacks = {
            (kind, code): lines_of(post.get(f"why-{kind}-{code}"), LONGEST_WHY)
            for kind, codes in (("material", papers), ("field", fields))
            for code in codes
            if f"lacks-{kind}-{code}" in post
        }
        return cls(
            posted=True,
            phase=clean(post.get("phase"), 20) if post.get("phase") in CASE.states else "",
            revision=int_or_none(post.get("revision")),
            answers={code: said for code, said in answers.items() if said in options[code]},
            form={code: _value(post, code) for code in fields if f"f-{code}" in post},
            ticked={code: clean(post.get(f"copies-{code}"), 6) for code in papers if f"here-{code}" in post},
            lacks=lacks,
            follows={code: clean(post.get(f"on-{code}"), 20) for code in papers if f"follows-{code}" in post},
            granted=case_grants.sent(case, post),
            words={name: lines_of(post.get(name), LONGEST_WHY) for name in WORDS},
            consent=post.get("consent") == "yes",
            promised=frozenset(code for code in papers if f"promise-{code}" in post),
            again={code: key_or_none(post.get(f"earlier-{code}")) or 0 for code in papers if f"earlier-{code}" in post},
            facts=post.get("facts") == "yes",
            seen=clean(post.get("seen"), 20),
        )

    def brought(self, here: Served, case: Case) -> Brought:
        """:raises Refused: invalid – a number of copies that is none."""
        counted = []
        for code, copies in self.ticked.items():
            number = int_or_none(copies or "1", 1, 99)
            if number is None:
                raise Refused("invalid", facts={"field": f"copies-{code}", "reason": _("1 to 99 copies")})
            counted.append(Counted(code, copies=number))
        return Brought(
            phase=self.phase, counted=counted, answers=self.answers, form=self.form, revision=self.revision,
            granted=self.granted, seen=self.seen, visit_id=here.ticket.visit_id, window_id=here.window.pk,
            by_agent=as_agent(here, case),
        )  # fmt: skip

    def missing(self) -> list[Missing]:
        return [Missing(code, why, kind) for (kind, code), why in self.lacks.items()]

    def deferred(self) -> list[tuple[str, date]]:
        """:raises Refused: invalid – a paper that follows without a day."""
        found = []
        for code, said in self.follows.items():
            day = day_or_none(said)
            if day is None:
                reason = _("Say by which day the paper follows.")
                raise Refused("invalid", facts={"field": f"on-{code}", "reason": reason})
            found.append((code, day))
        return found


def _value(post: QueryDict, code: str) -> str:
    return lines_of(post.get(f"f-{code}"), LONGEST)
