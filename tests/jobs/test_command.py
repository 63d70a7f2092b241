"""Commands of a corpus: their output is kept, and what goes wrong is one line."""

import time

import pytest

from voxnym.errors import InputError
from voxnym.jobs.command import output_of


def test_the_output_is_kept_from_its_start():
    with output_of("printf abc", "talk") as kept:
        assert kept.read() == b"abc"
        kept.seek(0)
        assert kept.read(2) == b"ab"


def test_more_than_a_pipe_holds():
    shares = []
    with output_of("head -c 3000000 /dev/zero", "talk", shares.append) as kept:
        assert kept.seek(0, 2) == 3_000_000
    assert shares


def test_it_gets_no_input():
    with pytest.raises(InputError, match="wrote nothing"), output_of("cat", "talk"):
        pass


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("exit 3", "talk: its command failed with code 3; expected a recording"),
        ("echo a >&2; echo no disk >&2; exit 1", "failed with code 1: no disk"),
        ("printf x; exit 4", "failed with code 4"),
        ("true", "wrote nothing"),
        ("no-such-program-of-ours", "failed with code 127"),
    ],
)
def test_failures_say_what_happened(command, told):
    with pytest.raises(InputError, match=told.replace("(", "\\(")), output_of(command, "talk"):
        pass


def test_a_command_ends_with_its_reader(tmp_path):
    mark = tmp_path / "still here"

    def stop(share):
        if share == 0.0 and time.monotonic() > started + 0.5:
            raise KeyboardInterrupt

    started = time.monotonic()
    command = f"printf x; (sleep 2; touch '{mark}') | cat"
    with pytest.raises(KeyboardInterrupt), output_of(command, "talk", stop):
        pass
    time.sleep(2.5)
    assert not mark.exists()
