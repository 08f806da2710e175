"""The command ``banshi``. Each command imports what it needs when it runs: ``--help`` is quick and never fails."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from banshi.cli.archiving import archive
from banshi.cli.exchanging import exchange
from banshi.cli.items import items
from banshi.cli.library import library
from banshi.cli.setting_up import compile_translations, load_presets, migrate_tables, otherwise, take_over_presets
from banshi.cli.settling import settle_days
from banshi.cli.staffing import staff
from banshi.cli.talk import Trouble, as_json, console, step

DATA = click.Path(file_okay=False, path_type=Path)
SCOPES = ("channel", "kiosk", "desk", "staff", "manage", "read", "demo")
DEFAULT_PORT = 8000

data_option = click.option(
    "--data", type=DATA, help="Data directory (database, logs, demo.json). Default: $BANSHI_DATA, else var/."
)
json_option = click.option("--json", "json_", is_flag=True, help="Print JSON for machines.")
port_option = click.option(
    "--port", type=click.IntRange(1, 65535), default=DEFAULT_PORT, envvar="PORT", show_default="$PORT, else 8000"
)
# Loopback unless asked: a proxy in front is what people reach, and a demo's passwords are known.
host_option = click.option(
    "--host", default="127.0.0.1", envvar="BANSHI_HOST", show_default="$BANSHI_HOST, else 127.0.0.1"
)
# One process is best on two cores: a burst of bookings is then committed together.
workers_option = click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Web processes. Default: 1, in production 2.",
)


class Moment(click.ParamType[datetime]):
    """A point in time with its offset (RFC 3339)."""

    name = "RFC3339"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        from banshi.kernel.working_days import YEARS, can_be_asked_for

        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a time like 2026-11-20T08:20:00+08:00", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{value!r} needs its offset, for example {value}+08:00", param, ctx)
        if not can_be_asked_for(moment):
            self.fail(f"{value!r} is outside {YEARS.start} to {YEARS.stop - 1}", param, ctx)
        return moment


class Banshi(click.Group):
    """Turns what may go wrong anywhere into one sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        from psycopg import OperationalError

        from banshi.foundation.postgres import PostgresTrouble

        try:
            return super().invoke(ctx)
        except PostgresTrouble as trouble:
            raise Trouble(str(trouble)) from trouble
        except Exception as error:
            if isinstance(error, OperationalError) or isinstance(error.__cause__, OperationalError):
                raise Trouble(f"the database does not answer: {str(error).strip()}") from error
            raise


@click.group(cls=Banshi, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="banshi")
def main() -> None:
    """Banshi (办事) runs government service halls.

    `banshi up` sets everything up and runs it; the other commands are its parts. The database is DATABASE_URL when
    that is set, else an embedded PostgreSQL under $BANSHI_DATA (default var/), started when needed.

    Exit codes: 0 done, 1 trouble (the message says what to do), 2 wrong usage.
    """
    # Who works is said by the command, never inherited: `serve` and `work` say otherwise themselves.
    os.environ["BANSHI_PROCESS"] = "operator"


@main.command()
@click.option("--at", type=Moment(), help="Set the demo clock, for example 2026-11-20T08:20:00+08:00.")
@click.option("--speed", type=click.FloatRange(0, 600), help="Hall seconds per second, 0 to 600.")
@click.option("--crowd/--no-crowd", default=True, help="Let a crowd use the halls.  [default: crowd]")
@data_option
@host_option
@port_option
@workers_option
def up(
    at: datetime | None, speed: float | None, crowd: bool, data: Path | None, host: str, port: int, workers: int | None
) -> None:
    """Set up and run everything until Ctrl-C: database, jobs, web, and a demo crowd.

    The first time it loads the halls and opens them at 08:25 of a working day, at 20 times real speed; later runs go on
    where the last one stopped. What the parts say is in log/ under the data directory.
    """
    from banshi.cli.supervisor import run

    run(at=at, speed=speed, crowd=crowd, data=data, host=host, port=port, workers=workers or default_workers())


