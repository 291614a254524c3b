"""The formats of the log: leaves, Merkle tree, signed notes, checkpoints and tiles (https://c2sp.org/tlog-tiles)."""
