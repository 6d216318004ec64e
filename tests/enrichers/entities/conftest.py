from __future__ import annotations

import pytest

from enrichers.entities.tagger import EntityTagger


@pytest.fixture(scope="session")
def tagger() -> EntityTagger:
    return EntityTagger()
