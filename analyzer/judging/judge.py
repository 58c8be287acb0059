"""`judge`: one recording, one standard, the given facts; verdicts with evidence and a score come out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from analyzer.domain import Fact, Hearing, How, ItemResult, Judgement, Kind, Verdict
from analyzer.errors import AnalyzerError
from analyzer.judging.case import Case, bare_result, open_case
from analyzer.judging.conversation import CALL_ANSWERED, no_conversation, of_people, unanswered
from analyzer.judging.ear import Ear
from analyzer.judging.facts import deciding_rules, doubtful, establish, holds
from analyzer.judging.figures import NO_WORDS, FigureWords, figures
from analyzer.judging.forbidden import each_word_once, judge_forbidden
from analyzer.judging.framewords import vocabulary_of
from analyzer.judging.reasons import clock, part, quoted, reason
from analyzer.judging.required import is_poorly_heard, judge_required
from analyzer.judging.score import score
from analyzer.reading import NO_READERS, Library
from analyzer.rubric.model import Item, Standard
from analyzer.rubric.terms import facts_of

ROLE_SURE = 0.6  # under this confidence the page says that roles are a guess


def judge(
    hearing: Hearing,
    standard: Standard,
    given: Mapping[str, bool],
    words: Any,
    *,
    listed: FigureWords = NO_WORDS,
    readers: Library = NO_READERS,
) -> Judgement:
    """Judge `hearing` by `standard`.

    Words of machines are nobody's; where there was no conversation every rule item is left unjudged.
    `given` are facts that came with the recording; `words` is a jieba tokenizer. `listed` are the words
    that the figures count, `readers` the second reading's. Same arguments, same result.
    Raises AnalyzerError ("fact-unknown") for a given fact that the standard does not know.
    """
    return examined(hearing, standard, given, words, listed=listed, readers=readers)[0]


def examined(
    hearing: Hearing,
    standard: Standard,
    given: Mapping[str, bool],
    words: Any,
    *,
    listed: FigureWords = NO_WORDS,
    readers: Library = NO_READERS,
) -> tuple[Judgement, Case]:
    """`judge`, with the case that it was judged from: for `traces.py`, which shows how."""
    check_given(given, standard)
    silence = unanswered(given) or no_conversation(hearing, vocabulary_of(standard))
    given = {name: value for name, value in given.items() if name in standard.facts}
    hearing = of_people(hearing)
    case = replace(open_case(hearing, standard, words, readers), silence=silence)
    ear = case.ear
    facts = establish(deciding_rules(standard), given, ear, case.understanding)
    results: dict[str, ItemResult] = {}
    for item in _in_order(standard.items):
        results[item.id] = _result(item, case, facts, results)
    each_word_once(results, standard.items, case)
    ordered = tuple(results[item.id] for item in standard.items)
    judged = Judgement(
        standard.ref,
        facts,
        ordered,
        score(ordered),
        figures(hearing, ear, listed),
        _warnings(hearing, ear, ordered) if silence is None else (part(f"told-{silence}"),),
    )
    return judged, case


def check_given(given: Mapping[str, bool], standard: Standard) -> None:
    """Raise AnalyzerError ("fact-unknown") for a given fact that the standard does not know; `CALL_ANSWERED` is everybody's."""
    for name in given:
        if name not in standard.facts and name != CALL_ANSWERED:
            near = difflib.get_close_matches(name, standard.facts, n=1)
            advice = f"是不是 {near[0]}？" if near else f"可用的事实：{'、'.join(sorted(standard.facts))}"
            raise AnalyzerError("fact-unknown", f"标准 {standard.ref.id} 不认识事实 {name}", advice)


def _in_order(items: tuple[Item, ...]) -> list[Item]:
    """Items with `after` come behind the item that they wait for (the validator refuses circles)."""
    by_id = {item.id: item for item in items}
    done: dict[str, Item] = {}

    def add(item: Item) -> None:
        if item.id in done:
            return
        if item.after in by_id:
            add(by_id[item.after])
        done[item.id] = item

    for item in items:
        add(item)
    return list(done.values())


def _result(item: Item, case: Case, facts: Mapping[str, Fact], earlier: Mapping[str, ItemResult]) -> ItemResult:
    if item.how is not How.RULE:
        return bare_result(item, None, None, reason(item.how.value, clause=item.clause))
    silent = case.unjudgeable()
    if silent is not None:
        return bare_result(item, Verdict.CANNOT_JUDGE, None, reason(silent, clause=item.clause))
    if not holds(item.when, facts):
        text = reason(
            "not-applicable", clause=item.clause, condition=item.when_text, basis=_basis(item, facts, case.standard)
        )
        return bare_result(item, Verdict.NOT_APPLICABLE, None, text)
    if item.kind is Kind.FORBIDDEN:
        return judge_forbidden(item, case)
    return _unless_in_doubt(judge_required(item, case, earlier), item, case, facts)


def _unless_in_doubt(result: ItemResult, item: Item, case: Case, facts: Mapping[str, Fact]) -> ItemResult:
    """Leave a miss to a person where it is not clear that the item applies."""
    doubt = doubtful(item.when, facts, case.standard) if result.verdict is Verdict.MISSED else None
    if doubt is None:
        return result
    fact, hit = doubt
    text = reason("perhaps-needed", clause=item.clause, text=item.text, fact=fact, **quoted(hit))
    return replace(result, verdict=Verdict.CANNOT_JUDGE, credit=None, reason=text, nearest=replace(hit, suspicion=True))


def _basis(item: Item, facts: Mapping[str, Fact], standard: Standard) -> str:
    """Say why the condition does not hold, fact by fact."""
    said = []
    for name in facts_of(item.when):
        rule = standard.facts.get(name)
        fact, title = facts.get(name), rule.title if rule else name
        contrary = facts.get(rule.opposite) if rule else None
        if fact is None:
            said.append(part("heard-nothing", fact=title))
        elif fact.source == "given":
            said.append(part("given-true" if fact.value else "given-false", fact=title))
        elif fact.value and fact.hits:
            first = fact.hits[0]
            said.append(part("heard-true", time=clock(first.start_s), quote=first.quote, fact=title))
        elif contrary is not None and contrary.value and contrary.hits:
            last = contrary.hits[-1]
            said.append(part("heard-opposite", time=clock(last.start_s), quote=last.quote))
        else:
            said.append(part("heard-nothing", fact=title))
    return "，".join(dict.fromkeys(said))


def _warnings(hearing: Hearing, ear: Ear, results: Iterable[ItemResult]) -> tuple[str, ...]:
    warnings = []
    if poorly := sum(is_poorly_heard(result) for result in results):
        warnings.append(part("told-poorly", count=poorly))
    if hearing.transcript and not ear.roles_known:
        warnings.append("没有把握分清谁是服务人员：要求的话双方说了都算，禁语只记为疑似")
    else:
        unsure = [s for s in hearing.speakers if s.confidence < ROLE_SURE]
        if unsure:
            warnings.append(f"说话人身份把握不大（{'、'.join(s.id for s in unsure)}），请核对后再看结论")
    return tuple(warnings)
