"""`doctor`: what could keep the site from working well. Each finding has a name, a message and a hint."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from web.backups import nightly
from web.db import now
from web.kit import aside, audit, chain
from web.kit.site import Site
from web.kit.standards import standards
from web.maintenance.finding import Finding
from web.migrations import is_current
from web.models import Recording, User, UserRole

FIXED_SQLITE = (3, 51, 3)  # before it a write during a checkpoint may, rarely, damage the file (RELIABILITY §6)
FIXED_BRANCHES = {(3, 44): 6, (3, 50): 7}
LATE = timedelta(hours=50)  # a nightly backup that is missing twice
SAMPLE = 200  # stored files that are looked for


def examine(site: Site) -> Iterator[Finding]:
    """Give the findings of all checks, one after the other; a check that breaks is a finding itself."""
    for check in CHECKS:
        try:
            yield from check(site)
        except (OSError, SQLAlchemyError, RuntimeError) as error:
            yield Finding(check.__name__.lstrip("_"), "error", f"检查没有做成：{error}", "请检查数据库和磁盘")


def sqlite_is_mended(version: tuple[int, int, int]) -> bool:
    """Return whether this SQLite has the repair of the WAL-reset fault."""
    return version >= FIXED_SQLITE or version[2] >= FIXED_BRANCHES.get(version[:2], 1 << 30)


def _sqlite(site: Site) -> Iterator[Finding]:
    if not site.db.is_sqlite:
        return
    version = sqlite3.sqlite_version_info
    if sqlite_is_mended(version):
        yield Finding("sqlite", "ok", f"SQLite {sqlite3.sqlite_version}")
        return
    yield Finding(
        "sqlite",
        "warning",
        f"SQLite {sqlite3.sqlite_version} 有一个极少见的缺陷：写入与整理日志同时发生时可能损坏数据库",
        "请每天备份；有条件时换用带 SQLite 3.51.3 以上的 Python，或用 PostgreSQL",
    )


def _database(site: Site) -> Iterator[Finding]:
    if not is_current(site.db):
        yield Finding("database", "error", "数据库不是当前版本", "请运行 flask --app web upgrade")
        return
    with site.db.reading() as session:
        if site.db.is_sqlite:
            found = session.scalar(text("PRAGMA quick_check"))
            if found != "ok":
                yield Finding("database", "error", f"数据库损坏：{found}", "请停止网站，从最近的备份恢复")
                return
            if session.execute(text("PRAGMA foreign_key_check")).first() is not None:
                yield Finding("database", "error", "有的行指向不存在的行", "请从备份恢复，并告诉开发者")
                return
        yield Finding("database", "ok", "数据库完好，版本正确")
        fault = next(chain.faults(session), None)
        if fault is not None:
            yield Finding("audit", "error", f"操作日志不完整：{audit.fault_words(fault)}", "请查明谁动过数据库")
        else:
            yield Finding("audit", "ok", "操作日志完整")
        admins = session.scalar(select(func.count()).where(User.role == UserRole.ADMIN, User.active)) or 0
        if not admins:
            yield Finding(
                "accounts", "error", "没有可用的管理员账号", "请运行 flask --app web users add 用户名 --role admin"
            )


def _https(site: Site) -> Iterator[Finding]:
    if site.web.host in ("127.0.0.1", "::1", "localhost") or site.web.proxies or site.web.secure_cookies:
        return
    yield Finding(
        "https",
        "warning",
        f"网站在 {site.web.host} 上监听，前面没有 HTTPS：密码和录音在网络上是明文",
        "请在前面放一个 HTTPS 代理，网站只在 127.0.0.1 上监听，并设 TINGJIAN_WEB_PROXIES=1",
    )


def _disk(site: Site) -> Iterator[Finding]:
    free = shutil.disk_usage(site.settings.home).free
    message = f"磁盘剩余 {free / 1024**3:.1f} GB"
    if free < site.web.min_free_bytes:
        yield Finding("disk", "error", f"{message}，已停止收文件", "请清理磁盘，或调小 TINGJIAN_WEB_MIN_FREE_BYTES")
    elif free < 5 * site.web.min_free_bytes:
        yield Finding("disk", "warning", message, "请尽快清理磁盘")
    else:
        yield Finding("disk", "ok", message)
    if not os.access(site.folder, os.W_OK):
        yield Finding("folder", "error", f"{site.folder} 不能写", "请检查文件夹的所有者和权限")


def _model(site: Site) -> Iterator[Finding]:
    from web.maintenance import machine  # numpy and the analyzer: commands that do not ask need not wait for them

    yield from machine.weights(site.settings)
    yield from machine.size(site.settings)
    yield from machine.unclear(site.settings)


def _decoding(site: Site) -> Iterator[Finding]:
    from web.maintenance import machine

    yield from machine.decoding()


def _standards(site: Site) -> Iterator[Finding]:
    found = standards(site.settings.lexicons)
    files = [p for p in site.settings.lexicons.glob("*.yaml") if p.name != "checklist.yaml"]
    if len(found) < len(files):
        yield Finding(
            "standards",
            "error",
            f"{len(files)} 份标准里有 {len(files) - len(found)} 份不能用",
            "请运行 python -m analyzer check",
        )
    else:
        yield Finding("standards", "ok", f"{len(found)} 份标准可用")


def _audio(site: Site) -> Iterator[Finding]:
    from web.intake.storage import open_storage

    storage = open_storage(site.web, site.settings.home)
    with site.db.reading() as session:
        keys = session.scalars(
            select(Recording.stored_key)
            .where(Recording.stored_key != "", Recording.deleted_at.is_(None))
            .order_by(Recording.id.desc())
            .limit(SAMPLE)
        ).all()
    lost = [key for key in keys if not storage.exists(key)]
    if lost:
        yield Finding(
            "audio", "error", f"最近 {len(keys)} 段录音里有 {len(lost)} 段的文件不见了", "请从备份恢复音频文件夹"
        )
    else:
        yield Finding("audio", "ok", f"最近 {len(keys)} 段录音的文件都在")


def _backup(site: Site) -> Iterator[Finding]:
    with site.db.reading() as session:
        known = nightly.last(session)
    if site.web.backup_hour < 0:
        yield Finding(
            "backup", "warning", "每天的备份没有打开", "请设 TINGJIAN_WEB_BACKUP_HOUR，或自己安排 backup 命令"
        )
    elif known.done_at is None or now() - known.done_at > LATE:
        when = (
            "还没有做过"
            if known.done_at is None
            else f"上一次成功是 {known.done_at.astimezone(site.zone):%Y-%m-%d %H:%M}"
        )
        yield Finding(
            "backup",
            "warning",
            f"每天的备份：{when}；{known.words}".rstrip("；"),
            "请看后台进程是否在运行，磁盘是否够用",
        )
    else:
        yield Finding("backup", "ok", f"上一次备份：{known.done_at.astimezone(site.zone):%Y-%m-%d %H:%M}")


def _aside(site: Site) -> Iterator[Finding]:
    with site.db.reading() as session:
        rows, total = aside.set_aside(session, 1)
    if total:
        message = f"有 {total} 项没做成，最近一项：{rows[0].title}，{rows[0].reason}"
        yield Finding("aside", "warning", message, "请看网站的“处理队列”页；修好后会自动再试")
    else:
        yield Finding("aside", "ok", "没有搁置的事项")


CHECKS: tuple[Callable[[Site], Iterator[Finding]], ...] = (
    _sqlite,
    _database,
    _https,
    _disk,
    _model,
    _decoding,
    _standards,
    _audio,
    _backup,
    _aside,
)
