"""llama.cpp's own server over a model of random weights; the model is half a megabyte.

`python -m tests.llm.tiny_llama FOLDER` prints `{"base": …}` and serves until its input ends.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

SIZE, HEADS, LAYERS, INNER = 64, 4, 2, 128
CONTEXT = 2_048
WORDS = ("▁", "▁the", "▁a", "▁lock", "▁of")
TEMPLATE = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:"


def write(path: Path) -> None:
    """A llama whose every letter is a byte, so that it can spell anything."""
    import gguf
    import numpy as np

    random = np.random.default_rng(7)
    letters = [f"<0x{byte:02X}>" for byte in range(256)]
    tokens = ["<unk>", "<s>", "</s>", *letters, *WORDS]
    out = gguf.GGUFWriter(str(path), "llama")
    _describe(out, tokens)

    def tensor(name: str, *shape: int) -> None:
        weights = random.standard_normal(shape) * 0.05
        out.add_tensor(f"{name}.weight", weights.astype(np.float32))

    def ones(name: str) -> None:
        out.add_tensor(f"{name}.weight", np.ones(SIZE, np.float32))

    tensor("token_embd", len(tokens), SIZE)
    tensor("output", len(tokens), SIZE)
    ones("output_norm")
    for layer in range(LAYERS):
        place = f"blk.{layer}"
        ones(f"{place}.attn_norm")
        ones(f"{place}.ffn_norm")
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            tensor(f"{place}.{part}", SIZE, SIZE)
        tensor(f"{place}.ffn_gate", INNER, SIZE)
        tensor(f"{place}.ffn_up", INNER, SIZE)
        tensor(f"{place}.ffn_down", SIZE, INNER)
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


def _describe(out: Any, tokens: list[str]) -> None:
    words = len(WORDS)
    out.add_context_length(CONTEXT)
    out.add_embedding_length(SIZE)
    out.add_block_count(LAYERS)
    out.add_feed_forward_length(INNER)
    out.add_head_count(HEADS)
    out.add_head_count_kv(HEADS)
    out.add_layer_norm_rms_eps(1e-5)
    out.add_rope_dimension_count(SIZE // HEADS)
    out.add_vocab_size(len(tokens))
    out.add_tokenizer_model("llama")
    out.add_token_list(tokens)
    out.add_token_scores([0.0] * 3 + [-1.0] * (len(tokens) - 3))
    out.add_token_types([2, 3, 3, *[6] * 256, *[1] * words])
    out.add_bos_token_id(1)
    out.add_eos_token_id(2)
    out.add_unk_token_id(0)
    out.add_chat_template(TEMPLATE)


def main(folder: Path) -> None:
    """Writes the model and serves it on a free port of the loopback address."""
    xllamacpp: Any = importlib.import_module("xllamacpp")  # it has no types

    path = folder / "tiny.gguf"
    write(path)
    asked = xllamacpp.CommonParams()
    asked.model.path = str(path)
    asked.hostnames = ["127.0.0.1"]
    asked.port = 0
    asked.n_ctx = CONTEXT
    asked.n_predict = 256
    asked.warmup = False
    asked.verbosity = -1
    server = xllamacpp.Server(asked)
    sys.stdout.write(json.dumps({"base": server.listening_address}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
