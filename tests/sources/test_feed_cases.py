"""The feeds of benchmarks/feed_cases.py: what our reader got right once it goes on getting right."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "feeds.py"


def test_every_feed_of_the_comparison_is_read_right() -> None:
    command = [sys.executable, str(SCRIPT), "--items", "20", "--runs", "1", "--only-ours", "--json"]
    told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    found = {
        row: right["copydesk"] for row, right in told["right"].items() if "/" in right["copydesk"]
    }
    assert len(found) == 8
    assert {row: said for row, said in found.items() if len(set(said.split("/"))) > 1} == {}
