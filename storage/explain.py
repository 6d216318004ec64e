"""Why a hit is there: what each side says of its row, how that became one score, and what its age left of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from schemas.results import Explanation, Fusion, FusionRule, Recency, SideScore
from schemas.stored import SearchHit
from storage.fusion import MEANING_WEIGHT, cosine_bound, parts_by_meaning, parts_by_words
from storage.ranking import Ranking, Sides
from storage.scored_rows import ScoredRows, Scores

_DAY_S = 86_400.0


def explain(
    ranking: Ranking, hits: Sequence[SearchHit], rows: ScoredRows, *, of_means: bool = False
) -> list[Explanation]:
    """Why each of `hits` is there, whose `rows` are in their order. `of_means`: articles were compared by their means."""
    ages = ranking.staleness(rows.article_ids)
    return [
        _explanation(ranking, hit, int(row_id), _recency(ranking, share, age), of_means=of_means)
        for hit, row_id, share, age in zip(
            hits, rows.row_ids, ages[0].tolist(), ages[1].tolist(), strict=True
        )
    ]


def _explanation(
    ranking: Ranking, hit: SearchHit, row_id: int, recency: Recency | None, *, of_means: bool
) -> Explanation:
    sides, every = ranking.side_of(row_id), ranking.every
    rule = fusion_of(sides, of_means=of_means)
    is_sum = rule.rule == "sum"
    words = meaning = None
    if sides.by_words is not None and every.by_words is not None:
        parts = (
            parts_by_words(sides.by_words, sides.by_meaning)
            if is_sum and sides.by_meaning
            else None
        )
        words = _side(every.by_words, row_id, sides.by_words, parts)
    if sides.by_meaning is not None and every.by_meaning is not None:
        parts = (
            parts_by_meaning(sides.by_words, sides.by_meaning)
            if is_sum and sides.by_words
            else None
        )
        meaning = _side(every.by_meaning, row_id, sides.by_meaning, parts)
    return Explanation(
        matched=_words_of(hit),
        words=words,
        meaning=meaning,
        cosine=hit.similarity,
        fusion=rule,
        recency=recency,
        score=hit.score,
    )


def fusion_of(sides: Sides, *, of_means: bool = False) -> Fusion:
    """How two sides became one score."""
    by_words, by_meaning = sides.by_words, sides.by_meaning
    has_meaning = by_meaning is not None and len(by_meaning) > 0
    is_sum = has_meaning and by_words is not None
    alone: FusionRule = "meaning" if has_meaning else "words"
    return Fusion(
        rule="mean" if of_means else "sum" if is_sum else alone,
        weight_words=round(1 - MEANING_WEIGHT, 6) if is_sum else float(not has_meaning),
        weight_meaning=MEANING_WEIGHT if is_sum else float(has_meaning),
        best_words=None if by_words is None or not len(by_words) else _short(by_words.scores.max()),
        best_meaning=_short(cosine_bound(by_meaning)) if by_meaning and has_meaning else None,
    )


def _side(
    every: ScoredRows, row_id: int, fused: ScoredRows, parts: Scores | None
) -> SideScore | None:
    """What a side says of a row, its place among `every`; nothing where the side does not know the row."""
    place, fused_place = (np.flatnonzero(rows.row_ids == row_id) for rows in (every, fused))
    if not len(place) or not len(fused_place):
        return None
    score = float(every.scores[place[0]])
    # Scores count to a millionth: what differs by less is the same text, computed in another place.
    least = score + 1e-6 * max(abs(score), 1.0)
    return SideScore(
        score=_short(score),
        rank=1 + int((every.scores > least).sum()),
        of=len(every),
        part=_short(score if parts is None else parts[fused_place[0]]),
    )


def _recency(ranking: Ranking, share: float, age_s: float) -> Recency | None:
    half_life = ranking.options.half_life
    if half_life is None:
        return None
    return Recency(
        age_days=round(age_s / _DAY_S, 3) if math.isfinite(age_s) else None,
        half_life_days=half_life.total_seconds() / _DAY_S,
        factor=_short(1 - share),
    )


def _words_of(hit: SearchHit) -> tuple[str, ...]:
    found = {hit.text[start:end].casefold(): hit.text[start:end] for start, end in hit.matches}
    return tuple(found.values())


def _short(value: float) -> float:
    return float(f"{value:.6g}")
