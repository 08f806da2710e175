"""``banshi archive``: packages of cases that have ended – made, read again, taken out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from banshi.cli.talk import Trouble, as_json

BROKEN = 3
DATA = click.Path(file_okay=False, path_type=Path)
data_option = click.option("--data", type=DATA, help="Data directory. Default: $BANSHI_DATA, else var/.")
json_option = click.option("--json", "json_", is_flag=True, help="Print JSON for machines.")


@click.group()
def archive() -> None:
    """Packages of cases that have ended."""


@archive.command()
@json_option
@data_option
def run(json_: bool, data: Path | None) -> None:
    """Archive what is due now, as the worker does every ten minutes. Again changes nothing."""
    from banshi.cli.ground import django

    django(data)
    from banshi.foundation import clock
    from banshi.rooms.archive.actions import archive_due

    kept = 0
    while more := archive_due(now=clock.now()):
        kept += more
    if json_:
        as_json({"archived": kept})
    else:
        click.echo(f"{kept} cases archived")


@archive.command()
@click.argument("cases", metavar="CASE…", nargs=-1)
@click.option("--all", "all_", is_flag=True, help="Every package that is kept.")
@json_option
@data_option
def verify(cases: tuple[str, ...], all_: bool, json_: bool, data: Path | None) -> None:
    """Read the packages of these CASES again, every byte. Exit code 3: at least one is not as it was kept."""
    from banshi.cli.ground import django

    if bool(cases) == all_:
        raise click.UsageError("name cases, or say --all")
    django(data)
    from banshi.foundation import clock
    from banshi.kernel.actors import SYSTEM
    from banshi.kernel.refusals import Refused
    from banshi.rooms.archive import actions
    from banshi.rooms.archive.models import Package

    if all_:
        kept = Package.objects.filter(destroyed_at=None).order_by("id")
        cases = tuple(kept.values_list("case__no", flat=True))
    found = {}
    for no in cases:
        try:
            found[no] = actions.verify(case_no=no, by=SYSTEM, now=clock.now())
        except Refused as refused:
            raise Trouble(f"{no}: {refused.slug}") from refused
    if json_:
        as_json({"packages": [{"case": no, "whole": whole} for no, whole in found.items()]})
    else:
        for no, whole in found.items():
            click.echo(f"{'whole ' if whole else 'BROKEN'} {no}")
    if not all(found.values()):
        sys.exit(BROKEN)


@archive.command()
@click.argument("case")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The ZIP to write.")
@data_option
def export(case: str, out: Path, data: Path | None) -> None:
    """Write the package of CASE to a file. It holds personal data; the audit trail says that it was taken out."""
    from banshi.cli.ground import django

    django(data)
    from banshi.foundation import clock
    from banshi.kernel.actors import SYSTEM
    from banshi.kernel.refusals import Refused
    from banshi.rooms.archive import actions

    try:
        content = actions.take_out(case_no=case, by=SYSTEM, now=clock.now())
    except Refused as refused:
        raise Trouble(f"{case}: {refused.slug}") from refused
    out.touch(mode=0o600)
    out.write_bytes(content)
    click.echo(f"{out}: {len(content)} bytes")
