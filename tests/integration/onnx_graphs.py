"""ONNX graphs that say a script whatever they hear, in the shape of published models: sherpa-onnx's real code decodes them.

A frame of SenseVoice, Paraformer and FireRed CTC says the script's token of that number; a step of FireRed's decoder the
next one. `TRUTH` is the metadata that the published models carry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

WIDTH = 560  # seven frames of 80 features
SENSE_VOICE = {
    "vocab_size": 0, "lfr_window_size": 7, "lfr_window_shift": 6, "normalize_samples": 0, "with_itn": 14,
    "without_itn": 15, "lang_auto": 0, "lang_zh": 3, "lang_en": 4, "lang_yue": 7, "lang_ja": 11, "lang_ko": 12,
    "neg_mean": ",".join(["0"] * WIDTH), "inv_stddev": ",".join(["1"] * WIDTH),
}  # fmt: skip
PARAFORMER = {name: SENSE_VOICE[name] for name in ("vocab_size", "lfr_window_size", "lfr_window_shift")} | {
    "neg_mean": SENSE_VOICE["neg_mean"],
    "inv_stddev": SENSE_VOICE["inv_stddev"],
}
CMVN = {"cmvn_mean": ",".join(["0"] * 80), "cmvn_inv_stddev": ",".join(["1"] * 80)}
FIRE_RED = {"num_decoder_layers": 1, "num_head": 1, "head_dim": 2, "sos": 1, "eos": 2, "max_len": 64} | CMVN
FIRE_RED_CTC = {"model_type": "fire-red-asr-2-ctc", "subsampling_factor": 4} | CMVN


class Graph:
    """Nodes and constants as they are added; `save` writes them."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def const(self, value: object, kind: type = np.int64) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, kind), name))
        return name

    def add(self, operation: str, *inputs: str, out: str = "", **attributes: object) -> str:
        out = out or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, list(inputs), [out], **attributes))
        return out

    def spoken(self, script: Sequence[int], vocabulary: int, at: str, out: str) -> str:
        """Rows of the script at the indices `at` (n,) as scores over the vocabulary, shape (1, n, vocabulary)."""
        inside = self.add("Min", at, self.const([len(script) - 1]))
        ids = self.add("Gather", self.const(script), inside)
        scores = self.add("OneHot", ids, self.const([vocabulary]), self.const([-9.0, 0.0], np.float32))
        return self.add("Unsqueeze", scores, self.const([0]), out=out)

    def frames(self, features: str, times: int = 1, less: int = 0) -> str:
        """0, 1, 2 … for each frame of `features` (1, T, width): T · times + less of them."""
        count = self.add("Gather", self.add("Shape", features), self.const(1))
        count = self.add("Add", self.add("Mul", count, self.const(times)), self.const(less))
        return self.add("Range", self.const(0), count, self.const(1))

    def save(
        self,
        path: Path,
        inputs: Mapping[str, tuple[int, Sequence[object]]],
        outputs: Mapping[str, tuple[int, Sequence[object]]],
        said: Mapping[str, object],
    ) -> None:
        def values(of: Mapping[str, tuple[int, Sequence[object]]]) -> list[onnx.ValueInfoProto]:
            return [helper.make_tensor_value_info(name, kind, list(shape)) for name, (kind, shape) in of.items()]

        graph = helper.make_graph(self.nodes, "script", values(inputs), values(outputs), self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        helper.set_model_props(model, {key: str(value) for key, value in said.items()})
        onnx.checker.check_model(model)
        onnx.save(model, path)


def words(folder: Path, tokens: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokens.txt").write_text("".join(f"{t} {i}\n" for i, t in enumerate(tokens)), "utf-8")


def sense_voice(folder: Path, tokens: Sequence[str], script: Sequence[int], said: Mapping[str, object] = {}) -> Path:
    """`script`: tokens of the frames of 60 ms, after the four of language, mood, event and punctuation."""
    words(folder, tokens)
    graph = Graph()
    graph.spoken(script, len(tokens), graph.frames("x", less=4), "logits")
    inputs = {"x": (TensorProto.FLOAT, ("N", "T", WIDTH))} | dict.fromkeys(
        ("x_length", "language", "text_norm"), (TensorProto.INT32, ("N",))
    )
    outputs = {"logits": (TensorProto.FLOAT, ("N", "L", len(tokens)))}
    graph.save(folder / "model.onnx", inputs, outputs, SENSE_VOICE | {"vocab_size": len(tokens)} | said)
    return folder


def paraformer(folder: Path, tokens: Sequence[str], script: Sequence[int], peaks: Sequence[int] = ()) -> Path:
    """`script`: the tokens one after the other; `peaks`: the thirds of frames (20 ms) in which they begin, and one more."""
    words(folder, tokens)
    graph = Graph()
    graph.spoken(script, len(tokens), graph.const(list(range(len(script)))), "logits")
    graph.add("Identity", graph.const([len(script)]), out="token_num")
    outputs = {"logits": (TensorProto.FLOAT, (1, len(script), len(tokens))), "token_num": (TensorProto.INT64, (1,))}
    if peaks:
        thirds = graph.frames("speech", times=3)
        row = graph.add("Unsqueeze", thirds, graph.const([1]))
        fires = graph.add("Cast", graph.add("Equal", row, graph.const([peaks])), to=TensorProto.FLOAT)
        peak = graph.add("ReduceMax", fires, axes=[1], keepdims=0)
        graph.add("Unsqueeze", peak, graph.const([0]), out="us_alphas")
        graph.add("Identity", "us_alphas", out="us_cif_peak")
        outputs |= dict.fromkeys(("us_alphas", "us_cif_peak"), (TensorProto.FLOAT, (1, "U")))
    inputs = {"speech": (TensorProto.FLOAT, ("N", "T", WIDTH)), "speech_lengths": (TensorProto.INT32, ("N",))}
    graph.save(folder / "model.onnx", inputs, outputs, PARAFORMER | {"vocab_size": len(tokens)})
    return folder


def fire_red_ctc(folder: Path, tokens: Sequence[str], script: Sequence[int]) -> Path:
    """`script`: tokens of the frames of 10 ms, which this one does not take together."""
    words(folder, tokens)
    graph = Graph()
    graph.spoken(script, len(tokens), graph.frames("x"), "logits")
    graph.add("Identity", "x_length", out="lengths")
    inputs = {"x": (TensorProto.FLOAT, ("N", "T", 80)), "x_length": (TensorProto.INT64, ("N",))}
    outputs = {"logits": (TensorProto.FLOAT, ("N", "L", len(tokens))), "lengths": (TensorProto.INT64, ("N",))}
    graph.save(folder / "model.int8.onnx", inputs, outputs, FIRE_RED_CTC)
    return folder


def fire_red(folder: Path, tokens: Sequence[str], script: Sequence[int]) -> Path:
    """`script`: the tokens one after the other, the end (number 2) among them."""
    words(folder, tokens)
    encoder = Graph()
    for name in ("cross_k", "cross_v"):
        encoder.add("Unsqueeze", "x", encoder.const([0]), out=name)
    features = {"x": (TensorProto.FLOAT, ("N", "T", 80)), "x_length": (TensorProto.INT64, ("N",))}
    crosses = dict.fromkeys(("cross_k", "cross_v"), (TensorProto.FLOAT, (1, "N", "T", 80)))
    encoder.save(folder / "encoder.int8.onnx", features, crosses, FIRE_RED)
    decoder = Graph()
    decoder.spoken(script, len(tokens), "offset", "logits")
    for name in ("k", "v"):
        decoder.add("Identity", f"self_{name}", out=f"out_{name}")
    cache = (TensorProto.FLOAT, (1, "N", "C", 1, 2))
    decoder.save(
        folder / "decoder.int8.onnx",
        {"tokens": (TensorProto.INT64, ("N", 1)), "self_k": cache, "self_v": cache}
        | crosses
        | {"offset": (TensorProto.INT64, (1,))},
        {"logits": (TensorProto.FLOAT, ("N", 1, len(tokens))), "out_k": cache, "out_v": cache},
        {},
    )
    return folder
