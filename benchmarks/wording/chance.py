"""Chance hits by phrase length: `python -m benchmarks chance`.

Phrases of n syllables are cut from what real people read aloud (news, addresses, commands; optional folder
../shared/speech) and searched in service talk (paraphrase/), where nobody says them; whole words said alike do not count. A threshold
means the same at every length where the hits an hour are about the same.
"""

from __future__ import annotations

import argparse

import numpy as np

from analyzer.judging.examples import CHARACTER_S, conversation
from analyzer.matching import ACCUSATION, COURTESY, CUE, CostTable, Finder, make_stream
from analyzer.rubric.model import Literal, Phrase, Sequence
from analyzer.text import normalise
from analyzer.text.tokens import tokenizer
from benchmarks.kit.places import SPEECH, speech_clips
from benchmarks.wording.dialogues import cases

LENGTHS = (2, 3, 4, 5, 6, 8, 10, 12, 16, 20)
PHRASES = 80


def main(arguments: list[str]) -> int:
    argparse.ArgumentParser(prog="python -m benchmarks chance").parse_args(arguments)
    words = tokenizer()
    turns = [turn for case in cases("all") for turn in case.turns]
    stream = make_stream(conversation(turns).transcript, None, words)
    hours = len(stream.text) * CHARACTER_S / 3600
    material = [normalise(clip["text"]).text for clip in speech_clips()]
    if not material:
        print(f"needs the texts of {SPEECH}, which is not on this machine")
        return 2
    rng = np.random.default_rng(20260105)
    print(f"{len(stream.text)} characters, {hours:.2f} h of talk; {PHRASES} phrases a length; hits an hour a phrase")
    print(f"{'syllables':>9} {'courtesy':>10} {'cue':>10} {'accusation':>10}")
    for n in LENGTHS:
        long_enough = [text for text in material if len(text) >= n]
        phrases = []
        for _ in range(PHRASES):
            text = long_enough[int(rng.integers(len(long_enough)))]
            at = int(rng.integers(len(text) - n + 1))
            phrases.append(text[at : at + n])
        row = []
        for strictness in (COURTESY, CUE, ACCUSATION):
            table = CostTable("".join(phrases))
            finder = Finder(stream, table, strictness)
            hits = 0
            for text in phrases:
                phrase = Phrase(text, Sequence((Literal(text),)), (), n, n)
                matches = finder.matches([phrase], word_edges=strictness is ACCUSATION)
                hits += sum(stream.text[m.first : m.last + 1] != text for m in matches)
            row.append(hits / hours / PHRASES)
        print(f"{n:>9} {row[0]:>10.4f} {row[1]:>10.4f} {row[2]:>10.4f}")
    return 0
