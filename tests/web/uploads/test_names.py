"""What file names say, by table."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.config import WebSettings
from web.kit.site import Site
from web.kit.standards import standards
from web.uploads import sheet
from web.uploads.names import KINDS, NameParts, read_name

DEFAULT = WebSettings().file_name_pattern
VISIT, CALL, FOLLOW = "property-visit", "property-appointment", "property-followup"
DAY = datetime(2026, 1, 5)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("20260105_1001_WO-1_入户.m4a", NameParts(DAY, "1001", None, "WO-1", VISIT)),
        ("2026-01-05_1001_WO-1_回访.mp3", NameParts(DAY, "1001", None, "WO-1", FOLLOW)),
        ("2026.01.05_1001_WO.1_上门.mp3", NameParts(DAY, "1001", None, "WO.1", VISIT)),
        ("20260105-1403_1001_WO-1_预约.amr", NameParts(datetime(2026, 1, 5, 14, 3), "1001", None, "WO-1", CALL)),
        ("20260105140309_1001_9_预约.amr", NameParts(datetime(2026, 1, 5, 14, 3, 9), "1001", None, "9", CALL)),
        ("20260105_1001_WO-1_Visit.WAV", NameParts(DAY, "1001", None, "WO-1", VISIT)),
        ("20260105_1001_WO-1_property-visit.wav", NameParts(DAY, "1001", None, "WO-1", VISIT)),
        ("20260105_1001_WO-1_入户 (2).m4a", NameParts(DAY, "1001", None, "WO-1", VISIT)),
        ("20260105_1001_WO-1_入户 - 副本.m4a", NameParts(DAY, "1001", None, "WO-1", VISIT)),
        ("客户/1月/20260105_1001_WO-1_入户.m4a", NameParts(DAY, "1001", None, "WO-1", VISIT)),
        # what cannot be read is left out, the rest holds
        ("20261345_1001_WO-1_入户.m4a", NameParts(None, "1001", None, "WO-1", VISIT)),
        ("20260105-2561_1001_WO-1_入户.m4a", NameParts(None, "1001", None, "WO-1", VISIT)),
        ("20260105_1001_WO-1_闲聊.m4a", NameParts(DAY, "1001", None, "WO-1", None)),
        # names of another shape say nothing
        ("张三_入户_20260105.mp3", NameParts()),
        ("20260105_1001_入户.m4a", NameParts()),
        ("录音.m4a", NameParts()),
        (".m4a", NameParts()),
        ("", NameParts()),
    ],
)
def test_names_of_the_default_pattern(name: str, expected: NameParts) -> None:
    assert read_name(name, DEFAULT) == expected


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("{name}_{kind}_{date}", "张三_入户_20260105.mp3", NameParts(DAY, None, "张三", None, VISIT)),
        ("{date} {time} {staff_no}", "20260105 1403 1001.wav", NameParts(datetime(2026, 1, 5, 14, 3), "1001")),
        ("{order_no}-{any}", "WO1-随便什么.wav", NameParts(None, None, None, "WO1")),
        (
            "{date}_{staff_no}|{staff_no}_{date}",
            "1001_20260105.wav",
            NameParts(DAY, "1001"),
        ),
        ("({date})[{staff_no}]", "(20260105)[7].wav", NameParts(DAY, "7")),
        ("{staff_no}_{staff_no}", "1_2.wav", NameParts(None, "1")),
        ("{unknown}_{staff_no}", "x_2.wav", NameParts(None, "2")),
        ("{time}", "1403.wav", NameParts()),
        ("", "20260105.wav", NameParts()),
    ],
)
def test_other_patterns(pattern: str, name: str, expected: NameParts) -> None:
    assert read_name(name, pattern) == expected


def test_a_companys_own_standard_is_named_by_its_id() -> None:
    assert read_name("20260105_1_2_our-lift.wav", DEFAULT).standard_id is None
    assert read_name("20260105_1_2_our-lift.wav", DEFAULT, {"our-lift"}).standard_id == "our-lift"


def test_every_kind_means_a_shipped_standard(app: object) -> None:
    from analyzer.settings import ROOT
    from web.kit.standards import standards

    assert set(KINDS.values()) == {s.id for s in standards(ROOT / "lexicons")}


@given(st.text(max_size=60))
def test_no_name_breaks_the_reading(name: str) -> None:
    parts = read_name(name, DEFAULT)
    assert set(parts.recognised) <= {"recorded_at", "staff_no", "name", "order_no", "standard_id"}


def test_a_name_and_a_number_of_two_people_are_nobodys(here: Site, people: object) -> None:
    known = standards(here.settings.lexicons)
    with here.db.reading() as session:
        told = sheet.rows_of_names(session, ["1001_李师傅.m4a", "1001_王师傅.m4a"], "{staff_no}_{name}", known)
    assert [(row.staff_no, dict(row.problems)) for row in told] == [("", {"staff_no": "differs"}), ("1001", {})]
