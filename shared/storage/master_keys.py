"""The master keys of a service, in one secret file: they wrap the data keys in its database.

One key a line, `name base64`, newest first; each is 96 random bytes, as the local provider of
client-side field level encryption wants them. The operator's command:
`python -m shared.storage.master_keys FILE` adds a new one in front, and makes the file at first.
"""

import argparse
import base64
import binascii
import os
import re
import secrets
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

KEY_BYTES = 96
_NAME = re.compile(r"^[A-Za-z0-9_]{1,40}$")


class BadMasterKeys(Exception):
    """The file of master keys can't be used; the message says why, and holds no key."""


@dataclass(frozen=True, repr=False)
class MasterKeys:
    """The keys by name, newest first."""

    by_name: dict[str, bytes]

    @classmethod
    def read(cls, path: Path) -> "MasterKeys":
        """Raises BadMasterKeys."""
        try:
            lines = path.read_text().splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise BadMasterKeys(f"{path} can't be read: {type(error).__name__}") from None
        found: dict[str, bytes] = {}
        for number, line in enumerate(lines, 1):
            if line.strip():
                name, key = _parse(line, f"{path}, line {number}")
                if name in found:
                    raise BadMasterKeys(f"{path}, line {number}: a second key named {name}")
                found[name] = key
        if not found:
            raise BadMasterKeys(f"{path} holds no key")
        return cls(found)

    @property
    def newest(self) -> str:
        """Name of the key that wraps what is made from now on."""
        return next(iter(self.by_name))

    @property
    def providers(self) -> dict[str, dict[str, bytes]]:
        """As ClientEncryption wants them: a named local provider for each."""
        return {f"local:{name}": {"key": key} for name, key in self.by_name.items()}


def add(path: Path, name: str = "") -> str:
    """A new key in front of those that are there; its name. The file is made where there is none.

    It is written in place, not replaced, so that a container that mounts this one file sees the
    change; a draft stands beside it meanwhile, should the machine fail.
    """
    name = name or f"k{datetime.now(UTC):%Y%m%d_%H%M%S}"
    known = MasterKeys.read(path).by_name if path.exists() else {}
    if not _NAME.match(name) or name in known:
        raise BadMasterKeys(f"{name}: a new name of letters, digits and _ is wanted")
    keys = {name: secrets.token_bytes(KEY_BYTES)} | known
    text = "".join(f"{each} {base64.b64encode(key).decode()}\n" for each, key in keys.items())
    draft = path.with_name(f"{path.name}.draft")
    _write(draft, text)
    _write(path, text)
    draft.unlink()
    return name


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    with path.open("r+") as file:
        file.write(text)  # never shorter than what is there: nothing to cut off
        file.flush()
        os.fsync(file.fileno())


def _parse(line: str, where: str) -> tuple[str, bytes]:
    name, _, text = line.strip().partition(" ")
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not _NAME.match(name) or len(key) != KEY_BYTES:
        raise BadMasterKeys(f"{where}: should be a name and {KEY_BYTES} bytes in base64")
    return name, key


def main(arguments: list[str] | None = None) -> None:
    """Prints the name of the new key."""
    parser = argparse.ArgumentParser(prog="python -m shared.storage.master_keys")
    parser.add_argument("file", type=Path)
    parser.add_argument("--name", default="", help="letters, digits, _; default: of today")
    chosen = parser.parse_args(arguments)
    try:
        print(add(chosen.file, chosen.name))
    except BadMasterKeys as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
