"""The readable report of one Analysis: trouble first, then what was met, then the rest, then the words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TextIO

from analyzer.domain import Analysis, Figures, How, ItemResult, Kind, Role, Score, Verdict, quantise_time
from analyzer.judging.reasons import clock, number

ROLES = {Role.TECHNICIAN: "服务人员", Role.CUSTOMER: "客户", Role.OTHER: "其他人", Role.UNKNOWN: "未知"}
MARKS = {Verdict.MET: "✓", Verdict.MISSED: "✗", Verdict.CANNOT_JUDGE: "?", Verdict.NOT_APPLICABLE: "–"}
NAMES = {
    Verdict.MET: "达标",
    Verdict.MISSED: "未达标",
    Verdict.CANNOT_JUDGE: "无法判断",
    Verdict.NOT_APPLICABLE: "不适用",
}


def report(analysis: Analysis, out: TextIO) -> None:
    hearing, judgement = analysis.hearing, analysis.judgement
    lines = [
        f"═══ {hearing.file}  时长 {clock(hearing.duration_s)}  人声 {clock(hearing.speech_s)}"
        + (f"  没听清 {hearing.unheard_s:.1f} 秒" if hearing.unheard_s else ""),
        f"标准  {judgement.standard.title}（{judgement.standard.id} {judgement.standard.version}，"
        f"{judgement.standard.digest}）  引擎 {hearing.engine.name} {hearing.engine.model}",
        _score(judgement.score),
        "说话人  " + ("  ".join(_speakers(analysis)) or "没有听到人声"),
        *_figures(judgement.figures),
    ]
    lines += [f"注意  {text}" for text in (*hearing.warnings, *judgement.warnings)]
    given = [f"{name}={'是' if f.value else '否'}" for name, f in judgement.facts.items() if f.source == "given"]
    heard = [
        f"{name}（{clock(f.hits[0].start_s)} “{f.hits[0].quote}”）"
        for name, f in judgement.facts.items()
        if f.source == "heard" and f.value and f.hits
    ]
    if given or heard:
        lines.append("事实  " + "；".join([*(f"资料：{g}" for g in given), *(f"听到：{h}" for h in heard)]))
    rules = [item for item in judgement.items if item.how is How.RULE]
    groups = [
        ("要处理", [i for i in rules if i.verdict in (Verdict.MISSED, Verdict.CANNOT_JUDGE)]),
        ("已达标", [i for i in rules if i.verdict is Verdict.MET]),
        ("不适用", [i for i in rules if i.verdict is Verdict.NOT_APPLICABLE]),
    ]
    for title, items in groups:
        if items:
            lines.append(f"── {title} {len(items)} 条")
            lines += [line for item in sorted(items, key=_gravity) for line in _item(item)]
    others = [item for item in judgement.items if item.how is not How.RULE]
    if others:
        lines.append(f"── 不由本录音判断 {len(others)} 条：" + "、".join(f"{i.clause} {i.id}" for i in others))
    lines.append("── 转写")
    lines += [f"{clock(u.start_s):>7}  {ROLES[u.role]}：{u.text}" for u in hearing.transcript] or ["（没有文字）"]
    lines += [f"{clock(d.start_s):>7}  已剔除（{d.reason}）：{d.text}" for d in hearing.dropped]
    print("\n".join(_printable(line) for line in lines), end="\n\n", file=out, flush=True)


def summary(analyses: Sequence[Analysis], took_s: float) -> str:
    lines = ["═══ 汇总", "  得分  未达标 无法判断 疑似  时长   文件（标准）"]
    for a in analyses:
        rules = [i for i in a.judgement.items if i.how is How.RULE]
        value = "  无 " if a.judgement.score.value is None else f"{a.judgement.score.value:5.1f}"
        missed = sum(i.verdict is Verdict.MISSED for i in rules)
        unsure = sum(i.verdict is Verdict.CANNOT_JUDGE for i in rules)
        lines.append(
            f" {value}  {missed:>5}  {unsure:>6}  {a.judgement.score.suspicions:>4}  "
            f"{clock(a.hearing.duration_s):>5}   {a.hearing.file}（{a.judgement.standard.id}）"
        )
    total_s = sum(a.hearing.duration_s for a in analyses)
    lines.append(f"共 {len(analyses)} 段录音 {clock(total_s)}，用时 {clock(took_s)}（含载入模型），没有访问网络。")
    return "\n".join(lines)


def _printable(line: str) -> str:
    """File names and transcripts come from outside: an escape sequence in them must not reach the terminal."""
    return "".join(char if char.isprintable() or char == "\u3000" else "�" for char in line)


def _score(score: Score) -> str:
    none = "无（能判出的要求不到四分之三）" if score.judged else "无（没有可计分的条目）"
    value = none if score.value is None else f"{score.value:.1f}"
    detail = []
    if score.base is not None and (score.penalty or score.cap is not None):
        detail.append(f"要求部分 {score.base:.1f}，禁语扣 {score.penalty:g}")
    if score.cap is not None:
        detail.append(f"严重违规，最高 {score.cap:g}")
    c = score.coverage
    detail.append(
        f"全标准 {c['items']} 条：自动 {c['rule']}（判出 {score.judged}，无法判断 {score.not_judged}，"
        f"不适用 {c['not_applicable']}）· 关联 {c['link']} · 人工 {c['person']}"
    )
    if score.suspicions:
        detail.append(f"疑似 {score.suspicions} 处待确认")
    return f"得分  {value}  （{'；'.join(detail)}）"


def _speakers(analysis: Analysis) -> Iterable[str]:
    for s in analysis.hearing.speakers:
        yield f"{s.id} {ROLES[s.role]}（把握 {s.confidence:.0%}，{clock(s.speech_s)}）"


def _figures(figures: Figures) -> Iterable[str]:
    """One line of the figures that a person compares first; none where nobody speaks."""
    if not figures.talk_share:
        return
    cuts, gap = figures.interruptions, figures.longest_silence
    rates = ((role, rate) for role, rate in figures.syllables_per_minute.items() if rate is not None)
    yield "  ".join(
        [
            "话量  " + "、".join(f"{ROLES[role]} {share:.0%}" for role, share in figures.talk_share.items()),
            "语速（字/分） " + ("、".join(f"{ROLES[role]} {rate:.0f}" for role, rate in rates) or "话太少，不计"),
            "打断 " + ("无法判断" if cuts is None else f"{len(cuts)} 次"),
            "最长静默 " + (f"{quantise_time(gap.duration_s):.1f} 秒（{clock(gap.start_s)} 起）" if gap else "无"),
        ]
    )


def _gravity(item: ItemResult) -> tuple[bool, bool, float]:
    return (item.verdict is not Verdict.MISSED, item.kind is not Kind.FORBIDDEN, -item.weight)


def _item(item: ItemResult) -> list[str]:
    verdict = item.verdict or Verdict.CANNOT_JUDGE
    name = "没有说" if (item.kind is Kind.FORBIDDEN and verdict is Verdict.MET) else NAMES[verdict]
    lines = [f"{MARKS[verdict]} {name}  {item.clause}  {item.id}：{item.reason}"]
    for hit in item.hits:
        mark = "（疑似）" if hit.suspicion else ""
        lines.append(
            f"      {clock(hit.start_s)} {ROLES[hit.role]} “{hit.quote}” ← {hit.phrase} {number(hit.similarity)}{mark}"
        )
    return lines
