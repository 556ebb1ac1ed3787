"""Reads the requests of a file with the SDK of CloudEvents. Prints what it found in each, in their order."""

import base64
import json
import sys

from cloudevents.core.bindings.http import HTTPMessage, from_http_event

found = []
for request in json.load(open(sys.argv[1], encoding="utf-8")):
    message = HTTPMessage(headers=request["headers"], body=base64.b64decode(request["body"]))
    event = from_http_event(message)
    data = event.get_data()
    attributes = {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in event.get_attributes().items()
    }
    found.append({"attributes": attributes, "data": data.decode() if isinstance(data, bytes) else data})
print(json.dumps(found))
