import subprocess
import sys

import voxnym


def test_public_names_are_sorted_and_exist() -> None:
    assert voxnym.__all__ == sorted(voxnym.__all__)
    for name in voxnym.__all__:
        assert getattr(voxnym, name) is not None
    assert set(voxnym.__all__) <= set(dir(voxnym))


def test_import_is_light() -> None:
    code = "import voxnym, sys; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"numpy", "scipy", "soundfile", "onnxruntime", "torch", "typer", "rich", "pydantic"}
    assert not heavy & set(out.stdout.split())
