import json
import stat

import pytest
from toy_answers import key_of, toy_plan

from voxnym.errors import InputError, OutputError
from voxnym.evaluation.listening.key_file import read_key, write_key

KEY = key_of(toy_plan(per_system=1))


def test_key_comes_back_and_only_its_owner_may_read_it(tmp_path):
    path = tmp_path / "key.json"
    write_key(KEY, path)
    assert read_key(path) == KEY
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(OutputError, match="cannot be written"):
        write_key(KEY, path)


def changed(change):
    def apply(whole):
        change(whole)
        return whole

    return apply


@pytest.mark.parametrize(
    "change",
    [
        lambda whole: [],
        changed(lambda whole: whole.pop("test")),
        changed(lambda whole: whole.update(format="other")),
        changed(lambda whole: whole["sounds"].clear()),
        changed(lambda whole: whole.update(systems=["a"])),
        changed(lambda whole: next(iter(whole["trials"].values())).update(kind="other")),
        changed(lambda whole: next(iter(whole["trials"].values())).update(versions=[])),
        changed(lambda whole: [t.update(right="") for t in whole["trials"].values()]),
        changed(lambda whole: whole.update(trials=[1])),
    ],
)
def test_what_is_no_key_is_refused(tmp_path, change):
    path = tmp_path / "key.json"
    write_key(KEY, path)
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(InputError, match="not the key of a listening test"):
        read_key(path)


def test_what_is_no_json_is_refused(tmp_path):
    (tmp_path / "key.json").write_text("{")
    for name in ("key.json", "nowhere"):
        with pytest.raises(InputError, match="no key could be read"):
            read_key(tmp_path / name)
