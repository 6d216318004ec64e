"""The change of the embedding model: old vectors serve until every article has new ones, then all at once do not."""

from __future__ import annotations

from collections.abc import Callable

from flows.engines import Engines
from schemas.models import ModelChange
from storage.sqlite import Store

_ROUNDS = 100
"""How often what other processes store meanwhile is made up for; each round is shorter than the one before."""

Work = list[tuple[int, int]]


def change_model(
    store: Store, engines: Engines, make_up: Callable[[Work], bool] | None = None
) -> ModelChange | None:
    """Let the vectors of the settings' model serve where every article has them; None where nothing changed.

    What is stored meanwhile is given vectors by the old model, which serves. `make_up` gives such articles theirs by the
    new one, and says whether it could; without it they are left, and the old model with them.
    """
    serving = store.serving_model()
    encoder = engines.encoder()
    store.note_choices(engines.model_choices)
    if serving is None or (serving.maker == encoder.provenance and not store.has_other_vectors()):
        return None
    for _ in range(_ROUNDS):
        found = store.change_model(encoder.provenance, encoder.dim)
        if found is not None:
            return found
        if make_up is None or not make_up(store.pending(encoder.provenance)):
            return None
    return None
