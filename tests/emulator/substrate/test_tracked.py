"""When items expire; that a running emulator deletes them is tested with the clock."""

from __future__ import annotations

import json
from pathlib import Path

from tests.emulator.substrate.test_names import run

CODE = """
import json
from datetime import UTC, datetime
from emulator.substrate.tracked import Tracked

NOW = datetime(2013, 4, 1, 0, 0, 0, 500000, tzinfo=UTC)
EPOCH = int(NOW.timestamp())

def item(until):
    return {"until": {"N": str(until)}}

table = {"items": {
    "late": {"": item(EPOCH - 60)},
    "years ago": {"": item(EPOCH - 6 * 365 * 86400)},
    "later": {"": item(EPOCH + 120)},
    "sooner": {"": item(EPOCH + 60)},
    "never": {"": {}},
    "text": {"": {"until": {"S": "tomorrow"}}},
}}
tracked = Tracked(table, "until", NOW)
found = []
while (due := tracked.first()) is not None:
    _, _, _, partition, _ = tracked._heap[0]
    found.append([partition, due - EPOCH])
    del table["items"][partition]
print(json.dumps(found))

table["items"]["again"] = {"": item(EPOCH + 60)}
tracked.push("again", "", item(EPOCH + 60), NOW)
table["items"]["again"] = {"": item(EPOCH + 90)}
tracked.push("again", "", item(EPOCH + 90), NOW)
print(tracked.first() - EPOCH)
"""


def test_items_expire_in_order_late_ones_at_the_next_second_and_those_of_long_ago_never(tmp_path: Path) -> None:
    first, _ = run(CODE, tmp_path).splitlines()
    assert json.loads(first) == [["late", 1.0], ["sooner", 60.0], ["later", 120.0]]


def test_an_item_that_is_stored_again_expires_at_its_new_time(tmp_path: Path) -> None:
    assert run(CODE, tmp_path).splitlines()[1] == "90.0"