@main.command()
@host_option
@port_option
@workers_option
@click.option("--access-log", is_flag=True, help="Log each request.")
@data_option
def serve(host: str, port: int, workers: int | None, access_log: bool, data: Path | None) -> None:
    """Serve pages, API and live streams. Ends within 4 s of SIGTERM, open streams or not."""
    from banshi.cli.ground import django
    from banshi.cli.processes import follow_parent, is_loopback, port_trouble
    from banshi.cli.servers import become_web_server

    follow_parent()
    os.environ["BANSHI_PROCESS"] = "web"
    demo = os.environ.get("BANSHI_MODE", "demo") == "demo"
    if demo and not is_loopback(host) and not os.environ.get("BANSHI_DEMO_PASSWORD"):
        raise Trouble(
            f"a demo's passwords are known to everybody: it does not listen on {host}. "
            "`banshi up --host` makes new ones first; for citizens set BANSHI_MODE=production."
        )
    if trouble := port_trouble(host, port):
        raise Trouble(trouble)
    django(data)  # so that settings which are not safe are told in one sentence, not by a server that keeps falling
    warn_of_gateways()
    become_web_server(host=host, port=port, workers=workers or default_workers(), access_log=access_log)


@main.command()
@data_option
def work(data: Path | None) -> None:
    """Run the jobs: reminders, no-shows, sweeps, reports. As many processes as you like."""
    from banshi.cli.ground import django
    from banshi.cli.processes import follow_parent
    from banshi.cli.servers import work_until_told

    follow_parent()
    os.environ["BANSHI_PROCESS"] = "work"
    django(data)
    warn_of_gateways()
    work_until_told()


@main.command()
@data_option
def migrate(data: Path | None) -> None:
    """Bring the tables and translations up to this version. Safe to repeat."""
    from banshi.cli.ground import django

    with step("Translations"):
        compile_translations()
    django(data)
    migrate_tables()


@main.group()
def presets() -> None:
    """Halls as data files."""


