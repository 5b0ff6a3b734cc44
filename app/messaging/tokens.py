"""Short signed tokens for the links in messages: a few numbers and a seal, for one purpose each, good for ever.

A marketing mail carries a dozen of them, so they are packed tight: a click is about 20 characters.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from functools import lru_cache

from flask import current_app

_SEAL_BYTES = 10  # 80 bits: nobody guesses one through a web server
_LONGEST = 80


class BadToken(Exception):
    """Not a token of ours, or one that somebody has changed."""


def seal(purpose: str, *numbers: int) -> str:
    """Make a token of these numbers, none of them negative."""
    packed = b"".join(_pack(number) for number in numbers)
    return base64.urlsafe_b64encode(packed + _sealed(purpose, packed)).rstrip(b"=").decode()


def read(purpose: str, token: str) -> tuple[int, ...]:
    """The numbers in a token. Raises BadToken for one that was not made here for this purpose."""
    if len(token) > _LONGEST or not token.isascii():
        raise BadToken
    try:
        # Strict, and compared with its own re-encoding below: base64 otherwise lets several spellings pass for one.
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadToken from None
    packed, given = raw[:-_SEAL_BYTES], raw[-_SEAL_BYTES:]
    if not packed or not hmac.compare_digest(given, _sealed(purpose, packed)):
        raise BadToken
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != token:
        raise BadToken
    return _unpack(packed)


def _sealed(purpose: str, packed: bytes) -> bytes:
    seal = _begun(current_app.config["SECRET_KEY"], purpose).copy()
    seal.update(packed)
    return seal.digest()


@lru_cache(maxsize=32)
def _begun(secret: str, purpose: str) -> hashlib.blake2b:
    """What all seals of one purpose begin with. BLAKE2 takes a key as it is, in a third of an HMAC's time."""
    key = hashlib.blake2b(secret.encode()).digest()  # however long the secret is
    return hashlib.blake2b(purpose.encode() + b"\0", digest_size=_SEAL_BYTES, key=key)


def _pack(number: int) -> bytes:
    """Seven bits a byte, the eighth saying that more follow."""
    packed = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - seven bits
        packed.append(number & 0x7F | 0x80)
        number >>= 7
    packed.append(number)
    return bytes(packed)


def _unpack(packed: bytes) -> tuple[int, ...]:
    numbers, number, shift = [], 0, 0
    for byte in packed:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            numbers.append(number)
            number, shift = 0, 0
    return tuple(numbers)
