"""Cases with all that hangs on them – people, steps, papers – as rows the product's own models write, poured in by COPY with
every constraint on. Their stories are chained by the product's own rule. Needs Django.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection, models, transaction
from django.db.models import F
from psycopg import sql
from psycopg.types.json import Jsonb

from banshi.crowd.people import person
from banshi.foundation.crypto import EncryptedText, blind_index, encrypt
from banshi.kernel.masking import mask_name
from banshi.rooms.cases.models import Case, CaseEvent, CasePaper, PaperCounter
from banshi.rooms.cases.rules.chain import FIRST, chained
from banshi.rooms.cases.rules.papers import numbered
from banshi.rooms.catalogue.models import HallItem, Item, ItemVersion
from banshi.rooms.catalogue.rules.general import general
from banshi.rooms.catalogue.rules.guided import guided
from banshi.rooms.catalogue.rules.handling import PERMIT, Handling
from banshi.rooms.identity.actions import name_index
from banshi.rooms.identity.models import ApiKey, Person, Staff
from banshi.rooms.places.models import Hall

AT_ONCE: Final = 2000
TWO_YEARS: Final = 730
CASES_OF_ONE: Final = 3  # cases of one person
FIRST_PERSON: Final = 4_000_000  # of the crowd's people: nobody else's
SENT: Final = ("open", "submit")
RECEIVED: Final = (*SENT, "pass", "receive")
ACCEPTED: Final = (*RECEIVED, "accept")
DECIDED: Final = (*ACCEPTED, "hand_over", "opine", "decide")
STORIES: Final[dict[str, tuple[str, ...]]] = {
    "draft": ("open",), "pre_review": SENT, "pre_returned": (*SENT, "return"), "pre_passed": (*SENT, "pass"),
    "await_receipt": (*SENT, "pass", "expect"), "received": RECEIVED, "supplement": (*RECEIVED, "notice"),
    "accepted": ACCEPTED, "in_review": (*ACCEPTED, "hand_over"), "decided": DECIDED, "issuing": (*DECIDED, "issue"),
    "ready": (*DECIDED, "issue", "shelve"), "closed": (*DECIDED, "issue", "shelve", "deliver", "close"),
    "not_accepted": (*RECEIVED, "refuse"), "withdrawn": (*SENT, "withdraw"), "terminated": (*RECEIVED, "notice", "lapse"),
}  # fmt: skip
# Of a thousand cases of two years sixty go on.
SHARES: Final = {
    "draft": 6, "pre_review": 8, "pre_returned": 4, "pre_passed": 6, "await_receipt": 2, "received": 8, "supplement": 4,
    "accepted": 6, "in_review": 8, "decided": 4, "issuing": 2, "ready": 2,
    "closed": 800, "not_accepted": 40, "withdrawn": 60, "terminated": 40,
}  # fmt: skip
PHASES: Final = [phase for phase, share in SHARES.items() for _ in range(share)]
OUTCOMES: Final = {
    "closed": "granted", "not_accepted": "not_accepted", "withdrawn": "withdrawn", "terminated": "lapsed",
}  # fmt: skip
AFTER: Final = {
    "open": "draft", "submit": "pre_review", "return": "pre_returned", "pass": "pre_passed", "expect": "await_receipt",
    "receive": "received", "notice": "supplement", "accept": "accepted", "hand_over": "in_review", "opine": "in_review",
    "decide": "decided", "issue": "issuing", "shelve": "ready", "deliver": "delivered", "close": "closed",
    "refuse": "not_accepted", "withdraw": "withdrawn", "lapse": "terminated",
}  # fmt: skip
WORKERS: Final = {
    "return": "pre_reviewer", "pass": "pre_reviewer", "receive": "receiver", "notice": "receiver", "accept": "receiver",
    "refuse": "receiver", "hand_over": "reviewer", "opine": "reviewer", "decide": "approver", "issue": "issue_clerk",
    "shelve": "issue_clerk", "deliver": "issue_clerk",
}  # fmt: skip
PAPERS: Final = {"receive": "receipt", "accept": "acceptance", "decide": "grant"}
PACE: Final = timedelta(hours=20)  # from step to step
EVENT: Final = (
    "id",
    "case_id",
    "seq",
    "verb",
    "actor",
    "at",
    "before",
    "after",
    "facts",
    "why",
    "earlier_hash",
    "hash",
)
PAPER: Final = ("id", "case_id", "kind", "number", "printed", "serial", "facts", "code", "event_id", "made_at")
MATERIAL: Final = ("case_id", "code", "channel", "copies", "trust", "verdict", "why", "judged_by_id", "at", "by")


@dataclass(frozen=True)
class Asked:
    """One item as its cases pin it, with answers to all its questions."""

    item: Item
    answers: dict[str, str]
    situation: str
    papers: tuple[str, ...]  # codes of those it needs


@dataclass(frozen=True)
class Many:
    """Which cases are wanted. `phase`: "" = all of them by their shares; `department`: of these items; `person`: all of this one.

    :param overdue: what is waited for was due long ago. :param permits: 行政许可 alone.
    """

    count: int
    now: datetime
    phase: str = ""
    department: str = ""
    person: Person | None = None
    account: int | None = None
    overdue: bool = False
    permits: bool = False


class Cases:
    """Writes cases of one hall."""

    def __init__(self, hall: str, *, key: str) -> None:
        """:param key: the name of the channel whose system opened them."""
        self.hall = Hall.objects.get(code=hall)
        self.zone = ZoneInfo(self.hall.timezone)
        logins = {"pre_reviewer": "pre-review", "receiver": "accept", "reviewer": "review3", "approver": "approve3",
                  "issue_clerk": "issue"}  # fmt: skip
        self.staff = {role: Staff.objects.get(login=f"{hall}-{login}").pk for role, login in logins.items()}
        self.opener = f"channel:{ApiKey.objects.filter(scope='channel', name=key).order_by('id')[0].pk}"
        self.items = [asked for item, handling in _items(self.hall) if (asked := _asked(item, handling)) is not None]
        self.written = Case.objects.count()

    def write(self, many: Many) -> list[str]:
        """Their numbers."""
        asked = [
            each
            for each in self.items
            if many.department in ("", each.item.department.code)
            and (not many.permits or each.item.item_type == PERMIT)
        ]
        numbers: list[str] = []
        wanted = iter(range(many.count))
        while some := list(islice(wanted, AT_ONCE)):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit = off")
                numbers += self._some(many, asked, len(some))
        return numbers

    def _some(self, many: Many, asked: Sequence[Asked], count: int) -> list[str]:
        people = [many.person] if many.person is not None else self._people(count // CASES_OF_ONE + 1, now=many.now)
        cases, serials = [], _next_values("cases_number", count)
        for pk, serial in zip(_ids(Case, count), serials, strict=True):
            n = self.written = self.written + 1
            one = asked[n * 7919 % len(asked)]
            phase = many.phase or PHASES[n * 617 % len(PHASES)]
            case = self._case(one, people[n % len(people)], phase, n=n, serial=serial, many=many)
            case.pk = pk
            cases.append((case, one))
        pour([case for case, _ in cases])
        self._stories([case for case, _ in cases])
        self._materials(cases)
        return [case.no for case, _ in cases]

    def _people(self, count: int, *, now: datetime) -> list[Person]:
        first = FIRST_PERSON + self.written
        found = []
        for pk, number in zip(_ids(Person, count), range(first, first + count), strict=True):
            who = person(number)
            found.append(
                Person(
                    pk=pk, name=who.name, masked_name=mask_name(who.name), id_type=who.id_type, id_number=who.id_number,
                    number_index=blind_index(f"bench:{who.id_number}:{number}", purpose="number"),
                    number_last4=who.id_number[-4:], name_index=name_index(who.name), name_at=None,
                    phone=f"+86{who.phone}", phone_index=blind_index(f"+86{who.phone}", purpose="phone"), created_at=now,
                )
            )  # fmt: skip
        pour(found)
        return found

    def _case(self, asked: Asked, who: Person, phase: str, *, n: int, serial: int, many: Many) -> Case:
        steps, goes_on = STORIES[phase], phase not in OUTCOMES
        last = many.now - timedelta(days=1)
        back = n * 31 % 20 if goes_on else 20 + n * 31 % (TWO_YEARS - 20)
        if many.overdue:
            back = 30
        opened = datetime.combine((last - timedelta(days=back)).date(), time(9, n % 60), self.zone) - PACE * len(steps)
        at = {verb: opened + PACE * place for place, verb in enumerate(steps)}
        due = None if not goes_on else (last + timedelta(days=-10 if many.overdue else 3 + n % 25)).date()
        staff = {verb: self.staff[role] for verb, role in WORKERS.items() if verb in at}
        return Case(
            no=f"{self.hall.region_id}-{opened.astimezone(self.zone):%y%m%d}-{serial:06d}", hall=self.hall, item=asked.item,
            item_version=asked.item.version, item_type=asked.item.item_type,
            department_id=asked.item.department_id, case_kind=asked.item.case_kind,
            person=who, account_id=many.account, applicant=who.name, masked_applicant=who.masked_name, contact=who.phone,
            channel="web", opened_by=self.opener, answers=asked.answers, situation=asked.situation, phase=phase,
            outcome=OUTCOMES.get(phase, ""), proposed="grant" if "opine" in at else "", opened_at=opened,
            submitted_at=at.get("submit"), received_at=at.get("receive"), received_by_id=staff.get("receive"),
            accepted_at=at.get("accept"), accepted_by_id=staff.get("accept"), decided_at=at.get("decide"),
            decided_by_id=staff.get("decide"), granted=True if "decide" in at else None, issued_by_id=staff.get("issue"),
            notices=int("notice" in at), closed_at=None if goes_on else at[steps[-1]],
            pre_review_due_on=due if phase == "pre_review" else None, notice_due_on=due if phase == "received" else None,
            supplement_due_on=due if phase == "supplement" else None,
            due_promised=due or at["accept"].date() + timedelta(days=14) if "accept" in at else None,
            due_statutory=at["accept"].date() + timedelta(days=40) if "accept" in at else None,
            issue_due_on=due if phase in ("decided", "issuing") else None, trips=int("deliver" in at),
        )  # fmt: skip

    def _stories(self, cases: Sequence[Case]) -> None:
        events, papers = [], []
        ids = iter(_ids(CaseEvent, sum(len(STORIES[case.phase]) for case in cases)))
        for case in cases:
            earlier, before = FIRST, ""
            for seq, verb in enumerate(STORIES[case.phase], 1):
                said = self._said(case, verb, seq)
                at, after, pk = case.opened_at + PACE * (seq - 1), AFTER[verb], next(ids)
                digest = chained(
                    earlier, case_no=case.no, seq=seq, verb=verb, actor=said[0], at=at, before=before, after=after,
                    facts=said[1], why="",
                )  # fmt: skip
                events.append((pk, case.pk, seq, verb, said[0], at, before, after, Jsonb(said[1]), "", earlier, digest))
                earlier, before = digest, after
                if verb in PAPERS:
                    papers.append((case, PAPERS[verb], at, pk))
        pour_rows("cases_event", EVENT, events)
        self._papers(papers)

    def _said(self, case: Case, verb: str, seq: int) -> tuple[str, dict[str, Any]]:
        """Who took a step, and its facts."""
        actor = f"staff:{self.staff[WORKERS[verb]]}" if verb in WORKERS else "system" if seq > 2 else self.opener
        facts: dict[str, dict[str, Any]] = {
            "open": {"item": case.item.code, "version": case.item_version},
            "notice": {"round": 1, "missing": []}, "return": {"wrong": []},
        }  # fmt: skip
        return actor, facts.get(verb, {})

    def _papers(self, given: Sequence[tuple[Case, str, datetime, int]]) -> None:
        rows = []
        counters: dict[int, int] = dict(PaperCounter.objects.filter(hall=self.hall).values_list("year", "last"))
        for pk, (case, kind, at, event) in zip(_ids(CasePaper, len(given)), given, strict=True):
            year = at.astimezone(self.zone).year
            counters[year] = serial = counters.get(year, 0) + 1
            said = {
                "applicant": case.applicant, "case_no": case.no, "department": case.item.department.name_zh,
                "hall": self.hall.name_zh, "item": case.item_then.name_zh, "on": at.date().isoformat(),
            }  # fmt: skip
            facts = encrypt(json.dumps(said, ensure_ascii=False, sort_keys=True), place="cases_paper.facts")
            number = f"{self.hall.code}-{year}-{serial:06d}"
            printed = numbered(kind, year=year, no=serial, before=self.hall.name_zh)
            rows.append((pk, case.pk, kind, number, printed, serial, facts, f"B{pk:015d}", event, at))
        pour_rows("cases_paper", PAPER, rows)
        for year, last in counters.items():
            PaperCounter.objects.update_or_create(hall=self.hall, year=year, defaults={"last": last})

    def _materials(self, cases: Sequence[tuple[Case, Asked]]) -> None:
        pour_rows("cases_material", MATERIAL, [
            (case.pk, code, "paper", 1, "C", "ok", "", case.received_by_id, case.received_at, f"staff:{case.received_by_id}")
            for case, asked in cases if case.received_at is not None for code in asked.papers
        ])  # fmt: skip


def _items(hall: Hall) -> Iterable[tuple[Item, Handling]]:
    """What can be applied for there, each as the version says that is in force."""
    offered = HallItem.objects.filter(hall=hall).values("item")
    documents = dict(
        ItemVersion.objects.filter(item__in=offered, version=F("item__version")).values_list("item", "document")
    )
    for item in Item.objects.filter(id__in=offered).select_related("department").order_by("code"):
        said = documents[item.pk]
        modelled = said.get("handling")
        yield item, Handling.model_validate(modelled) if modelled else general(said, said["materials"])


def _asked(item: Item, handling: Handling) -> Asked | None:
    """Each question answered as its first option says; None where that leads nowhere, or nobody reviews it."""
    if handling.instant:
        return None
    answers: dict[str, str] = {}
    found = guided(handling, answers)
    while found.next_question is not None:
        answers[found.next_question.id] = found.next_question.options[0].id
        found = guided(handling, answers)
    codes = tuple(paper.code for paper in found.materials if paper.necessity != "optional")
    return Asked(item, dict(found.answers), found.situation.id if found.situation else "", codes)


def pour(rows: Sequence[models.Model]) -> None:
    """COPY rows of one model into its table, each column as the model would write it."""
    fields = type(rows[0])._meta.concrete_fields
    written = [(each.attname, each.get_db_prep_save if _is_put_otherwise(each) else None) for each in fields]
    pour_rows(
        type(rows[0])._meta.db_table, [str(each.column) for each in fields],
        [[prep(getattr(row, name), connection) if prep else getattr(row, name) for name, prep in written] for row in rows],
    )  # fmt: skip


def pour_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    text = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
    with connection.cursor() as cursor, cursor.cursor.copy(text) as copy:
        for row in rows:
            copy.write_row(row)


def _is_put_otherwise(field: models.Field[Any, Any]) -> bool:
    """Whether a column holds something else than the value: sealed, or JSON."""
    return isinstance(field, EncryptedText | models.JSONField)


def _ids(model: type[models.Model], count: int) -> list[int]:
    return _next_values(f"{model._meta.db_table}_id_seq", count)


def _next_values(sequence: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, count])
        return [int(value) for (value,) in cursor.fetchall()]
