"""A client of Tingjian's REST API in plain Python: TINGJIAN_URL=… TINGJIAN_TOKEN=… python client.py FILE STAFF_NO STANDARD"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen


class Tingjian:
    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url.rstrip("/") + "/api/v1", token

    def ask(self, method: str, path: str, body: object = None, **query: object) -> Any:
        """Ask, and give the JSON of the answer; wait where the site says so. Raises RuntimeError with its problem."""
        sent = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        request = Request(f"{self.url}{path}?{urlencode(query)}", sent, headers, method=method)
        while True:
            try:
                with urlopen(request, timeout=60) as answer:
                    return json.loads(answer.read() or b"null")
            except HTTPError as error:
                if error.code not in (429, 503):  # these say when to come again
                    raise RuntimeError(f"{error.code}: {error.read().decode()}") from None
                time.sleep(int(error.headers.get("Retry-After", "5")))

    def all(self, path: str, **query: object) -> Iterator[dict[str, Any]]:
        """Every row of a list, page by page."""
        while True:
            page = self.ask("GET", path, **query)
            yield from page["items"]
            if page["next"] is None:
                return
            query["cursor"] = page["next"]

    def upload(self, file: Path, **details: object) -> int:
        """Send a file in slices, from where an earlier try stopped; the number of its recording."""
        content = file.read_bytes()
        told = {"name": file.name, "size": len(content), "sample": hashlib.sha256(content).hexdigest()}
        upload = self.ask("POST", "/uploads", told | {"details": details})
        for start in range(upload["offset"], len(content), step := upload["slice_bytes"]):
            self.ask("PUT", f"/uploads/{upload['id']}", content[start : start + step], offset=start)
        return int(self.ask("POST", f"/uploads/{upload['id']}/finish", {"details": details})["id"])


if __name__ == "__main__":
    site = Tingjian(os.environ["TINGJIAN_URL"], os.environ["TINGJIAN_TOKEN"])
    number = site.upload(Path(sys.argv[1]), staff_no=sys.argv[2], standard_id=sys.argv[3])
    for line in site.all("/recordings", staff_no=sys.argv[2]):
        print(line["id"], line["name"], line["state"], line["score"], "←" if line["id"] == number else "")
