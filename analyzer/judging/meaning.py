"""The second reading: what a role said is read for the meaning of an element, where its phrases do not tell.

A meaning that is surely there fulfils a required element and makes a forbidden one a suspicion, never an accusation;
one that may be there is a person's to decide; a phrase whose words surely mean something else counts for nothing.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from analyzer.domain import FoundBy, Hit, Role, Span, Utterance
from analyzer.judging.context import rest_of_turn
from analyzer.judging.ear import Ear
from analyzer.matching import Match, Stream
from analyzer.reading import Library, Page, grams, last_words, windows
from analyzer.reading.helping import seems_to_help
from analyzer.rubric.model import Element, FactRule
from analyzer.text import normalise

# Probabilities under which banned words are only suspected, by meaning: words whose sense the rest of the sentence decides
# (docs/DECISIONS.md). On 170 dialogues that nobody looks at .3, .3, .1 and these accuse 97 and 98 of 148, of 101 and 103 accused.
DOUBTED = {"ignorance": 0.15, "no-concern": 0.15, "give-up": 0.05}
# Probabilities under which they are no suspicion either: the sentence is another one (不晓得是一放水就漏，还是不放也滴). Drawn with the
# readers before: of turns that no network had learnt from nine of 241 true ones lay under it, and four of 16 others.
HARMLESS = {"ignorance": 0.05, "no-concern": 0.05}
# The same for words that may be misheard: there five of six harmless ones lay under it, and none of three true ones (0.81 and more).
MISHEARD = 0.2
# Under this probability words that are only like a phrase are another sentence, whatever their reader's own bound.
LEAST_ALIKE = 0.1
# Log-odds by which a probability may lie under its reader's bound: bounds are set on hard near misses, one for each turn that says it,
# a share that no talk has. On four sets of dialogues that nobody looks at (170) slacks of 0, .5, .7 and 1 notice 125, 129, 129 and 130 of
# 148 offences, suspect 13, 19, 21 and 29 innocents and credit 548, 551, 552 and 552 of 601 required items rightly (17, 18, 21, 20 wrongly).
SLACK = 0.7
FACT_SLACK = 0.0  # a fact makes clauses due, and 实在抱歉 alone (.932 of .94) tells of no lateness; on the 170 dialogues one credit fewer
SURELY, PERHAPS = 0.5, 0.3  # under these nothing is proven or left to a person, whatever bound and slack say
# From this probability a meaning agrees with words that alone prove nothing (agreeing.py). On those dialogues five accusations rest on
# it, all right; at .95 not one more. Seen before it was chosen, so that these counts flatter. Of 64 hard near misses by strangers
# (benchmarks/wording/strangers) none lies over it.
PROVEN = 0.97
ROUNDED = 0.0005  # half of the last place of a probability
CLEAR = 0.8  # mean confidence of the characters from which words can be read; that of half the turns of a recording


class Understanding:
    """One recording, ready to be read."""

    def __init__(self, ear: Ear, library: Library) -> None:
        self._ear = ear
        self._library = library
        self._pages: dict[Role | None, Page] = {}
        self._times: dict[Role | None, NDArray[np.float64]] = {}

    def best(self, meaning: str, who: Role | None, window: Span) -> Match | None:
        """Return where `who` says the meaning most probably within `window`; `similarity` is the probability."""
        return next(iter(self.places(meaning, who, window)), None)

    def places(self, meaning: str, who: Role | None, window: Span) -> list[Match]:
        """Return the places in `window` where `who` may say the meaning, the likeliest first, none overlapping."""
        if meaning not in self._library.readers:
            return []
        begins_s = self._begins_s(who)
        inside = np.flatnonzero((begins_s >= window.start_s) & (begins_s <= window.end_s))
        kept: list[Match] = []
        for sense in self._library.senses(meaning, self._page(who), inside):
            if all(sense.last < m.first or m.last < sense.first for m in kept):
                kept.append(Match(sense.first, sense.last, "", 0.0, sense.probability))
        return kept

    def probability(self, meaning: str, who: Role | None, match: Match) -> float | None:
        """Return how probable it is that the words around a match of a phrase mean it; None where nobody reads."""
        if meaning not in self._library.readers:
            return None
        return self._library.around(meaning, self._page(who), match.first, match.last)

    def hit(self, element: Element, match: Match, *, suspicion: bool = False) -> Hit:
        """Return a place as evidence; its phrase is what the element asks for, in the standard's words."""
        hit = self._ear.hit(element.who, match, element=element.id, suspicion=suspicion)
        return replace(hit, phrase=element.title, by=FoundBy.MEANING)

    def sure_hits(self, rule: FactRule) -> tuple[Hit, ...]:
        """Return where a fact's meaning is surely said by somebody whose words tell of it, in order of time, as evidence.

        A reader knows sentences, not whose they are: a customer who chooses another day puts nothing off. A fact is told by
        the roles that its cues name; of a voice that nobody could name either may speak.
        """
        tellers = {cue.who for cue in rule.cues} or {None}
        places = self.places(rule.meaning, None, Span(0.0, self._ear.hearing.duration_s))
        hits = [self._ear.hit(None, m) for m in places if self.is_sure(rule.meaning, None, m, slack=FACT_SLACK)]
        hits = [h for h in hits if None in tellers or h.role in tellers or h.role is Role.UNKNOWN]
        return tuple(replace(h, phrase=rule.title, by=FoundBy.MEANING) for h in sorted(hits, key=lambda h: h.start_s))

    def is_sure(self, meaning: str, who: Role | None, match: Match, slack: float = SLACK) -> bool:
        """Return whether a place surely says the meaning: words that may be misheard surely say nothing."""
        sure = self._library.readers[meaning].bounds.sure
        return _is_over(match.similarity, sure, SURELY, slack) and self._is_clear(who, match)

    def is_possible(self, meaning: str, probability: float) -> bool:
        """Return whether a meaning may be there, so that a person has to listen."""
        return _is_over(probability, self._library.readers[meaning].bounds.maybe, PERHAPS, SLACK)

    def is_helped(self, element: Element, match: Match) -> bool:
        """Return whether the turn of some banned words seems to go on with help (`reading/helping.py`)."""
        rest = rest_of_turn(self._ear.stream(element.who), match)
        return self._library.helping is not None and seems_to_help(self._library.helping, rest)

    def is_proven(self, element: Element, match: Match) -> bool:
        """Return whether the words around a banned match mean it beyond doubt."""
        probability = self.probability(element.meaning, element.who, match)
        return probability is not None and probability >= PROVEN and self._is_clear(element.who, match)

    def is_absurd(self, element: Element, match: Match) -> bool:
        """Return whether the words around a match that is no more than alike surely mean something else."""
        return self._is_under(LEAST_ALIKE, element, match)

    def is_doubtful(self, element: Element, match: Match) -> bool:
        """Return whether the words around a banned match probably mean something else."""
        return self._is_under(DOUBTED.get(element.meaning, 0.0), element, match)

    def is_harmless(self, element: Element, match: Match) -> bool:
        """Return whether the words around a banned match surely mean something else."""
        return element.meaning in HARMLESS and self._is_under(HARMLESS[element.meaning], element, match)

    def is_another(self, element: Element, match: Match) -> bool:
        """Return whether what only sounds like banned words makes another sentence."""
        return self._is_under(MISHEARD, element, match)

    def _is_under(self, least: float, element: Element, match: Match) -> bool:
        """Whether clear words mean an element with less than `least`, or less than its reader's bound of the absurd."""
        probability = self.probability(element.meaning, element.who, match)
        if probability is None or probability >= max(least, self._library.readers[element.meaning].bounds.absurd):
            return False
        return self._is_clear(element.who, match)

    def _is_clear(self, who: Role | None, match: Match) -> bool:
        return self._ear.confidence(who, match) >= CLEAR

    def _begins_s(self, who: Role | None) -> NDArray[np.float64]:
        """When each window of a page begins."""
        if who not in self._times:
            stream = self._ear.stream(who)
            self._times[who] = np.array([stream.span(int(i), int(i)).start_s for i in self._page(who).spans[:, 0]])
        return self._times[who]

    def _page(self, who: Role | None) -> Page:
        if who not in self._pages:
            stream = self._ear.stream(who)
            spans = windows(stream.breaks)
            answered = _answered(self._ear.hearing.transcript, stream)
            owners = stream.owner[spans[:, 0]] if len(spans) else np.zeros(0, np.int32)
            self._pages[who] = Page(stream.text, grams(stream.text), spans, tuple(answered[i] for i in owners))
        return self._pages[who]


def _is_over(probability: float, bound: float, least: float, slack: float) -> bool:
    """Whether a probability lies over a bound, but for the slack; over that of a silent reader none does."""
    return bound < 1.0 and _log_odds(probability) >= max(_log_odds(bound) - slack, _log_odds(least))


def _log_odds(probability: float) -> float:
    return math.log((probability + ROUNDED) / (1.0 - probability + ROUNDED))


def _answered(transcript: tuple[Utterance, ...], stream: Stream) -> NDArray[np.object_]:
    """Return, for each utterance of the stream, the last words of another voice before it; "" where there are none."""
    own = {id(u) for u in stream.utterances}
    before: list[str] = []
    last: dict[str, str] = {}
    for utterance in transcript:
        if id(utterance) in own:
            others = [words for speaker, words in last.items() if speaker != utterance.speaker]
            before.append(others[-1] if others else "")
        last.pop(utterance.speaker, None)
        last[utterance.speaker] = last_words(normalise(utterance.text).text)
    return np.array(before, object)
