"""The network that all meanings share: the same after it was stored, refused where its file is broken, beside its own readers."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analyzer.domain import Role
from analyzer.errors import ModelError
from analyzer.reading.company import company_line, learn
from analyzer.reading.encoder import Encoder
from analyzer.reading.features import Page, page_of_turn
from analyzer.reading.library import library_of
from analyzer.reading.lines import Line
from analyzer.reading.network import FILE, Network, network_of
from analyzer.reading.networking import Table, convene, fit_network, tasks_of
from analyzer.reading.reader import LINEAR_SHARE, load_reader
from analyzer.reading.teaching import teach

ROOT = Path(__file__).resolve().parents[2]
THINGS = ["水", "电", "灯", "门", "窗", "管子", "开关", "插座", "龙头", "马桶", "地板", "空调"]
BEGINS = {"b": "好，", "c": "嗯，", "d": "那个，"}  # no two hands write the same
T = Role.TECHNICIAN


def lines(hand: str, template: str, said: bool, before: str = "") -> list[Line]:
    return [Line(BEGINS.get(hand, "") + template.format(thing), before, said, hand, "普通", T) for thing in THINGS]


# The same 不弄 refuses whoever asked for a repair, and promises whoever asked not to be charged.
ANSWERS = {
    "refuse": [
        *(line for hand in "abcd" for line in lines(hand, "{}不弄", True, "能帮我修一下吗")),
        *(line for hand in "abcd" for line in lines(hand, "{}不弄", False, "先别动它好吗")),
    ],
    "hello": [
        *(line for hand in "abcd" for line in lines(hand, "您好，我来看{}", True)),
        *(line for hand in "abcd" for line in lines(hand, "{}修好了", False)),
    ],
}


@pytest.fixture(scope="module")
def network() -> Network:
    tasks = [task for k, meaning in enumerate(sorted(ANSWERS)) for task in tasks_of(ANSWERS[meaning], [k]) * 8]
    return fit_network(Table(tasks, Encoder()), np.arange(len(tasks)), sorted(ANSWERS))


def odds(network: Network, meaning: str, page: Page) -> float:
    return float(network.log_odds(meaning, page, np.arange(len(page.spans)), Encoder()).max())


def test_the_same_words_mean_something_else_as_the_answer_to_something_else(network: Network) -> None:
    asked, spared = (page_of_turn("灯不弄", before) for before in ("能帮我修一下吗", "先别动它好吗"))
    assert odds(network, "refuse", asked) > 0 > odds(network, "refuse", spared)
    assert odds(network, "hello", page_of_turn("您好，我来看灯", "")) > 0 > odds(network, "hello", spared)
    assert odds(network, "never-taught", asked) == 0.0


def test_it_is_the_same_after_it_was_stored(network: Network, tmp_path: Path) -> None:
    network.save(tmp_path)
    stored = network_of(tmp_path)
    assert stored is not None and (stored.meanings, stored.digest) == (network.meanings, network.digest)
    page = page_of_turn("您好，我来看空调，灯不弄", "能帮我修一下吗")
    for meaning in network.meanings:  # bytes and halves
        assert odds(stored, meaning, page) == pytest.approx(odds(network, meaning, page), abs=0.05)


def test_a_page_is_read_the_same_in_any_order_and_only_once(network: Network) -> None:
    page, again = (page_of_turn("您好，我来看空调，灯不弄。再说吧", "能修吗") for _ in range(2))
    every = np.arange(len(page.spans))
    forth = network.hidden(page, every, Encoder())
    assert len(page.known) == len(every)
    back = np.concatenate([network.hidden(again, every[i : i + 1], Encoder()) for i in reversed(every)])[::-1]
    assert back == pytest.approx(forth, abs=1e-4)
    assert network.every_log_odds(page, Encoder()).shape == (len(every), 2)
    assert network.every_log_odds(page_of_turn("", ""), Encoder()).shape == (0, 2)


def test_the_same_lines_make_the_same_network() -> None:
    tasks = tasks_of(ANSWERS["hello"], [0])
    first, again = (fit_network(Table(tasks, Encoder()), np.arange(len(tasks)), ["hello"]) for _ in range(2))
    assert first.digest == again.digest
    assert first.runs == pytest.approx(again.runs, abs=1e-5) and first.heads == pytest.approx(again.heads, abs=1e-5)


def test_bounds_are_set_by_networks_that_have_not_learnt_from_a_hand() -> None:
    groups = {"hello": "visit", "refuse": "forbidden"}
    talk = {"visit": lines("", "{}在哪儿", False)[:5], "forbidden": lines("", "{}真好", False)[:4]}
    council = convene(ANSWERS, talk, groups)
    assert len({net.digest for net in (council.network, *council.unseen)}) == 5
    assert sorted(hand for hands in council.left_out for hand in hands) == list("abcd")
    for hand in "abcd":
        (stranger,) = set(council.stranger_to(hand, 3))
        assert hand in council.left_out[council.unseen.index(stranger)]
    assert council.strangers_to_talk(3) == [council.unseen[1], council.unseen[0], council.unseen[1]]


def test_a_broken_file_and_a_reader_of_another_network_are_refused_by_name(network: Network, tmp_path: Path) -> None:
    folder = tmp_path / "meanings"
    folder.mkdir()
    shutil.copy(ROOT / "lexicons" / "meanings" / "abuse.npz", folder)
    with pytest.raises(ModelError, match="abuse"):
        library_of(tmp_path)
    network.save(folder)
    with pytest.raises(ModelError, match=r"abuse.*network\.npz"):
        library_of(tmp_path)
    replace(load_reader(folder / "abuse.npz"), network=network.digest).save(folder / "abuse.npz")
    assert library_of(tmp_path).network is not None
    (folder / FILE).write_bytes((folder / FILE).read_bytes()[:-200])
    with pytest.raises(ModelError, match=r"network\.npz"):
        library_of(tmp_path)


def test_the_company_teaches_beside_the_network_and_bounds_stay(network: Network, tmp_path: Path) -> None:
    for meaning, group in {"hello": "visit", "refuse": "forbidden"}.items():
        for hand in "ab":
            path = tmp_path / group / meaning / f"{hand}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            own = [line for line in ANSWERS[meaning] if line.hand == hand]
            rows = [f"{'-+'[one.said]} {f'客：{one.before}／' if one.before else ''}技：{one.text}" for one in own]
            path.write_text("\n".join(["[普通]", *rows]), "utf-8")
    network.save(tmp_path)
    for reader, grade in teach(tmp_path, ["hello", "refuse"]):
        assert grade is not None and reader.network == network.digest
        reader.save(tmp_path / f"{reader.meaning}.npz")
    before = load_reader(tmp_path / "hello.npz")
    said = [company_line(f"来啦，{thing}咋样了", "", True, T) for thing in THINGS]
    (outcome,) = learn(tmp_path, {"hello": [line for line in said if line]}, write=True)
    after = load_reader(tmp_path / "hello.npz")
    assert outcome.taken and outcome.after >= outcome.before
    assert (after.bounds, after.network) == (before.bounds, network.digest)
    page = page_of_turn("来啦，灯咋样了", "")
    every, encoder = np.arange(len(page.spans)), Encoder()
    linear = after.probability(page, every, encoder)
    assert linear.max() > before.probability(page, every, encoder).max()
    both = after.probability(page, every, encoder, network)
    logits = LINEAR_SHARE * np.log(linear / (1 - linear)) + network.log_odds("hello", page, every, encoder)
    assert both == pytest.approx(1 / (1 + np.exp(-logits)), abs=0.01)
