"""What every command stands on: the data directory, the database behind it, Django set up."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from banshi.cli.talk import Trouble
from banshi.foundation.postgres import PostgresTrouble, Server

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ground:
    """``server`` is None when DATABASE_URL names a server that is not ours to start or stop.

    ``owner``: the address for who owns the tables; the same as ``url`` unless the two are kept apart.
    """

    data: Path
    url: str
    server: Server | None
    owner: str


def data_directory(chosen: Path | None = None) -> Path:
    """``--data``, ``$BANSHI_DATA`` or ``var`` beside the checkout, absolute, and told to all children."""
    path = Path(os.path.abspath(chosen or os.environ.get("BANSHI_DATA") or ROOT / "var"))
    os.environ["BANSHI_DATA"] = str(path)
    return path


def stand(data: Path | None = None) -> Ground:
    """Find the database, starting the embedded one when DATABASE_URL is not set, and export its address.

    :raises Trouble: with what to do about it.
    """
    folder = data_directory(data)
    if url := os.environ.get("DATABASE_URL"):
        return Ground(folder, url, None, os.environ.get("BANSHI_OWNER_URL") or url)
    server = Server(folder)
    try:
        url = server.ensure()
    except PostgresTrouble as trouble:
        raise Trouble(str(trouble)) from trouble
    if os.environ.get("BANSHI_MODE") != "production":
        os.environ["DATABASE_URL"] = url
        return Ground(folder, url, server, url)
    os.environ["DATABASE_URL"], os.environ["BANSHI_OWNER_URL"] = server.app_url(), url
    return Ground(folder, server.app_url(), server, url)


def django(data: Path | None = None) -> Ground:
    """Stand on the ground and set Django up."""
    ground = stand(data)
    prepare_django()
    return ground


def prepare_django() -> None:
    """Set Django up. Needs DATABASE_URL.

    :raises Trouble: when the settings refuse to start.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banshi.config.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise Trouble(f"the settings refuse to start: {error}. See docs/operate.md.") from error


def without_password(url: str) -> str:
    """The address of a database, fit to be shown."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":…@", 1)))
