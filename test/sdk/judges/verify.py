"""Verifies the requests of a file with the library of Standard Webhooks. Prints the number of genuine ones, then what it said of others."""

import base64
import json
import sys

from standardwebhooks.webhooks import Webhook

genuine = 0
refused = []
for request in json.load(open(sys.argv[1], encoding="utf-8")):
    secret = request["secret"]
    webhook = Webhook(secret if secret.startswith("whsec_") else secret.encode())
    try:
        webhook.verify(base64.b64decode(request["body"]), request["headers"], json_parse=False)
        genuine += 1
    except Exception as error:
        refused.append(f"{request['headers'].get('webhook-id')}: {error}")
print(json.dumps({"genuine": genuine, "refused": refused}))
