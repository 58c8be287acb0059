"""From all lines to the network that the readers share, and to networks for the bounds that have not learnt from some hands.

A turn is as likely as its likeliest window. Ordinary talk of a group says none of the group's meanings. PyTorch is imported here
alone; a fixed seed and a fixed order make the same lines into the same network on the same machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.reading.encoder import DIMENSIONS, Encoder
from analyzer.reading.features import page_of_turn
from analyzer.reading.grams import SIZE, buckets_of
from analyzer.reading.lines import Line
from analyzer.reading.network import BEFORE_SCALE, BOTH_SCALE, OWN_SCALE, RUNS_SCALE, Network

# 512 units read other hands' forbidden lines better by less than a hundredth of area, in twice the file.
UNITS, DROPOUT = 256, 0.3
EPOCHS, BATCH, RATE, DECAY = 6, 512, 2e-3, 1e-4
TALK_WEIGHT = 0.3  # of an ordinary turn beside a line
LEAST_LINES = 5000  # under which no network is taught: few lines know nothing in common


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """The windows of one turn with the heads that they bear on, and whether the turn says these meanings."""

    texts: tuple[str, ...]
    before: str
    buckets: tuple[NDArray[np.int32], ...]
    heads: tuple[int, ...]
    said: bool
    weight: float


def tasks_of(lines: Sequence[Line], heads: Sequence[int], weight: float = 1.0) -> list[Task]:
    """Return a task for each line with words, all of them bearing on the same heads."""
    tasks = []
    for line in lines:
        page = page_of_turn(line.text, line.before)
        if len(page.spans):
            words = tuple(page.words(i) for i in range(len(page.spans)))
            buckets = tuple(buckets_of(page.grams, *map(int, span)) for span in page.spans)
            tasks.append(Task(words, page.before[0], buckets, tuple(heads), line.said, weight))
    return tasks


def fit_network(table: Table, chosen: NDArray[np.intp], meanings: Sequence[str]) -> Network:
    """Fit a network to the chosen tasks of a table, whose heads are numbers of `meanings`."""
    import torch

    torch.manual_seed(0)
    tasks = table.tasks
    net = _net(len(meanings))
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    steps = EPOCHS * -(-len(chosen) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    order = np.random.default_rng(0)
    for _ in range(EPOCHS):
        shuffled = order.permutation(chosen)
        for at in range(0, len(chosen), BATCH):
            batch = [tasks[i] for i in shuffled[at : at + BATCH]]
            turn, inputs = table.batch(shuffled[at : at + BATCH])
            odds = net(*inputs)
            highest = torch.full((len(batch), len(meanings)), -1e9)
            highest = highest.scatter_reduce(0, turn[:, None].expand_as(odds), odds, "amax")
            rows = [k for k, task in enumerate(batch) for _ in task.heads]
            columns = [head for task in batch for head in task.heads]
            said = torch.tensor([float(batch[k].said) for k in rows])
            weight = torch.tensor([batch[k].weight for k in rows])
            loss: Any = torch.nn.functional.binary_cross_entropy_with_logits(
                highest[rows, columns], said, weight, reduction="sum"
            )
            optimizer.zero_grad()
            (loss / len(batch)).backward()
            optimizer.step()
            schedule.step()
    return _network(net, meanings, [tasks[i] for i in chosen])


def _net(heads: int) -> Any:
    import torch

    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.own = torch.nn.Linear(DIMENSIONS, UNITS)
            self.before = torch.nn.Linear(DIMENSIONS, UNITS, bias=False)
            self.both = torch.nn.Linear(DIMENSIONS, UNITS, bias=False)
            self.runs = torch.nn.EmbeddingBag(SIZE, UNITS, mode="sum")
            torch.nn.init.normal_(self.runs.weight, 0, 0.05)
            self.drop = torch.nn.Dropout(DROPOUT)
            self.heads = torch.nn.Linear(UNITS, heads)

        def forward(self, own: Any, before: Any, buckets: Any, offsets: Any, root: Any) -> Any:
            units = self.own(OWN_SCALE * own) + self.before(BEFORE_SCALE * before)
            units = units + self.both(BOTH_SCALE * own * before)
            units = units + RUNS_SCALE * self.runs(buckets, offsets) / root[:, None]
            return self.heads(self.drop(torch.relu(units)))

    return Net()


class Table:
    """Tasks with the vectors of all their texts, and what a batch of them needs."""

    def __init__(self, tasks: Sequence[Task], encoder: Encoder) -> None:
        self.tasks = tuple(tasks)
        number = {
            text: i for i, text in enumerate(dict.fromkeys(t for task in tasks for t in (*task.texts, task.before)))
        }
        texts = list(number)
        self._vectors = np.zeros((len(texts), DIMENSIONS), np.float16)
        for at in range(0, len(texts), 1024):
            self._vectors[at : at + 1024] = encoder(texts[at : at + 1024])
        self._own = [np.array([number[text] for text in task.texts]) for task in tasks]
        self._before = [number[task.before] for task in tasks]
        self._buckets = [task.buckets for task in tasks]

    def batch(self, chosen: NDArray[np.intp]) -> tuple[Any, tuple[Any, ...]]:
        """Return which turn of the batch each window is of, and the network's inputs."""
        import torch

        counts = [len(self._own[i]) for i in chosen]
        own = self._vectors[np.concatenate([self._own[i] for i in chosen])].astype(np.float32)
        before = self._vectors[np.repeat([self._before[i] for i in chosen], counts)].astype(np.float32)
        buckets = [b for i in chosen for b in self._buckets[i]]
        sizes = np.array([len(b) for b in buckets])
        offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        arrays = (own, before, np.concatenate(buckets).astype(np.int64), offsets, np.sqrt(sizes).astype(np.float32))
        return torch.from_numpy(np.repeat(np.arange(len(chosen)), counts)), tuple(map(torch.from_numpy, arrays))


