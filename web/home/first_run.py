"""What a new site still lacks, in the order in which it is best given: shown on the home page until nothing is left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from web.backups import nightly
from web.config import Settings
from web.kit.access import OFFICE
from web.kit.i18n import gettext as _
from web.kit.login import Viewer
from web.kit.site import Site
from web.kit.standards import standards
from web.models import Recording, RecordingState, Technician, UserRole
from web.queue import presence

WEIGHTS = "model.bin"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: `advice` tells how while it is not done; `endpoint` is the page for it, "" for a command."""

    name: str
    done: bool
    title: str
    advice: str
    endpoint: str = ""
    link: str = ""


def first_run(session: Session, viewer: Viewer, here: Site, at: datetime) -> tuple[Step, ...]:
    """The steps, done or not, for those who set the site up; none for others, and none once all are done.

    What a judged recording proves counts as done for good: a worker that stops later is told of elsewhere.
    """
    if viewer.role not in OFFICE:
        return ()
    judged = _is_any(session, Recording.state == RecordingState.JUDGED)
    steps = (
        _standard(here),
        _people(session),
        _recording(judged),
        _model(here.settings, judged),
        _worker(session, at, judged),
        _backup(session, here),
    )
    if all(step.done for step in steps):
        return ()
    return tuple(_for(viewer, step) for step in steps)


def model_is_there(settings: Settings) -> bool:
    """Whether recordings can be heard: the named model lies in its folder, the setting is a path of its own, or a server hears."""
    if (
        settings.engine == "recorded"
        or (settings.engine == "openai-api" and settings.speech_url)
        or Path(settings.model).exists()
    ):
        return True
    return any(settings.models_dir.glob(f"*/{WEIGHTS}"))


def _is_any(session: Session, condition: ColumnElement[bool]) -> bool:
    return bool(session.scalar(select(exists().where(condition))))


def _for(viewer: Viewer, step: Step) -> Step:
    """The step as the viewer can do it: who has no way to the server is told whom to ask."""
    if step.endpoint or viewer.role is UserRole.ADMIN:
        return step
    return replace(step, advice=_("请告诉管理员。"))


def _standard(here: Site) -> Step:
    count = len(standards(here.lexicons))
    return Step(
        "standard",
        count > 0,
        _("服务标准：%(n)s 份可用", n=count) if count else _("服务标准"),
        _("一份标准也读不进来。请运行 python -m analyzer check，按提示改正。"),
        "standard_reading.index",
        _("看标准"),
    )


def _people(session: Session) -> Step:
    return Step(
        "people",
        _is_any(session, Technician.id.is_not(None)),
        _("技师名单"),
        _("录音要归到人名下，才有评分卡。可以逐个新增，也可以用 CSV 一次导入。"),
        "staff.technicians",
        _("去加人员"),
    )


def _recording(judged: bool) -> Step:
    return Step(
        "recording",
        judged,
        _("第一段录音"),
        _("上传一段，几分钟后就能看到判定和依据。"),
        "uploads.page",
        _("上传录音"),
    )


def _model(settings: Settings, judged: bool) -> Step:
    advice = _("没有模型，录音转不成文字。请在服务器上运行 make model。")
    return Step("model", judged or model_is_there(settings), _("语音模型"), advice)


def _worker(session: Session, at: datetime, judged: bool) -> Step:
    advice = _("没有后台进程，录音会一直排队。请运行 make run，或 flask --app web worker。")
    return Step("worker", judged or bool(presence.alive(session, at)), _("后台进程"), advice)


def _backup(session: Session, here: Site) -> Step:
    done = here.web.backup_hour >= 0 or nightly.last(session).done_at is not None
    advice = _("每天的备份没有打开。请设 TINGJIAN_WEB_BACKUP_HOUR，例如 3 表示凌晨三点起。")
    return Step("backup", done, _("备份"), advice)
