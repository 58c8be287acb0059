"""`flask --app web personal-data`: one person's data exported or erased, without the page."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext

from web.intake.storage import open_storage
from web.kit import audit
from web.kit.site import Site, site
from web.privacy import export as package
from web.privacy import removal
from web.privacy.person import By, Person, find


@click.command("personal-data")
@with_appcontext
@click.option("--technician", "staff_no", help="技师的工号。")
@click.option("--order", "order_no", help="客户的工单号。")
@click.option("--phone", help="客户的手机号；录音里说出来的也找得到。")
@click.option("--export", "target", type=click.Path(path_type=Path, dir_okay=False), help="导出到这个 zip 文件。")
@click.option("--erase", is_flag=True, help="删除声音、文字和引文；判定和得分留下。")
@click.option("--yes", is_flag=True, help="不再询问。")
def personal_data(
    staff_no: str | None, order_no: str | None, phone: str | None, target: Path | None, erase: bool, yes: bool
) -> None:
    """查一个人的全部数据；可以导出或删除。"""
    here = site()
    person = _person(here, staff_no, order_no, phone)
    click.echo(
        f"{person.name}：录音 {len(person.recordings)} 段，工单 {len(person.orders)} 张，法律保留 {len(person.held)} 段"
    )
    if target is not None:
        try:
            with target.open("xb") as out:
                sounds = package.write(here, open_storage(here.web, here.settings.home), person, out)
        except FileExistsError:
            raise click.ClickException(f"文件已存在：{target}；请换一个名字") from None
        except OSError as error:
            target.unlink(missing_ok=True)
            raise click.ClickException(f"写不了 {target}：{error.strerror or error}") from None
        with here.db.writing() as session:
            audit.record(
                session, "person-exported", "person", person.technician_id or "",
                by=person.by.value, recordings=len(person.recordings), sounds=sounds,
            )  # fmt: skip
        click.echo(f"已导出到 {target}，含 {sounds} 个录音文件")
    if erase:
        if not yes:
            click.confirm("删除后不能恢复，此前的备份里仍有。确定删除吗？", abort=True)
        done = removal.erase(here, person)
        click.echo(f"已删除 {done.recordings} 段录音的声音和文字；后台进程会清除磁盘上的文件")
        if done.held:
            click.echo("法律保留中，没有删除：" + "、".join(map(str, done.held)))


def _person(here: Site, staff_no: str | None, order_no: str | None, phone: str | None) -> Person:
    given = [(by, value) for by, value in zip(By, (staff_no, order_no, phone), strict=True) if value]
    if len(given) != 1:
        raise click.UsageError("请用 --technician、--order 或 --phone 指明一个人")
    by, value = given[0]
    try:
        with here.db.reading() as session:
            found = find(session, by, value)
    except ValueError:
        raise click.ClickException(f"{value} 不是手机号：应是 11 位数字") from None
    if found is None:
        raise click.ClickException(f"没有找到 {value}")
    return found


def init_commands(app: Flask) -> None:
    app.cli.add_command(personal_data)
