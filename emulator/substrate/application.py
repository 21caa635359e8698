"""ministack as the ASGI application that it is."""

from __future__ import annotations

from ministack.app import app as application

__all__ = ["application"]