def _network(net: Any, meanings: Sequence[str], tasks: Sequence[Task]) -> Network:
    def array(tensor: Any) -> NDArray[np.float32]:
        return np.ascontiguousarray(tensor.detach().numpy().T)

    said = "\n".join(f"{task.heads} {task.said} {task.before} {task.texts}" for task in tasks)
    return Network(
        tuple(meanings),
        own=array(net.own.weight),
        before=array(net.before.weight),
        both=array(net.both.weight),
        runs=np.ascontiguousarray(net.runs.weight.detach().numpy()),
        bias=array(net.own.bias),
        heads=array(net.heads.weight),
        head_bias=array(net.heads.bias),
        digest=hashlib.sha256(said.encode()).hexdigest()[:16],
    )


@dataclass(frozen=True, slots=True, eq=False)
class Council:
    """The network of all hands, and others that have not learnt from some: `unseen[k]` not from the hands of `left_out[k]`,
    nor from the ordinary turns with an odd number (k even) or an even one (k odd)."""

    network: Network
    unseen: tuple[Network, ...]
    left_out: tuple[frozenset[str], ...]

    def stranger_to(self, hand: str, lines: int) -> list[Network]:
        """Return the network that has not learnt from a hand, once for each of its lines."""
        return [net for net, hands in zip(self.unseen, self.left_out, strict=True) if hand in hands] * lines

    def strangers_to_talk(self, turns: int) -> list[Network]:
        """Return for each ordinary turn of a group a network that has not learnt from it."""
        return [self.unseen[1 - number % 2] for number in range(turns)]


def convene(
    lines: Mapping[str, Sequence[Line]], talk: Mapping[str, Sequence[Line]], groups: Mapping[str, str]
) -> Council:
    """Teach a council: `lines` by meaning, `talk` by group, `groups` the group of each meaning."""
    encoder, meanings = Encoder(), sorted(lines)
    sizes: dict[str, int] = {}
    for line in (line for one in lines.values() for line in one):
        sizes[line.hand] = sizes.get(line.hand, 0) + 1
    parts: list[list[str]] = [[] for _ in range(4)]
    for hand in sorted(sizes, key=lambda h: (-sizes[h], h)):
        min(parts, key=lambda part: sum(sizes[h] for h in part)).append(hand)
    part_of = {hand: n for n, part in enumerate(parts) for hand in part}
    tasks: list[Task] = []
    left: list[set[int]] = [set(), set(), set(), set()]  # parts that may not see a task
    for k, meaning in enumerate(meanings):
        for line in lines[meaning]:
            made = tasks_of([line], [k])
            left[part_of[line.hand]] |= set(range(len(tasks), len(tasks) + len(made)))
            tasks += made
    for group, turns in sorted(talk.items()):
        heads = [k for k, meaning in enumerate(meanings) if groups[meaning] == group]
        for number, line in enumerate(turns):
            made = tasks_of([line], heads, TALK_WEIGHT)
            for n in range(4):
                if number % 2 != n % 2:
                    left[n] |= set(range(len(tasks), len(tasks) + len(made)))
            tasks += made
    table, every = Table(tasks, encoder), np.arange(len(tasks))
    unseen = tuple(fit_network(table, np.setdiff1d(every, sorted(out)), meanings) for out in left)
    return Council(fit_network(table, every, meanings), unseen, tuple(map(frozenset, parts)))
