import base64
import json
import unittest
from pathlib import Path
from unittest import mock

import postmand

VECTORS = json.loads((Path(__file__).parents[2] / "webhook-vectors.json").read_text(encoding="utf-8"))


class Webhook(unittest.TestCase):
    def test_vectors(self) -> None:
        self.assertGreater(len(VECTORS), 70)
        for vector in VECTORS:
            with self.subTest(vector["name"]):
                body = vector["body"].encode() if "body" in vector else base64.b64decode(vector["body_base64"])
                tolerance = {"tolerance_seconds": vector["tolerance_seconds"]} if "tolerance_seconds" in vector else {}
                genuine = postmand.verify_webhook(body, vector["headers"], vector["secret"], now=vector["now"], **tolerance)
                self.assertIs(genuine, vector["valid"])

    def test_without_a_time_the_present_one_counts(self) -> None:
        published = VECTORS[0]
        body, headers, secret = published["body"].encode(), published["headers"], published["secret"]
        self.assertFalse(postmand.verify_webhook(body, headers, secret))
        with mock.patch("time.time", return_value=published["now"]):
            self.assertTrue(postmand.verify_webhook(body, headers, secret))

    def test_headers_that_are_no_text_are_refused(self) -> None:
        published = VECTORS[0]
        for name in published["headers"]:
            headers = {**published["headers"], name: "\udce9"}
            self.assertFalse(postmand.verify_webhook(b"{}", headers, published["secret"], now=published["now"]))
