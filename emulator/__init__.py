"""AWS in one process: ministack behind a gateway, with the services that it lacks or gets wrong.

Start it with `python -m emulator --port 4566 --state .emulator`. It imports nothing of the folders beside it.
"""
