"""The database that comes along: one private PostgreSQL under a data directory, started and stopped by us.

Layout of a data directory (``$BANSHI_DATA``, by default ``var/``)::

    pg.json      passwords and where the server lives, mode 0600 (record)
    pg.lock      held while somebody starts or stops the server (server)
    pg/cluster   the PostgreSQL data, pg/run the unix socket, pg/server.log what it said (cluster)

Only the unix socket is opened unless ``$BANSHI_PG_PORT`` names a port for 127.0.0.1. Roles sign in with scram
passwords. PostgreSQL refuses to run as root, so root starts it as a user of its own (accounts); no parent directory is
ever chmod-ed: what that user cannot reach is copied to, or kept in, a place it can.
"""

from __future__ import annotations

from banshi.foundation.postgres.binaries import find_binaries
from banshi.foundation.postgres.dumps import dump, load_dump
from banshi.foundation.postgres.passing import for_tests
from banshi.foundation.postgres.server import APP_ROLE, EXTENSIONS, ROLE, Server, Status, search_trouble
from banshi.foundation.postgres.trouble import PostgresTrouble

__all__ = [
    "APP_ROLE",
    "EXTENSIONS",
    "ROLE",
    "PostgresTrouble",
    "Server",
    "Status",
    "dump",
    "find_binaries",
    "for_tests",
    "load_dump",
    "search_trouble",
]
