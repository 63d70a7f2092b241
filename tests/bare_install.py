"""Run with a bare install: every core file imports, no extra is needed, and torch stays out."""

import importlib
import pkgutil
import subprocess
import sys
import time

import voxnym

# Networks and their training are torch through and through; nothing of the core imports them.
TORCH_ROOMS = ("voxnym.nn.", "voxnym.training.")
EXTRAS = ("torch", "lightning", "sklearn", "av", "ray", "matplotlib", "librosa")


def main() -> None:
    names = [m.name for m in pkgutil.walk_packages(voxnym.__path__, "voxnym.")]
    for name in names:
        if name != "voxnym.__main__" and not name.startswith(TORCH_ROOMS):
            importlib.import_module(name)
    loaded = [name for name in EXTRAS if name in sys.modules]
    assert not loaded, f"the core loaded {loaded}"
    for what in (["-c", "import voxnym"], ["-m", "voxnym", "--help"], ["-c", ""]):
        times = []
        for _ in range(5):
            start = time.perf_counter()
            subprocess.run([sys.executable, *what], check=True, stdout=subprocess.DEVNULL)
            times.append(time.perf_counter() - start)
        print(f"{min(times):.3f} s  python {' '.join(what)}")
    print(f"{len(names)} modules imported")


if __name__ == "__main__":
    main()
