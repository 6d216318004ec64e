"""News over TLS on loopback, with a certificate made for the test; whoever speaks plain HTTP to it is noted."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.hostile_connection import PAGE


class Authority:
    """Makes certificates; `file` holds its own, for SSL_CERT_FILE."""

    def __init__(self, folder: Path, name: str = "copydesk test authority") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        own = _builder(self._name, self._name, self._key, until=timedelta(days=2))
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        own = own.add_extension(constraints, critical=True)
        self.file = folder / "authority.pem"
        self.file.write_bytes(_pem(own.sign(self._key, hashes.SHA256())))

    def certificate(
        self, host: str, *, until: timedelta = timedelta(days=1), signed_by_itself: bool = False
    ) -> Path:
        """A file with a key and its certificate for `host`."""
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = _name(host) if signed_by_itself else self._name
        made = _builder(_name(host), issuer, key, until=until)
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        made = made.add_extension(names, critical=False)
        signed = made.sign(key if signed_by_itself else self._key, hashes.SHA256())
        file = self._folder / f"{len(list(self._folder.iterdir()))}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        file.write_bytes(private + _pem(signed))
        return file


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, *, until: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3))
        .not_valid_after(now + until)
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


@dataclass
class TlsSite:
    """`asked` holds the paths that were asked over TLS, `spoken` how each connection began: tls or plain."""

    port: int = 0
    asked: list[str] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"


@contextmanager
def serve_tls(certificate: Path, *, page: bytes = PAGE) -> Iterator[TlsSite]:
    """A site that answers every path but robots.txt with `page` while the block runs."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        site = TlsSite(port=listening.getsockname()[1])

        def work() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    connection.settimeout(10)
                    threading.Thread(
                        target=_answer, args=(site, context, connection, page), daemon=True
                    ).start()

        threading.Thread(target=work, daemon=True).start()
        try:
            yield site
        finally:
            listening.shutdown(socket.SHUT_RDWR)


def _answer(site: TlsSite, context: ssl.SSLContext, raw: socket.socket, page: bytes) -> None:
    with suppress(OSError), raw:
        first = raw.recv(1, socket.MSG_PEEK)
        site.spoken.append("tls" if first == b"\x16" else "plain")
        with context.wrap_socket(raw, server_side=True) as connection:
            _say(site, connection, page)


def _say(site: TlsSite, connection: ssl.SSLSocket, page: bytes) -> None:
    head = b""
    while b"\r\n\r\n" not in head and (more := connection.recv(4096)):
        head += more
    path = head.split(b" ")[1].decode()
    site.asked.append(path)
    status, body = (b"404 Not Found", b"no") if path == "/robots.txt" else (b"200 OK", page)
    connection.sendall(
        b"HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
        % (status, len(body), body)
    )


def untrusted(authority: Authority) -> Sequence[tuple[str, Path, str]]:
    """The ways a certificate is not believed: a name for each, the file, and a word of the reason."""
    stranger = Authority(_folder(authority.file.parent / "stranger"), "a stranger")
    return (
        ("expired", authority.certificate("localhost", until=timedelta(days=-1)), "expired"),
        ("other name", authority.certificate("other.example"), "ostname mismatch"),
        ("self-signed", authority.certificate("localhost", signed_by_itself=True), "self-signed"),
        ("unknown authority", stranger.certificate("localhost"), "unable to get local issuer"),
    )


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
