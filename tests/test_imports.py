"""The import table of docs/architecture.md, enforced on the source text."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "voxnym"
FLOOR = {"records", "errors"}
ROOMS = {
    "errors": set(),
    "records": {"errors"},
    "protocols": FLOOR,
    "keys": FLOOR,
    "audio": FLOOR | {"protocols", "weights"},
    "analysis": FLOOR | {"protocols", "weights", "audio"},
    "codecs": FLOOR | {"protocols", "weights", "audio", "analysis"},
    "voices": FLOOR | {"protocols", "weights", "audio"},
    "stages": FLOOR | {"protocols", "weights", "audio", "analysis", "voices"},
    "recording": FLOOR | {"protocols", "audio", "analysis"},
    "corpora": FLOOR | {"audio", "keys"},
    "inspecting": FLOOR | {"audio", "keys"},
    "registry": {"errors"},
    "preset": {"errors", "registry"},
    "system": FLOOR | {"protocols", "keys", "preset", "recording", "render", "live"},
    "lane": FLOOR | {"audio", "recording"},
    "exchange": FLOOR | {"protocols", "audio", "recording", "lane"},
    "handout": FLOOR | {"audio", "recording", "lane"},
    "distinct": FLOOR | {"recording"},
    "hints": FLOOR | {"protocols", "recording"},
    "render": FLOOR
    | {"protocols", "audio", "recording", "exchange", "handout", "distinct", "hints"},
    "live": FLOOR | {"protocols", "audio", "recording"},
    "presets": set(),
    "jobs": FLOOR
    | {
        "protocols",
        "keys",
        "audio",
        "recording",
        "registry",
        "preset",
        "system",
        "render",
        "corpora",
    },
    "evaluation": FLOOR
    | {
        "protocols",
        "keys",
        "audio",
        "analysis",
        "codecs",
        "stages",
        "voices",
        "recording",
        "corpora",
        "registry",
        "preset",
        "system",
        "nn",
        "training",
    },
    "nn": {"errors"},
    "training": FLOOR
    | {"nn", "audio", "analysis", "corpora", "weights", "stages", "voices", "evaluation"},
}
# Pure functions: nothing of ours but errors.
METRICS = PACKAGE / "evaluation" / "metrics"
FREE = {"cli", "testing", "__init__", "__main__"}
CORE_LIBRARIES = {
    "numpy", "scipy", "soundfile", "soxr", "pyworld", "pyloudnorm", "onnxruntime", "swift_f0",
    "pydantic", "typer", "rich", "click", "pywebrtc_audio",
}  # fmt: skip
EXTRAS = {
    "av", "ray", "torch", "sklearn", "lightning", "jsonargparse", "safetensors", "pocketsphinx",
    "faster_whisper", "transformers", "pystoi", "speechmos", "pesq", "matplotlib",
    "jinja2", "jiwer",
}  # fmt: skip
TORCH_ROOMS = {"nn", "training"}
SLOW = EXTRAS | {
    "pywebrtc_audio",
    "soundfile",
    "soxr",
    "pyworld",
    "pyloudnorm",
    "onnxruntime",
    "swift_f0",
    "pydantic",
}


def room_of(path: Path) -> str:
    inside = path.relative_to(PACKAGE)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def imports(path: Path) -> list[tuple[str, bool]]:
    """(module, at the top of the file) of every import outside TYPE_CHECKING."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: list[tuple[str, bool]] = []

    def visit(node: ast.AST, top: bool) -> None:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            return
        if isinstance(node, ast.Import):
            found.extend((alias.name, top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.append((node.module or "", top))
        inner = top and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for child in ast.iter_child_nodes(node):
            visit(child, inner)

    visit(tree, True)
    return found


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_import_table(path: Path) -> None:
    room = room_of(path)
    assert room in ROOMS or room in FREE, f"{room} is not in the import table"
    for module, top in imports(path):
        first, *rest = module.split(".")
        if first != "voxnym":
            library = (
                first in CORE_LIBRARIES | EXTRAS or first in __import__("sys").stdlib_module_names
            )
            assert library, f"{path}: {module} is no core library"
            slow = module == "scipy.signal" or first in SLOW
            slow &= not (room in TORCH_ROOMS and first in ("torch", "lightning", "safetensors"))
            assert not (top and slow), f"{path}: {module} slows the start; import it where used"
            continue
        if room in FREE or not rest:
            continue
        target = rest[0]
        if path.is_relative_to(METRICS):
            pure = target == "errors" or rest[:2] == ["evaluation", "metrics"]
            assert pure, f"{path}: a metric may not import {module}"
        if room == "training" and target == "evaluation":
            assert rest[1] == "metrics", f"{path}: training may use metrics only, not {module}"
        if room in ("codecs", "stages") and target == room:
            raise AssertionError(f"{path}: imports a sibling, {module}")
        assert target == room or target in ROOMS[room], f"{room} may not import {module}"


def test_table_lists_only_rooms_that_exist_or_are_planned() -> None:
    rooms = {room_of(path) for path in FILES}
    assert rooms <= ROOMS.keys() | FREE
