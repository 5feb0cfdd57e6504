"""A client with the standard library only."""
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request


class FaceServerError(Exception):
    """The server refused the request: the message is for the person at the kiosk, `code` for the program."""

    def __init__(self, reply):
        super().__init__(reply["message"])
        self.code = reply["code"]


class FaceClient:
    def __init__(self, url="http://localhost:5000"):
        self.url = url

    def register(self, user_id, photo, replace=False):
        """Registers a photo (bytes) for a user."""
        query = urllib.parse.urlencode({"user_id": user_id, "replace": "true" if replace else "false"})
        return self._send("POST", f"/register-face?{query}", photo)

    def recognize(self, photo):
        """A dict with `success` and `user_id`, which is "unknown" for a stranger."""
        return self._send("POST", "/recognize", photo)

    def status(self, user_id):
        return self._send("GET", f"/status/{urllib.parse.quote(str(user_id), safe='')}")

    def remove(self, user_id):
        return self._send("DELETE", f"/face/{urllib.parse.quote(str(user_id), safe='')}")

    def _send(self, method, path, photo=None, tries=3):
        headers = {"Content-Type": "image/jpeg"} if photo else {}
        request = urllib.request.Request(self.url + path, data=photo, headers=headers, method=method)
        for tries_left in range(tries - 1, -1, -1):
            try:
                with urllib.request.urlopen(request, timeout=20) as response:
                    return json.load(response)
            except urllib.error.HTTPError as error:
                retry_after = error.headers.get("Retry-After")
                if retry_after is None or tries_left == 0:
                    raise FaceServerError(json.load(error)) from None
                time.sleep(int(retry_after))


def read(path):
    with open(path, "rb") as file:
        return file.read()


def main(arguments):
    client = FaceClient(os.environ.get("FACE_SERVER", "http://localhost:5000"))
    match arguments:
        case ["register", user_id, photo]:
            reply = client.register(user_id, read(photo))
        case ["recognize", photo]:
            reply = client.recognize(read(photo))
        case ["status", user_id]:
            reply = client.status(user_id)
        case ["remove", user_id]:
            reply = client.remove(user_id)
        case _:
            sys.exit("usage: client.py register USER_ID PHOTO | recognize PHOTO | status USER_ID | remove USER_ID")
    print(json.dumps(reply))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except FaceServerError as error:
        sys.exit(f"{error.code}: {error}")
