"""What web and database used of the processor, read from the kernel; and what wrk says."""

from __future__ import annotations

import os
from pathlib import Path

from banshi.crowd.bench.processor import TICK_S, Spent, used
from banshi.crowd.bench.wrk import read

WRK = """Running 6s test @ http://127.0.0.1:1/api/v1/appointments
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    48.95ms   24.19ms 270.14ms   79.98%
    Req/Sec     1.33k   170.51     1.60k    70.00%
  Latency Distribution
     50%   43.45ms
     75%   58.34ms
     90%   78.50ms
     99%    1.12s
  7969 requests in 6.01s, 8.12MB read
  Non-2xx or 3xx responses: 3
Requests/sec:   1326.32
Transfer/sec:      1.35MB
"""


def process(folder: Path, pid: int, parent: int, *ticks: int, name: str = "web") -> None:
    (folder / str(pid)).mkdir()
    numbers = ["S", parent, *[0] * 9, *ticks, 20, 0]
    (folder / str(pid) / "stat").write_text(f"{pid} ({name}) {' '.join(str(n) for n in numbers)}\n")


def test_a_process_its_descendants_and_those_that_ended_count_together(tmp_path: Path) -> None:
    process(tmp_path, 10, 1, 5, 1, 100, 10)
    process(tmp_path, 11, 10, 20, 2, 0, 0, name="odd) name (")
    process(tmp_path, 12, 11, 3, 0, 0, 0)
    process(tmp_path, 13, 1, 999, 0, 0, 0)
    (tmp_path / "14").mkdir()  # ended meanwhile

    assert round(used(10, tmp_path) / TICK_S) == 141


def test_the_kernel_is_understood() -> None:
    began = used(os.getpid())
    while used(os.getpid()) == began:
        sum(range(10_000))


def test_what_a_request_costs_each() -> None:
    assert Spent(web=1.2, database=0.6).per_request(4000) == {"web_ms": 0.3, "database_ms": 0.15}
    assert Spent().per_request(0) == {}


def test_wrk_is_understood() -> None:
    assert read(WRK) == {"per_s": 1326.32, "made": 7969, "not_booked": 3, "p99_ms": 1120.0}
    assert read(WRK.replace("Non-2xx or 3xx responses: 3", ""))["not_booked"] == 0
