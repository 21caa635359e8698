"""Pseudonyms: a keyed hash takes the place of an identifier, the same one wherever the identifier comes.

    psn1-kq4xv3mzj5d2ahr6wytn7cbfeu
       │ └ 130 bits' room for the first 128 of HMAC-SHA-256(key, "pseudonym" 0x00 identifier), base 32
       └ version of the key

Without the key nobody can tell whose it is, nor find out by trying identifiers. Two of a billion identifiers share a
pseudonym with a probability of 1.5e-21 (birthday bound, n²/2 / 2¹²⁸). Source of the construction: RFC 2104, RFC 4648.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from cumulet.contracts.errors import ContractError

FORM = re.compile(r"psn\d{1,4}-[a-z2-7]{26}")
HASH_BYTES = 16
SHORTEST_KEY = 32
"""Bytes; RFC 2104 asks for at least the length of the hash."""
PUBLIC = 0
"""The version of a key that is no secret: for the fingerprints of use cases whose identifiers name no person."""


def normalised(identifier: str) -> str:
    r"""The one spelling of an identifier: composed (NFC), without blanks around it. Case is kept: `a1` is not `A1`.

    >>> normalised(" Zoe\u0308 ") == "Zoë"
    True
    """
    return unicodedata.normalize("NFC", identifier).strip()


def is_pseudonym(text: str) -> bool:
    """Whether the text has a pseudonym's form."""
    return FORM.fullmatch(text) is not None


@dataclass(frozen=True)
class KeyRing:
    """The keys of a use case by version; the newest makes pseudonyms, the earlier ones still find them."""

    keys: Mapping[int, bytes]

    @classmethod
    def public(cls) -> Self:
        """The ring of a use case that has no secret: it makes no pseudonyms."""
        return cls({})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read the secret: {"version": "2", "key": "…", "earlier": {"1": "…"}}. Raises ContractError."""
        try:
            stored = json.loads(text)
            texts = {**stored.get("earlier", {}), stored["version"]: stored["key"]}
            keys = {int(version): key.encode() for version, key in texts.items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ContractError("the pseudonym secret is not {version, key, earlier}; see docs/privacy.md") from None
        if min(keys) <= PUBLIC or min(map(len, keys.values())) < SHORTEST_KEY:
            raise ContractError(f"the pseudonym secret: versions count from 1, keys have {SHORTEST_KEY} bytes or more")
        return cls(keys)

    def pseudonym(self, identifier: str) -> str:
        """The pseudonym of an identifier under the newest key; one that is a pseudonym already stays as it is."""
        if not self.keys:
            raise ContractError("a field is marked identifier, but the use case has no key: set [privacy] identifiers")
        return identifier if is_pseudonym(identifier) else self._made(identifier, max(self.keys))

    def spellings(self, identifier: str) -> tuple[str, ...]:
        """Everything that the identifier may be called in the lake: itself, and its pseudonym under every key."""
        own = normalised(identifier)
        made = () if is_pseudonym(own) else tuple(self._made(own, version) for version in sorted(self.keys))
        return (own, *made)

    def fingerprint(self, text: str, version: int | None = None) -> str:
        """What the register of erasures keeps of an identifier or a pseudonym: a keyed hash unlike any pseudonym."""
        chosen = max(self.keys, default=PUBLIC) if version is None else version
        key = b"cumulet" if chosen == PUBLIC else self.keys.get(chosen)
        if key is None:
            raise ContractError(f"the register of erasures needs version {chosen} of the key, which is gone")
        return hmac.digest(key, b"erasure\0" + normalised(text).encode(), "sha256").hex()

    def newer(self, key: str) -> str:
        """The secret, as JSON, after a rotation: `key` is the newest, those there are become earlier ones."""
        version = max(self.keys, default=PUBLIC) + 1
        earlier = {str(each): value.decode() for each, value in sorted(self.keys.items())}
        return json.dumps({"version": str(version), "key": key, "earlier": earlier})

    def _made(self, identifier: str, version: int) -> str:
        digest = hmac.digest(self.keys[version], b"pseudonym\0" + normalised(identifier).encode(), "sha256")
        text = base64.b32encode(digest[:HASH_BYTES]).decode().lower().rstrip("=")
        return f"psn{version}-{text}"
