"""What an evaluation is to do: speech, trials, effort, and where its work is kept."""

from __future__ import annotations

import datetime
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from voxnym.corpora.sessions import sessions_of
from voxnym.corpora.trial_lists import read_trials
from voxnym.corpora.trial_rule import Rule as TrialRule
from voxnym.corpora.trial_rule import make_trials
from voxnym.corpora.trials import Trials
from voxnym.errors import InputError
from voxnym.evaluation.cache import Cache
from voxnym.evaluation.challenge_speech import (
    challenge_collection,
    challenge_outputs,
    challenge_trials,
)
from voxnym.evaluation.collection import Collection, read_collection
from voxnym.evaluation.outputs import pair_outputs
from voxnym.evaluation.protocol import Protocol, read_protocol
from voxnym.evaluation.results import Evaluation
from voxnym.evaluation.scene import Scene, Watch, silent
from voxnym.evaluation.subjects import FolderSubject, Subject
from voxnym.evaluation.takes import Rule

Effort = Literal["quick", "standard", "full"]
WORK = "work"
_RUN = "run.json"


@dataclass(frozen=True)
class Material:
    """Speech and trials of one evaluation.

    Args:
        collection: all utterances.
        trials: who is claimed and who is heard.
        training: ids of the attackers' own people.
        protocol: what it follows.
    """

    collection: Collection
    trials: Trials
    training: tuple[str, ...]
    protocol: Protocol


@dataclass(frozen=True)
class Plan:
    """What an evaluation is to do.

    Args:
        corpus: a corpus, or a folder of corpora.
        protocol: name or path.
        effort: how many attackers, and how long they learn.
        rules: who has a pseudo-voice of their own.
        networks: voice networks of untrained attackers beside the d-vector one, by name.
        recognisers: who writes down words, by name; none for the protocol's.
        emotion_networks: who tells emotions, by name, beside the classifier trained here; none for
            the protocol's.
        seed: every random choice follows from it.
        out: folder for the report; its folder `work` keeps what a killed run has done.
        cache: where anonymized audio and trained attackers are kept instead.
        processes: how many work at a time.
        include_originals: whether originals may stand in the report.
    """

    corpus: Path | None
    protocol: str = "small"
    effort: Effort = "standard"
    rules: tuple[Rule, ...] = ("utterance",)
    networks: tuple[str, ...] = ()
    recognisers: tuple[str, ...] = ()
    emotion_networks: tuple[str, ...] = ()
    seed: int = 0
    out: Path | None = None
    cache: Path | None = None
    processes: int = 1
    include_originals: bool = False

    @cached_property
    def material(self) -> Material:
        """Everything that is read before anything long begins.

        Raises:
            InputError: no corpus, or one that the protocol does not fit.
        """
        if self.corpus is None:
            raise InputError("--corpus is missing: expected a corpus, or a folder of corpora")
        protocol = self._protocol()
        collection = _collection(protocol, self.corpus)
        trials = _trials(protocol, collection, self.corpus)
        if protocol.digest and not trials.digest.startswith(protocol.digest):
            raise InputError(
                f"{protocol.name}: the trial list is {trials.digest[:12]}, expected "
                f"{protocol.digest}: figures would not compare with published ones"
            )
        training = _training(protocol, collection, trials)
        collection.check_present((*trials.enrolments, *trials.utterances, *training))
        return Material(collection, trials, training, protocol)

    def _protocol(self) -> Protocol:
        found = read_protocol(self.protocol)
        return replace(
            found,
            recognisers=self.recognisers or found.recognisers,
            emotion_networks=self.emotion_networks or found.emotion_networks,
        )

    def scene(self, subject: Subject, cache: Cache, watch: Watch = silent) -> Scene:
        """The attack on a system under the first rule."""
        material = self.material
        return Scene(
            trials=material.trials,
            utterances=material.collection.utterances,
            clips=material.collection.clips,
            training=material.training,
            subject=subject,
            seed=self.seed,
            cache=cache,
            rule=self.rules[0],
            processes=self.processes,
            watch=watch,
        )

    @contextmanager
    def place(self) -> Iterator[Path]:
        """A folder for what may be used again; a temporary one where nothing is kept.

        The seed is written there, so that a killed run goes on with the same one.
        """
        if self.cache is None and self.out is None:
            with tempfile.TemporaryDirectory(prefix="voxnym-") as folder:
                yield Path(folder)
            return
        work = self.cache or (self.out or Path()) / WORK
        work.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.out is not None:
            run = self.out / WORK / _RUN
            run.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            run.write_text(json.dumps({"seed": self.seed}), encoding="utf-8")
        yield work

    def folder(self, results: Path) -> FolderSubject:
        """Somebody's results beside the originals; of a challenge's folders, by their suffix.

        Raises:
            InputError: no folder, results that are ambiguous, or a trial without a result.
        """
        material = self.material
        challenge = material.protocol.challenge
        if challenge is not None and self.corpus is not None and not results.is_dir():
            files = challenge_outputs(challenge, self.corpus, str(results), material.collection)
        else:
            needed = (*material.trials.enrolments, *material.trials.utterances)
            files = pair_outputs(material.collection.clips, results, needed)
        return FolderSubject(results.name, files)

    def challenge_files(
        self, evaluation: Evaluation, started: datetime.datetime
    ) -> tuple[Path, ...]:
        """Under a protocol of the challenge, its own result files, in the folder `exp` of `out`.

        Args:
            evaluation: what was found; with quick effort there is nothing to be ranked.
            started: when the evaluation began.
        """
        from voxnym.evaluation.challenge_export import challenge_results_of
        from voxnym.evaluation.challenge_files import write_challenge_results

        challenge = self.material.protocol.challenge
        if challenge is None or self.out is None or self.effort == "quick":
            return ()
        dataset, split = challenge.trials[0].split("_")[:2]
        results = challenge_results_of(evaluation, f"_{evaluation.system}", split, dataset)
        now = datetime.datetime.now(datetime.UTC)
        return write_challenge_results(results, self.out / "exp", started, now, overwrite=True)

    def without_untold(self, subject: Subject) -> Plan:
        """The plan with what a system that draws only once can be asked for."""
        return self if subject.is_fresh else replace(self, rules=self.rules[:1])


