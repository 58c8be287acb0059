"""What cannot be decoded is refused in one clear sentence; nothing hostile gets anywhere."""

from __future__ import annotations

import os
import re
import socket
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analyzer.audio import decoder, messages, open_audio
from analyzer.audio.child import answer as childs_answer
from analyzer.audio.report import Failure, Request
from analyzer.errors import AudioError
from analyzer.settings import Settings
from tests.integration.audio_files import decode_all, read, tone, voice, write, write_float_wav

SETTINGS = Settings()


def refusal(path: Path, settings: Settings = SETTINGS) -> AudioError:
    with pytest.raises(AudioError) as caught, open_audio(path, settings):
        pass
    error = caught.value
    assert str(error).startswith(f"录音「{path.name}」：")
    assert f"（{error.code}）" in error.message
    assert error.advice
    return error


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path / "没有.wav").code == "audio-missing"
    assert refusal(tmp_path / "x\0y.wav").code == "audio-missing"
    assert refusal(tmp_path / ("长" * 300)).code == "audio-missing"


def test_a_folder_is_not_a_recording(tmp_path: Path) -> None:
    assert str(refusal(tmp_path)) == (
        f"录音「{tmp_path.name}」：这是一个文件夹，不是录音文件（audio-directory）；请指定文件夹里的录音文件"
    )


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.wav")
    assert refusal(tmp_path / "a.wav").code == "audio-not-a-file"


def header_only(path: Path) -> bytes:
    return write_float_wav(path, np.zeros(0, np.float32)).read_bytes()


def encrypted_m4a(path: Path) -> bytes:
    data = write(path, tone(1.0), "ipod", "aac").read_bytes()
    assert data.count(b"mp4a") == 1
    return data.replace(b"mp4a", b"enca")


def encrypted_itunes(path: Path) -> bytes:
    return encrypted_m4a(path).replace(b"enca", b"drms")


def encrypted_wma(path: Path) -> bytes:
    data = write(path, tone(1.0, rate_hz=44_100), "asf", "wmav2", rate_hz=44_100, bit_rate=64_000).read_bytes()
    size, count = struct.unpack_from("<QI", data, 16)
    extra = bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e") + struct.pack("<Q", 40) + bytes(16)
    return data[:16] + struct.pack("<QI", size + 40, count + 1) + data[28:30] + extra + data[30:]


def unfinished_m4a(path: Path) -> bytes:
    data = write(path, tone(1.0), "ipod", "aac").read_bytes()
    return data[: data.index(b"moov") - 4]


def mute_video(path: Path) -> bytes:
    return write(path, tone(1.0), "mp4", video=True, sound=False).read_bytes()


MP3_FRAMES = (b"\xff\xfb\x90\x64" + b"\0" * 413) * 20


def zipped(path: Path, **members: bytes) -> bytes:
    with zipfile.ZipFile(path, "w") as archive:  # stored, so that FFmpeg would find the frames in it
        for name, content in members.items():
            archive.writestr(name, content)
    return path.read_bytes()


def zip_of_recordings(path: Path) -> bytes:
    return zipped(path, **{"1.mp3": MP3_FRAMES, "2.mp3": MP3_FRAMES})


def word_document(path: Path) -> bytes:
    return zipped(path, **{"[Content_Types].xml": b"x", "word/document.xml": b"y", "word/media/1.mp3": MP3_FRAMES})


