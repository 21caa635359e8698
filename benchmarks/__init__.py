"""Measured figures: each module prints them, and writes benchmarks/results/NAME.json."""
