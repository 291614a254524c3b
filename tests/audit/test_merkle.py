"""The tree is RFC 6962's: its published vectors, another implementation's answers, and every proof up to size 200."""

from functools import cache

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.audit.tlog.merkle import (
    EMPTY_ROOT,
    Frontier,
    append,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    levels_of,
    root,
    root_at,
    verify_consistency,
    verify_inclusion,
)

VECTORS = [
    ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    ("5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    ("606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
]
"""Leaves of Certificate Transparency's reference tree, each with the root once it is in."""

LARGEST = 200
LEVELS = levels_of([leaf_hash(str(number).encode()) for number in range(LARGEST)])
sizes = st.integers(1, LARGEST)


@cache
def reference() -> pymerkle.InmemoryTree:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for number in range(LARGEST):
        tree.append_entry(str(number).encode())
    return tree


def test_the_empty_tree_has_the_hash_of_nothing():
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root(Frontier()) == EMPTY_ROOT == root_at(levels_of([]), 0)


def test_the_published_roots():
    levels = levels_of([leaf_hash(bytes.fromhex(leaf)) for leaf, _ in VECTORS])

    assert [root_at(levels, size).hex() for size in range(1, 9)] == [head for _, head in VECTORS]


def test_the_published_proofs():
    levels = levels_of([leaf_hash(bytes.fromhex(leaf)) for leaf, _ in VECTORS])

    assert [step.hex() for step in inclusion_proof(levels, 5, 8)] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [step.hex() for step in consistency_proof(levels, 6, 8)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 64, 65, 127, 199, 200])
def test_pymerkle_has_the_same_roots_and_inclusion_proofs(size):
    assert root_at(LEVELS, size) == reference().get_root(size)
    for index in range(size):
        leaf_first = reference().prove_inclusion(index + 1, size).path
        assert list(inclusion_proof(LEVELS, index, size)) == leaf_first[1:]


@given(sizes, sizes)
def test_growing_in_batches_gives_the_tree_of_all_at_once(first, second):
    first, second = sorted((first, second))

    grown = append(append(Frontier(), LEVELS[0][:first]), LEVELS[0][first:second])

    assert root(grown) == root_at(LEVELS, second)
    assert len(grown.peaks) <= 8


def test_a_frontier_with_another_number_of_hashes_than_its_size_has_is_refused():
    for size, peaks in ((3, (b"0" * 32,)), (1, (b"0",)), (-1, ())):
        with pytest.raises(ValueError):
            Frontier(size, peaks)


def test_every_leaf_of_every_tree_is_proved():
    for size in range(1, LARGEST + 1):
        head = root_at(LEVELS, size)
        for index in range(0, size, 1 if size < 70 else 7):
            proof = inclusion_proof(LEVELS, index, size)
            assert verify_inclusion(LEVELS[0][index], index, size, proof, head)


def test_every_tree_is_consistent_with_every_later_one():
    heads = [root_at(LEVELS, size) for size in range(LARGEST + 1)]
    for second in range(LARGEST + 1):
        for first in range(0, second + 1, 1 if second < 70 else 5):
            proof = consistency_proof(LEVELS, first, second)
            assert verify_consistency(first, second, proof, heads[first], heads[second])


@given(sizes, st.data())
def test_an_inclusion_proof_proves_nothing_else(size, data):
    index = data.draw(st.integers(0, size - 1))
    hashed, proof, head = LEVELS[0][index], inclusion_proof(LEVELS, index, size), root_at(LEVELS, size)

    assert not verify_inclusion(flip(hashed, data), index, size, proof, head)
    assert not verify_inclusion(hashed, index, size, proof, flip(head, data))
    assert not verify_inclusion(hashed, index, size, [*proof, head], head)
    assert not verify_inclusion(hashed, size, size, proof, head)
    other = data.draw(st.integers(-2, size + 2).filter(lambda place: place != index))
    assert not verify_inclusion(hashed, other, size, proof, head)
    for step in range(len(proof)):
        broken = [*proof[:step], flip(proof[step], data), *proof[step + 1 :]]
        assert not verify_inclusion(hashed, index, size, broken, head)
        assert not verify_inclusion(hashed, index, size, [*proof[:step], *proof[step + 1 :]], head)


@given(sizes, sizes, st.data())
def test_a_consistency_proof_proves_nothing_else(first, second, data):
    first, second = sorted((first, second))
    old, new = root_at(LEVELS, first), root_at(LEVELS, second)
    proof = consistency_proof(LEVELS, first, second)

    assert not verify_consistency(first, second, proof, flip(old, data), new)
    assert not verify_consistency(first, second, proof, old, flip(new, data))
    assert not verify_consistency(first, second, [*proof, new], old, new)
    assert not verify_consistency(second + 1, second, proof, old, new)
    for step in range(len(proof)):
        broken = [*proof[:step], flip(proof[step], data), *proof[step + 1 :]]
        assert not verify_consistency(first, second, broken, old, new)
        assert not verify_consistency(first, second, [*proof[:step], *proof[step + 1 :]], old, new)


def test_there_is_no_proof_of_what_is_not_in_the_tree():
    with pytest.raises(ValueError, match="no leaf 5"):
        inclusion_proof(LEVELS, 5, 5)
    with pytest.raises(ValueError, match="201"):
        consistency_proof(LEVELS, 3, 201)
    with pytest.raises(ValueError, match="no head at 201"):
        root_at(LEVELS, 201)


def flip(hashed: bytes, data: st.DataObject) -> bytes:
    bit = data.draw(st.integers(0, 255))
    return (int.from_bytes(hashed, "big") ^ 1 << bit).to_bytes(32, "big")
