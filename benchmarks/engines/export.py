"""openai-whisper's checkpoint as the ONNX files that sherpa-onnx takes, with the attention that dates the tokens.

What sherpa-onnx asks of the files is a format: names of inputs and outputs and the encoder's metadata, as in
`scripts/whisper/` of k2-fsa/sherpa-onnx (Apache-2.0). The graphs are our own: the encoder takes windows of any length,
the decoder keeps its past keys and values in caches of full length, written at `offset`.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

OPSET = 17


def export(checkpoint: Path, folder: Path, name: str = "base") -> Path:
    """Write `{name}-encoder.onnx`, `{name}-decoder.onnx` and `{name}-tokens.txt` to `folder`, float32.

    `checkpoint` is openai-whisper's, with `alignment_heads` in it. Needs torch and the package onnx.
    """
    import torch
    import whisper
    from whisper.model import disable_sdpa

    stored = torch.load(checkpoint, map_location="cpu", weights_only=True, mmap=True)
    model = whisper.load_model(str(checkpoint), device="cpu").float().eval()
    heads = [(int(layer), int(head)) for layer, head in stored["alignment_heads"]]
    folder.mkdir(parents=True, exist_ok=True)
    encoder, decoder = _graphs(model, heads)
    dims = model.dims
    mel = torch.zeros(1, dims.n_mels, 1000)
    cache = torch.zeros(dims.n_text_layer, 1, dims.n_text_ctx, dims.n_text_state)
    cross = torch.zeros(dims.n_text_layer, 1, 500, dims.n_text_state)
    tokens = torch.zeros(1, 3, dtype=torch.int64)
    with torch.no_grad(), disable_sdpa(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter that traces is announced to go; the other one needs onnxscript
        torch.onnx.export(
            encoder, (mel,), str(folder / f"{name}-encoder.onnx"), dynamo=False, opset_version=OPSET,
            input_names=["mel"], output_names=["n_layer_cross_k", "n_layer_cross_v"],
            dynamic_axes={
                "mel": {0: "n_audio", 2: "T"},
                "n_layer_cross_k": {1: "n_audio", 2: "T"}, "n_layer_cross_v": {1: "n_audio", 2: "T"},
            },
        )  # fmt: skip
        torch.onnx.export(
            decoder, (tokens, cache, cache, cross, cross, torch.tensor([2])), str(folder / f"{name}-decoder.onnx"),
            dynamo=False, opset_version=OPSET,
            input_names=["tokens", "in_n_layer_self_k_cache", "in_n_layer_self_v_cache",
                         "n_layer_cross_k", "n_layer_cross_v", "offset"],
            output_names=["logits", "out_n_layer_self_k_cache", "out_n_layer_self_v_cache", "cross_attention_weights"],
            dynamic_axes={
                "tokens": {0: "n_audio", 1: "n_tokens"},
                "in_n_layer_self_k_cache": {1: "n_audio"}, "in_n_layer_self_v_cache": {1: "n_audio"},
                "n_layer_cross_k": {1: "n_audio", 2: "T"}, "n_layer_cross_v": {1: "n_audio", 2: "T"},
                "cross_attention_weights": {0: "n_audio", 2: "n_tokens", 3: "T"},
            },
        )  # fmt: skip
    describe(folder / f"{name}-encoder.onnx", _metadata(model, heads, name))
    _tokens(folder / f"{name}-tokens.txt")
    return folder


def quantise(folder: Path, name: str = "base") -> None:
    """Write `.int8.onnx` beside the float32 files: matrices as 8-bit integers, scaled as they are multiplied."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    for part in ("encoder", "decoder"):
        quantize_dynamic(
            folder / f"{name}-{part}.onnx",
            folder / f"{name}-{part}.int8.onnx",
            op_types_to_quantize=["MatMul"],
            weight_type=QuantType.QInt8,
        )


