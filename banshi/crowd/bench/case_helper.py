"""A helper process of the bench that stands inside the product: it writes cases, counts statements of pages, and runs what the
job worker runs. Spoken to in lines of JSON.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from banshi.crowd.bench.inside import speak

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

    def items(self, count: int) -> dict[str, float]:
        """A store's file read, compared and entered; into a bare table beside it; the same file again."""
        from django.db import connection, transaction

        from banshi.foundation import clock
        from banshi.kernel.actors import SYSTEM
        from banshi.rooms.catalogue.actions.drafts import import_records

        records = [store_record(n) for n in range(count)]
        content = json.dumps({"STATUS": {"CODE": "00"}, "CUSTOM": records}, ensure_ascii=False).encode()
        rows = [(each["AUDIT_ITEM"][0]["task_code"], json.dumps(each, ensure_ascii=False)) for each in records]

        def bare() -> int:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("CREATE TEMPORARY TABLE bench_item (code text PRIMARY KEY, document jsonb)")
                cursor.executemany("INSERT INTO bench_item VALUES (%s, %s)", rows)
            return len(rows)

        def taken() -> int:
            return sum(each.result == "new" for each in import_records(content, by=SYSTEM, now=clock.now()))

        new, took = _spent(taken)
        plain, beside = _spent(bare)
        unchanged, again = _spent(taken)
        return {
            "items": count, "new": new, "new_again": unchanged, "per_s": round(new / took["seconds"], 1),
            "bare_per_s": round(plain / beside["seconds"], 1), "again_s": round(again["seconds"], 2),
        }  # fmt: skip

    def chains(self, numbers: list[str]) -> dict[str, int]:
        """Of how many the story is not as it was written."""
        from banshi.rooms.cases import queries

        return {"broken": sum(not queries.chain_holds(queries.case_by_no(no)) for no in numbers)}


def store_record(n: int) -> dict[str, Any]:
    """The tables of one item as a store (事项库) answers, with eight papers; nobody's."""
    guid = f"bench-{n}"
    item = {
        "rowguid": guid, "task_code": f"114419BENCH0000000{n:06}", "catalog_code": "000131128000",
        "task_name": f"第{n}号事项", "task_version": 1, "task_state": "1", "is_history": "0", "dept_name": "人社局",
        "dept_code": "114419000000000000", "use_level": "4", "task_type": "01", "serve_type": "1", "project_type": "2",
        "handle_type": "1,2", "accept_name": "1.有经营能力；2.场所真实。", "anticipate_day": 15, "anticipate_type": "1",
        "promise_day": 2, "promise_type": "1", "limit_scene_num": 1, "is_fee": "0",
    }  # fmt: skip
    papers = [
        {
            "rowguid": f"{guid}-{no}", "task_guid": guid, "materialid": f"{guid}-paper-{no}", "material_name": f"材料{no}",
            "is_need": "1", "material_type": "1", "material_form": "3", "original_amount": 1, "copy_amount": 1,
            "source_type": "10", "ordernum": no, "remark": "无",
        }
        for no in range(8)
    ]  # fmt: skip
    return {
        "AUDIT_ITEM": [item], "AUDIT_ITEM_EXTEND": [{"task_guid": guid, "result_name": "证书", "is_schedule": "1"}],
        "AUDIT_MATERIAL": papers,
    }  # fmt: skip


VERBS: Final[dict[str, Callable[..., dict[str, Any]]]] = {
    "write": Helper.write, "citizen": Helper.citizen, "statements": Helper.statements, "due": Helper.due,
    "papers": Helper.papers, "items": Helper.items, "chains": Helper.chains,
}  # fmt: skip


def _spent(work: Callable[[], int | None]) -> tuple[int, dict[str, float]]:
    began, processor = time.monotonic(), time.process_time()
    done = work() or 0
    return done, {"seconds": time.monotonic() - began, "processor_s": time.process_time() - processor}


def main() -> None:
    speak(lambda first: Helper(first["hall"], first["key"]), VERBS)


if __name__ == "__main__":
    main()
