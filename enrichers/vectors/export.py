"""The conversion itself, run in a process of its own: torch stays out of the one that asked for it.

Exports the transformer to OpenVINO and compares the result with sentence-transformers on fixed texts. Leaves a
manifest (or a refusal) beside the model; `conversion` decides where it goes.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import numpy as np

from enrichers.vectors.backends import (
    OpenVinoBackend,
    Precision,
    import_openvino,
    load_reference,
    offline,
    processor_precisions,
)
from enrichers.vectors.converted import LEAST_AGREEMENT, MODEL_FILE, write_manifest, write_refusal
from enrichers.vectors.model_folder import ModelFolder, read_model_folder
from enrichers.vectors.tokens import Window, WindowTokenizer, load_tokenizer
from schemas.protocols import Matrix

PROBE = "The harbour authority raised its fees by four percent."
TEXTS = (
    PROBE,
    "",
    "Rain.",
    "Who pays for the new bridge?",
    "12,400 tonnes at $3.15 a kilo (2021: $2.80)",
    "L'usine de Liège rouvrira en été, dit la ministre.",
    "首相は明日、記者会見を開く。 Партия проиграла выборы.",
    "The council met on Tuesday to weigh a plan for the old tannery. Its owner, who bought the site nine years ago, "
    "wants to build two hundred flats there; neighbours fear for the river and for the light in their kitchens. "
    "A vote is due before the summer, though three members said they would rather wait for the survey of the soil.",
)


class _NotConvertibleError(Exception):
    """The network uses something OpenVINO cannot trace: trying again will not help."""


def main(arguments: list[str]) -> int:
    """Convert the model in folder `arguments[0]` into folder `arguments[1]`."""
    source, target = map(Path, arguments)
    convert(read_model_folder(source, name=source.name), target)
    return 0


def convert(spec: ModelFolder, target: Path) -> None:
    """Write the converted model and its manifest into `target`, or the reason why it does not agree."""
    try:
        _export(spec, target / MODEL_FILE)
    except _NotConvertibleError as error:
        write_refusal(target, f"OpenVINO does not convert it ({error})")
        return
    tokenizer = WindowTokenizer(
        load_tokenizer(spec.tokenizer_file), max_tokens=spec.max_tokens, lowercase=spec.lowercase
    )
    windows = [text_windows[0] for text_windows in tokenizer.windows(TEXTS)]
    reference = load_reference(spec).encode(list(TEXTS), prompt="", normalize_embeddings=True)
    agreement = {
        precision: _agreement(spec, target, precision, windows, reference)
        for precision in sorted(processor_precisions())
    }
    if agreement["f32"] >= LEAST_AGREEMENT["f32"]:
        write_manifest(target, agreement=agreement, window=windows[0], vector=reference[0])
    else:
        found = f"cosine {agreement['f32']:.4f}"
        write_refusal(target, f"converted, it differs from the reference ({found})")


def _export(spec: ModelFolder, model_file: Path) -> None:
    openvino = import_openvino()
    from openvino.tools.ovc import convert_model

    with offline(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.jit.trace is deprecated, and is what OpenVINO uses
        import torch
        from transformers import AutoModel

        network = AutoModel.from_pretrained(
            spec.folder, attn_implementation="eager", local_files_only=True, trust_remote_code=False
        ).eval()
        ids = torch.ones((2, 8), dtype=torch.int64)
        example = {"input_ids": ids, "attention_mask": ids}
        if getattr(network.config, "type_vocab_size", 0) > 1:
            example["token_type_ids"] = torch.zeros_like(ids)
        try:
            converted = convert_model(network, example_input=example)
        except (RuntimeError, TypeError, ValueError, LookupError, AttributeError) as error:
            raise _NotConvertibleError(str(error).strip().partition("\n")[0][:200]) from error
    # Only the token states: the pooler behind them is computed for nothing.
    states = openvino.Model([converted.get_results()[0]], converted.get_parameters())
    openvino.save_model(states, model_file, compress_to_fp16=False)


def _agreement(
    spec: ModelFolder, target: Path, precision: Precision, windows: list[Window], reference: Matrix
) -> float:
    backend = OpenVinoBackend(
        target / MODEL_FILE, precision=precision, pooling=spec.pooling, pad_id=spec.pad_id
    )
    return float(np.min(np.sum(backend.run(windows) * reference, axis=1)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
