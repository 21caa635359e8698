import os

file = open(os.devnull)  # noqa: SIM115
