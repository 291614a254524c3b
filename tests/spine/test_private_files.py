"""The database and an export can be read by their owner alone, whatever the umask says and was there before."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from migrations import upgrade
from tests.audit.example_log import export
from workflows.database.store import opened

OTHERS = 0o077


@pytest.fixture(autouse=True)
def _careless_umask() -> Iterator[None]:
    before = os.umask(0o000)
    yield
    os.umask(before)


def open_to_others(directory: Path) -> list[str]:
    return sorted(one.name for one in directory.rglob("*") if one.stat().st_mode & OTHERS)


async def use(database: Path) -> None:
    async with opened(f"sqlite:///{database}") as store:
        upgrade(f"sqlite:///{database}")
        async with store.write_transaction() as connection:
            await connection.execute(text("SELECT 1 FROM events"))
        assert database.with_name("daypass.db-wal").exists()
        assert open_to_others(database.parent) == []


class TestTheDatabase:
    async def test_is_made_for_its_owner_with_all_that_lies_beside_it(self, tmp_path: Path) -> None:
        await use(tmp_path / "daypass.db")

    async def test_is_in_a_directory_for_its_owner_if_that_is_new(self, tmp_path: Path) -> None:
        await use(tmp_path / "new" / "daypass.db")
        assert not (tmp_path / "new").stat().st_mode & OTHERS

    async def test_that_others_could_read_is_theirs_no_longer_and_it_is_said(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        database = tmp_path / "daypass.db"
        upgrade(f"sqlite:///{database}")
        assert open_to_others(tmp_path) == ["daypass.db"]
        await use(database)
        assert [one for one in caplog.messages if str(database) in one and "only its owner" in one]

    async def test_that_is_private_is_opened_without_a_word(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        await use(tmp_path / "daypass.db")
        caplog.set_level(logging.WARNING)
        caplog.clear()
        await use(tmp_path / "daypass.db")
        assert caplog.messages == []


def test_an_export_is_its_owners_down_to_the_last_file(tmp_path: Path) -> None:
    target = export(tmp_path / "export", 300, [300])
    assert open_to_others(tmp_path) == []
    assert (target / "texts.jsonl").is_file()
