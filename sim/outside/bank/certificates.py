"""Certificates for the simulated bank: an authority, the bank's own, and the client's.

Made anew with each bank, of short life, in a folder of their own with keys 0600. The
client's certificate names the company; the bank refuses any other.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_LIFE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate and its key, as PEM files."""

    certificate: Path
    private_key: Path


@dataclass(frozen=True, slots=True)
class Certificates:
    """`authority` verifies all of them."""

    authority: Path
    bank: Identity
    client: Identity


def make_certificates(folder: Path, names: Sequence[str] = ()) -> Certificates:
    """Make the files in a folder, which is created 0700.

    Who shows them is believed as this machine, and under the other `names`.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Banco Simulado AC")
    own = _builder(name, name, key).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    own = own.add_extension(_usage(signs=True), critical=True)
    authority = own.sign(key, hashes.SHA256())
    path = folder / "authority.pem"
    path.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    return Certificates(
        authority=path,
        bank=_issued(folder, "bank", ("localhost", *names), authority, key),
        client=_issued(folder, "client", ("Credora Exemplo", *names), authority, key),
    )


def _issued(
    folder: Path,
    file: str,
    names: Sequence[str],
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
) -> Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    subject, *others = names
    known_as = [
        *(x509.DNSName(name) for name in dict.fromkeys(("localhost", *others))),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    issuer = authority_key.public_key()
    made = (
        _builder(_name(subject), authority.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(known_as), critical=False)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    identity = Identity(folder / f"{file}.pem", folder / f"{file}.key")
    identity.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    content = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    handle = os.open(identity.private_key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    return identity


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _LIFE)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )
