"""Roles and a database on a server of one's own: an owner, and a role for web and worker that owns nothing."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from banshi.cli.talk import Trouble
from banshi.foundation.postgres import EXTENSIONS


def prepare(admin: str, *, database: str, owner: str, app: str) -> list[str]:
    """Make what is missing. Returns the settings to write down, with the passwords that were made.

    :raises Trouble: the address is not a superuser's.
    """
    if owner == app:
        raise Trouble("owner and app are two roles")
    with psycopg.connect(admin, connect_timeout=5, autocommit=True) as connection:
        try:
            # CREATEDB: rehearsing a restore takes a scratch database.
            owner_password = _role(connection, owner, "LOGIN CREATEDB")
            app_password = _role(connection, app, "LOGIN")
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
                text = "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
                connection.execute(sql.SQL(text).format(sql.Identifier(database), sql.Identifier(owner)))
        except psycopg.errors.InsufficientPrivilege as error:
            raise Trouble(
                f"{connection.info.user} may not make roles and databases; --admin is a superuser's"
            ) from error
    with psycopg.connect(_at(admin, database), connect_timeout=5, autocommit=True) as connection:
        for extension in EXTENSIONS:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
    return [
        "# for `banshi migrate` and other commands of an operator alone:",
        f"BANSHI_OWNER_URL={_at(admin, database, owner, owner_password)}",
        "# for all, `banshi serve` and `banshi work` too:",
        f"DATABASE_URL={_at(admin, database, app, app_password)}",
    ]


def _role(connection: psycopg.Connection[Any], name: str, rights: str) -> str:
    """The password of a role that was made; "" for one that was there."""
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
        return ""
    password = secrets.token_urlsafe(24)
    text = sql.SQL("CREATE ROLE {} " + rights + " PASSWORD {}")
    connection.execute(text.format(sql.Identifier(name), sql.Literal(password)))
    return password


def _at(admin: str, database: str, role: str = "", password: str = "") -> str:
    """The same server, another database, and (role) another role. A password that is not ours to know is an …"""
    parts = urlsplit(admin)
    if not role:
        return urlunsplit(parts._replace(path=f"/{database}"))
    where = parts.netloc.rpartition("@")[2]
    user = f"{quote(role, safe='')}:{quote(password, safe='') or '…'}"
    return urlunsplit(parts._replace(netloc=f"{user}@{where}", path=f"/{database}"))
