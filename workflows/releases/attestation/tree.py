"""The digest of a tree of files: in-toto's `dirHash`, which is Go's dirhash Hash1 in hex.

It is what this prints in the tree's folder: `find . -type f | cut -c3- | LC_ALL=C sort | xargs -r sha256sum | sha256sum`.

Source: https://github.com/in-toto/attestation/blob/main/spec/v1/digest_set.md
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from workflows.releases.attestation.dsse import AttestationError
from workflows.text import one_line

ALGORITHM = "dirHash"


def tree_digest(files: Mapping[str, str]) -> str:
    """SHA-256, in hex, over name → SHA-256 in hex. Names are relative to the tree, with slashes and without newlines."""
    total = hashlib.sha256()
    for name in sorted(files, key=str.encode):
        total.update(f"{files[name]}  {name}\n".encode())
    return total.hexdigest()


def file_digests(directory: Path) -> dict[str, str]:
    """Hash every file of a directory: name → SHA-256 in hex. Raises AttestationError for links and what isn't a file."""
    if not directory.is_dir() or directory.is_symlink():
        raise AttestationError(
            f"{one_line(str(directory), 200)} isn't a directory with the artifact's files."
        )
    found: dict[str, str] = {}
    folders = [directory]
    while folders:
        try:
            with os.scandir(folders.pop()) as listed:
                entries = list(listed)
            for one in entries:
                if one.is_dir(follow_symlinks=False):
                    folders.append(Path(one.path))
                else:
                    found[Path(one.path).relative_to(directory).as_posix()] = _digest(one)
        except OSError as error:
            raise AttestationError(f"The artifact can't be read: {one_line(str(error), 200)}.") from None
    return found


def _digest(entry: os.DirEntry[str]) -> str:
    if not entry.is_file(follow_symlinks=False) or not entry.name.isprintable():
        raise AttestationError(
            f"{one_line(entry.path, 200)} is a link or isn't a file with a printable name."
        )
    with Path(entry.path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
