"""A part of a plan, for machines that share a folder and nothing else.

Each recording belongs to the shard that a hash of its name points to. So a list that differs a
little from machine to machine moves no other recording, and none is done twice or by nobody. The
price is that sizes are balanced by chance only; see docs/many-machines.md for how well.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from voxnym.errors import InputError

if TYPE_CHECKING:
    from voxnym.jobs.plan import Plan

MOST = 9999

_FORM = re.compile(r"([0-9]{1,5})/([0-9]{1,5})")


@dataclass(frozen=True)
class Shard:
    """One of several parts.

    Args:
        index: which one, from 1.
        count: how many there are, 1 to 9999.

    Raises:
        InputError: there is no such part.
    """

    index: int
    count: int

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MOST:
            raise InputError(f"shard {self}: expected 1 to {MOST} shards")
        if not 1 <= self.index <= self.count:
            raise InputError(
                f"shard {self}: expected a number from 1 to {self.count} before the stroke"
            )

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """A shard as it is written on the command line.

        Raises:
            InputError: not of the form 2/8, or no such part.

        >>> Shard.parse("2/8")
        Shard(index=2, count=8)
        """
        from voxnym.audio.formats import printable

        found = _FORM.fullmatch(text)
        if found is None:
            raise InputError(
                f"--shard {printable(text)}: expected the number of the shard and how many there "
                "are, as in 2/8"
            )
        return cls(int(found[1]), int(found[2]))

    def takes(self, name: str) -> bool:
        """Whether a recording belongs to this shard.

        Args:
            name: what it is called inside the input, the same on all machines.

        >>> [index for index in (1, 2, 3) if Shard(index, 3).takes("anna/1.wav")]
        [2]
        """
        digest = hashlib.sha256(b"voxnym shard\0" + name.encode("utf-8", "backslashreplace"))
        return int.from_bytes(digest.digest()[:8], "big") % self.count == self.index - 1

    def part(self, plan: Plan) -> Plan:
        """What of a plan this shard does.

        A folder that cannot be listed is told by every shard, since it may hide any recording.
        Tables of a corpus are left to a run of the whole, which finds everything else done.
        """
        tasks = tuple(task for task in plan.tasks if self.takes(task.place or task.label))
        refusals = tuple(
            refusal
            for refusal in plan.refusals
            if self.takes(refusal.label) or (refusal.source is not None and refusal.source.is_dir())
        )
        part = replace(plan, tasks=tasks, refusals=refusals)
        if plan.texts is None or not plan.texts.needs_all:
            return part
        notes = (*plan.notes, "tables are about all shards: run once more without --shard")
        return replace(part, texts=None, notes=notes)
