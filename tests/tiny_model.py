"""An embedding model of random weights, small enough to be made and converted in a second."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from enrichers.vectors.backends import offline
from enrichers.vectors.model_folder import find_model

DIM = 32


def build_tiny_model(
    folder: Path, *, max_tokens: int = 256, prompts: dict[str, str] | None = None
) -> Path:
    """A model of the packaged one's words with vectors of 32 numbers, in a folder; two builds are the same."""
    with offline():
        import torch
        from transformers import BertConfig, BertModel

    packaged = find_model(None).folder
    shutil.copytree(packaged, folder, ignore=shutil.ignore_patterns("*.safetensors", "*.bin"))
    words = json.loads((packaged / "config.json").read_text())["vocab_size"]
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=words,
        hidden_size=DIM,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=512,
    )
    BertModel(config).save_pretrained(folder)
    pooling = {"word_embedding_dimension": DIM, "pooling_mode_mean_tokens": True}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    (folder / "sentence_bert_config.json").write_text(
        json.dumps({"max_seq_length": max_tokens, "do_lower_case": False})
    )
    (folder / "config_sentence_transformers.json").write_text(
        json.dumps({"prompts": prompts or {}})
    )
    (folder / "README.md").write_text("---\nlanguage:\n- de\n- no\n---\n# Tiny\n")
    return folder
