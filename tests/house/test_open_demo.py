"""A demo listens on loopback; one that others can reach has passwords and keys that nobody knows."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.contrib.auth import authenticate
from django.test import Client

from banshi.cli import main, supervisor
from banshi.cli.processes import is_loopback
from banshi.journeys.hall import demo_seeds
from banshi.kernel.actors import SYSTEM
from banshi.rooms.identity.actions import revoke_key
from banshi.rooms.identity.models import ApiKey
from tests.town import TUESDAY_NINE, Town


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_these_are_reached_from_this_machine_alone(host: str):
    assert is_loopback(host) is True


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "banshi.example", ""])  # noqa: S104 – asked about
def test_these_may_be_reached_from_elsewhere(host: str):
    assert is_loopback(host) is False


@pytest.mark.parametrize("command", ["up", "serve"])
def test_a_command_listens_on_loopback_unless_asked(command: str):
    (host,) = [option for option in main.commands[command].params if option.name == "host"]

    assert host.default == "127.0.0.1"


def test_serving_a_demo_with_known_passwords_to_others_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BANSHI_MODE", "demo")

    tried = CliRunner().invoke(main, ["serve", "--host", "0.0.0.0"])  # noqa: S104 – refused

    assert tried.exit_code == 1
    assert tried.stderr.startswith("banshi: a demo's passwords are known to everybody: it does not listen on 0.0.0.0.")


def test_an_open_demo_makes_a_secret_once_and_warns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("BANSHI_MODE", "demo")
    monkeypatch.setenv("BANSHI_DEMO_PASSWORD", "left over")

    supervisor._guard_open_demo(tmp_path, "127.0.0.1")
    closed = os.environ.get("BANSHI_DEMO_PASSWORD")
    supervisor._guard_open_demo(tmp_path, "192.0.2.1")
    first = os.environ["BANSHI_DEMO_PASSWORD"]
    supervisor._guard_open_demo(tmp_path, "192.0.2.1")

    assert closed is None
    assert os.environ["BANSHI_DEMO_PASSWORD"] == first
    assert len(first) == 16
    assert (tmp_path / "demo-password").stat().st_mode & 0o777 == 0o600
    assert "This demo listens on 192.0.2.1: others can reach it." in capsys.readouterr().out.replace("\n", " ")


def test_the_known_password_and_keys_do_not_open_a_demo_that_others_reach(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
):
    monkeypatch.delenv("BANSHI_DEMO_PASSWORD", raising=False)
    known = demo_seeds.sow("http://x", tmp_path / "demo.json")
    monkeypatch.setenv("BANSHI_DEMO_PASSWORD", "nobody-knows")
    own = demo_seeds.sow("http://x", tmp_path / "demo.json")

    def revoked(key: str) -> bool:
        return ApiKey.objects.get(key_hash=hashlib.sha256(key.encode()).hexdigest()).revoked_at is not None

    assert authenticate(username="city", password=demo_seeds.PASSWORD) is None
    assert authenticate(username="city", password="nobody-knows").login == "city"
    assert (revoked(known["keys"]["manage"]), revoked(own["keys"]["manage"])) == (True, False)
    assert own["logins"]["city_admin"]["password"] == "nobody-knows"

    monkeypatch.delenv("BANSHI_DEMO_PASSWORD")
    demo_seeds.sow("http://x", tmp_path / "demo.json")

    assert authenticate(username="city", password=demo_seeds.PASSWORD).login == "city"
    assert (revoked(known["keys"]["manage"]), revoked(own["keys"]["manage"])) == (False, True)


def test_a_key_that_somebody_ended_stays_ended_at_the_next_start(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("BANSHI_DEMO_PASSWORD", raising=False)
    key = demo_seeds.sow("http://x", tmp_path / "demo.json")["keys"]["manage"]
    row = ApiKey.objects.get(key_hash=hashlib.sha256(key.encode()).hexdigest())
    revoke_key(key_id=row.pk, by=SYSTEM, now=TUESDAY_NINE)

    demo_seeds.sow("http://x", tmp_path / "demo.json")

    row.refresh_from_db()
    assert row.revoked_at == TUESDAY_NINE


def test_the_landing_page_of_an_open_demo_signs_in_only_who_sits_there(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: Client
):
    monkeypatch.setenv("BANSHI_DEMO_PASSWORD", "nobody-knows")
    demo_seeds.sow("http://x", tmp_path / "demo.json")
    away = {"REMOTE_ADDR": "203.0.113.9"}

    shown_away = client.get("/demo/", **away).content.decode()
    shown_here = client.get("/demo/").content.decode()
    in_away = client.post("/demo/enter", {"login": "city"}, **away)
    in_here = client.post("/demo/enter", {"login": "city"})

    assert ("nobody-knows" in shown_away, "nobody-knows" in shown_here) == (False, True)
    assert (in_away.headers["Location"], in_here.headers["Location"]) == ("/staff/sign-in", "/office/")
