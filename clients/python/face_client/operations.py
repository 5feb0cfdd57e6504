"""By `npm run clients` from the OpenAPI document: change the schemas of the routes instead."""
from typing import Any, Dict, List, Literal, Mapping, Tuple, TypedDict, Union


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
    groups: List[str]  # Of kiosks and enrollers: limited to users of these groups
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


class DetectReplyFacesItemBox(TypedDict):
    left: int
    top: int
    width: int
    height: int


class DetectReplyFacesItemPoints(TypedDict):
    left_eye: List[float]  # x and y in pixels of the upright photo
    right_eye: List[float]  # x and y in pixels of the upright photo
    nose: List[float]  # x and y in pixels of the upright photo
    left_mouth: List[float]  # x and y in pixels of the upright photo
    right_mouth: List[float]  # x and y in pixels of the upright photo


class DetectReplyFacesItemPose(TypedDict):
    yaw: float  # Turned to the right side of the photo; an estimate
    pitch: float  # Looking up; an estimate
    roll: float  # Tilted clockwise


class DetectReplyFacesItemAdviceItem(TypedDict):
    measure: str  # One of quality_measures
    message: str  # What to do about it


class DetectReplyFacesItem(TypedDict):
    box: DetectReplyFacesItemBox  # In pixels of the upright photo; it may reach over the edges
    score: float  # How sure the detector is
    points: DetectReplyFacesItemPoints  # Left and right as the photo shows them
    landmarks: List[List[float]]  # In the order of the iBUG 300-W scheme, which dlib has made common
    pose: DetectReplyFacesItemPose  # In degrees, 0 for a face that looks at the camera
    quality: float  # The lowest of the measures
    quality_measures: Dict[str, float]
    advice: List[DetectReplyFacesItemAdviceItem]  # Why a registration would refuse the face; empty if it is good enough


class DetectReply(TypedDict):
    success: Literal[True]
    width: int  # Of the upright photo, in pixels
    height: int
    faces: List[DetectReplyFacesItem]


class DetectReply2ResultsItemFacesItemBox(TypedDict):
    left: int
    top: int
    width: int
    height: int


class DetectReply2ResultsItemFacesItemPoints(TypedDict):
    left_eye: List[float]  # x and y in pixels of the upright photo
    right_eye: List[float]  # x and y in pixels of the upright photo
    nose: List[float]  # x and y in pixels of the upright photo
    left_mouth: List[float]  # x and y in pixels of the upright photo
    right_mouth: List[float]  # x and y in pixels of the upright photo


class DetectReply2ResultsItemFacesItemPose(TypedDict):
    yaw: float  # Turned to the right side of the photo; an estimate
    pitch: float  # Looking up; an estimate
    roll: float  # Tilted clockwise


class DetectReply2ResultsItemFacesItemAdviceItem(TypedDict):
    measure: str  # One of quality_measures
    message: str  # What to do about it


class DetectReply2ResultsItemFacesItem(TypedDict):
    box: DetectReply2ResultsItemFacesItemBox  # In pixels of the upright photo; it may reach over the edges
    score: float  # How sure the detector is
    points: DetectReply2ResultsItemFacesItemPoints  # Left and right as the photo shows them
    landmarks: List[List[float]]  # In the order of the iBUG 300-W scheme, which dlib has made common
    pose: DetectReply2ResultsItemFacesItemPose  # In degrees, 0 for a face that looks at the camera
    quality: float  # The lowest of the measures
    quality_measures: Dict[str, float]
    advice: List[DetectReply2ResultsItemFacesItemAdviceItem]


class DetectReply2ResultsItem(TypedDict):
    success: Literal[True]
    width: int  # Of the upright photo, in pixels
    height: int
    faces: List[DetectReply2ResultsItemFacesItem]


class DetectReply2ResultsItem2(TypedDict):
    success: Literal[False]
    message: str
    code: str  # Of the same codes as other errors


class DetectReply2(TypedDict):
    success: Literal[True]
    results: List[Union[DetectReply2ResultsItem, DetectReply2ResultsItem2]]  # In the order of the photos


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
    groups: List[str]  # Of kiosks and enrollers: limited to users of these groups
    addresses: List[str]  # Addresses and subnets, such as 192.168.7.0/24, it is valid from
    last_used_at: str  # ISO 8601, UTC
    revoked_at: str  # ISO 8601, UTC
    old_valid_until: str  # ISO 8601, UTC


class GetKeysReply(TypedDict):
    success: Literal[True]
    keys: List[GetKeysReplyKeysItem]


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


class GetUserEncodingsReplyEncodingsItem(TypedDict):
    id: str
    registered_at: str  # ISO 8601, UTC
    quality: float  # 0 where it is not known
    kind: str  # Network, arithmetic and alignment that made it


