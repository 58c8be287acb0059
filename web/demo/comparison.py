"""How often the matcher judges as the templates intend: every disagreement is named, to be read by a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from web.config import Settings
from web.demo.scoring import judge_transcript
from web.demo.values import DemoArchive, DemoTranscript

WORDS = {"met": "达标", "missed": "未达标", "not_applicable": "不适用", "cannot_judge": "无法判断"}
EXAMPLES = 2  # shown of each kind of disagreement


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One clause of one recording judged otherwise than intended, with the matcher's reason."""

    file: str
    standard_id: str
    item_id: str
    intended: str
    judged: str
    reason: str
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All verdicts that templates intend, and those that came out otherwise."""

    intended: Mapping[tuple[str, str, str], int]  # (standard, item, verdict) → how many
    differences: tuple[Disagreement, ...]

    @property
    def share(self) -> float:
        """Share of verdicts that are as intended, 0..1 (1 where none are intended)."""
        whole = sum(self.intended.values())
        return 1.0 - len(self.differences) / whole if whole else 1.0

    def table(self) -> str:
        """The disagreements by clause, the most frequent first, with examples."""
        lines = [
            f"与模板用意一致：{self.share:.1%}（{sum(self.intended.values())} 个结论，{len(self.differences)} 个不同）"
        ]
        kinds = Counter((d.standard_id, d.item_id, d.intended, d.judged) for d in self.differences)
        for (standard_id, item_id, intended, judged), count in kinds.most_common():
            whole = self.intended[standard_id, item_id, intended]
            lines.append(f"{standard_id} {item_id}：应{WORDS[intended]}，判{WORDS[judged]}，{count}/{whole}")
            alike = [d for d in self.differences if d.item_id == item_id and d.standard_id == standard_id]
            shown = [d for d in alike if (d.intended, d.judged) == (intended, judged)][:EXAMPLES]
            lines += [f"    {d.file}：{d.reason} {'、'.join(d.quotes)}" for d in shown]
        return "\n".join(lines)


def compare(archive: DemoArchive, settings: Settings, of: Sequence[DemoTranscript] | None = None) -> Comparison:
    """Judge transcripts of the archive (all, if `of` names none) and compare with what their templates intend."""
    transcripts = archive.transcripts if of is None else of
    facts = {order.order_no: order.facts for order in archive.orders}
    intended: Counter[tuple[str, str, str]] = Counter()
    differences = []
    for transcript in transcripts:
        for item in judge_transcript(transcript, facts[transcript.order_no], settings)["items"]:
            wanted = transcript.intended.get(item["id"])
            if wanted is None:
                continue
            intended[transcript.standard_id, item["id"], wanted] += 1
            if item["verdict"] != wanted:
                quotes = tuple(f"{h['quote']} ~ {h['phrase']}" for h in item["hits"])
                differences.append(
                    Disagreement(
                        transcript.original_name,
                        transcript.standard_id,
                        item["id"],
                        wanted,
                        item["verdict"],
                        item["reason"],
                        quotes,
                    )
                )
    return Comparison(intended, tuple(differences))
