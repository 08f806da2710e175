"""``banshi library``: certificates and facts as the authority that says them lists them in a file; keys that speak for one."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click

from banshi.cli.items import SOME_REFUSED, UNREADABLE, data_option
from banshi.cli.talk import Trouble, as_json

AUTHORITY = r"[a-z0-9][a-z0-9-]{0,39}"
RESULTS = ("new", "newer", "unchanged", "ended", "refused")


@click.group()
def library() -> None:
    """What is on record and need not be brought."""


@library.command("import")
@click.argument("files", type=click.Path(exists=True, dir_okay=False, path_type=Path), nargs=-1, required=True)
@click.option("--source", default="authority", help="Whose list it is, such as police; stands beside each certificate.")
@click.option("--json", "json_", is_flag=True, help="Print JSON for machines.")
@data_option
def import_(files: tuple[Path, ...], source: str, json_: bool, data: Path | None) -> None:
    """Enter certificates and facts from FILES: CSV with a head, or JSON, one object a line. A row with an `element` is a fact.

    The same file again changes nothing; one that was ended by its authority ends here. A file that cannot be read whole is not
    taken at all. Exit codes: 0 done, 2 a file cannot be read, 3 some rows were refused, and why is said.
    """
    from banshi.cli.ground import django

    django(data)
    from banshi.foundation import clock
    from banshi.kernel.actors import SYSTEM
    from banshi.rooms.library.actions import import_certificates
    from banshi.rooms.library.rules.authority_files import Unreadable

    if not re.fullmatch(AUTHORITY, source):
        raise Trouble("--source takes up to 40 small letters, digits and strokes")
    said: list[dict[str, Any]] = []
    unreadable = False
    for file in files:
        try:
            taken = import_certificates(file.read_bytes(), source=f"import:{source}", by=SYSTEM, now=clock.now())
            said += [{"file": str(file), **each.as_json()} for each in taken]
        except Unreadable as wrong:
            unreadable = True
            click.echo(f"banshi: {file}: {wrong}. Nothing of it was taken.", err=True)
    if json_:
        as_json({"certificates": said})
    else:
        _show(said)
    if unreadable:
        sys.exit(UNREADABLE)
    if any(each["result"] == "refused" for each in said):
        sys.exit(SOME_REFUSED)


def _show(said: list[dict[str, Any]]) -> None:
    """What changed, row by row, and how many in all."""
    counts = Counter(each["result"] for each in said)
    for each in said:
        why = f"  {each['why']['field']}: {each['why']['en']}" if each["why"] else ""
        if each["result"] != "unchanged":
            click.echo(f"{each['result']:<10} row {each['row']}  {each['type'] or '-'}  {each['number'] or '-'}{why}")
    told = ", ".join(f"{counts[kind]} {kind}" for kind in RESULTS)
    facts = sum(each["kind"] == "fact" for each in said)
    what = f"{len(said) - facts} certificates" + (f" and {facts} facts" if facts else "")
    click.echo(f"{what}: {told}")


@library.command("authority")
@click.argument("code")
@click.option(
    "--key", "key_id", type=int, required=True, help="Number of a key of the scope manage: see `banshi keys list`."
)
@click.option("--end", is_flag=True, help="The key speaks for it no more.")
@data_option
def authority(code: str, key_id: int, end: bool, data: Path | None) -> None:
    """Let a key of the API speak for an authority CODE, such as police: it enters, renews and ends what that one issued."""
    from banshi.cli.ground import django

    django(data)
    from banshi.foundation import clock
    from banshi.kernel.actors import SYSTEM
    from banshi.kernel.refusals import Refused
    from banshi.rooms.library.actions import give_authority, take_authority

    if not re.fullmatch(AUTHORITY, code):
        raise Trouble("an authority is named by up to 40 small letters, digits and strokes")
    try:
        if end:
            take_authority(key_id=key_id, authority=code, by=SYSTEM, now=clock.now())
        else:
            give_authority(key_id=key_id, authority=code, by=SYSTEM, now=clock.now())
    except Refused as no:
        raise Trouble(f"there is no such key of the scope manage: {key_id}") from no
    click.echo(f"key {key_id} {'speaks no more' if end else 'speaks'} for {code}")
