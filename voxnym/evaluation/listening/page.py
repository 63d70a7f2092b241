"""The test as one page: sounds, script and style inside, no outside requests."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from importlib import resources
from pathlib import Path
from string import Template
from typing import Final

from voxnym.audio.formats import printable
from voxnym.errors import InputError
from voxnym.evaluation.listening.plan import KINDS, Kind, Plan, Sound, anchor_noise
from voxnym.evaluation.listening.recordings import Recording
from voxnym.evaluation.listening.sound import (
    anchored,
    at_level,
    common_level,
    data_uri,
    reachable,
)
from voxnym.records import Audio

SHORTEST_S: Final = 1.0
LONGEST_S: Final = 20.0
"""Longer sentences cannot be kept in mind and written down."""

CONSENT: Final = (
    "Taking part is voluntary. You can stop at any time without giving a reason.",
    "Noted are your answers, how long each took and how often you played the sounds, with your "
    "listener number. Your name is not asked for; please write nothing about yourself.",
    "Your answers stay in this browser until you save them as a file and pass that on. This page "
    "sends nothing anywhere.",
    "The voices belong to people. Please pass neither this page nor its sounds on.",
)
_ORIGINALS: Final = (
    "This page contains recordings of people in their own voices. Do not pass it on, and delete "
    "it after the test."
)
_SECONDS: Final[dict[Kind, float]] = {"words": 20.0, "naturalness": 10.0, "abx": 22.0}
_ROOM: Final = "voxnym.evaluation.listening"


def listening_page(plan: Plan, consent: str | None = None) -> str:
    """The page as text; it names no system, file, speaker or words.

    Args:
        plan: the test.
        consent: text to agree to instead of ours; empty lines part paragraphs.

    Raises:
        InputError: a recording that cannot be read, is silent or cannot be as loud as the others.
    """
    script, style = _file("page.js"), _file("page.css")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "media-src data:; base-uri 'none'; form-action 'none'"
    )
    paragraphs = CONSENT if consent is None else _paragraphs(consent)
    # Codes, numbers and base64 only: nothing in it can end the script element.
    data = json.dumps(_data(plan), separators=(",", ":"))
    warning = f'<p class="warn">{html.escape(_ORIGINALS)}</p>' if plan.originals else ""
    return Template(_file("page.html")).substitute(
        policy=policy,
        style=style,
        script=script,
        data=data,
        consent="\n".join(f"<p>{html.escape(each)}</p>" for each in paragraphs),
        warning=warning,
    )


def minutes(plan: Plan) -> int:
    """About how long one listener takes."""
    return max(1, round(sum(_SECONDS[trial.kind] for trial in plan.trials) / 60))


def is_fitting(recording: Recording) -> bool:
    """Whether all versions of a recording last 1 to 20 s.

    Raises:
        InputError: a file that cannot be read.
    """
    return all(SHORTEST_S <= _duration(path) <= LONGEST_S for path in recording.paths.values())


def _duration(path: Path) -> float:
    from voxnym.audio.open import open_source

    source = open_source(path)
    frames = source.declared_frames
    if frames is not None:
        return float(frames / source.rate)
    return int(sum(block.shape[1] for block in source.blocks())) / source.rate


def _data(plan: Plan) -> dict[str, object]:
    kinds = [kind for kind in KINDS if plan.of_kind(kind)]
    sections = [
        {
            "kind": kind,
            "trials": [
                {"code": trial.code, "versions": trial.versions} for trial in plan.of_kind(kind)
            ],
        }
        for kind in kinds
    ]
    return {
        "test": plan.test,
        "order": plan.order,
        "minutes": minutes(plan),
        "sections": sections,
        "sounds": dict(sorted(_uris(plan).items())),
    }


def _uris(plan: Plan) -> dict[str, str]:
    read = {code: _read(plan, sound) for code, sound in plan.sounds.items()}
    level = common_level([_named(plan.sounds[code], audio) for code, audio in read.items()])
    return {code: data_uri(at_level(audio, level)) for code, audio in read.items()}


def _read(plan: Plan, sound: Sound) -> Audio:
    from voxnym.evaluation.clips import Clip

    audio = Clip(sound.path).read()
    return anchored(audio, anchor_noise(plan, sound)) if sound.anchor else audio


def _named(sound: Sound, audio: Audio) -> float:
    try:
        return reachable(audio)
    except InputError as error:
        raise InputError(f"{printable(sound.path)}: {error}") from error


def _paragraphs(text: str) -> list[str]:
    found = [" ".join(part.split()) for part in text.replace("\r\n", "\n").split("\n\n")]
    found = [part for part in found if part]
    if not found:
        raise InputError("the consent text is empty: expected what listeners agree to")
    return found


def _file(name: str) -> str:
    return resources.files(_ROOM).joinpath(name).read_text(encoding="utf-8")
