"""The write side: one transaction per decision, effects afterwards, and the clock that wakes both."""
