"""Makes CTranslate2's Whisper file of an ONNX export whose matrices were rounded to 8 bits (the layout of transformers.js).

The export is optimum's: an encoder and a "merged" decoder, quantised by onnxruntime's `quantize_dynamic`, so that a matrix W
lies there as integers q with a scale s and a zero point z, W ≈ s · (q − z). What an initialiser is for is told by the name of
the node that reads it (`/model/decoder/layers.0/self_attn/q_proj/MatMul_quant`), which is the path of the module in
transformers' modeling_whisper.py. CTranslate2 stacks projections (`analyzer/hearing/weights.py` tells how).
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import ModelError

ENCODER, DECODER = "onnx/encoder_model_quantized.onnx", "onnx/decoder_model_merged_quantized.onnx"
FILES = ("config.json", "generation_config.json", "tokenizer.json", "preprocessor_config.json", ENCODER, DECODER)
_PRODUCTS = {"MatMulInteger": True, "ConvInteger": False, "MatMul": True}  # operator: whether its matrix is [in, out]
_PREFIX = re.compile(r"^/?(model[./]decoder[./])?")
_OPERATOR = re.compile(r"/(MatMul|Conv)(_quant)?$")
Tensor = NDArray[np.float32]


def convert(source: Path, target: Path) -> None:
    """Write `model.bin` and what belongs to it into the folder `target`, from the files FILES of `source`; half precision.

    The same files and the same CTranslate2 give the same bytes. Raises ModelError where a tensor is missing or has a shape
    that the configuration does not promise.
    """
    from ctranslate2.specs.whisper_spec import WhisperSpec

    config = json.loads((source / "config.json").read_text("utf-8"))
    generation = json.loads((source / "generation_config.json").read_text("utf-8"))
    spec = WhisperSpec(
        config["encoder_layers"],
        config["encoder_attention_heads"],
        config["decoder_layers"],
        config["decoder_attention_heads"],
    )
    try:
        _fill(spec, read(source / ENCODER), read(source / DECODER))
    except KeyError as missing:
        raise ModelError("model-format", f"{source} 里缺少张量 {missing}", "请重新下载模型") from missing
    spec.register_vocabulary(_vocabulary(source / "tokenizer.json", config["vocab_size"]))
    spec.config.suppress_ids = generation["suppress_tokens"]
    spec.config.suppress_ids_begin = generation["begin_suppress_tokens"]
    spec.config.lang_ids = sorted(generation["lang_to_id"].values())
    spec.config.alignment_heads = generation["alignment_heads"]
    try:
        spec.validate()
    except (ValueError, AttributeError) as error:
        raise ModelError("model-format", f"{source} 的张量和配置不符：{error}", "请重新下载模型") from error
    spec.optimize()
    target.mkdir(parents=True, exist_ok=True)
    spec.save(str(target))
    for name in ("tokenizer.json", "preprocessor_config.json"):
        shutil.copyfile(source / name, target / name)


def read(path: Path) -> dict[str, Tensor]:
    """The tensors of one graph by their modules' paths (`layers.0.fc1.weight`), matrices as [out, in], float32."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(path).graph
    stored = {one.name: one for one in graph.initializer}

    def array(name: str) -> Tensor:
        return numpy_helper.to_array(stored[name]).astype(np.float32)

    def rounded(name: str) -> Tensor:
        stem = name.removesuffix("_quantized")
        return (array(name) - array(f"{stem}_zero_point")) * array(f"{stem}_scale")

    tensors = {}
    for node in _nodes(graph):
        if node.op_type in _PRODUCTS and node.input[1] in stored:
            path_of = _PREFIX.sub("", _OPERATOR.sub("", node.name)).replace("/", ".")
            matrix = array(node.input[1]) if node.op_type == "MatMul" else rounded(node.input[1])
            tensors[f"{path_of}.weight"] = matrix.T if _PRODUCTS[node.op_type] else matrix
    for name, one in stored.items():
        plain = _PREFIX.sub("", name).replace("_merged_0", "")
        if plain == "embed_tokens.weight_quantized":
            tensors["embed_tokens.weight"] = rounded(name)
        elif one.data_type == onnx.TensorProto.FLOAT and one.dims and not plain.startswith("onnx::"):
            tensors[plain] = array(name)
    return tensors


def _nodes(graph: Any) -> Iterator[Any]:
    """All nodes, those of the branches of an `If` too."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _nodes(attribute.g)


def _fill(spec: Any, encoder: Mapping[str, Tensor], decoder: Mapping[str, Tensor]) -> None:
    for name in ("conv1", "conv2"):
        _linear(getattr(spec.encoder, name), encoder, name)
    for side, tensors in ((spec.encoder, encoder), (spec.decoder, decoder)):
        side.position_encodings.encodings = tensors["embed_positions.weight"].astype(np.float16)
        _norm(side.layer_norm, tensors, "layer_norm")
        for number, layer in enumerate(side.layer):
            _block(layer, tensors, f"layers.{number}")
    spec.decoder.embeddings.weight = decoder["embed_tokens.weight"].astype(np.float16)
    spec.decoder.projection.weight = spec.decoder.embeddings.weight  # tied, as Whisper's are


def _block(layer: Any, tensors: Mapping[str, Tensor], path: str) -> None:
    own = layer.self_attention
    _linear(own.linear[0], tensors, *(f"{path}.self_attn.{part}_proj" for part in "qkv"))
    _linear(own.linear[1], tensors, f"{path}.self_attn.out_proj")
    _norm(own.layer_norm, tensors, f"{path}.self_attn_layer_norm")
    if hasattr(layer, "attention"):
        cross = layer.attention
        _linear(cross.linear[0], tensors, f"{path}.encoder_attn.q_proj")
        _linear(cross.linear[1], tensors, f"{path}.encoder_attn.k_proj", f"{path}.encoder_attn.v_proj")
        _linear(cross.linear[2], tensors, f"{path}.encoder_attn.out_proj")
        _norm(cross.layer_norm, tensors, f"{path}.encoder_attn_layer_norm")
    _linear(layer.ffn.linear_0, tensors, f"{path}.fc1")
    _linear(layer.ffn.linear_1, tensors, f"{path}.fc2")
    _norm(layer.ffn.layer_norm, tensors, f"{path}.final_layer_norm")


def _linear(spec: Any, tensors: Mapping[str, Tensor], *paths: str) -> None:
    """Stack the modules' matrices; a module without a bias (Whisper's keys) gets zeros."""
    weights = [tensors[f"{path}.weight"] for path in paths]
    biases = [tensors.get(f"{path}.bias", np.zeros(len(w), np.float32)) for path, w in zip(paths, weights, strict=True)]
    spec.weight, spec.bias = np.concatenate(weights).astype(np.float16), np.concatenate(biases).astype(np.float16)


def _norm(spec: Any, tensors: Mapping[str, Tensor], path: str) -> None:
    spec.gamma, spec.beta = tensors[f"{path}.weight"].astype(np.float16), tensors[f"{path}.bias"].astype(np.float16)


def _vocabulary(tokenizer: Path, size: int) -> list[str]:
    """The tokens by their numbers; numbers beyond the tokenizer's (padding of the matrix) get names of their own."""
    told = json.loads(tokenizer.read_text("utf-8"))
    numbers = told["model"]["vocab"] | {one["content"]: one["id"] for one in told["added_tokens"]}
    tokens = [f"<|unused{number}|>" for number in range(size)]
    for token, number in numbers.items():
        tokens[number] = token
    return tokens
