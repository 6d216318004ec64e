from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.entities.boundaries import pieces
from enrichers.entities.spans import Span


@pytest.mark.parametrize(
    ("text", "label", "names"),
    [
        ("Prime Minister Renko", "PERSON", ["Renko"]),
        ("President Dalia Renko’s", "PERSON", ["Dalia Renko"]),
        ("Sen. Dalia Renko", "PERSON", ["Dalia Renko"]),
        ("Analyst Dalia Renko", "ORG", ["Dalia Renko"]),
        ("Renko Makes", "PERSON", ["Renko"]),
        ("Dalia Renko 4-6", "PERSON", ["Dalia Renko"]),
        ("Dalia Renko 4-6, 7-6", "PERSON", ["Dalia Renko"]),
        ("Norway’s Prime Minister Renko", "PERSON", ["Renko"]),
        ("Renko and Olt", "PERSON", ["Renko", "Olt"]),
        ("“Dalia Renko,”", "PERSON", ["Dalia Renko"]),
        ("the Orsa Bank's", "ORG", ["Orsa Bank"]),
        ("Orsa Bank (OB)", "ORG", ["Orsa Bank", "OB"]),
        ("Orsa’s campaign team", "ORG", ["Orsa"]),
        ("Orsa Inc.", "ORG", ["Orsa Inc."]),
        ("U.S.", "GPE", ["U.S."]),
        ("The Hague", "GPE", ["The Hague"]),
        ("Orsa.", "GPE", ["Orsa"]),
        ("Johnson and Johnson", "ORG", ["Johnson and Johnson"]),
        ("Secretary of State", "ORG", ["Secretary of State"]),
        ("His Highness", "PERSON", []),
        ("the Company", "ORG", []),
        ("CEO", "ORG", []),
        ("mosques", "LOC", []),
        ("’s", "ORG", []),
    ],
)
def test_a_span_is_cut_down_to_its_names(text: str, label: str, names: list[str]) -> None:
    found = pieces(text, Span(0, len(text), label))
    assert [text[span.start : span.end] for span in found] == names


@given(
    st.text(alphabet="Ab ’'s.,“”()&:-Mr\u00a0", max_size=40),
    st.sampled_from(["PERSON", "ORG", "LAW"]),
)
def test_pieces_lie_within_the_span_and_are_already_clean(text: str, label: str) -> None:
    for piece in pieces(text, Span(0, len(text), label)):
        name = text[piece.start : piece.end]
        assert 0 <= piece.start < piece.end <= len(text)
        assert name == name.strip()
        assert name[0] not in '“”"(,'
