"""Evidence for auditors: what a period of the log says about each control, with samples, exceptions and proofs."""
