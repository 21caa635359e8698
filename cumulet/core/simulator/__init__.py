"""The simulator: the days of a source, shifted on purpose, so that what should notice a drift can be seen to notice it.

A shift is a seed and some knobs (`knobs`), each with a time at which it turns (`timing`). `ShiftedSource` wraps any use
case's source: day by day the same protocol, the same bytes for the same seed.
"""
