"""The verdict on a release as an attestation: an in-toto statement that others can verify without Daypass."""
