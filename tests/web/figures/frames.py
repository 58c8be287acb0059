"""Frames for tests: a line per row, the rest filled in."""

from __future__ import annotations

import pandas as pd

from web.figures.frames import TECHNICIANS

TEAM = pd.DataFrame(
    [
        (1, "0001", "王师傅", 10, "东区", True),
        (2, "0002", "李师傅", 10, "东区", True),
        (3, "0003", "赵师傅", 20, "西区", True),
        (4, "0004", "钱师傅", None, None, False),
    ],
    columns=TECHNICIANS,
)


def recordings(*rows: tuple[str, int, float | None], **common: object) -> pd.DataFrame:
    """Rows (day, technician, score)."""
    fixed = {"standard_id": "visit", "job_kind": "repair", "reviewed": False, "forbidden": 0, "suspicions": 0}
    fixed |= {"judged_items": 8, "unjudged_items": 2} | common
    return pd.DataFrame(
        [{"recording_id": i, "day": d, "technician_id": t, "score": s, **fixed} for i, (d, t, s) in enumerate(rows)]
    )


def verdicts(*rows: tuple[str, int, str, str | None], **common: object) -> pd.DataFrame:
    """Rows (day, technician, item, final)."""
    fixed = {"standard_id": "visit", "kind": "required", "how": "rule", "job_kind": "repair", "reviewed": False}
    fixed |= {"weight": 1.0} | common
    credit = {"met": 1.0, "missed": 0.0}
    return pd.DataFrame(
        [
            {"recording_id": i, "day": d, "technician_id": t, "item_id": item, "final": v, **fixed}
            | {"final_credit": credit.get(v or "")}
            for i, (d, t, item, v) in enumerate(rows)
        ]
    )
