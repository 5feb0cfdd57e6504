"""By `npm run clients` from the OpenAPI document: change the schemas of the routes instead."""
from typing import Any, Dict, List, Literal, Mapping, Tuple, TypedDict, Union


class AddEntryReplyEventDecisionsItem(TypedDict):
    decision: Literal["confirmed", "rejected", "replaced"]
    by: str
    at: str  # ISO 8601, UTC
    reason: Union[str, None]


class AddEntryReplyEvent(TypedDict):
    event_id: str
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    at: str  # ISO 8601, UTC
    recorded_at: str  # ISO 8601, UTC
    direction: Literal["in", "out"]
    state: Literal["recorded", "to_be_confirmed", "confirmed", "rejected", "replaced"]
    source: Literal["recognition", "offline", "claim", "manual"]
    kiosk: Union[str, None]
    confidence: Union[float, None]
    quality: Union[float, None]
    replaces: Union[str, None]
    entered_by: Union[str, None]
    reason: Union[str, None]
    decisions: List[AddEntryReplyEventDecisionsItem]


class AddEntryReply(TypedDict):
    success: Literal[True]
    event: AddEntryReplyEvent
    repeated: bool  # It was there already: sent twice, or a double tap


class CompareReplyBoxesItem(TypedDict):
    left: int
    top: int
    width: int
    height: int


class CompareReply(TypedDict):
    success: Literal[True]
    same_person: bool
    distance: float  # On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive
    confidence: float  # 1 - distance, never below 0
    tolerance: float  # RECOGNITION_TOLERANCE: one comparison does not follow the number of people enrolled
    boxes: List[CompareReplyBoxesItem]  # In the order of the photos


class _CompletePairingReply(TypedDict):
    success: Literal[True]
    key: str  # The key itself: shown now and never again
    id: str
    name: str  # For people; it may be logged
    role: Literal["kiosk", "enroller", "admin", "monitor"]
    created_at: str  # ISO 8601, UTC


class CompletePairingReply(_CompletePairingReply, total=False):
    expires_at: str  # ISO 8601, UTC
    groups: List[str]  # Of kiosks: they search these groups alone
    addresses: List[str]  # Addresses and subnets, such as 192.168.7.0/24, it is valid from
    last_used_at: str  # ISO 8601, UTC
    revoked_at: str  # ISO 8601, UTC
    old_valid_until: str  # ISO 8601, UTC


class CorrectEventReplyEventDecisionsItem(TypedDict):
    decision: Literal["confirmed", "rejected", "replaced"]
    by: str
    at: str  # ISO 8601, UTC
    reason: Union[str, None]


class CorrectEventReplyEvent(TypedDict):
    event_id: str
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    at: str  # ISO 8601, UTC
    recorded_at: str  # ISO 8601, UTC
    direction: Literal["in", "out"]
    state: Literal["recorded", "to_be_confirmed", "confirmed", "rejected", "replaced"]
    source: Literal["recognition", "offline", "claim", "manual"]
    kiosk: Union[str, None]
    confidence: Union[float, None]
    quality: Union[float, None]
    replaces: Union[str, None]
    entered_by: Union[str, None]
    reason: Union[str, None]
    decisions: List[CorrectEventReplyEventDecisionsItem]


class CorrectEventReply(TypedDict):
    success: Literal[True]
    event: CorrectEventReplyEvent


class DecideEventReplyEventDecisionsItem(TypedDict):
    decision: Literal["confirmed", "rejected", "replaced"]
    by: str
    at: str  # ISO 8601, UTC
    reason: Union[str, None]


class DecideEventReplyEvent(TypedDict):
    event_id: str
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    at: str  # ISO 8601, UTC
    recorded_at: str  # ISO 8601, UTC
    direction: Literal["in", "out"]
    state: Literal["recorded", "to_be_confirmed", "confirmed", "rejected", "replaced"]
    source: Literal["recognition", "offline", "claim", "manual"]
    kiosk: Union[str, None]
    confidence: Union[float, None]
    quality: Union[float, None]
    replaces: Union[str, None]
    entered_by: Union[str, None]
    reason: Union[str, None]
    decisions: List[DecideEventReplyEventDecisionsItem]


