"""The client."""
import json
import random
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Union, cast

from . import operations
from .errors import FaceServerError
from .operations import OPERATIONS

#: The bytes of a file: JPEG, PNG, WebP, AVIF or GIF.
Photo = bytes
UserId = Union[int, str]
#: Somebody enrolled, or a stranger.
Recognition = Union[operations.RecognizeReply1, operations.RecognizeReply2]
#: Everybody in a photo.
Frame = operations.RecognizeReply3
Verification = operations.VerifyReply1
DetectedFaces = operations.DetectReply1
#: A photo of several that failed: `success` is False, with a `message` and a `code`.
Failure = operations.RecognizeReply4ResultsItem4

Query = Mapping[str, Union[str, int, None]]

_RETRIED = (429, 503)
#: Kiosks that were turned away together should not come back together.
_JITTER_SECONDS = 0.25
#: Statuses of what is wrong with a photo.
_OF_THE_PHOTO = (413, 415, 422)


class _Body(NamedTuple):
    type: str
    data: bytes


def _photo(photo: Photo) -> _Body:
    # The server looks at the bytes, whatever type is named.
    return _Body("image/jpeg", photo)


def _form(photos: Sequence[Photo]) -> _Body:
    boundary = uuid.uuid4().hex
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="photo"; filename="photo"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    ).encode()
    parts = b"".join(head + photo + b"\r\n" for photo in photos)
    return _Body(f"multipart/form-data; boundary={boundary}", parts + f"--{boundary}--\r\n".encode())


