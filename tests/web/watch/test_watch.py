"""/health says that the process lives, /ready that it can work, /metrics how the work goes, to those who may know."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from analyzer.errors import SettingsError
from analyzer.settings import ROOT, Settings
from tests.web import cast
from tests.web.data import analysis
from web import create_app, queue
from web.config import WebSettings
from web.db import Database, now
from web.models import Job, JobKind, JobState, Recording
from web.queue import JobFailure, presence
from web.worker import assignment


def metrics(client: FlaskClient) -> dict[tuple[str, ...], float]:
    """The values by name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.mark.sqlite
def test_the_process_lives_though_the_database_is_away(client: FlaskClient, db: Database, home: Path) -> None:
    db.dispose()
    (home / "web" / "tingjian.db").rename(home / "gone.db")
    (home / "web" / "tingjian.db").mkdir()
    assert client.get("/health").status_code == 200
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert answer.json["checks"]["database"] is False  # type: ignore[index]


def test_it_is_ready_when_a_worker_has_been_seen(client: FlaskClient, db: Database) -> None:
    assert client.get("/ready").json == {
        "ready": False, "checks": {"database": True, "disk": True, "worker": False},
    }  # fmt: skip
    with db.writing() as session:
        presence.sign(session, "here:1", now())
    answer = client.get("/ready")
    assert (answer.status_code, answer.json["ready"]) == (200, True)  # type: ignore[index]


def test_a_full_disk_is_not_ready(app: Flask, db: Database, web_settings: WebSettings) -> None:
    settings = app.extensions["tingjian"].settings
    full = create_app({"TESTING": True, "SECRET_KEY": "test"}, settings, replace(web_settings, min_free_bytes=2**50))
    answer = full.test_client().get("/ready")
    assert (answer.status_code, answer.json["checks"]["disk"]) == (503, False)  # type: ignore[index]
    full.extensions["tingjian"].db.dispose()


def test_metrics_tell_how_the_work_goes(client: FlaskClient, db: Database, people: dict[str, Any]) -> None:
    begun = now() - timedelta(seconds=50)
    with db.writing() as session:
        for name in ("heard", "fails", "waits"):
            row = cast.recording(session, people["wang"], name, stored_key="aa/bb/cc")
            queue.enqueue(session, row.id, JobKind.HEAR)
        done = assignment.take(session, "w", 30, (JobKind.HEAR,), begun)
        assert done is not None
        ended, stage_s = begun + timedelta(seconds=50), {"transcribe": 20.0, "judge": 1.0}
        assert assignment.store(session, done, analysis("visit-03"), ended, stage_s)
        failed = queue.claim(session, "w", 30, (JobKind.HEAR,))
        assert failed is not None
        queue.fail(session, failed.token, JobFailure("audio-damaged", "文件已损坏，解不出声音"))
        old = cast.recording(session, people["wang"], "old", stored_key="aa/bb/cc")
        session.add(Job(recording_id=old.id, kind=JobKind.HEAR, state=JobState.FAILED, error_code="x",
                        finished_at=now() - timedelta(days=3)))  # fmt: skip
        presence.sign(session, "here:1", now())
        length_s = session.get_one(Recording, done.recording_id).duration_s
    found = metrics(client)
    assert found["tingjian_jobs", "hear", "queued"] == 1
    assert found["tingjian_jobs", "hear", "running"] == 0
    assert found["tingjian_jobs_oldest_queued_seconds", "hear"] >= 0
    assert found["tingjian_jobs_ended_24h", "hear", "done"] == 1
    assert found["tingjian_jobs_failed_24h", "audio-damaged"] == 1
    assert ("tingjian_jobs_failed_24h", "x") not in found
    assert found["tingjian_stage_seconds_24h", "transcribe"] == 20.0
    assert found["tingjian_heard_audio_seconds_24h",] == length_s
    assert found["tingjian_times_real_time_24h",] == pytest.approx(length_s / 50)
    assert found["tingjian_workers",] == 1


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.1.2.3", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "10.1.2.3"}, 403),  # a proxy of this machine that is not trusted
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 403),
    ],
)
def test_metrics_are_for_this_machine_only(
    client: FlaskClient, address: str, headers: dict[str, str], status: int
) -> None:
    answer = client.get("/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": address})
    assert answer.status_code == status


def test_a_mistyped_network_is_told_at_the_start(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, lexicons=ROOT / "lexicons")
    with pytest.raises(SettingsError, match="不是网络地址"):
        create_app({"SECRET_KEY": "test"}, settings, WebSettings(metrics_from="10.0.0.0/99"))