def _graphs(model: Any, heads: list[tuple[int, int]]) -> tuple[Any, Any]:
    """The encoder (mel → keys and values of each cross-attention) and the decoder (one step) as modules to trace."""
    import torch
    from torch import Tensor, nn
    from torch.nn import functional

    def split(x: Tensor, n_head: int) -> Tensor:
        """(batch, n, state) → (batch, head, n, state / head)."""
        return x.view(x.shape[0], -1, n_head, x.shape[2] // n_head).transpose(1, 2)

    def attend(layer: Any, x: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """The layer's output, and its weights, shape (batch, head, n, keys)."""
        query, key, value = (split(one, layer.n_head) for one in (layer.query(x), key, value))
        scores = query @ key.transpose(2, 3) * query.shape[3] ** -0.5
        weights = functional.softmax(scores if mask is None else scores + mask, dim=-1)
        return layer.out((weights @ value).transpose(1, 2).flatten(2)), weights

    class Encoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, mel: Tensor) -> tuple[Tensor, Tensor]:
            encoder = self.model.encoder
            x = functional.gelu(encoder.conv2(functional.gelu(encoder.conv1(mel)))).transpose(1, 2)
            x = x + encoder.positional_embedding[: x.shape[1]]
            for block in encoder.blocks:
                x = block(x)
            x = encoder.ln_post(x)
            crosses = [block.cross_attn for block in self.model.decoder.blocks]
            return torch.stack([c.key(x) for c in crosses]), torch.stack([c.value(x) for c in crosses])

    class Decoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(
            self, tokens: Tensor, keys: Tensor, values: Tensor, cross_k: Tensor, cross_v: Tensor, offset: Tensor
        ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
            decoder = self.model.decoder
            begin, end = offset[0], offset[0] + tokens.shape[1]
            x = decoder.token_embedding(tokens) + decoder.positional_embedding[begin:end]
            later = torch.arange(end)[None, :] > torch.arange(begin, end)[:, None]
            mask = later.float() * -1e9
            seen: list[Tensor] = []
            new_keys, new_values = [], []
            for i, block in enumerate(decoder.blocks):
                normed = block.attn_ln(x)
                key = torch.cat([keys[i, :, :begin], block.attn.key(normed)], dim=1)
                value = torch.cat([values[i, :, :begin], block.attn.value(normed)], dim=1)
                x = x + attend(block.attn, normed, key, value, mask)[0]
                out, weights = attend(block.cross_attn, block.cross_attn_ln(x), cross_k[i], cross_v[i], None)
                x = x + out
                x = x + block.mlp(block.mlp_ln(x))
                chosen = [head for layer, head in heads if layer == i]
                if chosen:
                    seen.append(weights[:, chosen])
                new_keys.append(torch.cat([key, keys[i, :, end:]], dim=1))
                new_values.append(torch.cat([value, values[i, :, end:]], dim=1))
            logits = decoder.ln(x) @ decoder.token_embedding.weight.T
            return logits, torch.stack(new_keys), torch.stack(new_values), torch.cat(seen, dim=1)

    return Encoder(), Decoder()


def _metadata(model: Any, heads: list[tuple[int, int]], name: str) -> dict[str, object]:
    from whisper.tokenizer import get_tokenizer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the list of tokens is opened and never closed
        tokenizer = get_tokenizer(model.is_multilingual, num_languages=model.num_languages)

    def listed(values: Any) -> str:
        return ",".join(str(value) for value in values)

    return {
        **vars(model.dims),
        "model_type": f"whisper-{name}",
        "version": 2,
        "maintainer": "tingjian",
        "sot_sequence": listed(tokenizer.sot_sequence),
        "all_language_tokens": listed(tokenizer.all_language_tokens),
        "all_language_codes": listed(tokenizer.all_language_codes),
        "sot": tokenizer.sot,
        "sot_index": tokenizer.sot_sequence.index(tokenizer.sot),
        "eot": tokenizer.eot,
        "blank_id": tokenizer.encode(" ")[0],
        "is_multilingual": int(model.is_multilingual),
        "no_speech": tokenizer.no_speech,
        "non_speech_tokens": listed(tokenizer.non_speech_tokens),
        "transcribe": tokenizer.transcribe,
        "translate": tokenizer.translate,
        "sot_prev": tokenizer.sot_prev,
        "sot_lm": tokenizer.sot_lm,
        "no_timestamps": tokenizer.no_timestamps,
        "n_alignment_heads": len(heads),
        "alignment_heads": ",".join(f"{layer}:{head}" for layer, head in heads),
    }


def describe(path: Path, metadata: Mapping[str, object]) -> None:
    """Write what the file says of itself, in place of what it said."""
    import onnx

    model = onnx.load(path)
    onnx.helper.set_model_props(model, {key: str(value) for key, value in metadata.items()})
    onnx.save(model, path)


def _tokens(path: Path) -> None:
    """sherpa-onnx's list: a token's bytes in base64, its number."""
    import whisper

    source = Path(whisper.__file__).parent / "assets" / "multilingual.tiktoken"
    path.write_text(source.read_text("ascii"), "ascii")
