"""Keys of seals in a folder, and a certificate authority for trying things out. `cryptography` alone: the web may import it.

`BANSHI_SEALS_FOLDER` is its owner's alone (0700), keys too (0600): `<key>.key.pem` (PKCS 8) and `<key>.pem` (the certificate,
then those that signed it). In demos `authority.key.pem` signs; elsewhere a real authority does, and an operator lays both here.
"""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings

from banshi.rooms.seals.ports import CannotSeal, SealOf

ROOT_NAME = "Banshi demo authority (proves nothing)"
ROOT_YEARS, SEAL_DAYS = 40, 5 * 365
EARLIER = timedelta(days=400)  # a demo's clock is set back and forth
KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,99}", re.ASCII)


def folder() -> Path:
    return Path(settings.BANSHI_SEALS_FOLDER)


def chain_of(key: str) -> list[x509.Certificate]:
    """The certificate of a seal and those that vouch for it. :raises CannotSeal: nobody laid it here."""
    try:
        return x509.load_pem_x509_certificates(_file(key, ".pem").read_bytes())
    except (OSError, ValueError) as missing:
        raise CannotSeal(f"no certificate {key}.pem in the folder of seals") from missing


def private_key(key: str) -> ec.EllipticCurvePrivateKey:
    """:raises CannotSeal: it is not here, or no EC key."""
    try:
        found = serialization.load_pem_private_key(_file(key, ".key.pem").read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as missing:
        raise CannotSeal(f"no key {key}.key.pem in the folder of seals") from missing
    if not isinstance(found, ec.EllipticCurvePrivateKey):
        raise CannotSeal(f"{key}.key.pem is no EC key")
    return found


def make(seal: SealOf, *, at: datetime) -> None:
    """A key and its certificate by the demo's authority, where there is none yet. Who comes at once waits."""
    with _alone():
        if _file(seal.key, ".pem").exists():
            return
        root_key, root = _root(at)
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, seal.hall[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, seal.words[:64]),
        ])  # fmt: skip
        usage = x509.KeyUsage(
            digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        made = _certificate(subject, root.subject, key, since=at - EARLIER, until=at + timedelta(days=SEAL_DAYS))
        made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        made = made.add_extension(usage, critical=True)
        made = made.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
        )
        signed = made.sign(root_key, hashes.SHA256())
        _keep(_file(seal.key, ".key.pem"), _pem(key))
        _keep(_file(seal.key, ".pem"), _public(signed) + _public(root))


def make_root(*, at: datetime) -> None:
    """The demo's authority, where there is none yet."""
    with _alone():
        _root(at)


def _root(at: datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """The lock is held."""
    if _file("authority", ".pem").exists():
        return private_key("authority"), chain_of("authority")[0]
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ROOT_NAME)])
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    since = at - timedelta(days=10 * 365)
    made = _certificate(name, name, key, since=since, until=since + timedelta(days=365 * ROOT_YEARS))
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    root = made.add_extension(usage, critical=True).sign(key, hashes.SHA256())
    _keep(_file("authority", ".key.pem"), _pem(key))
    _keep(_file("authority", ".pem"), _public(root))
    return key, root


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, *, since: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    form, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(form, kind, serialization.NoEncryption())


def _public(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _file(key: str, ending: str) -> Path:
    """:raises CannotSeal: no name of a key: nothing outside the folder is touched."""
    if not KEY.fullmatch(key):
        raise CannotSeal("no name of a key")
    return folder() / f"{key}{ending}"


def _keep(file: Path, content: bytes) -> None:
    """Whole or not at all, and never readable by others, not for a moment."""
    handle, name = tempfile.mkstemp(dir=file.parent)  # 0600
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    Path(name).replace(file)


@contextmanager
def _alone() -> Iterator[None]:
    """Web and worker may both want a key made; the lock goes with a process that dies."""
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.chmod(0o700)
    handle = os.open(place / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
