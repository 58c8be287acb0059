"""What the standing of a place, and the way its syllables pair up, are called."""

from __future__ import annotations

from web.kit.i18n import gettext as _
from web.kit.marks import mark
from web.lexicon.trial import Drawing, Standing, Step, StepKind
from web.models.vocabulary import Kind

# signs that stand between the two syllables of a step, so that colour alone tells nothing
SIGNS = {
    StepKind.SAME: "=",
    StepKind.SOUND: "≈",
    StepKind.ALIKE: "≠",
    StepKind.LEFT_OUT: "−",
    StepKind.PUT_IN: "+",
    StepKind.GAP: "…",
}


def sign_words() -> dict[str, str]:
    """Return what the signs mean, in the order of the legend."""
    return {
        "=": _("字相同"),
        "≈": _("字不同、读音相同"),
        "≠": _("读音不同"),
        "−": _("没有说"),
        "+": _("多说的"),
        "…": _("空档，随便说什么"),
    }


def standing_words(standing: str, kind: str = Kind.REQUIRED.value) -> str:
    """Return in a few words whether a place counts."""
    forbidden = kind == Kind.FORBIDDEN
    return {
        Standing.COUNTS: _("算违规") if forbidden else _("算说到"),
        Standing.SUSPECTED: _("疑似，要人听") if forbidden else _("可能算，要人听"),
        Standing.HELPED: _("不算：有补救"),
        Standing.FRAMED: _("不算：不是自己的意思"),
        Standing.UNASKED: _("不算：没有人问"),
        Standing.EXCUSED: _("不算：碰到例外"),
        Standing.UNDONE: _("不算：说的是没做或不做"),
        Standing.OTHERWISE: _("不算：写明是别的话"),
        Standing.ABSURD: _("不算：前后是别的意思"),
        Standing.REJECTED: _("不算：录音里的读音不是"),
        Standing.ELSEWHERE: _("不算：时候不对"),
        Standing.IN_A_WORD: _("不算：切开了别的词"),
        Standing.HOMOPHONE: _("不算：同音的别的词"),
        Standing.OTHER_SPEAKER: _("不算：不是这个人该说的"),
        Standing.NEAREST: _("不够像"),
    }[Standing(standing)]


def why(standing: Standing, because: str, limit: float | None) -> str:
    """Return the sentence that says why a place counts or does not; "" where the standing says it all."""
    if standing in (Standing.SUSPECTED, Standing.HELPED, Standing.FRAMED, Standing.UNASKED):
        return because
    if standing is Standing.EXCUSED:
        return _("例外“%(phrase)s”盖住了这几个字。", phrase=because)
    if standing is Standing.UNDONE:
        return _("旁边的“没、不用、不给”一类的字说明没有做，或不打算做。")
    if standing is Standing.OTHERWISE:
        return _("读音相近，但字写得清清楚楚，是另外的话。")
    if standing is Standing.ELSEWHERE:
        return _("这一条要在规定的那一段说，或者要在另一条之后说。")
    if standing is Standing.IN_A_WORD:
        return _("禁语的头尾要正好是词的头尾，这里它是别的词的一部分。")
    if standing is Standing.HOMOPHONE:
        return _("短的禁语要字也相同；同音的字连得成话，就当作说的是那个词。")
    if standing is Standing.NEAREST and limit is not None:
        return _("合计代价超过了上限 %(limit)s。", limit=f"{limit:.2f}")
    return ""


def drawing_told(drawing: Drawing) -> str:
    """Return a drawing as a sentence: what a screen reader says in place of the picture."""
    differing = [told for step in drawing.steps if (told := _told(step))]
    between = mark("；").join(differing) if differing else _("每个字都相同")
    sums = _("合计代价 %(cost)s，上限 %(limit)s。", cost=f"{drawing.cost:.2f}", limit=f"{drawing.limit:.2f}")
    return f"{between}。{sums}"


def _told(step: Step) -> str:
    values = {
        "asked": f"{step.asked}{step.asked_sound}",
        "said": f"{step.said}{step.said_sound}",
        "cost": f"{step.cost:.2f}",
    }
    if step.kind is StepKind.LEFT_OUT:
        return _("“%(asked)s”没有说，代价 %(cost)s", **values)
    if step.kind is StepKind.PUT_IN:
        return _("多说了“%(said)s”，代价 %(cost)s", **values)
    if step.kind is StepKind.GAP:
        return _("空档里是“%(said)s”", said=step.said) if step.said else ""
    if step.kind is StepKind.SOUND:
        return _("“%(asked)s”写成同音的“%(said)s”，代价 %(cost)s", **values)
    if step.kind is StepKind.ALIKE:
        return _("要“%(asked)s”，说的是“%(said)s”，代价 %(cost)s", **values)
    return _("“%(asked)s”前有停顿，代价 %(cost)s", **values) if step.cost else ""
