"""sherpa-onnx's real engine: our base weights on real speech, and scripted graphs of the models whose weights are not here."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from analyzer.audio import open_audio
from analyzer.domain import Span
from analyzer.errors import ModelError
from analyzer.hearing import Scorer, detect_speech, hear, load_transcriber, provision
from analyzer.hearing.onnxfolder import Family, metadata, recognise
from analyzer.hearing.packing import pack
from analyzer.hearing.script import is_spoken, spoken, to_simplified
from analyzer.hearing.sherpa import PART_S, parts, written
from analyzer.hearing.types import ChannelHearing, Decoded, Transcriber, Window, WindowPiece
from analyzer.settings import Settings
from benchmarks.engines.export import describe, export
from tests.integration import onnx_graphs as graphs
from tests.integration.command_line import command, cut

RATE = 16_000
TOKENS = ("<blank>", "<s>", "</s>", "<|zh|>", "<|NEUTRAL|>", "<|BGM|>", "<|withitn|>", "您", "好", "，", "▁OK", "<unk>",
          "再", "见", "<|Applause|>", "hel@@", "lo", "world")  # fmt: skip
ID = {token: number for number, token in enumerate(TOKENS)}
QUIET = np.zeros(RATE * 6, np.int16)


def numbers(text: str) -> list[int]:
    """Numbers of tokens that stand apart by spaces; a dot is the blank."""
    return [0 if token == "." else ID[token] for token in text.split()]


def engine(folder: Path, **changes: object) -> Transcriber:
    return load_transcriber(
        Settings.from_environment({}, engine="sherpa-onnx", model=str(folder), threads=1, **changes)
    )


def heard(folder: Path, *pieces: tuple[float, float]) -> Decoded:
    """One window of `pieces` (seconds of the recording), laid half a second apart."""
    laid, offset = [], 0
    for start_s, end_s in pieces:
        laid.append(WindowPiece(int(start_s * RATE), int(end_s * RATE), offset))
        offset += int((end_s - start_s + 0.5) * RATE)
    (decoded,) = engine(folder).transcribe([Window(QUIET, tuple(laid))])
    return decoded


SENSE_VOICE = numbers("<|zh|> <|NEUTRAL|> <|BGM|> <|withitn|> . 您 您 . 好 ， . ▁OK <|Applause|> <unk> . 再 见")


def test_sense_voices_tags_are_no_words_and_every_character_has_its_time(tmp_path: Path) -> None:
    folder = graphs.sense_voice(tmp_path / "sense", TOKENS, SENSE_VOICE)
    decoded = heard(folder, (0.0, 2.0))
    assert decoded.text == "您好， OK再见"
    assert decoded.char_start_s[0] == pytest.approx(0.06)
    assert decoded.char_start_s[1] == pytest.approx(0.24)
    assert decoded.char_end_s[0] == pytest.approx(0.24)  # until the next one begins
    assert decoded.char_start_s[-1] == pytest.approx(0.72)
    assert decoded.char_end_s[-1] == pytest.approx(2.0)  # and the last one, until its part ends
    assert not decoded.coarse


def test_how_surely_it_was_heard_is_unknown_and_there_is_no_second_hearing(tmp_path: Path) -> None:
    folder = graphs.sense_voice(tmp_path / "sense", TOKENS, SENSE_VOICE)
    decoded = heard(folder, (0.0, 2.0))
    assert (decoded.char_confidence, decoded.avg_logprob, decoded.no_speech_prob) == ((), None, None)
    assert not isinstance(engine(folder), Scorer)


def test_each_piece_of_a_window_is_heard_by_itself_and_dated_where_it_lies(tmp_path: Path) -> None:
    folder = graphs.sense_voice(tmp_path / "sense", TOKENS, SENSE_VOICE)
    decoded = heard(folder, (0.0, 1.0), (3.0, 4.0))
    assert decoded.text == "您好， OK再见" * 2
    assert decoded.char_start_s[len("您好， OK再见")] == pytest.approx(1.5 + 0.06)
    assert all(a < b for a, b in pairwise(decoded.char_start_s))


def test_a_paraformer_that_dates_its_tokens_and_one_that_does_not(tmp_path: Path) -> None:
    script = numbers("您 好 hel@@ lo world 再 见 </s>")
    dated = heard(graphs.paraformer(tmp_path / "dated", TOKENS, script, [5, 10, 15, 20, 25, 30, 35, 40]), (0.0, 2.0))
    assert dated.text == "您好hello world再见"
    assert dated.char_start_s[:3] == pytest.approx((0.1, 0.2, 0.3))
    assert not dated.coarse
    plain = heard(graphs.paraformer(tmp_path / "plain", TOKENS, script), (0.0, 2.0), (3.0, 4.0))
    assert plain.text == "您好hello world再见" * 2
    assert plain.coarse
    assert plain.char_start_s[0] == 0.0
    assert plain.char_start_s[len("您好hello world再见")] == pytest.approx(2.5)  # no times, but each in its piece


def test_both_kinds_of_fire_red(tmp_path: Path) -> None:
    encoder = heard(graphs.fire_red(tmp_path / "aed", TOKENS, numbers("您 好 再 见 </s>")), (0.0, 0.4))
    assert (encoder.text, encoder.coarse) == ("您好再见", True)  # 0.4 s alone would be given no room for any token
    script = numbers(". . . 您 您 . . 好 . 再 . . 见 .")
    ctc = heard(graphs.fire_red_ctc(tmp_path / "ctc", TOKENS, script), (0.0, 2.0))
    assert (ctc.text, ctc.coarse) == ("您好再见", False)
    assert ctc.char_start_s == pytest.approx((0.12, 0.28, 0.36, 0.48))


def test_a_piece_shorter_than_the_models_frames_is_heard_all_the_same(tmp_path: Path) -> None:
    folder = graphs.sense_voice(tmp_path / "sense", TOKENS, SENSE_VOICE)
    decoded = heard(folder, (0.0, 0.03))
    assert all(0.0 <= start_s <= 0.03 for start_s in decoded.char_start_s)


def test_the_engine_says_which_model_heard(tmp_path: Path) -> None:
    folder = graphs.fire_red(tmp_path / "fire-red", TOKENS, numbers("您 </s>"))
    said = engine(folder).engine
    assert (said.name, said.model, said.compute_type, said.device) == (
        "sherpa-onnx",
        "FireRed AED fire-red",
        "int8",
        "cpu",
    )
    assert said.version


def test_the_command_tells_which_model_a_folder_holds(tmp_path: Path) -> None:
    folder = graphs.fire_red(tmp_path / "fire-red", TOKENS, numbers("您 </s>"))
    done = command("model", folder, TINGJIAN_ENGINE="sherpa-onnx")
    assert (done.status, done.out) == (0, f"{folder} FireRed AED int8\n"), done.err
    (folder / "tokens.txt").unlink()
    done = command("model", folder, TINGJIAN_ENGINE="sherpa-onnx")
    assert done.status != 0
    assert "缺少 tokens.txt" in done.err


def test_a_gpu_that_is_asked_for_is_told_to_be_out_of_reach(tmp_path: Path) -> None:
    folder = graphs.fire_red(tmp_path / "fire-red", TOKENS, numbers("您 </s>"))
    (warning,) = engine(folder, device="cuda").warnings
    assert "只支持处理器" in warning
    assert engine(folder).warnings == ()


@pytest.mark.parametrize(
    ("lost", "named"),
    [("tokens.txt", "tokens.txt"), ("decoder.int8.onnx", "decoder.onnx"), ("encoder.int8.onnx", "encoder.onnx")],
)
def test_a_folder_that_lacks_a_file_is_refused_with_its_name(tmp_path: Path, lost: str, named: str) -> None:
    folder = graphs.fire_red(tmp_path / "model", TOKENS, numbers("您 </s>"))
    (folder / lost).unlink()
    with pytest.raises(ModelError, match="缺少") as refused:
        engine(folder)
    assert named in refused.value.message


def test_a_file_that_says_too_little_of_itself_is_refused_before_the_engine_ends_the_process(tmp_path: Path) -> None:
    folder = graphs.sense_voice(tmp_path / "model", TOKENS, SENSE_VOICE, {"neg_mean": "", "lang_zh": ""})
    with pytest.raises(ModelError, match="lang_zh") as refused:
        engine(folder)
    assert "neg_mean" in refused.value.message
    assert refused.value.code == "model-metadata"


@pytest.mark.parametrize("content", [b"", b"not a model", bytes(200), b"\x0a\xff\xff\xff\xff\x0f"])
def test_what_is_no_onnx_file_is_refused(tmp_path: Path, content: bytes) -> None:
    folder = graphs.sense_voice(tmp_path / "model", TOKENS, SENSE_VOICE)
    (folder / "model.onnx").write_bytes(content)
    with pytest.raises(ModelError, match="ONNX"):
        engine(folder)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_file_that_was_cut_short_is_refused(tmp_path: Path, share: float) -> None:
    path = graphs.sense_voice(tmp_path / "model", TOKENS, SENSE_VOICE) / "model.onnx"
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ModelError) as refused:
        engine(path.parent)
    assert refused.value.code in ("model-format", "model-metadata")


def test_another_model_than_those_is_refused_by_what_it_calls_itself(tmp_path: Path) -> None:
    graph = graphs.Graph()
    graph.add("Identity", "x", out="y")
    value = {"x": (1, (1,))}
    graphs.words(tmp_path, TOKENS)
    graph.save(tmp_path / "model.onnx", value, {"y": (1, (1,))}, {"model_type": "zipformer2_ctc"})
    with pytest.raises(ModelError, match="zipformer2_ctc"):
        recognise(tmp_path)
    with pytest.raises(ModelError, match="没有文件夹"):
        recognise(tmp_path / "nowhere")


def test_two_models_in_one_folder_are_refused_and_two_formats_of_one_are_chosen_from(tmp_path: Path) -> None:
    folder = graphs.sense_voice(tmp_path / "model", TOKENS, SENSE_VOICE)
    content = (folder / "model.onnx").read_bytes()
    (folder / "model.int8.onnx").write_bytes(content)
    assert recognise(folder).compute_type == "int8"
    assert recognise(folder, "float32").compute_type == "float32"
    (folder / "other.int8.onnx").write_bytes(content)
    with pytest.raises(ModelError, match=r"other\.int8\.onnx"):
        recognise(folder)


def test_metadata_is_read_past_the_graph_as_onnx_reads_it(tmp_path: Path) -> None:
    folder = graphs.sense_voice(tmp_path / "model", TOKENS, SENSE_VOICE)
    assert metadata(folder / "model.onnx") == {
        key: str(value) for key, value in (graphs.SENSE_VOICE | {"vocab_size": len(TOKENS)}).items()
    }
    assert recognise(folder).family is Family.SENSE_VOICE


def test_tokens_are_written_one_for_one() -> None:
    assert written(["<|zh|>", "▁the", "re", "好"], Family.SENSE_VOICE) == [b"", b" the", b"re", "好".encode()]
    assert written(["a@@", "b", "c", "您"], Family.PARAFORMER) == [b"a", b"b", b" c", "您".encode()]


def test_no_part_is_longer_than_the_engine_takes_and_no_sample_of_a_piece_is_lost() -> None:
    noise = (np.random.default_rng(3).normal(size=RATE * 40) * 900).astype(np.int16)
    for window in pack(noise, (Span(0.5, 28.0), Span(29.0, 30.0), Span(31.0, 39.0))):
        audio = window.audio()
        for together in (False, True):
            cuts = parts(window, audio, together=together)
            assert all(0 <= first < last <= window.samples and last - first <= PART_S * RATE for first, last in cuts)
            assert all(before[1] <= after[0] for before, after in pairwise(cuts))
            covered = {sample for first, last in cuts for sample in range(first, last, 800)}
            assert all(
                any(abs(s - c) <= 800 for c in covered)
                for p in window.pieces
                for s in (p.offset, p.offset + p.last - p.first - 1)
            )


def test_a_tiny_random_whisper_goes_all_the_way_through_export_and_engine(
    tiny_checkpoint: Path, tmp_path: Path
) -> None:
    folder = export(tiny_checkpoint, tmp_path / "whisper", "tiny")
    samples = (np.random.default_rng(5).normal(size=RATE * 6) * 3000).astype(np.int16)
    windows = pack(samples, (Span(1.0, 2.0), Span(4.0, 5.0)))
    (decoded,) = engine(folder).transcribe(windows)
    assert recognise(folder).dated
    assert len(decoded.text) == len(decoded.char_start_s)
    assert not decoded.coarse
    assert all(
        0.0 <= a < b <= windows[0].duration_s for a, b in zip(decoded.char_start_s, decoded.char_end_s, strict=True)
    )

    describe(folder / "tiny-encoder.onnx", {**metadata(folder / "tiny-encoder.onnx"), "n_alignment_heads": 0})
    assert not recognise(folder).dated
    (undated,) = engine(folder, beam=3).transcribe(windows)  # the other settings load it anew
    assert undated.coarse
    assert len(undated.char_start_s) == len(undated.text)


def test_a_graph_that_does_not_fit_what_it_says_is_refused_by_name_of_its_folder(tmp_path: Path) -> None:
    folder = graphs.fire_red(tmp_path / "model", TOKENS, numbers("您 好 </s>"))
    said = metadata(folder / "encoder.int8.onnx") | {"num_head": 7}
    describe(folder / "encoder.int8.onnx", said)
    with pytest.raises(ModelError, match="不能用") as refused:
        list(engine(folder).transcribe([Window(QUIET, (WindowPiece(0, RATE, 0),))]))
    assert str(folder) in refused.value.message


@pytest.fixture(scope="session")
def base() -> Path:
    """Our own weights in sherpa-onnx's format; made once a machine (ten seconds, 400 MB) in the folder of caches."""
    settings = Settings()
    folder = settings.cache_dir / "sherpa-base"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not (folder / "whole").exists():
            export(provision(settings, checkpoint=True), folder)
            (folder / "whole").touch()
    return folder


