"""Verifying an export or an extract, given nothing but files and public keys."""
