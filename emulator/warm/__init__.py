"""Processes that start at once: forked from a parent that has imported the libraries already.

The code here runs inside the processes that it starts, in whatever interpreter they have, so it needs the standard
library alone. `launch` starts a program anew, `parent` forks, `child` makes the fork a process of its own, and
`program` runs in it what `python …` would have run.
"""
