from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
from enrichers.entities.tagger import EntityTagger, find_entities
found = find_entities(["Ann Lee of Acme Corp flew to Paris."], EntityTagger())
assert [m.text for m in found[0]] == ["Ann Lee", "Acme Corp", "Paris"], found
assert "torch" not in sys.modules and "spacy.cli" not in sys.modules
import spacy
assert spacy.info(silent=True)["spacy_version"] == spacy.__version__
import spacy.cli
assert callable(spacy.cli.download)
"""


def test_spacy_comes_without_its_command_line_and_still_has_it_when_asked() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