class GetUserEncodingsReply(TypedDict):
    success: Literal[True]
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    encodings: List[GetUserEncodingsReplyEncodingsItem]


class GetUserExportReply(TypedDict):
    success: Literal[True]
    exported_at: str  # ISO 8601, UTC
    record: Dict[str, Any]
    last_seen: Union[str, None]  # Day of the last recognition, in UTC
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


class _PostKeyRotateReply(TypedDict):
    success: Literal[True]
    key: str  # The key itself: shown now and never again
    id: str
    name: str  # For people; it may be logged
    role: Literal["kiosk", "enroller", "admin", "monitor"]
    created_at: str  # ISO 8601, UTC


class PostKeyRotateReply(_PostKeyRotateReply, total=False):
    expires_at: str  # ISO 8601, UTC
    groups: List[str]  # Of kiosks and enrollers: limited to users of these groups
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
    groups: List[str]  # Of kiosks and enrollers: limited to users of these groups
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


class RecognizeReplyCandidatesItem(TypedDict):
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    distance: float  # On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive
    confidence: float  # 1 - distance, never below 0


class _RecognizeReply(TypedDict):
    success: Literal[True]
    message: str
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    confidence: float  # 1 - distance
    distance: float  # Euclidean distance of the encodings
    recognized_at: str  # ISO 8601, UTC


class RecognizeReply(_RecognizeReply, total=False):
    display_name: str  # Where one is set, for callers with a key
    recognition_id: str  # By which the face can be rejected for ten minutes; with a key only
    candidates: List[RecognizeReplyCandidatesItem]  # With top_k: the nearest users, near enough or not


class RecognizeReply2CandidatesItem(TypedDict):
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    distance: float  # On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive
    confidence: float  # 1 - distance, never below 0


class _RecognizeReply2(TypedDict):
    success: Literal[False]
    message: str
    user_id: Literal["unknown"]
    confidence: Literal[0]


class RecognizeReply2(_RecognizeReply2, total=False):
    code: Literal["AMBIGUOUS"]  # Nearly as close to a second user as to the first
    candidates: List[RecognizeReply2CandidatesItem]  # With top_k: the nearest users, near enough or not


class RecognizeReply3FacesItemBox(TypedDict):
    left: int
    top: int
    width: int
    height: int


class RecognizeReply3FacesItemCandidatesItem(TypedDict):
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    distance: float  # On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive
    confidence: float  # 1 - distance, never below 0


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
    candidates: List[RecognizeReply3FacesItemCandidatesItem]  # With top_k: the nearest users, near enough or not


class RecognizeReply3(TypedDict):
    success: Literal[True]
    width: int  # Of the upright photo, in pixels
    height: int
    recognized_at: str  # ISO 8601, UTC
    faces: List[RecognizeReply3FacesItem]  # The largest first; nobody is named twice


class RecognizeReply4ResultsItemCandidatesItem(TypedDict):
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    distance: float  # On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive
    confidence: float  # 1 - distance, never below 0


class _RecognizeReply4ResultsItem(TypedDict):
    success: Literal[True]
    message: str
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    confidence: float  # 1 - distance
    distance: float  # Euclidean distance of the encodings
    recognized_at: str  # ISO 8601, UTC


class RecognizeReply4ResultsItem(_RecognizeReply4ResultsItem, total=False):
    display_name: str  # Where one is set, for callers with a key
    recognition_id: str  # By which the face can be rejected for ten minutes; with a key only
    candidates: List[RecognizeReply4ResultsItemCandidatesItem]  # With top_k: the nearest users, near enough or not


class RecognizeReply4ResultsItem2CandidatesItem(TypedDict):
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    distance: float  # On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive
    confidence: float  # 1 - distance, never below 0


class _RecognizeReply4ResultsItem2(TypedDict):
    success: Literal[False]
    message: str
    user_id: Literal["unknown"]
    confidence: Literal[0]


class RecognizeReply4ResultsItem2(_RecognizeReply4ResultsItem2, total=False):
    code: Literal["AMBIGUOUS"]  # Nearly as close to a second user as to the first
    candidates: List[RecognizeReply4ResultsItem2CandidatesItem]  # With top_k: the nearest users, near enough or not


class RecognizeReply4ResultsItem3FacesItemBox(TypedDict):
    left: int
    top: int
    width: int
    height: int


class RecognizeReply4ResultsItem3FacesItemCandidatesItem(TypedDict):
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    distance: float  # On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive
    confidence: float  # 1 - distance, never below 0


class _RecognizeReply4ResultsItem3FacesItem(TypedDict):
    box: RecognizeReply4ResultsItem3FacesItemBox  # In pixels of the upright photo; it may reach over the edges
    recognized: bool
    user_id: Union[Union[int, str], Literal["unknown"]]
    confidence: float  # 1 - distance, never below 0


