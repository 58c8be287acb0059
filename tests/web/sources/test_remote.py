"""Recordings on an SFTP server and in a bucket: fetched one by one, resumed, left as they are; no secret is told."""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from tests.web.bucket import bucket
from tests.web.sources.conftest import Sound, lay
from tests.web.sources.server import PASSWORD, USER, Stand, sftp
from tests.web.sources.test_resuming import ANSWERED, only, run
from web.db import Database
from web.kit.site import Site
from web.models import Recording, Technician
from web.sources import remote
from web.sources.remote import Remote
from web.sources.values import SourceError

pytest.importorskip("asyncssh", reason="needs requirements-scale-dev.txt: make test-scale")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    monkeypatch.setattr(remote, "PAUSES_S", (0.0, 0.0))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = tmp_path / "server"
    (folder / "data").mkdir(parents=True)
    with sftp(folder) as stand:
        yield stand


@pytest.fixture
def options(server: Stand, tmp_path: Path) -> Path:
    known = lay(tmp_path, "known_hosts", server.key)
    told = {"username": USER, "password": PASSWORD, "known_hosts": str(known), "client_keys": None, "agent_path": None}
    path = lay(tmp_path, "options.json", json.dumps({f"sftp://127.0.0.1:{server.port}": told}))
    path.chmod(0o600)
    return path


def come(app: Flask, server: Stand, options: Path, *more: object) -> Result:
    return run(app, f"sftp://127.0.0.1:{server.port}/data", "--options", options, *more)


def count(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(Recording)) or 0


def test_files_of_an_sftp_server_come_in_with_what_is_told_and_stay_there(
    app: Flask, db: Database, server: Stand, options: Path, sound: Sound, tmp_path: Path
) -> None:
    data = server.folder / "data"
    lay(data, "周一/1763863200.42.wav", sound(1))
    lay(data, "b.wav", sound(2))
    lay(data, "b.json", '{"staff_no": "1002"}')
    lay(data, "half.wav.filepart", sound(3))
    lay(data, "cdr/Master.csv", ANSWERED)
    told = come(app, server, options, "--standard", "property-followup")
    assert told.exit_code == 0, told.output
    with db.reading() as session:
        staff = session.execute(select(Recording.original_name, Technician.staff_no).join(Technician)).all()
    assert sorted((name, number) for name, number in staff) == [("1763863200.42.wav", "1001"), ("b.wav", "1002")]
    assert sum(path.is_file() for path in data.rglob("*")) == 5, "nothing is taken away"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("tingjian-import")] == []
    again = come(app, server, options, "--standard", "property-followup")
    assert "其中 2 个以前已经导入，没有重读。" in again.output


def test_moving_puts_them_aside_on_the_server(
    app: Flask, db: Database, server: Stand, options: Path, sound: Sound
) -> None:
    data = server.folder / "data"
    lay(data, "a.wav", sound(1))
    lay(data, "已收/a.wav", sound(9))
    told = come(app, server, options, "--move")
    assert told.exit_code == 0, told.output
    assert sorted(p.name for p in (data / "已收").iterdir()) == ["a (2).wav", "a.wav"]
    assert [p.name for p in data.iterdir()] == ["已收"]
    assert count(db) == 1


def test_a_connection_that_breaks_is_made_anew(
    app: Flask, db: Database, server: Stand, options: Path, sound: Sound
) -> None:
    for number in range(3):
        lay(server.folder / "data", f"{number}.wav", sound(number))
    server.fail(2)
    told = come(app, server, options)
    assert told.exit_code == 0, told.output
    assert count(db) == 3


def test_what_does_not_answer_is_told_and_the_next_run_goes_on(
    app: Flask, db: Database, server: Stand, options: Path, sound: Sound
) -> None:
    lay(server.folder / "data", "a.wav", sound(1))
    server.fail(3)
    told = come(app, server, options)
    assert told.exit_code == 1
    assert "没有应答" in told.output
    assert come(app, server, options).exit_code == 0
    assert count(db) == 1


