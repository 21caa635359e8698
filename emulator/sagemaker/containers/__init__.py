"""A container without Docker: a process with its own /opt/ml, its own environment, and nothing left when it ends."""
