import base64
import dataclasses
import inspect
import json
import unittest
from pathlib import Path

import postmand
from postmand import client

VECTORS = json.loads((Path(__file__).parents[2] / "vectors.json").read_text(encoding="utf-8"))


class Signature(unittest.TestCase):
    def test_vectors(self) -> None:
        self.assertGreater(len(VECTORS), 20)
        for vector in VECTORS:
            with self.subTest(vector["name"]):
                body = vector["body"].encode() if "body" in vector else base64.b64decode(vector["body_base64"])
                self.assertEqual(postmand.verify_signature(body, vector["signature"], vector["secret"]), vector["valid"])

    def test_a_header_that_is_no_text_is_refused(self) -> None:
        self.assertFalse(postmand.verify_signature(b"{}", "\udce9" * 64, "my-secret-token"))


class Package(unittest.TestCase):
    def test_it_has_every_type_of_the_api(self) -> None:
        helpers = {"Envelope", "Result", "ServerSentEvent", "Servers"}
        types = {
            name
            for name, kind in inspect.getmembers(client, inspect.isclass)
            if kind.__module__ == client.__name__ and dataclasses.is_dataclass(kind)
        }
        self.assertEqual(types - helpers - set(postmand.__all__), set())
