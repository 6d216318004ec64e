"""News over TLS: a certificate that is trusted lets a page in, any other is a recorded error and nothing else is tried.

The command runs as a process, because SSL_CERT_FILE is read where the process begins.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.tls_server import Authority, serve_tls, untrusted

STORY = (
    "<html><head><title>Port fees rise</title></head><body><article><h1>Port fees rise</h1>"
    + "<p>The harbour of Gdansk will charge more a year, and the ships will have to pay it all.</p>"
    * 4
    + "</article></body></html>"
).encode()


@pytest.fixture(autouse=True)
def project_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))


def ingest(addresses: list[str], trusted: Path) -> tuple[int, dict[str, Any]]:
    allowed = [word for url in addresses for word in ("--allow-host", url.split("/")[2])]
    call = [
        sys.executable,
        "-m",
        "copydesk",
        "ingest",
        *addresses,
        *allowed,
        "--pause",
        "0",
        "--json",
    ]
    done = subprocess.run(
        call,
        env={
            **os.environ,
            "SSL_CERT_FILE": str(trusted),
            "SSL_CERT_DIR": str(trusted.parent / "no"),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.slow
def test_only_a_trusted_certificate_lets_a_page_in(own_place: Path, cli: Any) -> None:
    folder = own_place / "certificates"
    folder.mkdir()
    authority = Authority(folder)
    wrong = untrusted(authority)
    with ExitStack() as sites:
        good = sites.enter_context(serve_tls(authority.certificate("localhost"), page=STORY))
        bad = [sites.enter_context(serve_tls(file, page=STORY)) for _, file, _ in wrong]
        addresses = [f"{site.url}/story/{n}" for n, site in enumerate([good, *bad])]
        code, report = ingest(addresses, authority.file)
    found = {outcome["origin"]: outcome for outcome in report["articles"]}
    assert code == 3
    assert found[addresses[0]]["status"] == "stored"
    assert good.asked == ["/robots.txt", "/story/0"]
    for address, site, (name, _, reason) in zip(addresses[1:], bad, wrong, strict=True):
        outcome = found[address]
        assert outcome["status"] == "quarantined", name
        assert outcome["error"]["code"] == "connection"
        assert reason in outcome["error"]["message"]
        assert "SSL_CERT_FILE" in outcome["error"]["remedy"]
        assert site.asked == [], name
        assert set(site.spoken) == {"tls"}, name
    kept = cli("quarantine", "list", "--json").json["quarantined"]
    assert {entry["origin"] for entry in kept} == set(addresses[1:])
