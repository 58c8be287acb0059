"""The fields of the page: what each setting is called, what it means, with an example, and what may be typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from web.kit.i18n import gettext as _
from web.lexicon.policy import Bounds, Ruled, Value, Values, bounds_of, choices_of
from web.models.vocabulary import How, Kind

_NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?")
_PERCENT = {"pass"}  # shares that are typed in hundredths


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers to a question of policy; `standing`: what holds where nothing is written."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Field:
    """A setting as it is asked for. `choices` () for a number; `unit` stands behind it; `own`: it can be changed here."""

    key: str
    label: str
    example: str = ""
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    own: bool = True

    @property
    def dom(self) -> str:
        """An id for the page."""
        return "f-" + self.key.replace(":", "-")


@dataclass(frozen=True, slots=True)
class ClauseFields:
    """The settings of one clause, in a row."""

    clause: str
    text: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """All that the page asks for."""

    marks: tuple[Field, ...]
    required: tuple[ClauseFields, ...]
    forbidden: tuple[ClauseFields, ...]
    switches: tuple[Field, ...]

    @property
    def every(self) -> tuple[Field, ...]:
        clauses = [f for c in (*self.required, *self.forbidden) for f in c.fields]
        return (*self.marks, *clauses, *self.switches)

    def label(self, key: str) -> str:
        """The name of a setting where it stands alone."""
        for clause in (*self.required, *self.forbidden):
            if any(f.key == key for f in clause.fields):
                found = next(f for f in clause.fields if f.key == key)
                return f"{clause.clause} {_short(clause.text)}：{found.label}"
        return next((f.label for f in self.every if f.key == key), key)


@dataclass(slots=True)
class Typed:
    """What a form brought: values that can be read, the texts as typed, and what is wrong with which."""

    values: dict[str, Value] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def _short(text: str) -> str:
    return text if len(text) <= 14 else f"{text[:13]}…"


def fields_of(standard: Ruled) -> Fields:
    """The fields of a standard."""
    required, forbidden, helped = [], [], []
    for c in standard.clauses:
        if c.kind == Kind.REQUIRED:
            own = [Field(f"weight:{c.id}", _("份量"), own=c.own)]
            if c.how == How.RULE:
                own.append(Field(f"pass:{c.id}", _("做到多少算达标"), unit="%", own=c.own))
            required.append(ClauseFields(c.clause, c.text, tuple(own)))
            continue
        own = [Field(f"penalty:{c.id}", _("扣分"), own=c.own)]
        own += [Field(f"penalty:{c.id}:{g.id}", _("只是“%(t)s”时扣分", t=g.title), own=c.own) for g in c.groups]
        if f"cap:{c.id}" in standard.values:
            own.append(Field(f"cap:{c.id}", _("说了最高得分"), own=c.own))
        forbidden.append(ClauseFields(c.clause, c.text, tuple(own)))
        if c.helped:
            helped.append(
                Field(
                    f"help:{c.id}",
                    _("说了“%(t)s”，紧接着替用户办", t=c.text),
                    _HELP.get(c.id, "")
                    or _("从意：用户的事有人办，就不算；字面从严：说了就算。不管选哪样，没人帮的照旧算违规。"),
                    choices=_stances(f"help:{c.id}", _("不算违规（从意）"), _("算违规（字面从严）")),
                    own=c.own,
                )
            )
    return Fields(_marks(), tuple(required), tuple(forbidden), (*helped, *_switches()))


def shown(key: str, value: Value) -> str:
    """A value as it stands in its field."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return f"{value * 100 if key.partition(':')[0] in _PERCENT else value:.10g}"


def read(asked: Sequence[Field], form: Mapping[str, str], standing: Values) -> Typed:
    """Read what was typed; what cannot be read, and what the form lacks, stays as it stands."""
    typed = Typed(dict(standing))
    for one in asked:
        text = form.get(one.key)
        if text is None or not one.own:
            typed.texts[one.key] = shown(one.key, standing[one.key])
            continue
        typed.texts[one.key] = text[:60]
        try:
            typed.values[one.key] = _value(one.key, text)
        except ValueError as error:
            typed.errors[one.key] = str(error)
    _compare_groups(asked, typed, standing)
    return typed


def _compare_groups(asked: Sequence[Field], typed: Typed, standing: Values) -> None:
    """Refuse a group that costs more than its whole clause; its old value stands meanwhile."""
    for one in asked:
        whole = one.key.rpartition(":")[0]
        if one.key.count(":") == 2 and one.key not in typed.errors and whole not in typed.errors:
            value, most = typed.values[one.key], typed.values[whole]
            if isinstance(value, float) and isinstance(most, float) and value > most:
                typed.errors[one.key] = _("比整条的 %(n)s 分还多，请写小一些，或者把整条的改大。", n=f"{most:g}")
                typed.values[one.key] = standing[one.key]


def _value(key: str, text: str) -> Value:
    bounds = bounds_of(key)
    if bounds is None:
        if text not in choices_of(key):
            raise ValueError(_("请从列出的几种里选一种。"))
        return text
    return _number(unicodedata.normalize("NFKC", text).strip(), bounds, percent=key.partition(":")[0] in _PERCENT)


