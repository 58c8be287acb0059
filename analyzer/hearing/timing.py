"""From the engine's token times to one start, end and confidence a character, in the window's seconds.

Both engines align text to sound by dynamic time warping over the cross-attention (Whisper's timing.py),
which gives tokens times that may have zero length, go backwards or lie past the end: see `repaired`.
Chinese is split where the tokens decode to whole characters: one to three tokens a character, and
sometimes two or more characters a token.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

MIN_CHAR_S = 0.02  # one frame of the encoder: no character is shorter
TOKENS_PER_S = 50  # frames of the encoder that an alignment points to

Times = tuple[tuple[float, ...], tuple[float, ...]]


def token_characters(tokens: Sequence[int], decode: Callable[[list[int]], str]) -> list[tuple[str, int, int]]:
    """Groups of tokens that decode to whole characters: (text, first token, end token), in order.

    A character can be spread over several tokens (its UTF-8 bytes); until they are complete the decoder
    gives U+FFFD. A broken ending is dropped.
    """
    groups: list[tuple[str, int, int]] = []
    first = 0
    for end in range(1, len(tokens) + 1):
        text = decode(list(tokens[first:end]))
        if "�" not in text:
            groups.append((text, first, end))
            first = end
        elif end - first >= 8:  # no character has so many bytes: the tokens are not UTF-8
            first = end
    return groups


def spread(
    groups: Sequence[tuple[str, int, int]],
    token_start_s: Sequence[float],
    token_end_s: Sequence[float],
    token_probability: Sequence[float],
) -> tuple[str, list[float], list[float], list[float]]:
    """Text with start, end and probability a character; a group's time is shared evenly by its characters."""
    text, starts, ends, probabilities = "", [], [], []
    for characters, first, end in groups:
        if not characters or end > len(token_probability):
            continue
        bounds = np.linspace(token_start_s[first], token_end_s[end - 1], len(characters) + 1)
        text += characters
        starts += [float(value) for value in bounds[:-1]]
        ends += [float(value) for value in bounds[1:]]
        probabilities += [float(np.mean(token_probability[first:end]))] * len(characters)
    if len(probabilities) > 1:
        # A window's first token competes with everything a text can begin with, so that its probability
        # says little about the sound: the second one stands in for it.
        probabilities[0] = max(probabilities[0], probabilities[1])
    return text, starts, ends, probabilities


def repaired(start_s: Sequence[float], end_s: Sequence[float], duration_s: float) -> Times:
    """The same times made lawful: starts rise by at least 20 ms, each end is after its start and not after
    the next start, all within [0, duration_s].

    Where there is no room for 20 ms each, the characters share the duration evenly.
    """
    count = len(start_s)
    if count == 0:
        return (), ()
    step = min(MIN_CHAR_S, duration_s / count)
    order = np.arange(count) * step
    starts = np.clip(np.nan_to_num(np.asarray(start_s, np.float64)), 0.0, duration_s)
    starts = np.maximum.accumulate(starts - order) + order  # never before the one before it + step
    latest = duration_s - (count - np.arange(count)) * step
    starts = np.minimum(starts, latest)
    following = np.append(starts[1:], duration_s)
    ends = np.clip(np.nan_to_num(np.asarray(end_s, np.float64)), starts + step, None)
    ends = np.minimum(ends, np.maximum(following, starts))
    return tuple(map(float, starts)), tuple(map(float, ends))


def jump_times(path: Sequence[tuple[int, int]], count: int) -> list[float]:
    """When each of `count` tokens begins, and when the last ends, in seconds: len count + 1.

    `path` are the (token, frame) steps of an alignment, TOKENS_PER_S frames a second.
    """
    texts = np.array([pair[0] for pair in path])
    times = np.array([pair[1] for pair in path]) / TOKENS_PER_S
    first = np.concatenate([[True], np.diff(texts) > 0])
    starts = [float(value) for value in times[first]][: count + 1]
    end = float(times[-1]) if len(times) else 0.0
    return starts + [end] * (count + 1 - len(starts))