def _collection(protocol: Protocol, home: Path) -> Collection:
    if protocol.challenge is not None:
        return challenge_collection(protocol.challenge, home)
    return read_collection(home)


def _trials(protocol: Protocol, collection: Collection, home: Path) -> Trials:
    if protocol.challenge is not None:
        return challenge_trials(protocol.name, protocol.challenge, home, collection.utterances)
    sessions = sessions_of(collection.utterances.values())
    if protocol.trial_list:
        trials = read_trials(protocol.trial_list, home / "trials", collection.utterances, sessions)
    else:
        tried = [
            utterance
            for utterance in collection.utterances.values()
            if utterance.split not in (*protocol.training_splits, *protocol.development_splits)
        ]
        trials = make_trials(
            home.name,
            tried,
            TrialRule(protocol.trial_seed),
            sessions,
            collection.seconds,
            collection.corpus_of,
        )
    if protocol.speakers:
        return trials.for_speakers(protocol.speakers, protocol.name)
    return trials


def _training(protocol: Protocol, collection: Collection, trials: Trials) -> tuple[str, ...]:
    tried = {*trials.speakers, *trials.utterance_speaker}
    return tuple(
        id
        for id, utterance in sorted(collection.utterances.items())
        if utterance.split in protocol.training_splits
        and utterance.speaker
        and utterance.speaker not in tried
        and (not protocol.training_corpora or collection.corpus_of[id] in protocol.training_corpora)
    )


def seed_of_run(out: Path | None) -> int | None:
    """The seed of the run whose work lies in a report folder."""
    if out is None:
        return None
    try:
        told = json.loads((out / WORK / _RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return int(told["seed"])