class DecideEventReply(TypedDict):
    success: Literal[True]
    event: DecideEventReplyEvent


class DeleteFaceReply(TypedDict):
    success: Literal[True]
    message: str
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$


class _DeleteKeyReply(TypedDict):
    success: Literal[True]
    message: str
    id: str
    name: str  # For people; it may be logged
    role: Literal["kiosk", "enroller", "admin", "monitor"]
    created_at: str  # ISO 8601, UTC


class DeleteKeyReply(_DeleteKeyReply, total=False):
    expires_at: str  # ISO 8601, UTC
    groups: List[str]  # Of kiosks: they search these groups alone
    addresses: List[str]  # Addresses and subnets, such as 192.168.7.0/24, it is valid from
    last_used_at: str  # ISO 8601, UTC
    revoked_at: str  # ISO 8601, UTC
    old_valid_until: str  # ISO 8601, UTC


class DeleteUserReply(TypedDict):
    success: Literal[True]
    message: str
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$


class DeleteUserEncodingReply(TypedDict):
    success: Literal[True]
    message: str
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    encoding_count: int


class DeleteUserRejectionReplyRejectionsItem(TypedDict):
    id: str
    rejected_at: str  # ISO 8601, UTC


class DeleteUserRejectionReply(TypedDict):
    success: Literal[True]
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    rejections: List[DeleteUserRejectionReplyRejectionsItem]


class DetectReply1FacesItemBox(TypedDict):
    left: int
    top: int
    width: int
    height: int


class DetectReply1FacesItemPoints(TypedDict):
    left_eye: List[float]  # x and y in pixels of the upright photo
    right_eye: List[float]  # x and y in pixels of the upright photo
    nose: List[float]  # x and y in pixels of the upright photo
    left_mouth: List[float]  # x and y in pixels of the upright photo
    right_mouth: List[float]  # x and y in pixels of the upright photo


class DetectReply1FacesItemPose(TypedDict):
    yaw: float  # Turned to the right side of the photo; an estimate
    pitch: float  # Looking up; an estimate
    roll: float  # Tilted clockwise


class DetectReply1FacesItemAdviceItem(TypedDict):
    measure: str  # One of quality_measures
    message: str  # What to do about it


class DetectReply1FacesItem(TypedDict):
    box: DetectReply1FacesItemBox  # In pixels of the upright photo; it may reach over the edges
    score: float  # How sure the detector is
    points: DetectReply1FacesItemPoints  # Left and right as the photo shows them
    landmarks: List[List[float]]  # In the order of the iBUG 300-W scheme, which dlib has made common
    pose: DetectReply1FacesItemPose  # In degrees, 0 for a face that looks at the camera
    quality: float  # The lowest of the measures
    quality_measures: Dict[str, float]
    advice: List[DetectReply1FacesItemAdviceItem]


class DetectReply1(TypedDict):
    success: Literal[True]
    width: int  # Of the upright photo, in pixels
    height: int
    faces: List[DetectReply1FacesItem]


class DetectReply2ResultsItem2(TypedDict):
    success: Literal[False]
    message: str
    code: str  # Of the same codes as other errors


class DetectReply2(TypedDict):
    success: Literal[True]
    results: List[Union[DetectReply1, DetectReply2ResultsItem2]]  # In the order of the photos


class EndAnySessionReply(TypedDict):
    success: Literal[True]
    message: str


class EndOwnSessionReply(TypedDict):
    success: Literal[True]
    message: str


class GetAttendanceReplyEventsItemDecisionsItem(TypedDict):
    decision: Literal["confirmed", "rejected", "replaced"]
    by: str
    at: str  # ISO 8601, UTC
    reason: Union[str, None]


class GetAttendanceReplyEventsItem(TypedDict):
    event_id: str
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    at: str  # ISO 8601, UTC
    recorded_at: str  # ISO 8601, UTC
    direction: Literal["in", "out"]
    state: Literal["recorded", "to_be_confirmed", "confirmed", "rejected", "replaced"]
    source: Literal["recognition", "offline", "claim", "manual"]
    kiosk: Union[str, None]
    confidence: Union[float, None]
    quality: Union[float, None]
    replaces: Union[str, None]
    entered_by: Union[str, None]
    reason: Union[str, None]
    decisions: List[GetAttendanceReplyEventsItemDecisionsItem]


