"""Texts to windows of token ids: nothing of a long text is cut away, it becomes several overlapping windows.

Every backend is fed by these windows, so that they differ in rounding only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import ModelUnavailableError, UsageError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

OVERLAP = 32
"""Tokens two neighbouring windows share at least, so that a sentence at a border stands whole in one of them."""

Window = list[int]
_LONGEST_PIECE = 200_000


class WindowTokenizer:
    """Cuts texts into windows of at most `max_tokens` ids, the model's special tokens included."""

    def __init__(self, tokenizer: Tokenizer, *, max_tokens: int, lowercase: bool = False) -> None:
        # The packaged tokenizer.json cuts at 128 tokens and fills up to 128; the model takes 256.
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        self._lowercase = lowercase
        self._prefix, self._suffix = _special_tokens(tokenizer)
        self._room = max(1, max_tokens - len(self._prefix) - len(self._suffix))

    def windows(self, texts: Sequence[str], *, prompt: str = "") -> list[list[Window]]:
        """For each text its windows, at least one; an empty text is a window of special tokens alone.

        Windows of one text are equally long but for rounding of where they start, so that their plain mean is fair.
        """
        prepared = [self._prepare(text) for text in texts]
        short = [prompt + text for text in prepared if len(text) <= _LONGEST_PIECE]
        encodings = iter(self._tokenizer.encode_batch_fast(short, add_special_tokens=False))
        return [
            self._cut(next(encodings).ids, text, prompt)
            if len(text) <= _LONGEST_PIECE
            else self._cut(None, text, prompt)
            for text in prepared
        ]

    def _cut(self, ids: Sequence[int] | None, text: str, prompt: str) -> list[Window]:
        """The windows of a text, whose tokens with the prompt are `ids` where they are known; each begins with the prompt."""
        room, lead = self._room, []
        if prompt and (ids is None or len(ids) > room):
            lead = self._ids(prompt.rstrip())[: room // 2]
            room, ids = room - len(lead), None
        return [
            [*self._prefix, *lead, *piece, *self._suffix] or [0]
            for piece in cut_windows(self._ids(text) if ids is None else ids, room)
        ]

    def _ids(self, text: str) -> list[int]:
        """The tokens of a long text, a piece at a time: the tokenizer takes 60 bytes of memory for each character."""
        return [
            token
            for piece in pieces_of(text, _LONGEST_PIECE)
            for token in self._tokenizer.encode_batch_fast([piece], add_special_tokens=False)[0].ids
        ]

    def _prepare(self, text: str) -> str:
        text = without_lone_surrogates(text)
        return text.lower() if self._lowercase else text


def pieces_of(text: str, size: int) -> Iterator[str]:
    """The text in pieces of at most `size` characters, cut before a blank where there is one.

    >>> list(pieces_of("oil prices rose", 8)), list(pieces_of("aaaaa", 2))
    (['oil', ' prices', ' rose'], ['aa', 'aa', 'a'])
    """
    start = 0
    while start < len(text):
        end = start + size
        if end < len(text):
            blank = text.rfind(" ", start + 1, end + 1)
            end = blank if blank > 0 else end
        yield text[start:end]
        start = end


def load_tokenizer(path: Path) -> Tokenizer:
    """The fast tokenizer stored at `path`. Raises ModelUnavailableError where the file is damaged."""
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the binding raises bare Exception
        raise ModelUnavailableError(
            f"the tokenizer {path} cannot be read: {error}", remedy="install the model again"
        ) from error


def cut_windows(ids: Sequence[int], room: int) -> list[Window]:
    """`ids` whole where they fit into `room`, else windows of `room` ids, evenly spread, that overlap.

    >>> cut_windows([1, 2, 3], 8)
    [[1, 2, 3]]
    >>> [(window[0], window[-1]) for window in cut_windows(range(500), 254)]
    [(0, 253), (123, 376), (246, 499)]
    """
    if len(ids) <= room:
        return [list(ids)]
    step = max(1, room - min(OVERLAP, room // 4))
    last = len(ids) - room
    count = -(-last // step)
    return [
        list(ids[start : start + room]) for start in (i * last // count for i in range(count + 1))
    ]


def without_lone_surrogates(text: str) -> str:
    r"""`text` as it can be written in UTF-8: halves of a pair that stand together are joined, lone ones replaced.

    >>> without_lone_surrogates("a\ud800b"), without_lone_surrogates("\ud83d\ude00") == "\U0001f600"
    ('a�b', True)
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def checked_texts(texts: Sequence[str]) -> list[str]:
    """`texts` as a list. Raises UsageError where it is one text, or where a member is none."""
    if isinstance(texts, str | bytes):
        raise UsageError("texts to embed must be a list", remedy="put a single text into a list")
    listed = list(texts)
    for index, text in enumerate(listed):
        if not isinstance(text, str):
            raise UsageError(f"text {index} to embed is a {type(text).__name__}, not a string")
    return listed


def _special_tokens(tokenizer: Tokenizer) -> tuple[Window, Window]:
    """The ids the model wants before and after a text."""
    inner = tokenizer.encode("a", add_special_tokens=False).ids
    outer = tokenizer.encode("a", add_special_tokens=True).ids
    for start in range(len(outer) - len(inner) + 1):
        if outer[start : start + len(inner)] == inner:
            return outer[:start], outer[start + len(inner) :]
    return [], []
