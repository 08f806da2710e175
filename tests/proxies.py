"""nginx and Caddy with the files of docs/proxy: what an operator puts in by hand is put in here, nothing else."""

from __future__ import annotations

import datetime
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

FILES = Path(__file__).resolve().parent.parent / "docs" / "proxy"
HOST = "hall.example.gov.cn"
PROXIES = ("nginx", "caddy")
FIVE_MINUTES = datetime.timedelta(minutes=5)


@dataclass(frozen=True)
class Proxy:
    """One that runs. `client()` believes its certificate and knows no other."""

    name: str
    port: int
    plain_port: int
    certificate: Path

    def client(self, **more: Any) -> httpx.Client:
        return httpx.Client(
            verify=ssl.create_default_context(cafile=str(self.certificate)),
            base_url=f"https://127.0.0.1:{self.port}",
            headers={"Host": HOST, **more},
            trust_env=False,
            timeout=30,
        )

    def ask(self, client: httpx.Client, method: str, path: str, **more: Any) -> httpx.Response:
        """A request as a browser makes it: by the public name."""
        return client.request(method, path, extensions={"sni_hostname": HOST}, **more)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)  # noqa: TID251 – a certificate lives in machine time
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - FIVE_MINUTES)
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "fullchain.pem", folder / "privkey.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return public, private


def _program(name: str) -> str:
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI needs {name}: apt-get install {name}")
        pytest.skip(f"{name} is not installed")
    return found


def _filled_in(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


@contextmanager
def proxied(name: str, upstream: int, folder: Path) -> Iterator[Proxy]:
    """The proxy `name` in front of a port of this machine."""
    program = _program(name)
    folder.mkdir(parents=True, exist_ok=True)
    public, private = _certificate(folder)
    proxy = Proxy(name, free_port(), free_port(), public)
    command = (_nginx if name == "nginx" else _caddy)(program, proxy, upstream, folder, public, private)
    environment = {**os.environ, "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)}
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        _until_listening(proxy, process, folder / "proxy.log")
        yield proxy
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until_listening(proxy: Proxy, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(100):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", proxy.port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{proxy.name} did not start:\n{log.read_text()[-2000:]}")


def _nginx(program: str, proxy: Proxy, upstream: int, folder: Path, public: Path, private: Path) -> list[str]:
    site = folder / "banshi.conf"
    site.write_text(
        _filled_in(
            (FILES / "nginx.conf").read_text(),
            ("server 127.0.0.1:8000;", f"server 127.0.0.1:{upstream};"),
            ("listen 80;", f"listen 127.0.0.1:{proxy.plain_port};"),
            ("listen 443 ssl", f"listen 127.0.0.1:{proxy.port} ssl"),
            ("/etc/ssl/banshi/fullchain.pem", str(public)),
            ("/etc/ssl/banshi/privkey.pem", str(private)),
        )
    )
    temporary = "".join(
        f"{kind}_temp_path {folder / kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = folder / "nginx.conf"
    main.write_text(
        f"{'user root;' if os.geteuid() == 0 else ''}\nworker_processes 1;\ndaemon off;\npid {folder / 'pid'};\n"
        f"error_log stderr;\nevents {{ worker_connections 512; }}\n"
        f"http {{\naccess_log off;\n{temporary}include {site};\n}}\n"
    )
    return [program, "-p", str(folder), "-e", "stderr", "-c", str(main)]


def _caddy(program: str, proxy: Proxy, upstream: int, folder: Path, public: Path, private: Path) -> list[str]:
    site = folder / "Caddyfile"
    ports = f"{{\n\tadmin off\n\thttp_port {proxy.plain_port}\n\thttps_port {proxy.port}\n}}\n"
    site.write_text(
        ports
        + _filled_in(
            (FILES / "Caddyfile").read_text(),
            ("127.0.0.1:8000", f"127.0.0.1:{upstream}"),
            ("/etc/ssl/banshi/fullchain.pem", str(public)),
            ("/etc/ssl/banshi/privkey.pem", str(private)),
        )
    )
    return [program, "run", "--config", str(site), "--adapter", "caddyfile"]
