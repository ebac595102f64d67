"""What survives kill -9, and what a redelivery makes of what it left."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hatua.base.errors import InvalidSetting
from hatua.warehouse.client import Warehouse
from hatua.warehouse.settings import WarehouseSettings
from tests.fixtures.warehouse_child import BATCH

ROOT = Path(__file__).parents[2]


def child(what: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.fixtures.warehouse_child", what, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def look(folder: Path) -> dict[str, Any]:
    said, _ = child("look", folder).communicate()
    found: dict[str, Any] = json.loads(said)
    return found


def kill_after(folder: Path, acknowledgements: int) -> int:
    """How many batches it had acknowledged when SIGKILL struck."""
    writer = child("write", folder)
    assert writer.stdout is not None
    for _ in range(acknowledgements):
        writer.stdout.readline()
    writer.kill()
    left, _ = writer.communicate()
    return acknowledgements + len(left.split())


def test_what_was_acknowledged_survives_kill_9_and_a_rewrite_completes_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "warehouse"
    acknowledged = kill_after(folder, 12)
    left = look(folder)

    assert left["events"]["n"] == left["events"]["ids"]
    assert left["events"]["n"] in (acknowledged * BATCH, (acknowledged + 1) * BATCH)
    assert left["links"] in (acknowledged, acknowledged + 1)
    of_acknowledged = {f"s{n // 7}" for n in range(acknowledged * BATCH)}
    assert of_acknowledged <= {row["session_id"] for row in left["sessions"]}

    again = kill_after(folder, acknowledged + 3)
    after = look(folder)

    assert after["events"]["n"] == after["events"]["ids"]
    assert after["events"]["n"] in (again * BATCH, (again + 1) * BATCH)
    complete = [row["events"] for row in after["sessions"] if int(row["session_id"][1:]) < again * BATCH // 7]
    assert complete == [7] * len(complete)
    assert len(complete) == again * BATCH // 7


def test_a_folder_that_another_process_holds_is_refused_with_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "warehouse"
    holder = child("hold", folder)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"
    try:
        command = (
            "import sys; from hatua.warehouse.client import Warehouse; "
            "from hatua.warehouse.settings import WarehouseSettings; "
            "Warehouse.open(WarehouseSettings(path=sys.argv[1]))"
        )
        second = subprocess.run(
            [sys.executable, "-c", command, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
        )
    finally:
        holder.communicate("")

    assert second.returncode != 0
    assert f"InvalidSetting: the in-process ClickHouse cannot open {folder}" in second.stderr


def test_the_in_process_engine_needs_a_folder() -> None:
    with pytest.raises(InvalidSetting, match="HATUA_DATA_DIR"):
        Warehouse.open(WarehouseSettings())
