"""The command line: what a person or a script may rely on."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from banshi.cli import Moment, main, processes, supervisor
from banshi.cli.ground import without_password
from banshi.cli.processes import Child, free_port, port_owner, port_trouble, stop_all
from banshi.cli.setting_up import otherwise
from banshi.cli.talk import Trouble
from banshi.foundation.translations import compile_all, stale
from banshi.journeys.hall.load_presets import Otherwise

STREAMS = """
import asyncio
async def app(scope, receive, send):
    if scope["type"] != "http":
        raise NotImplementedError
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    await send({"type": "http.response.body", "body": b"event: state\\n\\n", "more_body": True})
    while True:
        await asyncio.sleep(3600)
"""


def every_command(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    found: list[tuple[tuple[str, ...], click.Command]] = []
    for name, command in group.commands.items():
        found.append(((*path, name), command))
        if isinstance(command, click.Group):
            found += every_command(command, (*path, name))
    return found


def sleeper(tmp_path: Path, program: str) -> Child:
    return Child("sleeper", [sys.executable, "-c", program], tmp_path / "log" / "sleeper.log")


def wait_for(condition, seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_the_commands_are_these():
    names = {" ".join(path) for path, _ in every_command(main)}

    assert names == {
        *("up", "serve", "work", "migrate", "check", "crowd", "bench"),
        *("presets", "presets load", "keys", "keys create", "keys list", "keys revoke", "working-days", "settle-days"),
        *("audit", "audit verify"),
        *(
            "archive",
            "archive run",
            "archive verify",
            "archive export",
            "exchange",
            "exchange export",
            "exchange again",
        ),
        *("items", "items import", "library", "library authority", "library import"),
        *("staff", "staff create-admin", "staff list", "staff reset", "staff deactivate"),
        *("db", "db start", "db stop", "db status", "db backup", "db restore", "db rehearse", "db prepare"),
    }


@pytest.mark.parametrize("path", [path for path, _ in every_command(main)], ids=" ".join)
def test_each_command_explains_itself_and_its_options(path):
    result = CliRunner().invoke(main, [*path, "--help"])

    assert result.exit_code == 0
    command = dict(every_command(main))[path]
    assert len(command.help or "") > 10
    for option in command.params:
        if isinstance(option, click.Option) and option.name not in {"host", "port"}:
            assert option.help, option.name


def test_presets_of_a_hall_that_is_not_there_are_not_taken_over():
    result = CliRunner().invoke(main, ["presets", "load", "--replace", "nowhere"])

    assert result.exit_code == 1
    assert "has no hall nowhere" in result.output


def test_what_an_office_decided_is_listed_by_hall_and_kind():
    left = [Otherwise("town", "matter", f"item-{n}") for n in range(4)] + [Otherwise("", "day", "2026-10-01")]

    assert otherwise(left, most=2) == [
        "kept as the office decided: town, matters: item-0, item-1 and 2 more",
        "kept as the office decided: national calendar, days: 2026-10-01",
    ]


def test_help_is_quick_because_it_does_not_load_django():
    program = "import sys; from click.testing import CliRunner; from banshi.cli import main; "
    program += "CliRunner().invoke(main, ['up', '--help']); print('django' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["keys", "create", "--scope", "everything", "--name", "x"],
        ["keys", "create", "--scope", "kiosk", "--name", "x"],
        ["keys", "create", "--scope", "desk", "--name", "x"],
        ["keys", "create", "--scope", "staff", "--name", "x"],
        ["keys", "create", "--scope", "manage", "--name", "x"],
        ["up", "--at", "yesterday"],
        ["up", "--at", "2026-11-20T08:20:00"],
        ["up", "--speed", "601"],
        ["serve", "--port", "0"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(arguments):
    assert CliRunner().invoke(main, arguments).exit_code == 2


def test_a_moment_keeps_its_offset():
    moment = Moment().convert("2026-11-20T08:20:00+08:00", None, None)

    assert moment == datetime.fromisoformat("2026-11-20T00:20:00+00:00")


@pytest.mark.parametrize("typed", ["2099-12-31T23:59:00-12:00", "0001-01-01T00:00:00+23:59", "1999-12-31T15:59:00Z"])
def test_a_moment_outside_the_calendars_is_none(typed):
    with pytest.raises(click.BadParameter):
        Moment().convert(typed, None, None)


def test_trouble_is_one_sentence_on_stderr_and_ends_with_1(tmp_path):
    result = CliRunner().invoke(main, ["crowd", "--data", str(tmp_path)])

    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"banshi: {tmp_path}/demo.json cannot be read.")


def test_status_of_no_database_ends_with_1_and_speaks_json(tmp_path):
    result = CliRunner().invoke(main, ["db", "status", "--json", "--data", str(tmp_path)])

    assert result.exit_code == 1
    assert json.loads(result.stdout)["running"] is False


def test_check_finds_a_database_that_does_not_run_and_says_how_to_start_it(tmp_path):
    command = [sys.executable, "-m", "banshi.cli", "check", "--json", "--data", str(tmp_path)]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}

    done = subprocess.run(command, capture_output=True, text=True, env=environment)

    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert answer["ok"] is False
    found = {result["name"]: result for result in answer["checks"]}
    assert found["database"]["state"] == "fail"
    assert "banshi db start" in found["database"]["advice"]
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_names_who_sits_there_and_a_free_one():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        trouble = port_trouble("127.0.0.1", port)

        assert port_owner(port)[0] == os.getpid()
        assert trouble is not None
        assert trouble.startswith(f"port {port} is taken by process {os.getpid()} ")
        assert f"PORT={free_port(port + 1)} make run" in trouble
    assert port_trouble("127.0.0.1", port) is None


def test_only_one_runs_on_a_data_directory_and_a_killed_one_leaves_no_lock(tmp_path):
    program = "import sys, time; from pathlib import Path; from banshi.cli.supervisor import _alone\n"
    program += "with _alone(Path(sys.argv[1])): print('in', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout.readline() == "in\n"

        with pytest.raises(Trouble, match=f"process {first.pid} already runs"), supervisor._alone(tmp_path):
            pass
        first.kill()

    with supervisor._alone(tmp_path):
        assert (tmp_path / "up.lock").read_text() == str(os.getpid())


def test_a_child_that_falls_is_started_again_later_each_time(tmp_path):
    child = sleeper(tmp_path, "print('oh'); raise SystemExit(3)")
    child.start()
    news = []

    assert wait_for(lambda: news.append(child.tend()) or sum(map(bool, news)) == 2)

    said = [line for line in news if line]
    assert said[0].startswith("sleeper ended with code 3; starting it again in 0.5 s.")
    assert said[1].startswith("sleeper ended with code 3; starting it again in 1 s.")
    assert child.tail() == "oh\noh"


def test_a_child_that_does_not_listen_is_killed_with_its_children(tmp_path):
    deaf = "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    deaf += "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); print(p.pid, flush=True)\n"
    child = sleeper(tmp_path, deaf + "time.sleep(60)")
    child.start()
    assert wait_for(lambda: child.tail() != "")

    stop_all([child], patience_s=0.3)

    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL
    grandchild = int(child.tail())
    assert wait_for(lambda: not is_running(grandchild))


def is_running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel of Linux tells children")
def test_children_end_when_their_parent_is_killed(tmp_path):
    child = "from banshi.cli.processes import follow_parent; import time, os; follow_parent(); "
    child += "print(os.getpid(), flush=True); time.sleep(60)"
    parent = "import sys; from pathlib import Path; from banshi.cli.processes import Child; import time\n"
    parent += "Child('c', [sys.executable, '-c', sys.argv[1]], Path(sys.argv[2])).start(); time.sleep(60)"
    log = tmp_path / "log"
    with subprocess.Popen([sys.executable, "-c", parent, child, str(log)]) as process:
        assert wait_for(lambda: log.exists() and log.read_text().strip() != "")

        process.kill()

    assert wait_for(lambda: not is_running(int(log.read_text())))


def test_the_web_server_ends_within_seconds_of_sigterm_with_streams_open(tmp_path):
    (tmp_path / "streams.py").write_text(STREAMS)
    port = free_port(18_000)
    program = "from banshi.cli.servers import become_web_server as b; "
    program += f"b(host='127.0.0.1', port={port}, workers=2, access_log=False, app='streams:app')"
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"}
    with subprocess.Popen([sys.executable, "-c", program], env=environment, stderr=subprocess.DEVNULL) as server:
        assert wait_for(lambda: processes.port_owner(port) is not None)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as stream:
            assert stream.readline() == b"event: state\n"

            server.terminate()
            server.wait(timeout=60)  # the streams themselves never end

        assert server.returncode == 0
    assert wait_for(lambda: processes.port_owner(port) is None)


def test_presets_are_loaded_again_only_when_a_file_changes(tmp_path):
    (tmp_path / "hall.yaml").write_text("code: nancheng")
    before = supervisor.fingerprint_of(tmp_path)
    (tmp_path / "hall.yaml").touch()
    touched = supervisor.fingerprint_of(tmp_path)
    (tmp_path / "hall.yaml").write_text("code: dongcheng")

    assert touched == before
    assert supervisor.fingerprint_of(tmp_path) != before


def test_memory_of_another_database_is_not_taken_for_this_one(tmp_path):
    first = supervisor.Memory(tmp_path / "up.json")
    first.recall("here/1")
    first.keep(presets="abc")
    same, other = supervisor.Memory(tmp_path / "up.json"), supervisor.Memory(tmp_path / "up.json")

    same.recall("here/1")
    other.recall("there/2")

    assert same.values == {"database": "here/1", "presets": "abc"}
    assert other.values == {"database": "there/2"}


def test_passwords_are_not_shown():
    assert without_password("postgresql://u:s3cret@/d?host=/x") == "postgresql://u:…@/d?host=/x"


def test_translations_are_compiled_once_and_again_when_changed(tmp_path):
    po = tmp_path / "room" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    po.parent.mkdir(parents=True)
    po.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Book"\nmsgstr "预约"\n')

    first, second = compile_all(tmp_path), compile_all(tmp_path)
    later = po.with_suffix(".mo").stat().st_mtime_ns + 1_000_000_000
    os.utime(po, ns=(later, later))

    assert (first, second) == (1, 0)
    assert stale(tmp_path) == [po]
    assert "预约".encode() in po.with_suffix(".mo").read_bytes()


def test_a_broken_translation_is_named(tmp_path):
    po = tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    po.parent.mkdir(parents=True)
    po.write_bytes(b'msgid "Book"\nmsgstr "\xff"\n')

    with pytest.raises(ValueError, match="django.po is not a valid translation"):
        compile_all(tmp_path)
