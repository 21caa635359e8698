"""The functions: one folder each, handler.py and the names of the wheels it ships."""
