"""A helper process of the bench that stands inside the product: it writes cases, counts statements of pages, and runs what the
job worker runs. Spoken to in lines of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from banshi.crowd.bench.case_rows import Cases

CASES_OF_ACCOUNT: Final = 25
LOOKS: Final = 5


class Helper:
    """One verb a line: {"do": verb, …} is answered by what it returns."""

    def __init__(self, hall: str, key: str) -> None:
        from banshi.crowd.bench.case_rows import Cases

        self.cases: Cases = Cases(hall, key=key)

    def write(self, **many: Any) -> dict[str, Any]:
        from banshi.crowd.bench.case_rows import Many
        from banshi.foundation import clock

        return {"numbers": self.cases.write(Many(now=clock.now(), **many))}

    def citizen(self) -> dict[str, Any]:
        """Somebody who applied for some cases, signed in."""
        from importlib import import_module

        from django.conf import settings

        from banshi.crowd.bench.case_rows import Many
        from banshi.crowd.people import person
        from banshi.foundation import clock
        from banshi.kernel.masking import mask_name
        from banshi.rooms.identity.models import Account, Person

        now, who = clock.now(), person(9_000_000)
        account = Account.objects.create(phone=f"+86{who.phone}", phone_index="bench", created_at=now)
        me = Person.objects.create(
            name=who.name, masked_name=mask_name(who.name), id_type=who.id_type, id_number=who.id_number,
            number_index="bench", number_last4=who.id_number[-4:], name_index="bench", created_at=now,
        )  # fmt: skip
        self.cases.write(Many(CASES_OF_ACCOUNT, now, person=me, account=account.pk))
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session["account"], session["epoch"] = account.pk, account.epoch
        session.save()
        return {"cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}"}

    def statements(self, cookie: str, path: str) -> dict[str, int]:
        """How many a page takes, warm: the fewest of some looks, as each process asks now and then whether its clock, catalogue
        or calendar moved on, which is no cost of the page.
        """
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext

        name, _, value = cookie.partition("=")
        client = Client(headers={"host": "127.0.0.1"})
        client.cookies[name] = value
        client.get(path)
        seen = []
        for _ in range(LOOKS):
            with CaptureQueriesContext(connection) as caught:
                client.get(path)
            seen.append(sum("foundation_clock" not in each["sql"] for each in caught.captured_queries))
        return {"statements": min(seen)}

    def due(self) -> dict[str, float]:
        """What nobody answered in time counts as accepted; then a run that finds nothing."""
        from banshi.foundation import clock
        from banshi.journeys.case import due
        from banshi.rooms.cases import actions

        now = clock.now()
        done, spent = _spent(lambda: actions.deem_due(now=now))
        due.run(now=now)
        _, idle = _spent(lambda: due.run(now=now))
        return {"done": done, **spent, "idle_s": idle["seconds"]}

    def papers(self, count: int) -> dict[str, float]:
        """PDFs of papers, made and kept as the job worker does."""
        from banshi.foundation import clock
        from banshi.rooms.cases import actions

        actions.make_due(now=clock.now(), most=3)  # warm
        done, spent = _spent(lambda: actions.make_due(now=clock.now(), most=count))
        return {"done": done, **spent}

    def chains(self, numbers: list[str]) -> dict[str, int]:
        """Of how many the story is not as it was written."""
        from banshi.rooms.cases import queries

        return {"broken": sum(not queries.chain_holds(queries.case_by_no(no)) for no in numbers)}


VERBS: Final[dict[str, Callable[..., dict[str, Any]]]] = {
    "write": Helper.write, "citizen": Helper.citizen, "statements": Helper.statements, "due": Helper.due,
    "papers": Helper.papers, "chains": Helper.chains,
}  # fmt: skip


def _spent(work: Callable[[], int | None]) -> tuple[int, dict[str, float]]:
    began, processor = time.monotonic(), time.process_time()
    done = work() or 0
    return done, {"seconds": time.monotonic() - began, "processor_s": time.process_time() - processor}


def main() -> None:
    answers, sys.stdout = sys.stdout, sys.stderr  # the answers alone go there
    first = json.loads(sys.stdin.readline())
    os.environ["DATABASE_URL"] = first["url"]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banshi.config.settings")
    import django

    django.setup()
    helper = Helper(first["hall"], first["key"])
    answers.write("{}\n")
    answers.flush()
    for line in sys.stdin:
        asked = json.loads(line)
        found = VERBS[asked.pop("do")](helper, **asked)
        answers.write(json.dumps(found) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
