"""Ask a Fissure server what a change would have done, and watch the answer get better.

    python docs/examples/client.py http://127.0.0.1:8014 forcing.strikes=x2 --from 2015-03 --members 32

Needs nothing but Python. Where the server asks for a token, put it into the environment variable FISSURE_TOKEN.
"""

import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.request


def main() -> None:
    """Start a what-if, print each better answer, and stop when it is done."""
    asked = arguments()
    study = {"set": asked.set, "off": asked.off, "members": asked.members}
    if asked.since:
        study["from"] = asked.since
    id = call(asked.server, "/api/studies", study)["id"]
    print(f"{asked.server}/what-if shows it, too; it is number {id}.")
    shown = 0
    while True:
        told = call(asked.server, f"/api/studies/{id}")
        if told["members"] > shown and told["differences"]:
            shown = told["members"]
            print(f"\nafter {shown} pairs of members, with the change minus without it:")
            for one in told["differences"]:
                print(f"  {one['title']}: {number(one['mean'])} {one['unit']} ({interval(one)})")
        if told["state"] == "done":
            return
        if told["state"] in ("failed", "cancelled"):
            sys.exit(f"{told['state']}: {told.get('error') or 'somebody stopped it'}")
        time.sleep(0.5)


def call(server: str, path: str, body: dict | None = None) -> dict:
    """What the server answers; its own sentence where it refuses."""
    headers = {"accept": "application/json"}
    if token := os.environ.get("FISSURE_TOKEN"):
        headers["authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    if data is not None:
        headers["content-type"] = "application/json"
    try:
        with urllib.request.urlopen(urllib.request.Request(server + path, data, headers), timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            sys.exit(f"refused ({error.code}): {json.load(error)['detail']}")
    except urllib.error.URLError as error:
        sys.exit(f"no server answers at {server}: {error.reason}; start one with: fissure serve")


def interval(one: dict) -> str:
    """The interval of a difference; an end that is not known is open."""
    return f"{number(one['low'])} to {number(one['high'])}"


def number(value: float | None) -> str:
    """A signed number, or that it is not known."""
    if value is None:
        return "unknown"
    return f"{value:+,.0f}" if abs(value) >= 100 else f"{value:+.3g}"


def arguments() -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", help="as http://127.0.0.1:8014")
    parser.add_argument("set", nargs="*", metavar="NAME=x2", help="multiply a driver (x2) or set it (2)")
    parser.add_argument("--off", action="append", default=[], metavar="MECHANISM", help="switch a mechanism off")
    parser.add_argument("--from", dest="since", metavar="YYYY-MM", help="when the change begins; at once if not given")
    parser.add_argument("--members", type=int, default=32, help="how many pairs of simulated histories")
    return parser.parse_args()


if __name__ == "__main__":
    main()