class RecognizeReply4ResultsItem3FacesItem(_RecognizeReply4ResultsItem3FacesItem, total=False):
    distance: float  # On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive
    display_name: str  # Where one is set, for callers with a key
    recognition_id: str  # By which the face can be rejected for ten minutes; with a key only
    code: Literal["AMBIGUOUS"]
    candidates: List[RecognizeReply4ResultsItem3FacesItemCandidatesItem]


class RecognizeReply4ResultsItem3(TypedDict):
    success: Literal[True]
    width: int  # Of the upright photo, in pixels
    height: int
    recognized_at: str  # ISO 8601, UTC
    faces: List[RecognizeReply4ResultsItem3FacesItem]  # The largest first; nobody is named twice


class RecognizeReply4ResultsItem4(TypedDict):
    success: Literal[False]
    message: str
    code: str  # Of the same codes as other errors


class RecognizeReply4(TypedDict):
    success: Literal[True]
    results: List[Union[RecognizeReply4ResultsItem, RecognizeReply4ResultsItem2, RecognizeReply4ResultsItem3, RecognizeReply4ResultsItem4]]


class RegisterFaceReply(TypedDict):
    success: Literal[True]
    message: str
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    registered_at: str  # ISO 8601, UTC
    encoding_count: int
    quality: float  # The lowest of the measures
    quality_measures: Dict[str, float]


class VerifyReplyBox(TypedDict):
    left: int
    top: int
    width: int
    height: int


class VerifyReply(TypedDict):
    success: Literal[True]
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    verified: bool
    distance: float  # On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive
    confidence: float  # 1 - distance, never below 0
    tolerance: float  # RECOGNITION_TOLERANCE: one comparison does not follow the number of people enrolled
    box: VerifyReplyBox  # In pixels of the upright photo; it may reach over the edges


class VerifyReply2ResultsItemBox(TypedDict):
    left: int
    top: int
    width: int
    height: int


class VerifyReply2ResultsItem(TypedDict):
    success: Literal[True]
    user_id: Union[int, str]  # Whole number, or text matching ^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$
    verified: bool
    distance: float  # On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive
    confidence: float  # 1 - distance, never below 0
    tolerance: float  # RECOGNITION_TOLERANCE: one comparison does not follow the number of people enrolled
    box: VerifyReply2ResultsItemBox  # In pixels of the upright photo; it may reach over the edges


class VerifyReply2ResultsItem2(TypedDict):
    success: Literal[False]
    message: str
    code: str  # Of the same codes as other errors


class VerifyReply2(TypedDict):
    success: Literal[True]
    results: List[Union[VerifyReply2ResultsItem, VerifyReply2ResultsItem2]]  # In the order of the photos


DetectReply = Union[DetectReply, DetectReply2]
RecognizeReply = Union[RecognizeReply, RecognizeReply2, RecognizeReply3, RecognizeReply4]
VerifyReply = Union[VerifyReply, VerifyReply2]

#: Method and path of each operation.
OPERATIONS: Mapping[str, Tuple[str, str]] = {
    "compare": ("POST", "/compare"),
    "deleteFace": ("DELETE", "/face/{user_id}"),
    "deleteKey": ("DELETE", "/keys/{id}"),
    "deleteUser": ("DELETE", "/users/{user_id}"),
    "deleteUserEncoding": ("DELETE", "/users/{user_id}/encodings/{id}"),
    "deleteUserRejection": ("DELETE", "/users/{user_id}/rejections/{id}"),
    "detect": ("POST", "/detect"),
    "getCa": ("GET", "/ca"),
    "getCaCrt": ("GET", "/ca.crt"),
    "getHealth": ("GET", "/health"),
    "getHealthLive": ("GET", "/health/live"),
    "getHealthReady": ("GET", "/health/ready"),
    "getKeys": ("GET", "/keys"),
    "getMetrics": ("GET", "/metrics"),
    "getStats": ("GET", "/stats"),
    "getStatus": ("GET", "/status/{user_id}"),
    "getUser": ("GET", "/users/{user_id}"),
    "getUserEncoding": ("GET", "/users/{user_id}/encodings/{id}"),
    "getUserEncodings": ("GET", "/users/{user_id}/encodings"),
    "getUserExport": ("GET", "/users/{user_id}/export"),
    "getUserRejections": ("GET", "/users/{user_id}/rejections"),
    "getUsers": ("GET", "/users"),
    "postKeyRotate": ("POST", "/keys/{id}/rotate"),
    "postKeys": ("POST", "/keys"),
    "postUserRejections": ("POST", "/users/{user_id}/rejections"),
    "putUser": ("PUT", "/users/{user_id}"),
    "recognize": ("POST", "/recognize"),
    "registerFace": ("POST", "/register-face"),
    "verify": ("POST", "/verify"),
}
