"""The queue: plain functions over a session, each told what time it is. They decide; nothing here waits or retries.

Call them in `db.writing()`, whose blocks run one after the other: two workers never see one job as free, two ends of one
job never meet. `Recording.state` follows in the same transaction.
"""

from web.queue.leases import claim, died, fail, finish, give_back, heartbeat, lapsed, reap, withdraw
from web.queue.requests import IN_THE_BACKGROUND, LISTEN_AGAIN, URGENT, cancel, enqueue, retry
from web.queue.states import ACTIVE, follow, held
from web.queue.types import MEMORY_WORDS, MODEL_DAMAGED, OUT_OF_MEMORY, Claim, JobFailure, Reaped, Standing

__all__ = [
    "ACTIVE",
    "IN_THE_BACKGROUND",
    "LISTEN_AGAIN",
    "MEMORY_WORDS",
    "MODEL_DAMAGED",
    "OUT_OF_MEMORY",
    "URGENT",
    "Claim",
    "JobFailure",
    "Reaped",
    "Standing",
    "cancel",
    "claim",
    "died",
    "enqueue",
    "fail",
    "finish",
    "follow",
    "give_back",
    "heartbeat",
    "held",
    "lapsed",
    "reap",
    "retry",
    "withdraw",
]
