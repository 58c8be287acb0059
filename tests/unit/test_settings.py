"""Settings: one checked table; what is mistyped is refused with a hint, never ignored."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import SettingsError
from analyzer.settings import PREFIX, ROOT, Settings, table


def test_without_variables_every_setting_has_its_default() -> None:
    assert Settings.from_environment({}) == Settings()


def test_variables_are_read_by_type() -> None:
    environment = {
        "TINGJIAN_BEAM": "2",
        "TINGJIAN_DECODE_TIMEOUT_S": "7.5",
        "TINGJIAN_HOME": "/data/听检",
        "TINGJIAN_ENGINE": "openai-whisper",
        "TINGJIAN_PROMPT": "",
        "PATH": "/bin",
    }
    settings = Settings.from_environment(environment)
    assert (settings.beam, settings.decode_timeout_s, settings.engine) == (2, 7.5, "openai-whisper")
    assert settings.models_dir == Path("/data/听检/models")
    assert settings.cache_dir == Path("/data/听检/cache")
    assert settings.prompt == ""


def test_what_the_caller_says_wins_over_the_environment() -> None:
    environment = {"TINGJIAN_MODEL": "small", "TINGJIAN_BEAM": "3"}
    settings = Settings.from_environment(environment, model="tiny", beam=None, lexicons=Path("/standards"))
    assert (settings.model, settings.beam, settings.lexicons) == ("tiny", 3, Path("/standards"))


def test_a_path_may_begin_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/xiaochen")
    assert Settings.from_environment({"TINGJIAN_HOME": "~/var"}).home == Path("/home/xiaochen/var")


@pytest.mark.parametrize(
    ("variable", "value", "code", "told"),
    [
        ("TINGJIAN_BEEM", "5", "setting-unknown", "是不是 TINGJIAN_BEAM？"),
        ("TINGJIAN_COLOUR", "red", "setting-unknown", "可用的设置：batch, beam"),
        ("TINGJIAN_BEAM", "five", "setting-type", "'five' 不是整数"),
        ("TINGJIAN_BEAM", "5.5", "setting-type", "'5.5' 不是整数"),
        ("TINGJIAN_MAX_DURATION_S", "1h", "setting-type", "'1h' 不是数"),
        ("TINGJIAN_BEAM", "0", "setting-range", "应在 1 到 20 之间"),
        ("TINGJIAN_MAX_DURATION_S", "nan", "setting-range", "应在 1.0 到 86400.0 之间"),
        ("TINGJIAN_MAX_DURATION_S", "inf", "setting-range", "应在 1.0 到 86400.0 之间"),
        ("TINGJIAN_ENGINE", "whisper", "setting-choice", "可选：faster-whisper、openai-whisper、"),
        ("TINGJIAN_DEVICE", "gpu", "setting-choice", "可选：auto、cpu、cuda"),
        ("TINGJIAN_MODEL", "", "setting-empty", "是空的"),
        ("TINGJIAN_HOME", " ", "setting-empty", "是空的"),
        ("TINGJIAN_THREADS", "", "setting-empty", "是空的"),
    ],
)
def test_a_mistake_is_refused_naming_the_variable_and_what_is_allowed(
    variable: str, value: str, code: str, told: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({variable: value})
    assert refused.value.code == code
    assert variable in refused.value.message
    assert told in str(refused.value)


def test_an_unknown_name_in_code_is_refused_too() -> None:
    with pytest.raises(SettingsError, match="colour"):
        Settings.from_environment({}, colour="red")


def test_the_sites_own_variables_are_left_to_the_site() -> None:
    assert Settings.from_environment({"TINGJIAN_WEB_SECRET": "x"}) == Settings()


@given(st.integers(-1000, 1000), st.sampled_from(["threads", "beam", "batch"]))
def test_a_number_is_taken_exactly_within_its_range(number: int, name: str) -> None:
    spec = next(f for f in fields(Settings) if f.name == name)
    environment = {f"{PREFIX}{name.upper()}": str(number)}
    if spec.metadata["min"] <= number <= spec.metadata["max"]:
        assert getattr(Settings.from_environment(environment), name) == number
    else:
        with pytest.raises(SettingsError):
            Settings.from_environment(environment)


def test_zero_threads_means_the_cores_that_this_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3, 5})
    assert Settings().usable_threads == 3
    assert Settings(threads=8).usable_threads == 8
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    assert Settings().usable_threads == 4


def test_every_default_passes_its_own_check() -> None:
    defaults = {f"{PREFIX}{f.name.upper()}": str(getattr(Settings(), f.name)) for f in fields(Settings)}
    assert Settings.from_environment(defaults) == Settings()


@pytest.mark.parametrize("language", ["doc", "zh"])
def test_the_table_has_a_line_for_every_setting_with_default_and_meaning(language: str) -> None:
    lines = table(language).splitlines()
    assert len(lines) == 2 + len(fields(Settings))
    for line, spec in zip(lines[2:], fields(Settings), strict=True):
        variable, default, meaning = (cell.strip() for cell in line.strip("|").split("|"))
        assert variable == f"`{PREFIX}{spec.name.upper()}`"
        assert default.strip("`") or spec.metadata.get("empty")
        assert meaning.startswith(spec.metadata[language])
        assert str(ROOT) not in line
