"""What the sources of use cases are made of: files out of published packages, tables by day, typed CSV.

Only where a source runs (the command line, benchmarks, tests) is any of it needed: functions and jobs never import it.
"""