class GetAttendanceReply(TypedDict):
    success: Literal[True]
    events: List[GetAttendanceReplyEventsItem]
    next_cursor: Union[str, None]


class GetAttendanceDaysReplyDaysItemOpenEndsItem(TypedDict):
    at: str  # ISO 8601, UTC
    direction: Literal["in", "out"]


class GetAttendanceDaysReplyDaysItem(TypedDict):
    day: str
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    first_in: Union[str, None]
    last_out: Union[str, None]
    present_seconds: int  # Between each in and the out that follows it
    open_ends: List[GetAttendanceDaysReplyDaysItemOpenEndsItem]


class GetAttendanceDaysReply(TypedDict):
    success: Literal[True]
    days: List[GetAttendanceDaysReplyDaysItem]


class GetAttendancePresentReplyPresentItemDecisionsItem(TypedDict):
    decision: Literal["confirmed", "rejected", "replaced"]
    by: str
    at: str  # ISO 8601, UTC
    reason: Union[str, None]


class GetAttendancePresentReplyPresentItem(TypedDict):
    event_id: str
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    at: str  # ISO 8601, UTC
    recorded_at: str  # ISO 8601, UTC
    direction: Literal["in", "out"]
    state: Literal["recorded", "to_be_confirmed", "confirmed", "rejected", "replaced"]
    source: Literal["recognition", "offline", "claim", "manual"]
    kiosk: Union[str, None]
    confidence: Union[float, None]
    quality: Union[float, None]
    replaces: Union[str, None]
    entered_by: Union[str, None]
    reason: Union[str, None]
    decisions: List[GetAttendancePresentReplyPresentItemDecisionsItem]


class GetAttendancePresentReply(TypedDict):
    success: Literal[True]
    present: List[GetAttendancePresentReplyPresentItem]


class _GetHealthReply(TypedDict):
    status: Literal["online"]
    service: str
    timestamp: str  # ISO 8601, UTC
    security: Literal["open", "closed"]  # Whether the endpoints ask for a key


class GetHealthReply(_GetHealthReply, total=False):
    version: str
    registered_faces: int  # Registered users
    face_data_dir: str
    recognition_tolerance: float  # RECOGNITION_TOLERANCE
    tolerance_in_force: float  # Distance up to which a face is named now: it follows the number of people enrolled
    recognition_network: str  # What makes the encodings of new registrations
    users_to_reenroll: int


class GetHealthLiveReply(TypedDict):
    status: Literal["live"]


class GetHealthReadyReply(TypedDict):
    status: Literal["ready"]


class _GetKeysReplyKeysItem(TypedDict):
    id: str
    name: str  # For people; it may be logged
    role: Literal["kiosk", "enroller", "admin", "monitor"]
    created_at: str  # ISO 8601, UTC


class GetKeysReplyKeysItem(_GetKeysReplyKeysItem, total=False):
    expires_at: str  # ISO 8601, UTC
    groups: List[str]  # Of kiosks: they search these groups alone
    addresses: List[str]  # Addresses and subnets, such as 192.168.7.0/24, it is valid from
    last_used_at: str  # ISO 8601, UTC
    revoked_at: str  # ISO 8601, UTC
    old_valid_until: str  # ISO 8601, UTC


class GetKeysReply(TypedDict):
    success: Literal[True]
    keys: List[GetKeysReplyKeysItem]


class _GetSessionReplySession(TypedDict):
    id: str
    name: str  # Of the key
    role: Literal["kiosk", "enroller", "admin", "monitor"]
    key: str  # Id of the key that was traded for it
    address: str  # Whence it was opened
    created_at: str  # ISO 8601, UTC
    last_used_at: str  # ISO 8601, UTC
    expires_at: str  # ISO 8601, UTC


class GetSessionReplySession(_GetSessionReplySession, total=False):
    groups: List[str]  # The caller sees users of these groups alone


class _GetSessionReply(TypedDict):
    success: Literal[True]
    name: str  # Of the key
    role: Literal["kiosk", "enroller", "admin", "monitor"]


