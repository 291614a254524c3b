// Verifies an export of the audit log with Go's own reader of transparency logs, and no line of Daypass.
//
//	verify DIRECTORY VERIFIER_KEY...
//
// Checks the signature of every checkpoint, the tiles against the last one, every event by its inclusion
// proof, and every checkpoint's consistency with the last. Prints the size and root, or exits 1.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type directory string

func (d directory) Height() int { return height }

func (d directory) SaveTiles([]tlog.Tile, [][]byte) {}

func (d directory) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(d.path(tile))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// path is Go's own tile path without the height, which tlog-tiles leaves out.
func (d directory) path(tile tlog.Tile) string {
	return filepath.Join(string(d), "tile", strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height)))
}

func (d directory) entriesPath(index int64, width int) string {
	path := d.path(tlog.Tile{H: height, L: 0, N: index, W: width})
	return strings.Replace(path, filepath.Join("tile", "0"), filepath.Join("tile", "entries"), 1)
}

func (d directory) checkpoint(name string, keys note.Verifiers) tlog.Tree {
	data, err := os.ReadFile(filepath.Join(string(d), name))
	must(err)
	signed, err := note.Open(data, keys)
	must(err)
	lines := strings.Split(signed.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: size, Hash: root}
}

func (d directory) entries(size int64) [][]byte {
	var all [][]byte
	for start := int64(0); start < size; start += 1 << height {
		width := int(min64(1<<height, size-start))
		data, err := os.ReadFile(d.entriesPath(start>>height, width))
		must(err)
		for len(data) > 0 {
			end := 2 + int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:end])
			data = data[end:]
		}
	}
	return all
}

func main() {
	export := directory(os.Args[1])
	var verifiers []note.Verifier
	for _, text := range os.Args[2:] {
		verifier, err := note.NewVerifier(text)
		must(err)
		verifiers = append(verifiers, verifier)
	}
	keys := note.VerifierList(verifiers...)

	last := export.checkpoint("checkpoint", keys)
	hashes := tlog.TileHashReader(last, export)
	entries := export.entries(last.N)
	if int64(len(entries)) != last.N {
		must(fmt.Errorf("%d entries in a tree of %d", len(entries), last.N))
	}
	for index, entry := range entries {
		proof, err := tlog.ProveRecord(last.N, int64(index), hashes)
		must(err)
		must(tlog.CheckRecord(proof, last.N, last.Hash, int64(index), tlog.RecordHash(entry)))
	}
	older, err := filepath.Glob(filepath.Join(string(export), "checkpoints", "*"))
	must(err)
	sort.Strings(older)
	for _, path := range older {
		tree := export.checkpoint(filepath.Join("checkpoints", filepath.Base(path)), keys)
		if tree.N == 0 {
			continue
		}
		proof, err := tlog.ProveTree(last.N, tree.N, hashes)
		must(err)
		must(tlog.CheckTree(proof, last.N, last.Hash, tree.N, tree.Hash))
	}
	fmt.Println(last.N, last.Hash, len(older))
}

func min64(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