def test_a_server_whose_key_nobody_knows_gets_no_password(
    app: Flask, server: Stand, options: Path, tmp_path: Path, sound: Sound
) -> None:
    lay(server.folder / "data", "a.wav", sound(1))
    other = (
        server.key.split(" ", 1)[0]
        + " ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFcVOAprMBoLIHyZd6xyV3V1gm5yIKMxpPK5k3jbNBFX\n"
    )
    (tmp_path / "known_hosts").write_text(other)
    told = come(app, server, options)
    assert told.exit_code == 1
    assert "主机的密钥" in told.output, told.output
    (tmp_path / "known_hosts").unlink()
    assert "ssh-keyscan" in come(app, server, options).output


@pytest.mark.parametrize("address", ["sftp://recorder:geheim@127.0.0.1/data", "ftp://127.0.0.1/", "sftp:///data"])
def test_a_bad_address_is_refused_and_a_password_in_it_not_repeated(app: Flask, address: str) -> None:
    told = run(app, address)
    assert told.exit_code == 1
    assert "geheim" not in told.output


def test_a_wrong_password_is_told_and_none_stands_in_answer_or_log(
    app: Flask, server: Stand, options: Path, caplog: pytest.LogCaptureFixture
) -> None:
    options.write_text(options.read_text().replace(PASSWORD, "another-secret"))
    caplog.set_level(logging.DEBUG)
    told = come(app, server, options)
    assert told.exit_code == 1
    assert "用户名、密码、密钥不对" in told.output, told.output
    assert "another-secret" not in told.output + caplog.text


def test_options_that_others_can_read_are_refused(app: Flask, server: Stand, options: Path) -> None:
    options.chmod(0o644)
    assert "chmod 600" in come(app, server, options).output
    options.chmod(0o600)
    options.write_text('{"sftp://": "geheim"')
    told = come(app, server, options)
    assert "不是有效的 JSON" in told.output
    assert "geheim" not in told.output


def test_a_file_that_grows_is_not_taken(here: Site, server: Stand, options: Path, sound: Sound) -> None:
    path = lay(server.folder / "data", "a.wav", sound(1))
    source = Remote(f"sftp://127.0.0.1:{server.port}/data", here, options)
    (item,) = source.items()
    path.write_bytes(sound(1) + b"more")
    with pytest.raises(SourceError, match="还在写入"), source.local(item):
        pass


def test_a_folder_that_is_not_there_is_told(app: Flask, server: Stand, options: Path) -> None:
    told = run(app, f"sftp://127.0.0.1:{server.port}/nowhere", "--options", options)
    assert "不存在" in told.output


def test_two_legs_on_a_server_are_joined(app: Flask, db: Database, server: Stand, options: Path, sound: Sound) -> None:
    lay(server.folder / "data", "q-in.wav", sound(1, 0.5))
    lay(server.folder / "data", "q-out.wav", sound(100, 0.4))
    told = come(app, server, options)
    assert "由两个文件合成" in told.output, told.output
    assert only(db).original_name == "q.wav"


def test_files_of_a_bucket_come_in_below_the_prefix_and_only_once(
    app: Flask, db: Database, sound: Sound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "PAUSES_S", (0.0, 0.0))
    with bucket(monkeypatch) as stand:
        import boto3

        client = boto3.client("s3")
        for number, key in enumerate(("calls/a.wav", "calls/二月/b.wav", "other/c.wav")):
            client.put_object(Bucket=stand.bucket, Key=key, Body=sound(number))
        stand.refuse(1)
        told = run(app, f"s3://{stand.bucket}/calls")
        assert told.exit_code == 0, told.output
        assert count(db) == 2
        stand.asked.clear()
        again = run(app, f"s3://{stand.bucket}/calls", "--move")
        assert "其中 2 个以前已经导入" in again.output
        assert not any(asked.startswith("GET") and asked.endswith("a.wav") for asked in stand.asked)
        keys = sorted(one["Key"] for one in client.list_objects_v2(Bucket=stand.bucket)["Contents"])
        assert keys == ["calls/二月/已收/b.wav", "calls/已收/a.wav", "other/c.wav"]
        client.close()