class GetSessionReply(_GetSessionReply, total=False):
    groups: List[str]  # The caller sees users of these groups alone
    session: GetSessionReplySession


class _GetSessionsReplySessionsItem(TypedDict):
    id: str
    name: str  # Of the key
    role: Literal["kiosk", "enroller", "admin", "monitor"]
    key: str  # Id of the key that was traded for it
    address: str  # Whence it was opened
    created_at: str  # ISO 8601, UTC
    last_used_at: str  # ISO 8601, UTC
    expires_at: str  # ISO 8601, UTC


class GetSessionsReplySessionsItem(_GetSessionsReplySessionsItem, total=False):
    groups: List[str]  # The caller sees users of these groups alone


class GetSessionsReply(TypedDict):
    success: Literal[True]
    sessions: List[GetSessionsReplySessionsItem]


class GetStatsReplyStatsDecision(TypedDict):
    tolerance: float  # Distance up to which a face is named now: the smallest of the others
    configured: float  # RECOGNITION_TOLERANCE
    by_table: float  # Where FALSE_MATCH_TARGET of strangers are named, by the calibration and the number of encodings
    by_site: Union[float, None]  # The same, moved by how alike the enrolled people are; null: too few to tell
    false_match_target: float  # FALSE_MATCH_TARGET
    compared: int  # Encodings that a face is compared with


class _GetStatsReplyStatsServerInfo(TypedDict):
    cpu_percent: float
    memory_percent: float


class GetStatsReplyStatsServerInfo(_GetStatsReplyStatsServerInfo, total=False):
    disk_usage: float  # Left out where the system does not tell


class GetStatsReplyStats(TypedDict):
    registered_users: int
    total_encodings: int
    damaged_records: int  # Records that are not intact: register these users again
    gallery_checksum: str  # Equal for servers that have the same encodings in memory
    recognition_tolerance: float
    decision: GetStatsReplyStatsDecision
    data_directory: str
    server_info: GetStatsReplyStatsServerInfo


class GetStatsReply(TypedDict):
    success: Literal[True]
    stats: GetStatsReplyStats


class GetStatusReply(TypedDict):
    success: Literal[True]
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    registered: bool
    last_updated: Union[str, None]
    encoding_count: int


class GetUserReply(TypedDict):
    success: Literal[True]
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    display_name: Union[str, None]
    groups: List[str]
    valid_from: Union[str, None]
    valid_until: Union[str, None]
    consent_id: Union[str, None]
    metadata: Dict[str, Any]  # An object of up to 4 kB as JSON
    updated_at: str  # ISO 8601, UTC
    encoding_count: int


class GetUserEncodingReply(TypedDict):
    success: Literal[True]
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    id: str
    registered_at: str  # ISO 8601, UTC
    quality: float  # 0 where it is not known
    kind: str  # Network, arithmetic and alignment that made it
    matches: int  # Recognitions in which it was the nearest of the user's


class GetUserEncodingsReplyEncodingsItem(TypedDict):
    id: str
    registered_at: str  # ISO 8601, UTC
    quality: float  # 0 where it is not known
    kind: str  # Network, arithmetic and alignment that made it
    matches: int  # Recognitions in which it was the nearest of the user's


class GetUserEncodingsReply(TypedDict):
    success: Literal[True]
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    encodings: List[GetUserEncodingsReplyEncodingsItem]


class GetUserExportReplyAttendanceItemDecisionsItem(TypedDict):
    decision: Literal["confirmed", "rejected", "replaced"]
    by: str
    at: str  # ISO 8601, UTC
    reason: Union[str, None]


class GetUserExportReplyAttendanceItem(TypedDict):
    event_id: str
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    at: str  # ISO 8601, UTC
    recorded_at: str  # ISO 8601, UTC
    direction: Literal["in", "out"]
    state: Literal["recorded", "to_be_confirmed", "confirmed", "rejected", "replaced"]
    source: Literal["recognition", "offline", "claim", "manual"]
    kiosk: Union[str, None]
    confidence: Union[float, None]
    quality: Union[float, None]
    replaces: Union[str, None]
    entered_by: Union[str, None]
    reason: Union[str, None]
    decisions: List[GetUserExportReplyAttendanceItemDecisionsItem]


