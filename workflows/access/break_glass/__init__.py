"""Break-glass: access taken at once, without approval, announced to everybody who could have approved it, and reviewed after.

Quorum is what is skipped, and nothing else: who may take it, for how long and why, and every condition of the rule hold.
"""
