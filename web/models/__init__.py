"""All tables, so that migrations and tests see them."""

from web.models.analyses import Analysis, AnalysisDocument, CustomerWord, RecordingFigures, Verdict
from web.models.api import ApiRequest, ApiToken
from web.models.aside import SetAside
from web.models.audit import AuditEntry
from web.models.base import Base
from web.models.calibration import (
    CalibrationAgreement,
    CalibrationAnswer,
    CalibrationRater,
    CalibrationRecording,
    CalibrationSession,
)
from web.models.desk import Handover, SavedFilter, SecondAnswer, SecondReview, TeamReviewer
from web.models.dryruns import (
    RunState,
    SliceState,
    StandardRejudging,
    StandardRun,
    StandardRunDifference,
    StandardRunRecording,
    StandardRunSlice,
)
from web.models.exclusions import Exclusion
from web.models.hooks import DeliveryState, Hook, HookAttempt, HookDelivery, HookEvent, HookState
from web.models.notices import GroupMessage, Notice, NoticeKind
from web.models.opinions import Opinion, OpinionRun
from web.models.people import Identity, LoginThrottle, User, UserRole, username_key
from web.models.privacy import DoomedFile, LegalHold, PrivateWords, SpokenNumber
from web.models.recordings import (
    Job,
    JobKind,
    JobState,
    Recording,
    RecordingState,
    ReviewState,
    TakenFile,
    Upload,
    UploadState,
)
from web.models.reviews import (
    APPEAL_WAITS,
    BULK,
    Appeal,
    AppealStep,
    Decision,
    Presence,
    SignOff,
    TranscriptEdit,
)
from web.models.scorecards import (
    ALL_KINDS,
    Clip,
    CoachingNote,
    ItemPeriod,
    PublishedMonth,
    ScorePeriod,
    SiteValue,
    StaleDay,
    WordPeriod,
)
from web.models.spoken import SpokenText
from web.models.staff import Team, Technician, WorkOrder
from web.models.standards import DraftChange, DraftState, StandardDraft, StandardVersion

__all__ = [
    "ALL_KINDS",
    "APPEAL_WAITS",
    "BULK",
    "Analysis",
    "AnalysisDocument",
    "ApiRequest",
    "ApiToken",
    "Appeal",
    "AppealStep",
    "AuditEntry",
    "Base",
    "CalibrationAgreement",
    "CalibrationAnswer",
    "CalibrationRater",
    "CalibrationRecording",
    "CalibrationSession",
    "Clip",
    "CoachingNote",
    "CustomerWord",
    "Decision",
    "DeliveryState",
    "DoomedFile",
    "DraftChange",
    "DraftState",
    "Exclusion",
    "GroupMessage",
    "Handover",
    "Hook",
    "HookAttempt",
    "HookDelivery",
    "HookEvent",
    "HookState",
    "Identity",
    "ItemPeriod",
    "Job",
    "JobKind",
    "JobState",
    "LegalHold",
    "LoginThrottle",
    "Notice",
    "NoticeKind",
    "Opinion",
    "OpinionRun",
    "Presence",
    "PrivateWords",
    "PublishedMonth",
    "Recording",
    "RecordingFigures",
    "RecordingState",
    "ReviewState",
    "RunState",
    "SavedFilter",
    "ScorePeriod",
    "SecondAnswer",
    "SecondReview",
    "SetAside",
    "SignOff",
    "SiteValue",
    "SliceState",
    "SpokenNumber",
    "SpokenText",
    "StaleDay",
    "StandardDraft",
    "StandardRejudging",
    "StandardRun",
    "StandardRunDifference",
    "StandardRunRecording",
    "StandardRunSlice",
    "StandardVersion",
    "TakenFile",
    "Team",
    "TeamReviewer",
    "Technician",
    "TranscriptEdit",
    "Upload",
    "UploadState",
    "User",
    "UserRole",
    "Verdict",
    "WordPeriod",
    "WorkOrder",
    "username_key",
]