class GetUserExportReply(TypedDict):
    success: Literal[True]
    exported_at: str  # ISO 8601, UTC
    record: Dict[str, Any]
    last_seen: Union[str, None]  # Day of the last recognition, in UTC
    attendance: List[GetUserExportReplyAttendanceItem]
    audit: List[Dict[str, Any]]  # Who enrolled, changed or exported the user, when and from where


class GetUserRejectionsReplyRejectionsItem(TypedDict):
    id: str
    rejected_at: str  # ISO 8601, UTC


class GetUserRejectionsReply(TypedDict):
    success: Literal[True]
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    rejections: List[GetUserRejectionsReplyRejectionsItem]


class GetUsersReplyUsersItem(TypedDict):
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    display_name: Union[str, None]
    groups: List[str]
    valid_from: Union[str, None]
    valid_until: Union[str, None]
    updated_at: str  # ISO 8601, UTC
    encoding_count: int


class GetUsersReply(TypedDict):
    success: Literal[True]
    users: List[GetUsersReplyUsersItem]
    next_cursor: Union[str, None]


class OpenPairingReply(TypedDict):
    success: Literal[True]
    code: str
    expires_at: str  # ISO 8601, UTC


class _OpenSessionReplySession(TypedDict):
    id: str
    name: str  # Of the key
    role: Literal["kiosk", "enroller", "admin", "monitor"]
    key: str  # Id of the key that was traded for it
    address: str  # Whence it was opened
    created_at: str  # ISO 8601, UTC
    last_used_at: str  # ISO 8601, UTC
    expires_at: str  # ISO 8601, UTC


class OpenSessionReplySession(_OpenSessionReplySession, total=False):
    groups: List[str]  # The caller sees users of these groups alone


class OpenSessionReply(TypedDict):
    success: Literal[True]
    session: OpenSessionReplySession


class _PostKeyRotateReply(TypedDict):
    success: Literal[True]
    key: str  # The key itself: shown now and never again
    id: str
    name: str  # For people; it may be logged
    role: Literal["kiosk", "enroller", "admin", "monitor"]
    created_at: str  # ISO 8601, UTC


class PostKeyRotateReply(_PostKeyRotateReply, total=False):
    expires_at: str  # ISO 8601, UTC
    groups: List[str]  # Of kiosks: they search these groups alone
    addresses: List[str]  # Addresses and subnets, such as 192.168.7.0/24, it is valid from
    last_used_at: str  # ISO 8601, UTC
    revoked_at: str  # ISO 8601, UTC
    old_valid_until: str  # ISO 8601, UTC


class _PostKeysReply(TypedDict):
    success: Literal[True]
    key: str  # The key itself: shown now and never again
    id: str
    name: str  # For people; it may be logged
    role: Literal["kiosk", "enroller", "admin", "monitor"]
    created_at: str  # ISO 8601, UTC


class PostKeysReply(_PostKeysReply, total=False):
    expires_at: str  # ISO 8601, UTC
    groups: List[str]  # Of kiosks: they search these groups alone
    addresses: List[str]  # Addresses and subnets, such as 192.168.7.0/24, it is valid from
    last_used_at: str  # ISO 8601, UTC
    revoked_at: str  # ISO 8601, UTC
    old_valid_until: str  # ISO 8601, UTC


class PostUserRejectionsReply(TypedDict):
    success: Literal[True]
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    id: str
    rejected_at: str  # ISO 8601, UTC


class PutUserReply(TypedDict):
    success: Literal[True]
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    display_name: Union[str, None]
    groups: List[str]
    valid_from: Union[str, None]
    valid_until: Union[str, None]
    consent_id: Union[str, None]
    metadata: Dict[str, Any]  # An object of up to 4 kB as JSON
    updated_at: str  # ISO 8601, UTC
    encoding_count: int


class RecognizeReply1CandidatesItem(TypedDict):
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    distance: float  # On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive
    confidence: float  # 1 - distance, never below 0


class RecognizeReply1EventDecisionsItem(TypedDict):
    decision: Literal["confirmed", "rejected", "replaced"]
    by: str
    at: str  # ISO 8601, UTC
    reason: Union[str, None]


