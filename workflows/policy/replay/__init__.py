"""What a draft bundle would have decided otherwise, from what past decisions recorded and nothing else."""
