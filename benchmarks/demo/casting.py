"""Who speaks: a voice of its own for every technician of the demo, and one of six for each customer. Pure."""

from __future__ import annotations

import hashlib

from benchmarks.rendering.voices import Voice

TECHNICIANS = {
    "9001": Voice("zm_yunxi", 1.1),
    "9002": Voice("zm_yunyang", 1.04),
    "9003": Voice("zf_xiaoxiao", 1.08),
    "9004": Voice("zm_yunxi+zm_yunyang", 1.06, -1.0),
    "9005": Voice("zm_yunyang", 1.14, -2.0),
    "9006": Voice("zf_xiaobei", 1.08),
    "9007": Voice("zm_yunxi", 1.1, -2.0),
}
WOMEN = (Voice("zf_xiaobei", 1.1, 1.0), Voice("zf_xiaoxiao", 1.02, -1.0), Voice("zf_xiaobei+zf_xiaoxiao", 1.1))
MEN = (Voice("zm_yunyang", 1.02, 1.0), Voice("zm_yunxi", 1.08, 1.5), Voice("zm_yunxi+zm_yunyang", 1.02, -2.5))
WOMANLY, MANLY = ("女士", "阿姨", "大姐", "大妈"), ("先生", "叔叔", "大哥", "大爷")


def customer(order_no: str, said_by_technician: str) -> Voice:
    """The customer's voice: as the technician addresses him; where he does not, as chance has it."""
    number = int.from_bytes(hashlib.sha256(order_no.encode()).digest()[:4])
    if any(word in said_by_technician for word in WOMANLY):
        return WOMEN[number % len(WOMEN)]
    if any(word in said_by_technician for word in MANLY):
        return MEN[number % len(MEN)]
    return (*WOMEN, *MEN)[number % (len(WOMEN) + len(MEN))]
