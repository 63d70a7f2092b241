"""Breaks each metric in one place after another and runs its tests: which breaks go unnoticed?

    python benchmarks/mutate_metrics.py [NAME ...] [--most N] [--everything]

NAME is a file of voxnym/evaluation/metrics without its ending, all of them by default, or a file of
a folder beside it, as utility/attributes. A break turns an operator, a number, a truth value or a
condition (see `breaks`). Package and tests are copied to a temporary folder first; nothing in the
repository changes. Each break meets the tests of its own file and, where they pass, its doctests
and those with published values; with --everything all tests of metrics. Breaks that pass are
printed; the exit status is 1 if there are any. Some change nothing that anybody could see (a bound
that is never reached): they have to be read.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path("voxnym/evaluation")
TESTS = Path("tests/evaluation")
LONGEST = 300.0  # seconds; a break may make a loop endless, which is noticed, too
FIRST_EXAMPLE_WILL_DO = """
from hypothesis import Phase, settings

settings.register_profile("unshrunk", phases=[Phase.explicit, Phase.generate])
settings.load_profile("unshrunk")
"""
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OPERATIONS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.MatMult: ast.Add,
}


def turned(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in a node's place."""
    match node:
        case ast.Compare(ops=[operator, *_]):
            for other in COMPARISONS[type(operator)]:
                changed = copy.deepcopy(node)
                changed.ops[0] = other()
                yield changed
        case ast.BinOp(op=operator) if type(operator) in OPERATIONS:
            yield ast.BinOp(node.left, OPERATIONS[type(operator)](), node.right)
        case ast.BoolOp(op=operator):
            opposite = ast.Or() if isinstance(operator, ast.And) else ast.And()
            yield ast.BoolOp(opposite, node.values)
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()):
            yield node.operand
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield from (ast.Constant(value + 1), ast.Constant(value - 1))
        case ast.IfExp():
            yield from (node.body, node.orelse)


def visible(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
    """(parent, field, place) of all nodes whose value matters: no types, texts, decorators."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list"):
            continue
        children = value if isinstance(value, list) else [value]
        for place, child in enumerate(children):
            if not isinstance(child, ast.AST) or isinstance(child, ast.JoinedStr):
                continue
            yield node, field, place if isinstance(value, list) else None
            yield from visible(child)


def breaks(source: str) -> Iterator[tuple[str, str]]:
    """(what was done, source with that break)."""
    tree = ast.parse(source)
    for parent, field, place in visible(tree):
        whole = getattr(parent, field)
        node = whole if place is None else whole[place]
        for other in turned(node):
            if place is None:
                setattr(parent, field, other)
            else:
                whole[place] = other
            broken = ast.unparse(ast.fix_missing_locations(tree))
            yield f"line {node.lineno}: {ast.unparse(node)}  ->  {ast.unparse(other)}", broken
            if place is None:
                setattr(parent, field, node)
            else:
                whole[place] = node


def passes(room: Path, tests: list[Path]) -> bool:
    environment = os.environ | {
        "PYTHONPATH": str(room),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    # Found examples would be tried first by later breaks, which then depend on earlier ones.
    command += ["--hypothesis-seed=0", *map(str, tests)]
    try:
        found = subprocess.run(
            command, cwd=room, env=environment, capture_output=True, timeout=LONGEST, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    finally:
        shutil.rmtree(room / ".hypothesis", ignore_errors=True)
    return found.returncode == 0


def copied(room: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", ".hypothesis")
    shutil.copytree(ROOT / "voxnym", room / "voxnym", ignore=ignored)
    shutil.copytree(ROOT / TESTS, room / TESTS, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", room)
    (room / "conftest.py").write_text(FIRST_EXAMPLE_WILL_DO, encoding="utf-8")
    found = subprocess.run(
        [sys.executable, "-c", "import voxnym; print(voxnym.__file__)"],
        cwd=room,
        env=os.environ | {"PYTHONPATH": str(room)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(found.stdout.strip()).is_relative_to(room), "the tests would not see the copy"


def file_of(name: str) -> Path:
    return PACKAGE / f"{name if '/' in name else f'metrics/{name}'}.py"


def tests_of(path: Path, room: Path, everything: bool) -> tuple[list[Path], list[Path]]:
    """Tests of a file, or of the one whose name its own begins with, and those to try after."""
    stem, folder = path.stem, TESTS / path.parent.name
    while not (room / folder / f"test_{stem}.py").exists():
        assert "_" in stem, f"{path}: no tests"
        stem = stem.rpartition("_")[0]
    found = (room / folder).glob("test_*.py" if everything else "test_golden_*.py")
    # The file itself last: collected first, it would hide the function of its name in the package.
    others = [*sorted(each.relative_to(room) for each in found), path]
    return [folder / f"test_{stem}.py"], others


def survivors(name: str, room: Path, most: int, everything: bool) -> int:
    """Number of breaks that no test notices; each is printed."""
    path = file_of(name)
    own, others = tests_of(path, room, everything)
    path = room / path
    source = path.read_text(encoding="utf-8")
    for tests in (own, others):
        assert passes(room, tests), f"{name}: its tests fail without any break"
    found = list(breaks(source))
    step = max(1, -(-len(found) // most))
    chosen, start, unnoticed = found[::step], time.monotonic(), []
    for what, broken in chosen:
        path.write_text(broken, encoding="utf-8")
        if passes(room, own) and passes(room, others):
            unnoticed.append(what)
            print(f"  {name}: {what}", flush=True)
    path.write_text(source, encoding="utf-8")
    taken = time.monotonic() - start
    noticed = len(chosen) - len(unnoticed)
    print(f"{name}: {noticed} of {len(chosen)} breaks noticed, {taken:.0f} s", flush=True)
    return len(unnoticed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--most", type=int, default=1000, help="breaks of each file")
    parser.add_argument("--everything", action="store_true")
    chosen = parser.parse_args()
    files = sorted((ROOT / PACKAGE / "metrics").glob("*.py"))
    names = chosen.names or [path.stem for path in files if path.stem != "__init__"]
    if unknown := [name for name in names if not (ROOT / file_of(name)).is_file()]:
        parser.error(f"no such file: {', '.join(unknown)}")
    with tempfile.TemporaryDirectory(prefix="voxnym-mutate-") as folder:
        room = Path(folder).resolve()
        copied(room)
        total = sum(survivors(name, room, chosen.most, chosen.everything) for name in names)
    return 1 if total else 0


if __name__ == "__main__":
    raise SystemExit(main())
