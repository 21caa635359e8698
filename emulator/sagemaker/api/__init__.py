"""The operations, one module per resource; `operations.py` lists them."""