class FaceClient:
    """
    Talks to one server. Its methods raise `FaceServerError` when the server refuses, `TimeoutError` or
    `urllib.error.URLError` when it does not answer.
    """

    def __init__(
        self,
        base_url: str = "http://localhost:5000",
        key: Optional[str] = None,
        retries: int = 3,
        timeout: float = 20.0,
        ssl_context: Optional[ssl.SSLContext] = None,
    ) -> None:
        """
        `retries` is how often a request is sent again when the server asks for it, `timeout` how many seconds a try may
        wait for the network.
        """
        self._base_url = base_url.rstrip("/")
        self._key = key
        self._retries = retries
        self._timeout = timeout
        self._ssl_context = ssl_context

    def register_face(
        self, user_id: UserId, photo: Photo, replace: bool = False, idempotency_key: Optional[str] = None
    ) -> operations.RegisterFaceReply:
        """Registers the only face of a photo for a user. Sent again with the same key, so never stored twice."""
        query: Dict[str, Union[str, int, None]] = {"user_id": user_id, "replace": "true" if replace else None}
        headers = {"Idempotency-Key": idempotency_key or uuid.uuid4().hex}
        return cast(
            operations.RegisterFaceReply, self._send("registerFace", query=query, headers=headers, body=_photo(photo))
        )

    def recognize(self, photo: Photo, group: Optional[str] = None, top_k: Optional[int] = None) -> Recognition:
        """Names the face before the camera; `success` is False for a stranger."""
        query = {"group": group, "top_k": top_k}
        return cast(Recognition, self._send("recognize", query=query, body=_photo(photo)))

    def recognize_all(
        self,
        photo: Photo,
        group: Optional[str] = None,
        top_k: Optional[int] = None,
        max_faces: Optional[int] = None,
    ) -> Frame:
        """Names every face of a photo. Needs a key."""
        query = {"faces": "all", "group": group, "top_k": top_k, "max_faces": max_faces}
        return cast(Frame, self._send("recognize", query=query, body=_photo(photo)))

    def recognize_each(
        self, photos: Sequence[Photo], group: Optional[str] = None
    ) -> List[Union[operations.RecognizeReply1, operations.RecognizeReply2, Failure]]:
        """Recognises each of up to ten photos; what failed has its error in its place."""
        return self._each("recognize", photos, {"group": group})

    def verify(self, user_id: UserId, photo: Photo) -> Verification:
        """Is this the user? Needs a key."""
        return cast(Verification, self._send("verify", query={"user_id": user_id}, body=_photo(photo)))

    def compare(self, one: Photo, other: Photo) -> operations.CompareReply:
        """Do both photos show the same person? Needs a key."""
        return cast(operations.CompareReply, self._send("compare", body=_form([one, other])))

    def detect(self, photo: Photo, max_faces: Optional[int] = None) -> DetectedFaces:
        """Describes all faces of a photo, with advice on their quality. Needs a key."""
        return cast(DetectedFaces, self._send("detect", query={"max_faces": max_faces}, body=_photo(photo)))

    def detect_each(
        self, photos: Sequence[Photo], max_faces: Optional[int] = None
    ) -> List[Union[DetectedFaces, Failure]]:
        """Describes the faces of each of up to ten photos. Needs a key."""
        return self._each("detect", photos, {"max_faces": max_faces})

    def status(self, user_id: UserId) -> operations.GetStatusReply:
        """Whether a user is registered."""
        return cast(operations.GetStatusReply, self.call("getStatus", path={"user_id": user_id}))

    def delete_face(self, user_id: UserId) -> operations.DeleteFaceReply:
        """Erases a user."""
        return cast(operations.DeleteFaceReply, self.call("deleteFace", path={"user_id": user_id}))

    def call(
        self,
        operation: str,
        path: Optional[Mapping[str, UserId]] = None,
        query: Optional[Query] = None,
        body: Any = None,
        headers: Optional[Mapping[str, str]] = None,
    ) -> Any:
        """Any operation of the OpenAPI document by its name, with JSON for a body."""
        encoded = None if body is None else _Body("application/json", json.dumps(body).encode())
        return self._send(operation, path, query, headers, encoded)

    def _each(self, operation: str, photos: Sequence[Photo], query: Query) -> List[Any]:
        if not photos:
            return []
        try:
            reply = self._send(operation, query=query, body=_form(photos))
        except FaceServerError as error:
            # A photo that fails alone has no place of its own.
            if len(photos) > 1 or error.status not in _OF_THE_PHOTO:
                raise
            return [error.reply]
        return cast(List[Any], reply["results"]) if "results" in reply else [reply]

    def _send(
        self,
        operation: str,
        path: Optional[Mapping[str, UserId]] = None,
        query: Optional[Query] = None,
        headers: Optional[Mapping[str, str]] = None,
        body: Optional[_Body] = None,
    ) -> Any:
        method, pattern = OPERATIONS[operation]
        address = pattern.format(**{
            name: urllib.parse.quote(str(value), safe="") for name, value in (path or {}).items()
        })
        search = urllib.parse.urlencode({name: value for name, value in (query or {}).items() if value is not None})
        request = urllib.request.Request(
            f"{self._base_url}{address}{'?' if search else ''}{search}",
            data=body.data if body else None,
            headers=dict(headers or {}),
            method=method,
        )
        if body:
            request.add_header("Content-Type", body.type)
        if self._key is not None:
            request.add_header("Authorization", f"Bearer {self._key}")
        for tries_left in range(self._retries, -1, -1):
            try:
                with urllib.request.urlopen(request, timeout=self._timeout, context=self._ssl_context) as response:
                    text = response.read().decode()
                    is_json = response.headers.get_content_type() == "application/json"
                    return json.loads(text) if is_json else text
            except urllib.error.HTTPError as error:
                refusal = _refusal(error)
                if refusal.retry_after is None or tries_left == 0:
                    raise refusal from None
                time.sleep(refusal.retry_after + random.random() * _JITTER_SECONDS)
        raise AssertionError("the last try returns or raises")


def _refusal(error: urllib.error.HTTPError) -> FaceServerError:
    with error:
        try:
            reply = json.loads(error.read())
        except ValueError:
            reply = {}
    after = error.headers.get("Retry-After", "")
    retry_after = float(after) if error.code in _RETRIED and after.isdigit() else None
    return FaceServerError(reply, error.code, error.headers.get("X-Request-Id"), retry_after)
