"""What `run` is made of; standard library only, for it prepares everything else."""
