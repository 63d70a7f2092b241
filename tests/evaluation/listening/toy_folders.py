"""Folders of short sounds, as if two systems had anonymized the speech of three people."""

import zlib

import numpy as np
import soundfile

PEOPLE = ("anna", "bert", "carl")
SYSTEMS = ("alpha-secret", "beta-secret")
WORDS = ("zebras", "quench", "junipers", "lanterns", "walrus", "yonder", "mossy", "gables")
RATE = 16_000


def toy_sound(name: str, seconds: float = 1.0, gain: float = 0.1) -> np.ndarray:
    """A hum with syllables and a little noise; another one for each name."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    time = np.arange(round(RATE * seconds)) / RATE
    pitch = rng.uniform(90, 250)
    hum = sum(np.sin(2 * np.pi * pitch * k * time) / k for k in range(1, 9))
    return gain * hum * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * time)) * rng.uniform(
        0.3, 1
    ) + 0.001 * rng.standard_normal(time.size)


def toy_folders(folder, each=4, systems=SYSTEMS, seconds=1.0):
    """Folders by name, "original" first; texts lie beside the originals."""
    folders = {name: folder / f"folder-{i}" for i, name in enumerate(("original", *systems))}
    for system, root in folders.items():
        for person in PEOPLE:
            (root / person).mkdir(parents=True)
            for number in range(each):
                stem = root / person / f"take{number}"
                sound = toy_sound(f"{system}/{person}/{number}", seconds)
                soundfile.write(stem.with_suffix(".wav"), sound, RATE)
                if system == "original":
                    text = f"{person} {number} {' '.join(WORDS[number % 4 :])}"
                    stem.with_suffix(".txt").write_text(text)
    return folders
