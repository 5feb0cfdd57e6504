"""A client of the face recognition server, with the standard library only."""
from .client import DetectedFaces, FaceClient, Failure, Frame, Photo, Recognition, UserId, Verification
from .errors import FaceServerError

__all__ = [
    "DetectedFaces", "FaceClient", "FaceServerError", "Failure", "Frame", "Photo", "Recognition", "UserId",
    "Verification",
]
