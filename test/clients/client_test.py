"""Uses a server that test/clients/python.test.ts has started."""
import ast
import os
import pathlib
import sys
import unittest

CLIENT = pathlib.Path(__file__).parents[2] / "clients" / "python"
sys.path.insert(0, str(CLIENT))

from face_client import FaceClient, FaceServerError  # noqa: E402

PHOTOS = pathlib.Path(os.environ["PHOTOS"])


def photo(name: str) -> bytes:
    return (PHOTOS / f"{name}.jpg").read_bytes()


class ClientTest(unittest.TestCase):
    def setUp(self) -> None:
        self.client = FaceClient(os.environ["FACE_SERVER"], os.environ["FACE_KEY"])

    def refused(self, code: str, action) -> FaceServerError:
        with self.assertRaises(FaceServerError) as caught:
            action()
        self.assertEqual(caught.exception.code, code)
        return caught.exception

    def test_a_photo_is_registered_recognised_verified_compared_and_described(self) -> None:
        client = self.client
        self.assertEqual(client.register_face("anna", photo("anna"))["encoding_count"], 1)
        recognized = client.recognize(photo("again"), top_k=1)
        self.assertEqual((recognized["success"], recognized["user_id"]), (True, "anna"))
        self.assertEqual(len(recognized["candidates"]), 1)
        self.assertEqual(client.recognize(photo("bella"))["user_id"], "unknown")
        frame = client.recognize_all(photo("again"), max_faces=3)
        self.assertEqual([face["user_id"] for face in frame["faces"]], ["anna"])
        self.assertTrue(client.verify("anna", photo("again"))["verified"])
        self.assertFalse(client.verify("anna", photo("bella"))["verified"])
        self.assertFalse(client.compare(photo("anna"), photo("bella"))["same_person"])
        faces = client.detect(photo("bella"), max_faces=1)["faces"]
        self.assertEqual(len(faces[0]["landmarks"]), 68)
        self.assertTrue(client.status("anna")["registered"])
        self.assertEqual(client.call("getUser", path={"user_id": "anna"})["user_id"], "anna")
        self.assertIn("face_enrolled_users 1", client.call("getMetrics"))
        self.assertTrue(client.delete_face("anna")["success"])
        self.refused("USER_NOT_FOUND", lambda: client.delete_face("anna"))

    def test_several_photos_are_answered_each_for_itself_also_when_there_is_one(self) -> None:
        results = self.client.recognize_each([photo("bella"), photo("nobody")])
        self.assertEqual([one.get("code") for one in results], [None, "NO_FACE"])
        self.assertEqual(results[0]["user_id"], "unknown")
        self.assertEqual([one["code"] for one in self.client.recognize_each([photo("nobody")])], ["NO_FACE"])
        self.assertEqual(self.client.recognize_each([]), [])
        described = self.client.detect_each([photo("bella"), photo("nobody")], max_faces=1)
        self.assertEqual([len(one["faces"]) for one in described], [1, 0])

    def test_what_the_server_refuses_says_why_and_how_the_operator_finds_it(self) -> None:
        error = self.refused("NO_FACE", lambda: self.client.recognize(photo("nobody")))
        self.assertEqual((error.status, error.retry_after), (422, None))
        self.assertTrue(error.request_id)
        self.assertEqual(str(error), error.reply["message"])
        stranger = FaceClient(os.environ["FACE_SERVER"])
        self.refused("UNAUTHORIZED", lambda: stranger.verify("anna", photo("anna")))

    def test_a_request_is_sent_again_when_the_server_asks_for_it_as_often_as_wanted(self) -> None:
        busy = FaceClient(os.environ["BUSY_SERVER"], retries=2)
        self.assertEqual(busy.register_face(1, b"photo"), {"success": True})
        self.refused("OVERLOADED", lambda: busy.recognize(b"photo"))
        self.refused("UNEXPECTED_REPLY", lambda: busy.status(1))

    def test_python_3_9_understands_the_client(self) -> None:
        files = list((CLIENT / "face_client").glob("*.py"))
        self.assertGreaterEqual(len(files), 4)
        for file in files:
            ast.parse(file.read_text(), file.name, feature_version=(3, 9))


if __name__ == "__main__":
    unittest.main()
