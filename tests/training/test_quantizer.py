import pytest

pytest.importorskip("lightning", reason="training needs Lightning (extra train)")

import lightning
import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

from voxnym.errors import InputError
from voxnym.nn.quantize import PlainQuantizer
from voxnym.nn.quantize_attention import AttentionQuantizer
from voxnym.nn.quantize_ema import EmaQuantizer
from voxnym.nn.quantize_groups import GroupQuantizer
from voxnym.nn.quantize_noise import NoiseQuantizer
from voxnym.nn.spacefill import SpaceFilling
from voxnym.training.quantizer import QuantizerTraining

# Lightning calls what other packages mean to drop, and has advice on loaders and loggers.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning"),
    pytest.mark.filterwarnings("ignore::lightning.pytorch.utilities.warnings.PossibleUserWarning"),
]

ROWS = torch.from_numpy(np.random.default_rng(0).standard_normal((640, 2)).astype(np.float32))
START = ROWS[:4].clone()
KINDS = {
    "plain": lambda: PlainQuantizer(START),
    "ema": lambda: EmaQuantizer(START, decay=0.9),
    "noise": lambda: NoiseQuantizer(START),
    "attention": lambda: AttentionQuantizer(START, temperature=0.3),
    "spacefill": lambda: SpaceFilling(START, 2),
    "noisy curve": lambda: SpaceFilling(START, 2, has_backpropagation=True),
    "groups": lambda: GroupQuantizer([PlainQuantizer(START[:, :1]), NoiseQuantizer(START[:, 1:])]),
}


def fit(training, steps, rows=ROWS):
    trainer = lightning.Trainer(
        max_steps=steps,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_model_summary=False,
        enable_progress_bar=False,
    )
    order = torch.Generator().manual_seed(0)
    trainer.fit(training, DataLoader(TensorDataset(rows), 64, shuffle=True, generator=order))
    return training


def error(quantizer):
    return float(torch.mean((quantizer.eval()(ROWS).values.detach() - ROWS) ** 2))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_learns(kind):
    quantizer = KINDS[kind]()
    before = error(quantizer)
    fit(QuantizerTraining(quantizer.train(), 80, rate=0.03), 80)
    assert error(quantizer) < 0.9 * before


def test_a_curve_grows_at_the_end_of_each_stage(monkeypatch):
    quantizer = SpaceFilling(START, 4)
    training = QuantizerTraining(quantizer, 25, rate=0.02)
    memory = []
    grow = quantizer.grow
    monkeypatch.setattr(
        quantizer,
        "grow",
        lambda: (memory.append((training.global_step, int(quantizer.entries))), grow()),
    )
    fit(training, 100)  # longer than it can grow
    assert memory == [(25, 4), (50, 8)]
    assert int(quantizer.entries) == 16
    (state,) = [v for k, v in training._memory().items() if k is quantizer.codewords]
    assert int(state["step"]) == 50  # nothing is remembered from before


def test_rate_starts_anew_at_each_stage():
    training = QuantizerTraining(SpaceFilling(START, 4), 10)
    shares = [training._share_of_rate(step) for step in (0, 5, 6, 7, 8, 9, 10, 16)]
    assert shares == [1, 1, 0.5, 0.5, 0.25, 0.25, 1, 0.5]


def test_what_was_remembered_of_replaced_codewords_goes(monkeypatch):
    codewords = torch.cat([START, 80 + START])
    quantizer = PlainQuantizer(codewords)
    training = QuantizerTraining(quantizer, 1000, replaced_every=40)
    seen = []
    replace = quantizer.replace_unused

    def replaced():
        moved = replace()
        seen.append(moved.tolist())
        return moved

    monkeypatch.setattr(quantizer, "replace_unused", replaced)
    fit(training, 41)
    assert seen == [[4, 5, 6, 7]]
    assert quantizer.codewords.detach().abs().max() < 10


def test_equal_seeds_give_equal_codewords():
    found = [fit(QuantizerTraining(KINDS["noisy curve"](), 30), 30).quantizer for _ in range(2)]
    assert torch.equal(found[0].codewords, found[1].codewords)


@pytest.mark.parametrize("wrong", [{"updates": 0}, {"rate": 0.0}, {"replaced_every": -1}])
def test_refused(wrong):
    with pytest.raises(InputError):
        QuantizerTraining(KINDS["plain"](), **{"updates": 10, **wrong})