def _number(text: str, bounds: Bounds, *, percent: bool) -> float | int | None:
    """The number as kept. What an input method typed in full width is the same number."""
    factor = 100 if percent else 1
    low, high = f"{bounds.low * factor:g}", f"{bounds.high * factor:g}"
    if not text and bounds.empty:
        return None
    if not text:
        raise ValueError(_("请填写这一项：%(low)s 到 %(high)s 之间的数。", low=low, high=high))
    text = text.removesuffix("%") if percent else text
    if not _NUMBER.fullmatch(text):
        raise ValueError(
            _(
                "“%(v)s”不是可以用的数，请写 %(low)s 到 %(high)s 之间的数，最多三位小数。",
                v=text[:20],
                low=low,
                high=high,
            )
        )
    value = float(text) / factor
    if value > bounds.high or value < bounds.low or (bounds.above and value == bounds.low):
        words = _("大于 %(low)s、不超过 %(high)s") if bounds.above else _("%(low)s 到 %(high)s")
        raise ValueError(_("“%(v)s”超出了范围，应当%(range)s。", v=text, range=words % {"low": low, "high": high}))
    if not bounds.whole:
        return value
    if not value.is_integer():
        raise ValueError(_("“%(v)s”应当是整数。", v=text))
    return int(value)


def _marks() -> tuple[Field, ...]:
    return (
        Field(
            "pass_mark",
            _("合格线"),
            _("一段录音不低于这个分算合格。例如填 80：79.9 分不合格，80 分合格。留空就不分合格、不合格。"),
            _("分"),
        ),
        Field(
            "min_recordings",
            _("至少要有几段录音才下结论"),
            _(
                "记分卡上少于这么多段的，只列数字，不排名次、不下结论。例如填 8：只有 5 段的技师注明“录音太少”。留空照网站的设置。"
            ),
            _("段"),
        ),
        Field(
            "suspicions",
            _("没有定论的疑似，技师看得到吗"),
            _(
                "例如“也不知道那条路修通了”前面没人提问，只记疑似；复核的人也没有定它算不算。看不到时，技师只看见这一条“无法判断”，看不到那句话。"
            ),
            choices=(Choice("shown", _("看得到")), Choice("hidden", _("看不到"))),
        ),
    )


def _stances(key: str, pardons: str, counts: str) -> tuple[Choice, ...]:
    words = {"pardons": pardons, "doubt": _("记疑似，由人来定，暂不扣分"), "counts": counts}
    return tuple(Choice(value, words[value]) for value in choices_of(key))


def _switches() -> tuple[Field, ...]:
    no, yes = _("不算违规"), _("算违规")

    def switch(key: str, label: str, example: str, pardons: str = no, counts: str = yes) -> Field:
        return Field(key, label, example, choices=_stances(key, pardons, counts))

    return (
        Field(
            "help_within_s",
            _("多少秒之内算“紧接着”"),
            _("例如填 15：说“这不归我修”，十秒后说“我帮您报给电梯公司”，算紧接着；二十秒后才说，不算。"),
            _("秒"),
        ),
        switch(
            "late_help",
            _("用户又说了别的，才替用户办"),
            _("技：这个我不清楚。客：我下午还要上班去。技：我马上帮您问一下主管。不会比上面“紧接着”的那一项更宽。"),
        ),
        switch("unasked", _("没有人问，自己说的"), _("用户没有提问，技师自己说了一句：不知道堵不堵车。")),
        switch("reported", _("明明是转述别人的话"), _("以前来的人说这个修不了。")),
        switch(
            "unclear_report",
            _("拿公司、领导的话推脱，或者说不清是谁的话"),
            _("公司说了，这个不归我们管。"),
        ),
        switch(
            "misheard",
            _("听写听岔了一个音，像是禁语"),
            _("写成“没知了”，可能是“没治了”。听岔的话从不直接算违规。"),
            _("不理会"),
        ),
        switch(
            "alike",
            _("不是原话，意思像禁语"),
            _("“这摊子别指着我”，意思像“我们不管”。意思像的话从不直接算违规。"),
            _("不理会"),
        ),
        switch(
            "topic_once",
            _("不许聊的话头只提了一句"),
            _("技师随口说了一句“昨晚的球赛看了吗”，没有聊下去。"),
            _("不理会"),
        ),
        switch(
            "other_words",
            _("应当说的话换了说法，意思相同"),
            _("标准要请用户试一下，技师说的是“灯绳您拽一把瞧”。字面从严就记“无法判断”，请人来听。"),
            counts=_("算达标（从意）"),
        ),
        Field(
            "opening_s",
            _("开场算多少秒"),
            _("从第一句话起，说了这么多秒的话都算开场。问好、报姓名在这一段里找。"),
            _("秒"),
        ),
        Field("closing_s", _("结束算多少秒"), _("最后这么多秒的话算结束。道别在这一段里找。"), _("秒")),
    )


_HELP: Mapping[str, str] = {
    "do-not-know": "例如“不清楚，我帮您问一下”。条文字面上连这句也不许说；可它要的是问题有人答，照字面扣分，会罚到替用户跑腿的人。",
    "not-our-job": "例如“这个不归我修，我帮您报给电梯公司”。",
    "not-our-concern": "例如“跟物业没关系，归自来水公司，我帮您报”。",
    "cannot-solve": "例如“这个型号停产了修不了，建议换一个同规格的”，或者“今天修不了，明天上午带配件来”。",
}