@pytest.mark.weights
def test_base_weights_hear_in_sherpa_onnx_what_they_hear_in_faster_whisper(base: Path, tmp_path: Path) -> None:
    path = cut("visit-01-faucet.ogg", 13.0, tmp_path / "visit.wav")
    settings = Settings(prompt="", beam=1, compute_type="float32")  # this engine takes no prompt and is greedy
    with open_audio(path, settings) as audio:
        samples = np.array(audio.samples[0])
    speech = detect_speech(samples)
    there = hear(samples, speech, engine(base), settings)
    here = hear(samples, speech, load_transcriber(settings), settings)
    mine, theirs = ("".join(spoken(to_simplified(s.text)) for s in h.segments) for h in (here, there))
    assert len(theirs) > 40
    assert _alike(mine, theirs) > 0.9
    dated_here, dated_there = _once(here), _once(there)
    apart = [abs(dated_here[char] - dated_there[char]) for char in dated_here.keys() & dated_there.keys()]
    assert len(apart) > 15
    assert float(np.median(apart)) <= 0.1
    assert all(segment.confidence is None for segment in there.segments)


def _alike(a: str, b: str) -> float:
    return SequenceMatcher(None, a, b, autojunk=False).ratio()


def _once(heard: ChannelHearing) -> dict[str, float]:
    """When each character was said that was said but once."""
    dated = [(c, s) for segment in heard.segments for c, s in zip(segment.text, segment.char_start_s, strict=True)]
    counted = Counter(char for char, _ in dated)
    return {char: start_s for char, start_s in dated if counted[char] == 1 and is_spoken(char)}
