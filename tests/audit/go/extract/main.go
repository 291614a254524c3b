// Verifies an extract of the audit log with Go's own reader of transparency logs, and no line of Daypass.
//
//	extract FILE VERIFIER_KEY...
//
// Checks the signature of the checkpoint in the first line and every event by its inclusion proof. An event is
// hashed as the bytes that stand in the file, which are those that were logged. Prints the size, the root and
// how many events there are, or exits 1.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type head struct {
	Checkpoint string `json:"checkpoint"`
}

type event struct {
	Index int64           `json:"index"`
	Event json.RawMessage `json:"event"`
	Proof [][]byte        `json:"proof"`
}

func main() {
	var verifiers []note.Verifier
	for _, text := range os.Args[2:] {
		verifier, err := note.NewVerifier(text)
		must(err)
		verifiers = append(verifiers, verifier)
	}
	data, err := os.ReadFile(os.Args[1])
	must(err)
	lines := bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))
	if len(lines) < 2 {
		must(fmt.Errorf("%d lines are no extract", len(lines)))
	}
	tree := checkpoint(lines[0], note.VerifierList(verifiers...))
	for _, line := range lines[1 : len(lines)-1] {
		var given event
		must(json.Unmarshal(line, &given))
		var proof tlog.RecordProof
		for _, step := range given.Proof {
			var hash tlog.Hash
			if len(step) != tlog.HashSize {
				must(fmt.Errorf("a hash of %d bytes", len(step)))
			}
			copy(hash[:], step)
			proof = append(proof, hash)
		}
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, given.Index, tlog.RecordHash(given.Event)))
	}
	fmt.Println(tree.N, tree.Hash, len(lines)-2)
}

func checkpoint(line []byte, keys note.Verifiers) tlog.Tree {
	var first head
	must(json.Unmarshal(line, &first))
	signed, err := note.Open([]byte(first.Checkpoint), keys)
	must(err)
	lines := strings.Split(signed.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: size, Hash: root}
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
