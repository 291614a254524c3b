"""Deciding in stages, as access and releases do: who may, whose verdict is wanted, who has a card, what is refused.

A workflow says of its state who never decides on it; all else follows from its stages and its reviews.
"""
