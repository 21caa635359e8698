"""Jobs as they run: the engine, one running job, and one module per kind that says what it does."""
