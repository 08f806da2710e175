"""``banshi items``: what an item store (事项库) says of items, read from files as drafts to publish in the office."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click

from banshi.cli.talk import Trouble, as_json

SOME_REFUSED, UNREADABLE = 3, 2
DATA = click.Path(file_okay=False, path_type=Path)
data_option = click.option("--data", type=DATA, help="Data directory. Default: $BANSHI_DATA, else var/.")


@click.group()
def items() -> None:
    """Items as an item store has them."""


@items.command("import")
@click.argument("files", type=click.Path(exists=True, dir_okay=False, path_type=Path), nargs=-1, required=True)
@click.option("--by", "login", metavar="LOGIN", help="Who enters them, and so does not publish them.")
@click.option("--json", "json_", is_flag=True, help="Print JSON for machines.")
@data_option
def import_(files: tuple[Path, ...], login: str | None, json_: bool, data: Path | None) -> None:
    """Read items from FILES as the item store gave them, whatever their spelling, as drafts to publish in the office.

    A file is taken whole or not at all; the same file again changes nothing. Exit codes: 0 done, 2 a file cannot be read, 3 some
    items were refused, and why is said.
    """
    from banshi.cli.ground import django

    django(data)
    from banshi.foundation import clock
    from banshi.rooms.catalogue.actions.drafts import import_records
    from banshi.rooms.catalogue.rules.store_answers import Unreadable

    by = _by(login)
    said: list[dict[str, Any]] = []
    unreadable = False
    for file in files:
        try:
            reported = import_records(file.read_bytes(), by=by, now=clock.now())
        except Unreadable as wrong:
            unreadable = True
            click.echo(f"banshi: {file}: {wrong}. Nothing of it was taken.", err=True)
            continue
        said += [each.as_json() for each in reported]
    if json_:
        as_json({"items": said})
    else:
        _show(said)
    if unreadable:
        sys.exit(UNREADABLE)
    if any(each["result"] == "refused" for each in said):
        sys.exit(SOME_REFUSED)


def _by(login: str | None) -> Any:
    """:raises Trouble: nobody who works here has this login, or may draft items."""
    from banshi.kernel.actors import SYSTEM, Actor, ActorKind
    from banshi.rooms.identity.models import Staff
    from banshi.rooms.identity.rules import ROLES

    if login is None:
        return SYSTEM
    person = Staff.objects.filter(login=login.strip().lower(), is_active=True).first()
    if person is None:
        raise Trouble(f"there is no member of staff with the login {login}; see `banshi staff list`")
    roles = person.roles.filter(ended_at=None).order_by("id").values_list("role", flat=True)
    if not any("items.edit" in ROLES[role] for role in roles):
        raise Trouble(f"{login} may not draft items")
    return Actor(ActorKind.STAFF, str(person.pk))


def _show(said: list[dict[str, Any]]) -> None:
    counts = Counter(each["result"] for each in said)
    for each in said:
        if each["result"] == "refused":
            why = each["why"]
            at = " ".join(filter(None, (why["row"], why["field"])))
            click.echo(f"refused    {each['task_code'] or '-'}  {each['name']}  {at} = {why['value']!r}: {why['en']}")
        elif each["result"] != "unchanged":
            mended = sum(one["times"] for one in each["mended"])
            unknown = ", ".join(f"{one['where']} {one['value']} (kept: {one['kept']})" for one in each["unknown"])
            more = f"; unknown: {unknown}" if unknown else ""
            click.echo(f"{each['result']:<10} {each['task_code']}  {each['name']}  {mended} mended{more}")
    told = ", ".join(f"{counts[kind]} {kind}" for kind in ("new", "newer", "unchanged", "refused"))
    click.echo(f"{len(said)} items: {told}")
