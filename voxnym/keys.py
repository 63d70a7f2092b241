"""Key files, and every random choice derived from a key.

One key of 256 random bits per project. Each use has its own purpose and person:
`HMAC-SHA256(key, "voxnym/1" ‖ purpose ‖ who)`, every field preceded by its length, so that no
two different inputs can look alike. There is no default key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from voxnym.errors import KeyFileError
from voxnym.records import Who

if TYPE_CHECKING:
    import numpy as np

KEY_BYTES = 32
PSEUDONYM_CHARACTERS = 10
_HEADER = "voxnym-key-1"


@dataclass(frozen=True)
class Key:
    """256 secret bits. Whoever holds them can repeat every pseudo-voice and pseudonym.

    Args:
        secret: exactly 32 bytes.

    Raises:
        KeyFileError: another number of bytes.

    >>> Key(bytes(32)).pseudonym("anna")
    '657O6XWWNW'
    """

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise KeyFileError(f"a key has {KEY_BYTES} bytes, got {len(self.secret)}")

    @classmethod
    def random(cls) -> Self:
        """A new key from the operating system's generator."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @classmethod
    def read(cls, path: Path | str) -> Self:
        """The key in a file that `write` made.

        Raises:
            KeyFileError: no such file, open to other users, or not a key file.
        """
        path = Path(path)
        try:
            with path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                text = file.read(4096).decode("ascii", "replace")
        except OSError as error:
            raise KeyFileError(
                f"{path}: no key could be read ({error.strerror}); "
                "make one with: voxnym key new FILE"
            ) from error
        if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
            raise KeyFileError(
                f"{path}: other users may read this key (mode {stat.S_IMODE(mode):04o}); "
                f"expected 0600: chmod 600 {path}"
            )
        match = re.fullmatch(rf"{_HEADER}\s+([0-9a-f]{{{2 * KEY_BYTES}}})\s*", text)
        if match is None:
            raise KeyFileError(
                f"{path}: not a key file; expected {_HEADER} and {2 * KEY_BYTES} lower-case "
                "hexadecimal digits: make one with: voxnym key new FILE"
            )
        return cls(bytes.fromhex(match[1]))

    def write(self, path: Path | str) -> None:
        """Write a new key file that only its owner may read. Never replaces a file.

        Raises:
            KeyFileError: the file exists or cannot be written.
        """
        path = Path(path)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise KeyFileError(
                f"{path}: exists; a key is never overwritten, since its voices would be lost"
            ) from error
        except OSError as error:
            raise KeyFileError(f"{path}: cannot be written ({error.strerror})") from error
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(f"{_HEADER}\n{self.secret.hex()}\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            path.unlink(missing_ok=True)
            raise KeyFileError(f"{path}: cannot be written ({error.strerror})") from error

    def digest(self, purpose: str, *fields: str) -> bytes:
        """32 bytes that belong to this key, this purpose and these fields."""
        message = b"".join(
            len(part).to_bytes(8, "big") + part
            for part in (text.encode() for text in ("voxnym/1", purpose, *fields))
        )
        return hmac.new(self.secret, message, hashlib.sha256).digest()

    def generator(self, purpose: str, who: Who) -> np.random.Generator:
        """Random numbers for one purpose and person, the same at every call."""
        import numpy as np

        digest = self.digest(purpose, who.scope, who.name)
        return np.random.Generator(
            np.random.Philox(
                key=int.from_bytes(digest[:16], "big"), counter=int.from_bytes(digest[16:], "big")
            )
        )

    def pseudonym(self, name: str) -> str:
        """Ten base32 characters (50 bits) that stand for a name under this key."""
        return base64.b32encode(self.digest("name", name)).decode()[:PSEUDONYM_CHARACTERS]

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal characters that tell keys apart without giving them away."""
        return self.digest("fingerprint").hex()[:16]
