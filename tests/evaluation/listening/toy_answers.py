"""A planned test without sound, and answers of listeners who behave as told."""

from pathlib import Path

from voxnym.evaluation.listening.answers import HEADER, Answer
from voxnym.evaluation.listening.key_file import key_of
from voxnym.evaluation.listening.making import make_plan
from voxnym.evaluation.listening.recordings import Collection, Recording


def toy_plan(per_system=4, systems=("a", "b"), originals=True, people=5, each=8, **more):
    names = [*systems, *(["original"] if originals else [])]
    recordings = tuple(
        Recording(
            f"p{p}/{n}", f"p{p}", f"words number {p} {n}",
            {name: Path(f"/{name}/{p}/{n}.wav") for name in names},
        )
        for p in range(people)
        for n in range(each)
    )  # fmt: skip
    return make_plan(
        Collection(systems, recordings), seed=3, per_system=per_system, originals=originals, **more
    )


def toy_answers(plan, listeners, behave):
    """Answers of all listeners to all trials.

    `behave(listener, trial, sound, right)` gives the answer; `sound` is the one that counts, and
    `right` a right answer: the words, a rating for a check, A or B.
    """
    found = []
    for listener in listeners:
        for trial in plan.trials:
            heard = trial.heard_by(listener)
            sound = plan.sounds[heard[-1]]
            right = {"words": sound.text, "naturalness": "1", "abx": trial.right}[trial.kind]
            given = behave(listener, trial, sound, right)
            found.append(Answer(listener, trial.kind, trial.code, heard, given, 2.5, len(heard)))
    return tuple(found)


def csv_of(plan, answers):
    rows = [",".join(HEADER)]
    for place, each in enumerate(answers, start=1):
        text = each.given.replace('"', '""')
        rows.append(
            f"{plan.test},{each.listener},{place % len(plan.trials) + 1},{each.kind},{each.trial},"
            f'{" ".join(each.sounds)},"{text}",{each.seconds},{each.plays}'
        )
    return "\r\n".join(rows) + "\r\n"


__all__ = ["csv_of", "key_of", "toy_answers", "toy_plan"]
