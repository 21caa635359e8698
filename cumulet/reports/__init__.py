"""Pages for people: what a simulation, a model or a dataset came to, as one self-contained HTML file with pictures."""
