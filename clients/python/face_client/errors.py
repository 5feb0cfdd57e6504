"""What the server refuses."""
from typing import Any, Mapping, Optional


class FaceServerError(Exception):
    """The server refused the request: the message is for the person at the kiosk, `code` for the program."""

    def __init__(
        self,
        reply: Mapping[str, Any],
        status: int,
        request_id: Optional[str] = None,
        retry_after: Optional[float] = None,
    ) -> None:
        super().__init__(reply.get("message", f"The server replied with status {status}"))
        #: `UNEXPECTED_REPLY` if the answer is not the server's, but a proxy's.
        self.code: str = reply.get("code", "UNEXPECTED_REPLY")
        self.status = status
        #: By which the operator finds the request in the server's log.
        self.request_id = request_id
        #: Seconds after which the server may be asked again; None if that makes no sense.
        self.retry_after = retry_after
        #: All fields of the reply: some errors say more than their message.
        self.reply = reply
