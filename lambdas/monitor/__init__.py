"""monitor: sketches, drift and performance of a night."""