class RecognizeReply1Event(TypedDict):
    event_id: str
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    at: str  # ISO 8601, UTC
    recorded_at: str  # ISO 8601, UTC
    direction: Literal["in", "out"]
    state: Literal["recorded", "to_be_confirmed", "confirmed", "rejected", "replaced"]
    source: Literal["recognition", "offline", "claim", "manual"]
    kiosk: Union[str, None]
    confidence: Union[float, None]
    quality: Union[float, None]
    replaces: Union[str, None]
    entered_by: Union[str, None]
    reason: Union[str, None]
    decisions: List[RecognizeReply1EventDecisionsItem]


class _RecognizeReply1(TypedDict):
    success: Literal[True]
    message: str
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    confidence: float  # 1 - distance
    distance: float  # Euclidean distance of the encodings
    recognized_at: str  # ISO 8601, UTC


class RecognizeReply1(_RecognizeReply1, total=False):
    display_name: str  # Where one is set, for callers with a key
    recognition_id: str  # By which the face can be rejected for ten minutes; with a key only
    candidates: List[RecognizeReply1CandidatesItem]  # With top_k: the nearest users, near enough or not
    event: RecognizeReply1Event
    repeated: bool  # It was there already: sent twice, or a double tap


class _RecognizeReply2(TypedDict):
    success: Literal[False]
    message: str
    user_id: Literal["unknown"]
    confidence: Literal[0]


class RecognizeReply2(_RecognizeReply2, total=False):
    code: Literal["AMBIGUOUS"]  # Nearly as close to a second user as to the first
    candidates: List[RecognizeReply1CandidatesItem]  # With top_k: the nearest users, near enough or not


class RecognizeReply3FacesItemBox(TypedDict):
    left: int
    top: int
    width: int
    height: int


class _RecognizeReply3FacesItem(TypedDict):
    box: RecognizeReply3FacesItemBox  # In pixels of the upright photo; it may reach over the edges
    recognized: bool
    user_id: Union[Union[int, str], Literal["unknown"]]
    confidence: float  # 1 - distance, never below 0


class RecognizeReply3FacesItem(_RecognizeReply3FacesItem, total=False):
    distance: float  # On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive
    display_name: str  # Where one is set, for callers with a key
    recognition_id: str  # By which the face can be rejected for ten minutes; with a key only
    code: Literal["AMBIGUOUS"]
    candidates: List[RecognizeReply1CandidatesItem]  # With top_k: the nearest users, near enough or not
    event: RecognizeReply1Event
    repeated: bool  # It was there already: sent twice, or a double tap


class RecognizeReply3(TypedDict):
    success: Literal[True]
    width: int  # Of the upright photo, in pixels
    height: int
    recognized_at: str  # ISO 8601, UTC
    faces: List[RecognizeReply3FacesItem]  # The largest first; nobody is named twice


class RecognizeReply4ResultsItem4(TypedDict):
    success: Literal[False]
    message: str
    code: str  # Of the same codes as other errors


class RecognizeReply4(TypedDict):
    success: Literal[True]
    results: List[Union[RecognizeReply1, RecognizeReply2, RecognizeReply3, RecognizeReply4ResultsItem4]]


class RecordEventReply1EventDecisionsItem(TypedDict):
    decision: Literal["confirmed", "rejected", "replaced"]
    by: str
    at: str  # ISO 8601, UTC
    reason: Union[str, None]


class RecordEventReply1Event(TypedDict):
    event_id: str
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    at: str  # ISO 8601, UTC
    recorded_at: str  # ISO 8601, UTC
    direction: Literal["in", "out"]
    state: Literal["recorded", "to_be_confirmed", "confirmed", "rejected", "replaced"]
    source: Literal["recognition", "offline", "claim", "manual"]
    kiosk: Union[str, None]
    confidence: Union[float, None]
    quality: Union[float, None]
    replaces: Union[str, None]
    entered_by: Union[str, None]
    reason: Union[str, None]
    decisions: List[RecordEventReply1EventDecisionsItem]


class RecordEventReply1(TypedDict):
    success: Literal[True]
    event: RecordEventReply1Event
    repeated: bool  # It was there already: sent twice, or a double tap


