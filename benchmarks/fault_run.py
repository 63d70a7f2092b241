"""Kill, starve and obstruct `voxnym anonymize`, and look at what it leaves behind.

    python benchmarks/fault_run.py                       # 200 recordings, 50 kills
    python benchmarks/fault_run.py --files 12 --kills 4  # short

A folder is anonymized undisturbed. Then the same folder again with SIGKILL at random moments,
to the whole process group or to the parent alone in turn, and resumed each time. The two trees
must be equal byte by byte, hold no temporary file, and nothing that is like an original. Then:
a full disk, an output folder without write permission, inputs that vanish. Exit code 0 when
everything is as promised.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import soundfile
from command import (
    COMMAND,
    alive,
    anonymize,
    finished,
    outputs,
    size_of,
    temporaries,
    wait_for_work,
    wait_until_gone,
)
from originals import Originals

from voxnym.jobs.journal import NAME as JOURNAL
from voxnym.jobs.journal import sha256_of
from voxnym.testing import ToySpeaker, toy_speech

LIKE_ORIGINAL = 0.98  # normalised cross-correlation from which two recordings count as the same


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    found: str
    fine: bool


def make_folder(folder: Path, files: int, seed: int) -> None:
    """Toy recordings of 1.5 to 6 s, each tenth 20 s, in four folders."""
    chance = random.Random(seed)
    for number in range(files):
        speaker = ToySpeaker(chance.uniform(85, 250), chance.uniform(0.9, 1.2))
        seconds = 20.0 if number % 10 == 0 else chance.uniform(1.5, 6.0)
        audio = toy_speech(speaker, seconds=seconds, seed=number)
        place = folder / f"speaker{number % 4}"
        place.mkdir(parents=True, exist_ok=True)
        soundfile.write(place / f"{number:03}.wav", audio.samples.T, audio.rate, subtype="PCM_16")


def kill_and_resume(
    source: Path, out: Path, key: Path, kills: int, rate: float, chance: random.Random
) -> Iterator[tuple[str, list[bytes]]]:
    """Kill the run again and again; what each kill hit, and the temporaries it left behind.

    Args:
        source: the originals.
        out: the output folder.
        key: the key file.
        kills: how many.
        rate: files per second of an undisturbed run, to spread the kills over the work.
        chance: decides the moments.
    """
    total = len(outputs(source))
    for turn in range(kills):
        done = len(outputs(out)) - len(temporaries(out))
        process = anonymize(source, out, "--key", str(key), "--quiet")
        # Most kills are to hit the work, some the start; so the clock starts at the first sign.
        if chance.random() < 0.85:
            wait_for_work(process, out)
            share = max(total - done, 0) / rate / (kills - turn)
            time.sleep(chance.uniform(0, 1.6 * share))
        else:
            time.sleep(chance.uniform(0, 0.6))
        alone = turn % 2 == 1
        ended = process.poll() is not None
        (os.kill if alone else os.killpg)(process.pid, signal.SIGKILL) if not ended else None
        process.communicate()
        wait_until_gone(process.pid)
        left = [path.read_bytes() for path in temporaries(out)]
        hit = "all done" if ended else "at work" if left else "between files or starting"
        yield ("orphans remained" if alive(process.pid) else hit), left


def check_kills(work: Path, source: Path, kills: int, seed: int) -> Iterator[Row]:
    """The main part: undisturbed, then killed and resumed, then compared."""
    key, calm, rough = work / "key", work / "calm", work / "rough"
    subprocess.run([*COMMAND, "key", "new", str(key)], check=True, stderr=subprocess.DEVNULL)
    process = anonymize(source, calm, "--key", str(key))
    wait_for_work(process, calm)
    started = time.monotonic()
    process.communicate()
    work_s, code, total = time.monotonic() - started, process.returncode, len(outputs(source))
    text = f"exit {code}, {total} files in {work_s:.1f} s after the start"
    yield Row("undisturbed run", text, code == 0)
    originals = Originals(source, outputs(source))
    chance = random.Random(seed)
    hits: dict[str, int] = {}
    leaks = leftovers = 0
    for hit, left in kill_and_resume(source, rough, key, kills, total / work_s, chance):
        hits[hit] = hits.get(hit, 0) + 1
        leftovers += len(left)
        leaks += sum(originals.contained(data) for data in left)
    done = len(outputs(rough)) - len(temporaries(rough))
    text = ", ".join(f"{count} {hit}" for hit, count in sorted(hits.items()))
    yield Row(
        f"{kills} kills", f"{text}; {done} files done by then", "orphans remained" not in hits
    )
    yield Row("originals in temporary files", f"{leaks} of {leftovers}", leaks == 0)
    code, _ = finished(source, rough, "--key", str(key), "--json", str(work / "log"))
    yield Row("last resume", f"exit {code}", code == 0)
    yield from _compare(source, calm, rough, originals)


def _compare(source: Path, calm: Path, rough: Path, originals: Originals) -> Iterator[Row]:
    names = [path.relative_to(source) for path in outputs(source)]
    found = [path.relative_to(rough) for path in outputs(rough)]
    yield Row("files in the output tree", f"{len(found)} of {len(names)}", found == names)
    equal = sum(sha256_of(calm / name) == sha256_of(rough / name) for name in found)
    yield Row("byte-identical outputs", f"{equal} of {len(names)}", equal == len(names))
    yield Row("temporary files", str(len(temporaries(rough))), not temporaries(rough))
    held = sum(
        originals.contained(path.read_bytes()) for path in rough.rglob("*") if path.is_file()
    )
    yield Row("files with samples of an original", str(held), held == 0)
    journal = (rough / JOURNAL).read_bytes()
    named = sum(name.stem.encode() + b"." in journal for name in names)
    yield Row("names of originals in the journal", str(named), named == 0)
    one, other = (
        max(originals.likeness(name, tree / name) for name in names) for tree in (calm, rough)
    )
    text = f"{other:.3f} (undisturbed: {one:.3f}; an original: 1.000)"
    yield Row("highest correlation with an original", text, other < LIKE_ORIGINAL and one == other)


@contextmanager
def small_disk(work: Path) -> Iterator[tuple[Path, Callable[[], None] | None, str]]:
    """A folder with room for 256 kB: a file system of its own, or a limit on file sizes."""
    place = work / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode == 0:
        try:
            yield place, None, "tmpfs of 256 kB"
        finally:
            subprocess.run(["umount", str(place)], check=True)
        return
    limit = 60_000

    def starve() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    yield place, starve, f"files of at most {limit} bytes"


def check_full_disk(work: Path, source: Path) -> Iterator[Row]:
    """Some recordings fit, the others fail with a clear reason and leave nothing."""
    with small_disk(work) as (place, before, how):
        code, messages = finished(source, place / "out", before=before)
        broken = [path for path in outputs(place) if not _readable(path)]
        clear = "no space" in messages.lower() or "too large" in messages.lower()
        text = f"exit {code}, {len(outputs(place))} whole, {len(broken)} broken; {_last(messages)}"
        yield Row(
            f"disk full ({how})", text, code in (1, 2) and not broken and clear and _plain(messages)
        )


def check_no_permission(work: Path, source: Path) -> Iterator[Row]:
    """An output folder that may not be written to."""
    place = work / "locked"
    place.mkdir(mode=0o500)
    # Permissions do not count for root, unless it lays that right down first.
    prefix = (
        ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if not os.geteuid() else ()
    )
    code, messages = finished(source, place / "out", prefix=prefix)
    place.chmod(0o700)
    fine = code == 2 and "ermission" in messages and not outputs(place) and _plain(messages)
    yield Row("output without permission", f"exit {code}; {_last(messages)}", fine)


def check_vanishing(work: Path, source: Path) -> Iterator[Row]:
    """Half of the inputs go away while the run is under way."""
    place, out = work / "vanishing", work / "vanished"
    make_folder(place, len(outputs(source)), seed=1)
    process = anonymize(place, out, "--workers", "1")
    wait_for_work(process, out)
    # Long recordings are done first, so the short ones are still waiting.
    by_size = sorted(outputs(place), key=size_of)
    for path in by_size[: len(by_size) // 2]:
        path.unlink()
    messages = process.communicate()[1]
    broken = [path for path in outputs(out) if not _readable(path)]
    text = f"exit {process.returncode}, {len(outputs(out))} whole, {len(broken)} broken; "
    enough = len(outputs(out)) >= len(outputs(place)) and not broken and not temporaries(out)
    clear = "no longer there" in messages
    fine = process.returncode == 1 and enough and clear and _plain(messages)
    yield Row("inputs that vanish", text + _last(messages), fine)


def _readable(path: Path) -> bool:
    try:
        return soundfile.info(path).frames > 0
    except soundfile.LibsndfileError:
        return False


def _plain(messages: str) -> bool:
    return all(line.startswith("voxnym: ") for line in messages.splitlines())


def _last(messages: str) -> str:
    lines = messages.splitlines()
    return lines[-1].removeprefix("voxnym: ")[:150] if lines else "no message"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="voxnym-fault-") as folder:
        work = Path(folder)
        work.chmod(0o755)
        source = work / "in"
        make_folder(source, arguments.files, seed=0)
        fine = True
        for check in (
            lambda: check_kills(work, source, arguments.kills, arguments.seed),
            lambda: check_full_disk(work, source),
            lambda: check_no_permission(work, source),
            lambda: check_vanishing(work, source),
        ):
            for row in check():
                fine &= row.fine
                print(f"| {row.what} | {row.found} | {'yes' if row.fine else 'NO'} |", flush=True)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
