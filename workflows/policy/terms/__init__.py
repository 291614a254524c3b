"""The terms that a request, a release or an incident is decided by, fixed when it begins."""
