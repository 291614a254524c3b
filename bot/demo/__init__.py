"""Daypass on this machine with everything around it: servers, people, a tour."""
