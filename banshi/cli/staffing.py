"""``banshi staff``: the first administrator, and a way back in for one who lost theirs. Everybody else is made in the office."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

import click

from banshi.cli.talk import Trouble, as_json

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # no l, 1, o, 0, i: it is read from a terminal
DATA = click.Path(file_okay=False, path_type=Path)
data_option = click.option("--data", type=DATA, help="Data directory. Default: $BANSHI_DATA, else var/.")
generate_option = click.option("--generate", is_flag=True, help="Make a password and print it, once, on stdout.")


@click.group()
def staff() -> None:
    """Staff who sign in: the first administrator, lost passwords, leavers."""


@staff.command("create-admin")
@click.option("--login", prompt="Login", help="Letters, digits and - _ .")
@click.option("--name-zh", prompt="Name, Chinese", help="As it stands in the audit trail.")
@click.option("--name-en", prompt="Name, English", help="The same in Latin letters.")
@click.option("--another", is_flag=True, help="Make one though there is an administrator already.")
@generate_option
@data_option
def create_admin(login: str, name_zh: str, name_en: str, another: bool, generate: bool, data: Path | None) -> None:
    """Make the city's administrator, who makes everybody else in the office. The password is changed at the first sign-in."""
    from banshi.cli.ground import django

    django(data)
    from django.db import transaction

    from banshi.foundation import clock
    from banshi.kernel.actors import SYSTEM
    from banshi.kernel.refusals import Refused
    from banshi.rooms.identity import actions
    from banshi.rooms.identity.queries import administrators

    there = administrators()
    if there and not another:
        raise Trouble(
            f"there is an administrator already: {', '.join(there)}. A lost password: `banshi staff reset {there[0]}`. "
            "If you really want one more: --another"
        )
    password = _password(generate)
    try:
        with transaction.atomic():
            made = actions.create_staff(
                login=login, password=password, name_zh=name_zh.strip(), name_en=name_en.strip(), by=SYSTEM,
                now=clock.now(),
            )  # fmt: skip
            actions.give_role(staff=made, role="city_admin", scope_kind="all", scope="*", by=SYSTEM, now=clock.now())
    except Refused as refused:
        raise Trouble(_reason(refused)) from refused
    _tell(made.login, password if generate else "")


@staff.command("list")
@click.option("--json", "json_", is_flag=True, help="Print JSON for machines.")
@data_option
def list_(json_: bool, data: Path | None) -> None:
    """List who may sign in: login, names, roles."""
    from banshi.cli.ground import django

    django(data)
    from banshi.rooms.identity.queries import members

    rows = members()
    if json_:
        as_json([vars(row) for row in rows])
        return
    for row in rows:
        state = "" if row.active else "  (deactivated)"
        click.echo(f"{row.login:<24} {row.name_zh} {row.name_en}  {', '.join(row.roles) or 'no role'}{state}")


@staff.command("reset")
@click.argument("login")
@generate_option
@data_option
def reset(login: str, generate: bool, data: Path | None) -> None:
    """A new first password for LOGIN, to be changed at the next sign-in; all their sessions end."""
    member = _member(login, data)
    from banshi.foundation import clock
    from banshi.kernel.actors import SYSTEM
    from banshi.rooms.identity import actions

    password = _password(generate)
    actions.reset_password(staff=member, password=password, by=SYSTEM, now=clock.now())
    _tell(member.login, password if generate else "")


@staff.command("deactivate")
@click.argument("login")
@data_option
def deactivate(login: str, data: Path | None) -> None:
    """LOGIN can no longer sign in, nor any key that works for them; a window they work is freed, its number goes on."""
    member = _member(login, data)
    from banshi.foundation import clock
    from banshi.journeys.hall import steer
    from banshi.kernel.actors import SYSTEM

    if not member.is_active:
        raise Trouble(f"{member.login} is deactivated already")
    steer.deactivate(staff=member, by=SYSTEM, now=clock.now())
    click.echo(f"{member.login} is deactivated")


def _member(login: str, data: Path | None):  # type: ignore[no-untyped-def]  # its type needs Django
    from banshi.cli.ground import django

    django(data)
    from banshi.rooms.identity.models import Staff

    found = Staff.objects.filter(login=login.strip().lower()).first()
    if found is None:
        raise Trouble(f"there is no member of staff with the login {login}; see `banshi staff list`")
    return found


def _password(generate: bool) -> str:
    """Typed twice, or made.

    :raises Trouble: too weak, or nobody is there to type.
    """
    if generate:
        return "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(3))
    if not somebody_types():
        raise Trouble("nobody is here to type a password. Use --generate")
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.utils import translation

    password: str = click.prompt("Password", hide_input=True, confirmation_prompt="Once more")
    try:
        with translation.override("en"):
            validate_password(password)
    except ValidationError as weak:
        raise Trouble(" ".join(map(str, weak.messages))) from weak
    return password


def somebody_types() -> bool:
    """Whether a person sits at a terminal."""
    return sys.stdin.isatty()


def _tell(login: str, password: str) -> None:
    click.echo(f"{login} can sign in at /staff/sign-in and is asked for a new password there.", err=True)
    if password:
        click.echo(password)


def _reason(refused: Exception) -> str:
    facts = getattr(getattr(refused, "refusal", None), "facts", {})
    reason = facts.get("reason", {})
    return str(reason.get("en", refused)) if isinstance(reason, dict) else str(reason)
