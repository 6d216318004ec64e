"""Whatever articles say: a conflict has sides that differ, and each stands in its sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrichers.figures.grammar import find_figures
from schemas.stored import PreparedArticle
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
MONDAY = datetime(2024, 7, 10, 9, tzinfo=UTC)
NAMES = [(name, "GPE") for name in ("Kyiv", "Kabul", "Élan")]
SENTENCES = st.lists(
    st.builds(
        "{} in {} {} {} {} on {}.".format,
        st.sampled_from(["A blast", "Floods", "1,000 (!"]),
        st.sampled_from(["Kyiv", "Kabul", "Élan\u202e"]),
        st.sampled_from(["killed", "hurt", "cost", "—"]),
        st.sampled_from(["12", "about 15", "no", "$3bn", "10-20", "9" * 70, "half a million", "0.0"]),
        st.sampled_from(["people", "", "per cent", "km", "dogs"]),
        st.sampled_from(["Monday", "8 July", "2023"]),
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(articles=st.lists(st.tuples(st.sampled_from("ab"), SENTENCES), min_size=2, max_size=5))
def test_sides_of_a_conflict_are_stored_figures_that_differ(
    tmp_path_factory: pytest.TempPathFactory,
    fake_encoder: object,
    prepare_article: Prepare,
    articles: Sequence[tuple[str, list[str]]],
) -> None:
    path = tmp_path_factory.mktemp("any") / "n.db"
    with Store(path, encoder=lambda: fake_encoder, mode="a") as store:  # type: ignore[arg-type, return-value]
        for name, body in articles:
            figures = [
                replace(figure, paragraph=n)
                for n, text in enumerate(body)
                for figure in find_figures([text], [MONDAY.date()])[0]
            ]
            url = f"https://news.example/{name}"
            store.put(
                [
                    prepare_article(
                        *body, origin=name, url=url, figures=figures, names=NAMES, published=MONDAY
                    )
                ]
            )
        for conflict in store.figure_conflicts():
            assert len(conflict.sides) > 1
            assert len({side.found.figure.text for side in conflict.sides}) > 1
            for side in conflict.sides:
                assert side.found.figure.text in side.found.sentence
