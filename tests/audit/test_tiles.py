"""The files of the tree lie where C2SP's tlog-tiles says, and hold what it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.audit.tlog.merkle import leaf_hash, levels_of, node_hash, root_at
from workflows.audit.tlog.tiles import (
    Tile,
    TileError,
    entries_path,
    in_bundles,
    pack_entries,
    tile_bytes,
    tiles_of,
    unpack_entries,
)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0, 256), "tile/0/000"),
        (Tile(1, 1234067, 256), "tile/1/x001/x234/067"),
        (Tile(0, 1000, 1), "tile/0/x001/000.p/1"),
        (Tile(3, 999, 255), "tile/3/999.p/255"),
    ],
)
def test_a_tile_lies_where_the_specification_says(tile, path):
    assert tile.path == path
    assert entries_path(tile.index, tile.width) == path.replace(f"tile/{tile.level}/", "tile/entries/")


def test_the_specifications_tree_of_70000_has_these_tiles():
    tiles = list(tiles_of(70_000))

    assert [tile for tile in tiles if tile.width < 256] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert [sum(tile.level == level for tile in tiles) for level in range(3)] == [274, 2, 1]


def test_a_full_tile_is_one_hash_of_the_level_above():
    assert list(tiles_of(256)) == [Tile(0, 0, 256), Tile(1, 0, 1)]
    assert list(tiles_of(0)) == []


def test_a_tile_holds_the_heads_of_the_full_tiles_below():
    levels = levels_of([leaf_hash(str(number).encode()) for number in range(600)])
    halves = levels_of([levels[0][at] for at in range(256, 512)])

    assert tile_bytes(levels, Tile(0, 2, 88)) == b"".join(levels[0][512:600])
    assert tile_bytes(levels, Tile(1, 0, 2)) == root_at(levels, 256) + root_at(halves, 256)
    assert node_hash(*[tile_bytes(levels, Tile(1, 0, 2))[at : at + 32] for at in (0, 32)]) == root_at(
        levels, 512
    )


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_give_back_their_entries(entries):
    assert unpack_entries(pack_entries(entries)) == entries


def test_the_largest_entry_has_65535_bytes():
    assert pack_entries([b"x" * 65_535])[:2] == b"\xff\xff"
    with pytest.raises(OverflowError):
        pack_entries([b"x" * 65_536])


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x01", b"\x00\x01a\x00"])
def test_a_bundle_whose_lengths_do_not_add_up_is_refused(data):
    with pytest.raises(TileError):
        unpack_entries(data)


def test_leaves_come_in_runs_of_256():
    assert [len(run) for run in in_bundles([b""] * 600)] == [256, 256, 88]
    assert list(in_bundles([])) == []
