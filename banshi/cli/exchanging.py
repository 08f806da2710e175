"""``banshi exchange``: cases in the shape of the national platform, batch by batch."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from banshi.cli.talk import Trouble

DATA = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])
data_option = click.option("--data", type=DATA, help="Data directory. Default: $BANSHI_DATA, else var/.")
out_option = click.option("--out", type=FILE, required=True, help="The file to write. It names people.")


@click.group()
def exchange() -> None:
    """Cases for the national platform."""


@exchange.command()
@click.option("--from", "first", type=DAY, required=True, help="The first day.")
@click.option("--to", "last", type=DAY, required=True, help="The last day.")
@click.option("--hall", help="Of this hall alone.")
@click.option("--region", help="Of the halls in this region, by its code.")
@out_option
@data_option
def export(first: datetime, last: datetime, hall: str | None, region: str | None, out: Path, data: Path | None) -> None:
    """Write what happened on these days and is not told yet as a batch. Again: nothing, but for what changed since."""
    from banshi.cli.ground import django

    if last < first or (hall and region):
        raise click.UsageError("--from comes before --to, and either --hall or --region is said")
    django(data)
    from banshi.foundation import clock
    from banshi.kernel.actors import SYSTEM
    from banshi.rooms.exchange.actions import make_batch, take_out

    scope = f"hall:{hall}" if hall else f"region:{region}" if region else "all"
    halls = _halls(hall, region)
    batch = make_batch(halls=halls, scope=scope, first=first.date(), last=last.date(), by=SYSTEM, now=clock.now())
    if batch is None:
        click.echo("nothing new to tell")
        return
    _write(out, take_out(no=batch.no, by=SYSTEM, now=clock.now()))
    click.echo(f"batch {batch.no}: {batch.rows} rows, sha256 {batch.sha256}")


@exchange.command()
@click.argument("batch")
@out_option
@data_option
def again(batch: str, out: Path, data: Path | None) -> None:
    """Write BATCH once more, the same bytes."""
    from banshi.cli.ground import django

    django(data)
    from banshi.foundation import clock
    from banshi.kernel.actors import SYSTEM
    from banshi.kernel.refusals import Refused
    from banshi.rooms.exchange.actions import take_out

    try:
        _write(out, take_out(no=batch, by=SYSTEM, now=clock.now()))
    except Refused as refused:
        raise Trouble(f"{batch}: {refused.slug}") from refused


def _write(out: Path, content: bytes) -> None:
    """For nobody else to read."""
    out.touch(mode=0o600)
    out.write_bytes(content)


def _halls(hall: str | None, region: str | None) -> list[Any]:
    from banshi.rooms.places.models import Hall
    from banshi.rooms.places.queries import halls_in_region

    rows = halls_in_region(region) if region else list(Hall.objects.order_by("id"))
    if hall:
        rows = [each for each in rows if each.code == hall]
    if not rows:
        raise Trouble("there is no such hall")
    return rows