@presets.command("load")
@click.argument("root", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
@click.option(
    "--replace", metavar="HALL", multiple=True, help="Take the files' word for this hall's matters and windows."
)
@data_option
def presets_load(root: Path | None, replace: tuple[str, ...], data: Path | None) -> None:
    """Load the halls in ROOT (default: presets/): what is missing is filled in. Safe to repeat.

    What an office decided – how a matter is handled, what a window serves, days off, rules, hours – stays, and what the
    files say otherwise is listed. With --replace it is changed as if the office did: people are followed up, and it
    stands in the trail.
    """
    from banshi.cli.ground import ROOT, django

    folder = root or ROOT / "presets"
    for hall in replace:
        if not (folder / "halls" / hall / "hall.yaml").exists():
            raise Trouble(f"{folder} has no hall {hall}.")
    django(data)
    left = load_presets(folder)
    for hall in replace:
        changed = take_over_presets(folder, hall)
        click.echo(f"{hall}: {len(changed)} changed to what the files say")
        left = [each for each in left if each.hall != hall or each.kind == "day"]
    for line in otherwise(left, most=20):
        click.echo(line)


@main.group()
def keys() -> None:
    """Keys of other systems for the API."""


@keys.command("create")
@click.option("--scope", type=click.Choice(SCOPES), required=True, help="What the key may do; see docs/integrate.md.")
@click.option("--hall", help="Code of the hall it is bound to (kiosk and manage; desk and staff may be).")
@click.option("--region", help="Code of the region it is bound to (manage); * is every hall.")
@click.option("--staff", help="Login of the staff member it works for (desk and staff).")
@click.option("--name", required=True, help="Whose key this is, for the audit trail.")
@click.option(
    "--device", help="Code of the machine that holds it (kiosk): it ends when the machine is retired or paired anew."
)
@click.option("--vouches", is_flag=True, help="The channel has checked its people: their names count as vouched for.")
@json_option
@data_option
def keys_create(
    scope: str,
    hall: str | None,
    region: str | None,
    staff: str | None,
    name: str,
    device: str | None,
    vouches: bool,
    json_: bool,
    data: Path | None,
) -> None:
    """Make a key and print it. This is the only time it can be seen; only its hash is kept."""
    if scope == "kiosk" and not hall:
        raise click.UsageError("--scope kiosk needs --hall")
    if scope in ("desk", "staff") and not staff:
        raise click.UsageError(f"--scope {scope} needs --staff")
    if scope == "manage" and not (hall or region):
        raise click.UsageError("--scope manage needs --hall or --region")
    if vouches and scope != "channel":
        raise click.UsageError("only --scope channel can have --vouches")
    if device and scope != "kiosk":
        raise click.UsageError("only --scope kiosk can have --device")
    from banshi.cli.ground import django

    django(data)
    from banshi.foundation import clock
    from banshi.rooms.devices.models import Device
    from banshi.rooms.identity.actions import create_key
    from banshi.rooms.identity.models import Staff
    from banshi.rooms.places.models import Hall, Region

    if hall and not Hall.objects.filter(code=hall).exists():
        codes = ", ".join(Hall.objects.order_by("code").values_list("code", flat=True))
        raise Trouble(f"there is no hall {hall}; there are: {codes or 'none, load presets first'}")
    if region and region != "*" and not Region.objects.filter(code=region).exists():
        raise Trouble(f"there is no region {region}")
    if device and not Device.objects.filter(code=device, hall__code=hall, retired_at=None).exists():
        raise Trouble(f"there is no device {device} at work in {hall}; name it in the office first")
    person = Staff.objects.filter(login=staff).first() if staff else None
    if staff and person is None:
        raise Trouble(f"there is no member of staff with the login {staff}")
    key = create_key(
        name=name,
        scope=scope,
        hall=hall or "",
        region=region or "",
        staff=person,
        vouches=vouches,
        device=device or "",
        now=clock.wall(),
    )
    if json_:
        bound = {"hall": hall, "region": region, "staff": staff, "device": device}
        as_json({"key": key, "scope": scope, "name": name, **bound, "vouches": vouches})
    else:
        click.echo(key)


@keys.command("list")
@json_option
@data_option
def keys_list(json_: bool, data: Path | None) -> None:
    """List the keys: number, scope, what it is bound to, name. The keys themselves are not kept anywhere."""
    from banshi.cli.ground import django

    django(data)
    from banshi.rooms.identity.queries import keys as known

    rows = known()
    if json_:
        as_json([vars(row) for row in rows])
        return
    for row in rows:
        bound = (
            (f"{row.hall}/{row.device}" if row.device else row.hall)
            or row.region
            or (f"staff {row.staff_id}" if row.staff_id else "-")
        )
        click.echo(f"{row.id:>6}  {row.scope:<8} {bound:<24} {row.name}{'  (vouches)' if row.vouches else ''}")


@keys.command("revoke")
@click.argument("number", type=int)
@data_option
def keys_revoke(number: int, data: Path | None) -> None:
    """End the key with this NUMBER (see `keys list`). Whoever uses it is refused within seconds."""
    from banshi.cli.ground import django

    django(data)
    from banshi.foundation import clock
    from banshi.kernel.actors import SYSTEM
    from banshi.rooms.identity.actions import revoke_key

    if not revoke_key(key_id=number, by=SYSTEM, now=clock.wall()):
        raise Trouble(f"there is no key {number}, or it is revoked already")
    click.echo(f"key {number} is revoked")


@main.command("working-days")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--notice", required=True, help="Number of the notice, for example 国办发明电〔2026〕9号.")
@data_option
def working_days(file: Path, notice: str, data: Path | None) -> None:
    """Take over a year's notice of holidays and make-up days from FILE: CSV as Excel saves it, or XLSX.

    Columns as presets/calendar/national.csv, or 日期, 类型 (放假, 上班), 名称. One wrong row, and nothing is written. A column
    文号 names another notice than --notice for its day. The office's calendar shows the number beside the day.
    """
    from banshi.cli.ground import django
    from banshi.kernel.refusals import Refused
    from banshi.kernel.tables import TableError
    from banshi.kernel.working_days import rows_from_table

    django(data)
    from banshi.foundation import clock
    from banshi.journeys.hall import national_days
    from banshi.kernel.actors import SYSTEM

    try:
        days = rows_from_table(file.read_bytes())
    except TableError as wrong:
        raise Trouble(f"{file}: {wrong}") from wrong
    try:
        count = national_days.take_over(days=days, notice=notice, by=SYSTEM, now=clock.now())
    except Refused as refused:
        raise Trouble(f"--notice: {refused.facts['reason']['en']}") from refused
    click.echo(f"{count} days taken over; places are made anew and people are moved")


@main.command()
@click.option("--url", help="Where Banshi runs. Default: what demo.json says.")
@click.option(
    "--demo-json", type=click.Path(dir_okay=False, path_type=Path), help="Default: demo.json in the data directory."
)
@click.option("--hall", "halls", multiple=True, help="Only this hall; may be repeated. Default: all.")
@click.option("--speed", type=click.FloatRange(0.1, 600), help="Speed the clock up first.")
@click.option("--minutes", type=click.FloatRange(0.1), help="Hall minutes to play. Default: until Ctrl-C.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same people.")
@json_option
@data_option
def crowd(
    url: str | None,
    demo_json: Path | None,
    halls: tuple[str, ...],
    speed: float | None,
    minutes: float | None,
    seed: int,
    json_: bool,
    data: Path | None,
) -> None:
    """Send a crowd through the halls, by the public API alone, and compare what it saw with what the halls report."""
    from banshi.cli.processes import follow_parent

    follow_parent()
    address, seeds = running_demo(url, demo_json, data)
    from banshi.crowd.run import main as run

    sys.exit(
        run(address, seeds, {"halls": list(halls), "speed": speed, "minutes": minutes, "seed": seed, "json": json_})
        or 0
    )


@main.command()
@click.option("--quick", is_flag=True, help="A few seconds per figure: does it run, not how fast.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Default: bench.json in the data directory."
)
@click.option(
    "--only",
    type=click.Choice(["bookings", "cases", "distance", "crowd_day"]),
    help="This section alone; the other figures stay as they are.",
)
@click.option(
    "--cases",
    type=click.IntRange(1),
    envvar="BANSHI_BENCH_CASES",
    help="Also with so many cases, such as 1000000, where the disk has room for them.",
)
@json_option
@data_option
def bench(quick: bool, out: Path | None, only: str | None, cases: int | None, json_: bool, data: Path | None) -> None:
    """Measure bookings, calls, pushes and history against the same SQL in pgbench, what work with cases takes, machines and calls
    at a distance, and what waits told to a crowd were worth; takes several minutes."""
    from banshi.cli.ground import data_directory

    folder = data_directory(data)
    from banshi.crowd.bench import main as run

    options = {
        "quick": quick, "only": only, "cases": cases, "json": json_, "out": out or folder / "bench.json", "data": folder,
    }  # fmt: skip
    sys.exit(run(options) or 0)


@main.command()
@json_option
@port_option
@data_option
def check(json_: bool, port: int, data: Path | None) -> None:
    """Tell what is wrong with this installation and what to do about it. Changes nothing."""
    from banshi.cli.checks import all_checks, show

    results = all_checks(data=data, port=port)
    if json_:
        as_json({"ok": all(r.state != "fail" for r in results), "checks": [r.__dict__ for r in results]})
    else:
        show(results)
    sys.exit(1 if any(r.state == "fail" for r in results) else 0)


main.add_command(staff)
main.add_command(settle_days)
main.add_command(items)
main.add_command(library)
main.add_command(archive)
main.add_command(exchange)


@main.group()
def audit() -> None:
    """The audit trail."""


@audit.command("verify")
@json_option
@data_option
def audit_verify(json_: bool, data: Path | None) -> None:
    """Walk the whole chain and hold it against the anchors outside the database. Exit code 1 when it is broken, and where."""
    from banshi.cli.ground import django

    django(data)
    from banshi.rooms.audit.queries import verify

    found = verify()
    if json_:
        as_json(vars(found) | {"whole": found.whole})
    elif found.whole:
        click.echo(
            f"whole: {found.sealed} entries, anchored up to {found.anchored}; {found.unsealed} wait to be sealed"
        )
    else:
        words = {
            "gap": "an entry is missing there",
            "changed": "an entry was changed after it was sealed",
            "cut": "the end was cut off",
            "rewritten": f"it was written anew somewhere after place {found.anchored}",
        }
        shown = f" The anchor of {found.anchored_at:%Y-%m-%d %H:%M:%S} UTC shows it." if found.anchored_at else ""
        click.echo(f"broken at place {found.broken_at} of the chain: {words[found.why]}.{shown}")
    sys.exit(0 if found.whole else 1)


@main.group()
def db() -> None:
    """The embedded PostgreSQL."""


@db.command("start")
@data_option
def db_start(data: Path | None) -> None:
    """Start it and leave it running; prints its address, with the password."""
    from banshi.cli.ground import data_directory
    from banshi.foundation.postgres import Server

    click.echo(Server(data_directory(data)).ensure())


@db.command("stop")
@data_option
def db_stop(data: Path | None) -> None:
    """Stop it; whatever was committed stays."""
    from banshi.cli.ground import data_directory
    from banshi.foundation.postgres import Server

    was_running = Server(data_directory(data)).stop()
    console.print("PostgreSQL has stopped." if was_running else "PostgreSQL was not running.")


@db.command("status")
@json_option
@data_option
def db_status(json_: bool, data: Path | None) -> None:
    """Say whether it runs, where, and how big it is. Exit code 1 when it does not run."""
    from banshi.cli.ground import data_directory
    from banshi.foundation.postgres import Server

    status = Server(data_directory(data)).status()
    if json_:
        as_json(status.__dict__)
    elif status.running:
        console.print(f"PostgreSQL {status.version} runs in {status.data}: {(status.size_bytes or 0) / 1e6:.0f} MB")
        console.print(f"{status.url}", style="dim")
    else:
        console.print(f"PostgreSQL does not run in {status.data}.")
    sys.exit(0 if status.running else 1)


@db.command("prepare")
@click.option(
    "--admin", metavar="URL", required=True, help="A superuser's address: postgresql://postgres:…@host/postgres"
)
@click.option("--database", default="banshi", show_default=True, help="Name of the database.")
@click.option("--owner", default="banshi_owner", show_default=True, help="Role that owns the tables.")
@click.option(
    "--app", default="banshi", show_default=True, help="Role of web and worker: reads and writes, owns nothing."
)
def db_prepare(admin: str, database: str, owner: str, app: str) -> None:
    """Make roles and database on a server of your own, and print the settings. What is there already stays as it is."""
    from banshi.cli.preparing import prepare

    for line in prepare(admin, database=database, owner=owner, app=app):
        click.echo(line)


@db.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@data_option
def db_backup(file: Path | None, data: Path | None) -> None:
    """Write all data to FILE (default: backup/ under the data directory) while everything goes on running."""
    from banshi.cli.ground import stand
    from banshi.cli.servers import backup_name
    from banshi.foundation.postgres import dump

    ground = stand(data)
    target = file or ground.data / "backup" / backup_name()
    with step("Backup"):
        dump(ground.owner, target, pg_dump=ground.server.tool("pg_dump") if ground.server else "pg_dump")
    click.echo(target)


@db.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--into", metavar="NAME", help="Another database on the same server; made when it is not there.")
@click.option(
    "--yes-replace", metavar="NAME", help="Replace the database of this name without asking, even one in use."
)
@data_option
def db_restore(file: Path, into: str | None, yes_replace: str | None, data: Path | None) -> None:
    """Replace ALL data by what is in FILE, in one transaction.

    Says first which database that is and what is in it. One that people use is refused; one that is not empty is asked
    for, by name, on a terminal. What was there is kept in backup/ under the data directory.
    """
    from banshi.cli.ground import stand
    from banshi.cli.restoring import make_database, restore
    from banshi.cli.servers import backup_name

    ground = stand(data)
    url = make_database(ground.owner, into) if into else ground.owner
    tools = Path(ground.server.tool("psql")).parent if ground.server else None
    safe = ground.data / "backup" / f"before-restore-{backup_name()}"
    console.print(f"Restored: {restore(url, file, tools=tools, replace=yes_replace, safe=safe)}.", markup=False)
    if into:
        console.print(f"The live database was not touched. To use this one, name {into} in DATABASE_URL.")
        return
    from banshi.cli.ground import prepare_django

    prepare_django()
    migrate_tables()
    from banshi.rooms.audit.actions import anchor_restored

    anchor_restored()


@db.command("rehearse")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@data_option
def db_rehearse(file: Path, data: Path | None) -> None:
    """Restore FILE into a scratch database, say what is in it, and drop that again. The live one is not touched."""
    from banshi.cli.ground import stand
    from banshi.cli.restoring import restore, scratch

    ground = stand(data)
    tools = Path(ground.server.tool("psql")).parent if ground.server else None
    with scratch(ground.owner) as url:
        found = restore(url, file, tools=tools, replace=None, safe=ground.data / "backup" / "unused")
        console.print(f"The backup is good. It was restored into {found}.", markup=False)
    if found.empty:
        raise Trouble("there was nothing in that backup")


# -- shared by several commands


def default_workers() -> int:
    return 2 if os.environ.get("BANSHI_MODE") == "production" else 1


def warn_of_gateways() -> None:
    """Say at the start that messages reach nobody; a wrong gateway does not start at all."""
    import structlog
    from django.core.exceptions import ImproperlyConfigured

    from banshi.config import wiring

    try:
        wiring.wired(os.environ)
    except ImproperlyConfigured as wrong:
        raise Trouble(str(wrong)) from wrong
    for warning in wiring.warnings(os.environ):
        if os.environ.get("BANSHI_MODE") == "production":  # a line of the log, like every other
            structlog.get_logger("banshi").warning(warning)
        else:
            click.echo(f"banshi: {warning}", err=True)


def running_demo(url: str | None, demo_json: Path | None, data: Path | None) -> tuple[str, Path]:
    """Address and seeds of a running demo, or advice."""
    import json

    from banshi.cli.ground import data_directory

    seeds = demo_json or data_directory(data) / "demo.json"
    try:
        address = url or json.loads(seeds.read_text())["url"]
    except (OSError, ValueError, KeyError) as error:
        raise Trouble(f"{seeds} cannot be read. Start the demo first (make run), or give --demo-json.") from error
    return address, seeds
