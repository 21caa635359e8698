"""The context features of the income use case: none. An answer says of a person what other people's do not."""

from __future__ import annotations

from cumulet.core.specs import ContextSpec

CONTEXT = ContextSpec(features=())
