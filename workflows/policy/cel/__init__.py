"""CEL conditions, compiled and evaluated in a process of their own."""
