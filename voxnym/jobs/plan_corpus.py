"""A corpus becomes a list of tasks, one for each of its recordings."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path, PurePath
from urllib.parse import quote

from voxnym.corpora.corpus import Corpus, KeptNames, Naming, Recording
from voxnym.corpora.reading import read_corpus
from voxnym.errors import InputError, OutputError, VoxnymError
from voxnym.jobs.corpus_texts import CorpusTexts
from voxnym.jobs.plan import Plan, Refusal, check_folders, without_doubles
from voxnym.jobs.request import Request
from voxnym.jobs.task import Recipe, Task
from voxnym.records import Span

AUDIO_FOLDER = "recordings"
_TO_THE_END_S = 1e9
"""A turn that lasts to the end of a recording; what lies behind the end is never reached."""


def plan_corpus(
    path: Path,
    out: Path,
    recipe: Recipe,
    request: Request,
    *,
    root: Path | None = None,
    allow_pipes: bool = False,
) -> Plan:
    """All recordings of a corpus; each speaker's parts get that speaker's voice.

    Audio goes to `recordings/` below the output folder, tables beside that folder.

    Args:
        path: folder or file of the corpus.
        out: output folder; need not exist.
        recipe: what is the same for all recordings.
        request: what is hidden, how everything is called; who speaks the corpus says.
        root: folder of the audio, where it is not below the corpus's own.
        allow_pipes: run commands of the corpus.

    Raises:
        InputError: a corpus that is refused, or arguments that do not fit.
        OutputError: an output folder that cannot be used.
    """
    if request.turns is not None or request.speaker is not None:
        raise InputError(f"{path}: the corpus says who speaks; leave out --turns and --speaker")
    corpus = read_corpus(path, root=root, allow_pipes=allow_pipes)
    check_folders(path if path.is_dir() else path.parent, out)
    names: Naming = request.names or KeptNames()
    _name_all(corpus, names)
    refusals: list[Refusal] = []
    by_target: defaultdict[Path, list[Task]] = defaultdict(list)
    for recording in corpus.recordings:
        try:
            task = _task(corpus, recording, out, recipe, request, names)
        except VoxnymError as error:
            refusals.append(Refusal(recording.id, recording.source, error))
        else:
            by_target[task.target].append(task)
    tasks, doubles = without_doubles(by_target)
    if not tasks and not refusals and not doubles:
        raise InputError(f"{path}: the corpus holds no recording")
    notes = (*corpus.notes, *request.check(PurePath(task.place) for task in tasks))
    texts = CorpusTexts(corpus, names, request, recipe)
    return Plan(tuple(tasks), (*refusals, *doubles), texts=texts, notes=notes)


def _task(
    corpus: Corpus,
    recording: Recording,
    out: Path,
    recipe: Recipe,
    request: Request,
    names: Naming,
) -> Task:
    from voxnym.audio.formats import printable

    label = printable(recording.id)
    size = mtime_ns = 0
    if recording.source is not None:
        try:
            found = recording.source.stat()
        except OSError as error:
            raise InputError(f"{label}: {recording.source} ({error.strerror})") from error
        size, mtime_ns = found.st_size, found.st_mtime_ns
    separate = recipe.channels == "separate"
    return Task(
        label,
        recording.source,
        out / AUDIO_FOLDER / _file_name(recording, names, recipe.format),
        _speaker(corpus, recording),
        recipe,
        size,
        mtime_ns,
        recording.id,
        turns=() if separate else corpus.turns_of(recording.id, _TO_THE_END_S),
        channel_turns=_channel_turns(corpus, recording) if separate else (),
        redactions=request.redactions_of(PurePath(recording.id)),
        command=recording.command,
    )


def _speaker(corpus: Corpus, recording: Recording) -> str:
    """Who speaks in a recording as a whole; without a name, a recording is its own person."""
    speakers = corpus.speakers_of(recording.id)
    if not speakers:
        return recording.id
    # Where several speak, turns say which; what is nobody's turn belongs to none of them.
    return speakers[0] if len(speakers) == 1 else "\x1f".join(speakers)


def _channel_turns(corpus: Corpus, recording: Recording) -> tuple[tuple[Span, ...], ...]:
    turns: defaultdict[int, list[Span]] = defaultdict(list)
    count = recording.channels or 1
    channels = recording.channel_ids or tuple(range(count))
    for utterance in corpus.utterances_of(recording.id):
        if utterance.speaker is None:
            continue
        start = utterance.start or 0.0
        end = _TO_THE_END_S if utterance.end is None else utterance.end
        for channel in utterance.channels or channels:
            turns[channel].append(Span(start, end, utterance.speaker))
    return tuple(tuple(sorted(turns[channel])) for channel in channels)


def _file_name(recording: Recording, names: Naming, format: str | None) -> str:
    from voxnym.audio.formats import format_for, format_named

    # An id may look like a path; here it must not be one.
    stem = quote(names.recording(recording.id), safe=" +,=@~()&!'")
    if stem.startswith("."):
        stem = "%2E" + stem[1:]
    if format is not None:
        extension = format_named(format).extensions[0]
    elif recording.source is None:
        extension = ".wav"
    else:
        extension = recording.source.suffix.lower()
        format_for(f"recording{extension}")
    if len(stem) + len(extension) > 240:
        raise OutputError(
            f"{recording.id[:60]}…: the id is too long for a file's name; --rename shortens it"
        )
    return stem + extension


def _name_all(corpus: Corpus, names: Naming) -> None:
    """Ask for every name once, so that a collision shows, and a mapping is whole, before work."""
    for recording in corpus.recordings:
        names.recording(recording.id)
        names.recording(recording.session_id)
    for utterance in corpus.utterances:
        if utterance.speaker is not None:
            names.speaker(utterance.speaker)
        names.utterance(utterance.id, utterance.speaker)
    for cut in corpus.cuts:
        names.recording(cut.id)
