"""Athena: queries over the tables of Glue's catalog, run by DuckDB on the emulator's own objects."""

from emulator.athena.service import create

__all__ = ["create"]