BAD_FILES = {
    "empty": ("audio-empty", lambda _: b""),
    "text renamed to wav": ("audio-text", lambda _: "王师傅 2024-03-05 上门记录\n换水龙头".encode() * 9),
    "text in GB 18030": ("audio-text", lambda _: "工单号,师傅\n1001,王师傅".encode("gb18030") * 50),
    "web page": ("audio-text", lambda _: b"<!DOCTYPE html><html><body>404</body></html>"),
    "pdf": ("audio-pdf", lambda _: b"%PDF-1.7\n\x00\x01\x02\xe2\xe3" + bytes(500)),
    "zip": ("audio-zip", lambda _: b"PK\x03\x04" + bytes(500)),
    "zip of recordings": ("audio-zip", zip_of_recordings),
    "word document": ("audio-word", word_document),
    "tar": ("audio-archive", lambda _: b"a.mp3".ljust(257, b"\0") + b"ustar\x0000" + MP3_FRAMES),
    "zeros": ("audio-not-audio", lambda _: bytes(20_000)),
    "random": ("audio-not-audio", lambda _: np.random.default_rng(8).bytes(20_000)),
    "voice message of WeChat": ("audio-silk", lambda _: b"\x02#!SILK_V3" + bytes(range(200))),
    "wav header only": ("audio-no-samples", header_only),
    "amr header only": ("audio-no-samples", lambda _: b"#!AMR\n"),
    "encrypted m4a": ("audio-encrypted", encrypted_m4a),
    "bought in iTunes": ("audio-encrypted", encrypted_itunes),
    "encrypted wma": ("audio-encrypted", encrypted_wma),
    "m4a cut off by a dead battery": ("audio-unfinished", unfinished_m4a),
    "video without sound": ("audio-no-audio-stream", mute_video),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_without_usable_sound_is_refused_with_its_reason(name: str, tmp_path: Path) -> None:
    code, make = BAD_FILES[name]
    data = make(tmp_path / "scratch")
    path = tmp_path / "录音.wav"
    path.write_bytes(data)
    assert refusal(path).code == code


def test_limits_are_told_with_the_setting_to_change(tmp_path: Path) -> None:
    path = write(tmp_path / "a.flac", voice(12.0, 150.0, 1), "flac", "flac")
    error = refusal(path, replace(SETTINGS, max_duration_s=10.0))
    assert error.code == "audio-too-long"
    assert "时长上限 10 秒" in error.message
    assert "TINGJIAN_MAX_DURATION_S" in error.advice
    error = refusal(path, replace(SETTINGS, max_file_bytes=1_024))
    assert error.code == "audio-too-large"
    assert "1 KB" in error.message


def test_a_long_silence_in_a_small_file_stops_at_the_limit(tmp_path: Path) -> None:
    path = write(tmp_path / "bomb.flac", np.zeros(8_000 * 3_600, np.float32), "flac", "flac", rate_hz=8_000)
    assert path.stat().st_size < 2_000_000
    start = time.monotonic()
    assert refusal(path, replace(SETTINGS, max_duration_s=60.0)).code == "audio-too-long"
    assert time.monotonic() - start < 2.0


def child(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder, "CHILD_COMMAND", (sys.executable, "-c", program))


def test_a_child_that_is_killed_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.wav", tone(0.5))
    child("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", monkeypatch)
    assert refusal(path).code == "audio-crashed"
    monkeypatch.undo()
    with open_audio(path, SETTINGS) as audio:
        assert audio.duration_s == 0.5


@pytest.mark.parametrize("program", ["print('{')", "print('[1]')", 'print(\'{"code": "nonsense"}\')', "print('{}')"])
def test_a_child_that_talks_nonsense_costs_one_file(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.wav", tone(0.5))
    child(program, monkeypatch)
    assert refusal(path).code == "audio-crashed"


def test_a_child_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.wav", tone(0.5))
    monkeypatch.setattr(decoder, "GRACE_S", 0.0)
    child("import time; time.sleep(60)", monkeypatch)
    error = refusal(path, replace(SETTINGS, decode_timeout_s=1.0))
    assert error.code == "audio-timeout"
    assert "1 秒" in error.message


def test_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    # the child's target is a device that is always full: what a full temporary folder answers
    path = write_float_wav(tmp_path / "a.wav", tone(1.0))
    answer = childs_answer(Request(str(path), "/dev/full", str(tmp_path), 3600.0, 60.0, 2**32, os.getppid()))
    assert isinstance(answer, Failure)
    assert answer.code == "disk-full"
    assert "磁盘" in messages.error("disk-full", "a.wav").message


def test_nothing_stays_behind_after_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    path = tmp_path / "a.wav"
    path.write_bytes(b"nothing")
    refusal(path)
    with pytest.raises(KeyError), open_audio(write(path, tone(0.5)), SETTINGS):
        raise KeyError
    assert list(scratch.iterdir()) == []


def test_a_killed_worker_leaves_neither_a_child_nor_files(tmp_path: Path) -> None:
    path = write(tmp_path / "a.flac", np.zeros(8_000 * 3_600, np.float32), "flac", "flac", rate_hz=8_000)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    program = (
        "import sys; from pathlib import Path; from analyzer.audio import open_audio;"
        "from analyzer.settings import Settings\n"
        "with open_audio(Path(sys.argv[1]), Settings()): pass"
    )
    worker = subprocess.Popen([sys.executable, "-c", program, str(path)], env={**os.environ, "TMPDIR": str(scratch)})
    deadline = time.monotonic() + 20.0
    while not list(scratch.glob("*/plane0")) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert list(scratch.glob("*/plane0")), "the child never began"
    worker.kill()
    worker.wait()
    while list(scratch.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(scratch.iterdir()) == []


# --- hostile files: playlists and scripts under harmless names ---


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server


def hostile(port: int, sibling: Path) -> dict[str, bytes]:
    url = f"http://127.0.0.1:{port}/a.ts"
    sdp = (
        f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
        f"a=control:rtsp://127.0.0.1:{port}/\nm=audio {port} RTP/AVP 0\n"
    )
    playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{}\n#EXT-X-ENDLIST\n"
    mpd = (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT9S">'
        f'<Period><AdaptationSet mimeType="audio/mp4"><Representation id="1" bandwidth="1"><BaseURL>{url}</BaseURL>'
        "</Representation></AdaptationSet></Period></MPD>"
    )
    return {
        "m3u8 over http": playlist.format(url).encode(),
        "m3u8 of a local file": playlist.format(sibling).encode(),
        "m3u8 of a local url": playlist.format(f"file://{sibling}").encode(),
        "ffconcat of a sibling": f"ffconcat version 1.0\nfile {sibling.name}\n".encode(),
        "ffconcat of an absolute path": f"ffconcat version 1.0\nfile '{sibling}'\n".encode(),
        "ffconcat over http": f"ffconcat version 1.0\nfile {url}\n".encode(),
        "sdp": sdp.encode(),
        "dash": mpd.encode(),
        "asx": f'<ASX version="3.0"><Entry><Ref href="{url}"/></Entry></ASX>'.encode(),
        "rtsp reference": f"rtsptext\nrtsp://127.0.0.1:{port}/x\n".encode(),
    }


def test_playlists_and_scripts_reach_neither_the_network_nor_other_files(
    tmp_path: Path, listener: socket.socket
) -> None:
    sibling = write(tmp_path / "secret.wav", tone(2.0, 1_234.0))
    paths = []
    for name, data in hostile(listener.getsockname()[1], sibling).items():
        for extension in ("mp3", "m3u8", "sdp"):
            paths.append(tmp_path / f"{name}.{extension}")
            paths[-1].write_bytes(data)
    for path in paths[::3]:
        start = time.monotonic()
        assert refusal(path).code == "audio-text"
        assert time.monotonic() - start < 5.0
    # and without the shelter of a random name in an own folder: the whitelists alone
    answers = decode_all(paths, max_duration_s=60.0, timeout_s=20.0)
    assert len(answers) == len(paths)
    for path, answer in zip(paths, answers, strict=True):
        assert isinstance(answer, Failure), path.name
    with pytest.raises(TimeoutError):  # nobody connected
        listener.accept()


@pytest.mark.parametrize(
    "name", ["concat:secret.wav|secret.wav", "subfile,,start,0,end,0,,:secret.wav", "http:", "data:audio", "pipe:0"]
)
def test_a_name_is_never_taken_for_a_protocol(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "secret.wav", tone(2.0, 1_234.0))
    monkeypatch.chdir(tmp_path)
    assert refusal(Path(name)).code == "audio-missing"
    write(tmp_path / "own", tone(1.0)).rename(tmp_path / name)
    with open_audio(Path(name), SETTINGS) as audio:  # a real file with that name is that file
        assert audio.duration_s == 1.0


def test_an_mp4_that_refers_to_another_file_does_not_get_it(tmp_path: Path) -> None:
    sibling = write(tmp_path / "secret.mov", tone(2.0, 1_234.0), "mov", "pcm_s16le")
    data = sibling.read_bytes()
    # a data reference "alis" that names the sibling instead of "in this file"
    own = (
        data.index(b"url \x00\x00\x00\x01") if b"url \x00\x00\x00\x01" in data else data.index(b"alis\x00\x00\x00\x01")
    )
    patched = bytearray(data)
    patched[own : own + 8] = b"url \x00\x00\x00\x00"
    start = data.index(b"mdat") + 4
    patched[start : start + 64_000] = bytes(64_000)
    path = tmp_path / "录音.mov"
    path.write_bytes(bytes(patched))
    try:
        with open_audio(path, SETTINGS) as audio:
            assert np.abs(read(audio, 0, 0.0, 1.9)).max() < 0.01
    except AudioError:
        pass


# --- mutants ---


def mutants(data: bytes, rng: np.random.Generator) -> Iterator[bytes]:
    """Cut off, a hole near the start, bits anywhere, bits in the header, a burst of bits."""
    yield data[: int(rng.integers(1, len(data)))]
    yield data[: int(rng.integers(0, 200))] + data[int(rng.integers(200, 900)) :]
    for end, count in ((len(data), 20), (min(512, len(data)), 20), (len(data), 300)):
        changed = bytearray(data)
        for at in rng.integers(0, end, size=count):
            changed[at] ^= 1 << int(rng.integers(0, 8))
        yield bytes(changed)


MUTATED = [
    ("wav", "pcm_s16le", 16_000, None),
    ("wav", "adpcm_ms", 8_000, None),
    ("mp3", "libmp3lame", 16_000, None),
    ("ipod", "aac", 44_100, None),
    ("adts", "aac", 16_000, None),
    ("ogg", "libopus", 48_000, None),
    ("flac", "flac", 16_000, None),
    ("amr", "libopencore_amrnb", 8_000, 12_200),
    ("asf", "wmav2", 44_100, 64_000),
    ("webm", "libopus", 48_000, None),
    ("aiff", "pcm_s16be", 16_000, None),
    ("mpegts", "aac", 44_100, None),
]


def test_sixty_mutants_give_a_result_or_an_audio_error(tmp_path: Path) -> None:
    rng = np.random.default_rng(2_024)
    paths = []
    for container, codec, rate_hz, bit_rate in MUTATED:
        original = tmp_path / f"{container}-{codec}"
        write(original, voice(1.5, 150.0, 1), container, codec, coded_rate_hz=rate_hz, bit_rate=bit_rate)
        for kind, data in enumerate(mutants(original.read_bytes(), rng)):
            paths.append(tmp_path / f"{original.name}-{kind}")
            paths[-1].write_bytes(data)
    answers = decode_all(paths, max_duration_s=600.0, timeout_s=60.0)
    assert len(answers) == len(paths), f"died or hung at {paths[len(answers)].name}"
    codes = [answer.code for answer in answers if isinstance(answer, Failure)]
    assert set(codes) <= set(messages.ERRORS) - {"crashed", "timeout", "internal"}
    assert 5 < len(codes) < 40
    for path in paths[::12]:  # and the whole way, one of a few
        try:
            with open_audio(path, SETTINGS) as audio:
                assert audio.duration_s > 0.0
        except AudioError as error:
            assert error.code != "audio-crashed"


def test_every_failure_of_the_child_has_words() -> None:
    source = Path(decoder.__file__).parent
    raised = set()
    for name in ("child.py", "stream.py"):
        raised |= set(re.findall(r'(?:DecodeError|Failure)\(\s*"([a-z-]+)"', (source / name).read_text("utf-8")))
    assert raised
    assert raised <= set(messages.ERRORS)