class RecordEventReply2(TypedDict):
    success: Literal[False]
    message: str
    user_id: Literal["unknown"]


class RegisterFaceReply(TypedDict):
    success: Literal[True]
    message: str
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    registered_at: str  # ISO 8601, UTC
    encoding_count: int
    quality: float  # The lowest of the measures
    quality_measures: Dict[str, float]


class VerifyReply1Box(TypedDict):
    left: int
    top: int
    width: int
    height: int


class VerifyReply1(TypedDict):
    success: Literal[True]
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    verified: bool
    distance: float  # On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive
    confidence: float  # 1 - distance, never below 0
    tolerance: float  # RECOGNITION_TOLERANCE: one comparison does not follow the number of people enrolled
    box: VerifyReply1Box  # In pixels of the upright photo; it may reach over the edges


class VerifyReply2ResultsItem2(TypedDict):
    success: Literal[False]
    message: str
    code: str  # Of the same codes as other errors


class VerifyReply2(TypedDict):
    success: Literal[True]
    results: List[Union[VerifyReply1, VerifyReply2ResultsItem2]]  # In the order of the photos


DetectReply = Union[DetectReply1, DetectReply2]
RecognizeReply = Union[RecognizeReply1, RecognizeReply2, RecognizeReply3, RecognizeReply4]
RecordEventReply = Union[RecordEventReply1, RecordEventReply2]
VerifyReply = Union[VerifyReply1, VerifyReply2]

#: Method and path of each operation.
OPERATIONS: Mapping[str, Tuple[str, str]] = {
    "addEntry": ("POST", "/attendance/entries"),
    "compare": ("POST", "/compare"),
    "completePairing": ("POST", "/pairings/{code}"),
    "correctEvent": ("POST", "/attendance/events/{event_id}/corrections"),
    "decideEvent": ("POST", "/attendance/events/{event_id}/decisions"),
    "deleteFace": ("DELETE", "/face/{user_id}"),
    "deleteKey": ("DELETE", "/keys/{id}"),
    "deleteUser": ("DELETE", "/users/{user_id}"),
    "deleteUserEncoding": ("DELETE", "/users/{user_id}/encodings/{id}"),
    "deleteUserRejection": ("DELETE", "/users/{user_id}/rejections/{id}"),
    "detect": ("POST", "/detect"),
    "endAnySession": ("DELETE", "/sessions/{id}"),
    "endOwnSession": ("DELETE", "/session"),
    "getAttendance": ("GET", "/attendance"),
    "getAttendanceDays": ("GET", "/attendance/days"),
    "getAttendancePresent": ("GET", "/attendance/present"),
    "getCa": ("GET", "/ca"),
    "getCaCrt": ("GET", "/ca.crt"),
    "getHealth": ("GET", "/health"),
    "getHealthLive": ("GET", "/health/live"),
    "getHealthReady": ("GET", "/health/ready"),
    "getKeys": ("GET", "/keys"),
    "getMetrics": ("GET", "/metrics"),
    "getSession": ("GET", "/session"),
    "getSessions": ("GET", "/sessions"),
    "getStats": ("GET", "/stats"),
    "getStatus": ("GET", "/status/{user_id}"),
    "getUser": ("GET", "/users/{user_id}"),
    "getUserEncoding": ("GET", "/users/{user_id}/encodings/{id}"),
    "getUserEncodings": ("GET", "/users/{user_id}/encodings"),
    "getUserExport": ("GET", "/users/{user_id}/export"),
    "getUserRejections": ("GET", "/users/{user_id}/rejections"),
    "getUsers": ("GET", "/users"),
    "openPairing": ("POST", "/pairings"),
    "openSession": ("POST", "/session"),
    "postKeyRotate": ("POST", "/keys/{id}/rotate"),
    "postKeys": ("POST", "/keys"),
    "postUserRejections": ("POST", "/users/{user_id}/rejections"),
    "postUsersImport": ("POST", "/users/import"),
    "putUser": ("PUT", "/users/{user_id}"),
    "recognize": ("POST", "/recognize"),
    "recordEvent": ("POST", "/attendance/events"),
    "registerFace": ("POST", "/register-face"),
    "verify": ("POST", "/verify"),
}
