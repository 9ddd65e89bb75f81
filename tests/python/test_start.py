"""New models that start from earlier weights, against what the program's fine-tuning takes and reports."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
import torch
from conftest import Cohort, Runs
from safetensors.torch import save_file

import brainmvp
from brainmvp.checkpoints import TransferReport, read_checkpoint

CHANNELS = ("t2", "flair", "t1c")
SHORT = {"recipe": "tiny", "steps": 1, "threads": 1, "precision": "fp32"}
PRETRAININGS = {
    "plain": {"objective": "brainmvp"},
    "skips": {"objective": "brainmvp", "decoder": "skips"},
    "m3ae_skips": {"objective": "m3ae", "decoder": "skips"},
    "unet": {"objective": "brainmvp", "network": "unet"},
    "unet_skips": {"objective": "mae", "decoder": "skips", "network": "unet"},
    "resenc_skips": {"objective": "m3ae", "decoder": "skips", "network": "resenc_s"},
    "mednext_skips": {"objective": "mae", "decoder": "skips", "network": "mednext_s"},
}


def crop_of(network: str) -> int:
    return 16 if network.startswith("uniformer") else 32


def program_start(init: Path | str, channels: Sequence[str], network: str, cohort: Cohort, out: Path) -> Path:
    """A run that keeps the weights that it started from: a step at a learning rate of 0."""
    return brainmvp.finetune("segment", cohort.store, out, init=init, channels=channels, crop=crop_of(network), learning_rate=0.0, **SHORT)


def check_names(said: str, names: Collection[str]) -> None:
    """ "decoder.* (22), encoder.norm.bias" are these names."""
    parts = said.split(", ") if said else []
    covered = set()
    for part in parts:
        group = re.fullmatch(r"(.+\.)\* \((\d+)\)", part)
        found = {name for name in names if name.startswith(group[1])} if group else {part}
        assert not group or len(found) == int(group[2]), part
        covered |= found
    assert covered == set(names)


def check_report(report: TransferReport, text: str) -> None:
    """`text`: what the program said."""
    whole = re.search(r"(\d+) of the model's (\d+) tensors were loaded", text)
    assert whole is not None and int(whole[1]) == len(report.loaded)
    assert int(whole[2]) == sum(map(len, (report.loaded, report.adapted, report.missing, report.mismatched)))
    assert str(report).startswith(whole[0].replace("model", "network"))

    def said(title: str, names: Collection[str]) -> str:
        line = re.search(rf"^{re.escape(title)} \((\d+)\): (.*)$", text, re.M)
        assert (line is None) == (not names), title
        assert line is None or int(line[1]) == len(names), title
        return "" if line is None else line[2]

    check_names(said("loaded", report.loaded), report.loaded)
    check_names(said("not in the file, left as initialised", report.missing), report.missing)
    check_names(said("not used by the model", report.unused), report.unused)
    for title, details in (("adapted", report.adapted), ("do not fit, left as initialised", report.mismatched)):
        line = said(title, details)
        assert all(f"{name} ({what.replace('network', 'model')})" in line for name, what in details.items())


class Checker(NamedTuple):
    cohort: Cohort
    folder: Path
    said: pytest.CaptureFixture[str]


@pytest.fixture
def checker(cohort: Cohort, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Checker:
    return Checker(cohort, tmp_path, capfd)


def check_start(init: Path | str, channels: Sequence[str], checker: Checker) -> brainmvp.Segmenter:
    """What the program starts from is what Python starts from, and said of every tensor."""
    network = brainmvp.Encoder.from_pretrained(init, channels=channels).network
    checker.said.readouterr()
    run = program_start(init, channels, network, checker.cohort, checker.folder / "run")
    text = checker.said.readouterr().err
    weights = read_checkpoint(run / "checkpoints" / "last.pt").weights
    found = brainmvp.Segmenter.from_pretrained(init, channels, brainmvp.Segmenter.from_pretrained(run).outputs)
    assert found.encoder.channels == tuple(channels) and found.network == network and not found.training
    check_report(found.report, text)
    own = found.state_dict()
    assert own.keys() == weights.keys()
    parameters = {name for name, _ in found.named_parameters()}
    taken = parameters & {*found.report.loaded, *found.report.adapted}
    assert len(taken) > 10
    for name in taken:
        torch.testing.assert_close(own[name], weights[name], rtol=0, atol=0, msg=name)
    return found


@pytest.fixture(scope="session")
def pretrainings(cohort: Cohort) -> dict[str, Path]:
    return {
        name: brainmvp.pretrain(cohort.store, cohort.folder / name, crop=crop_of(str(options.get("network", "uniformer"))), **options, **SHORT)
        for name, options in PRETRAININGS.items()
    }


@pytest.mark.parametrize("name", PRETRAININGS)
def test_a_segmentation_starts_from_what_the_program_s_starts_from(
    name: str, pretrainings: dict[str, Path], checker: Checker
) -> None:
    found = check_start(pretrainings[name], CHANNELS, checker)
    decoder = [one for one in found.report.loaded if not one.startswith("encoder.")]
    assert bool(decoder) == name.endswith("skips")
    assert not any(one.startswith(brainmvp.NETWORKS[found.network].outputs) for one in decoder)


def test_it_starts_from_weights_that_come_with_the_program(checker: Checker) -> None:
    found = check_start("brainmvp-tiny-sim", CHANNELS, checker)
    assert any(name.startswith("decoder.") for name in found.report.loaded)
    assert found.report.adapted["encoder.patch_embed1.proj.weight"].startswith("channels t2, flair, t1c of flair, ")
    assert found.encoder.intensities == "unclipped"
    two = brainmvp.Segmenter.from_pretrained("brainmvp-tiny-sim", CHANNELS, 2)
    assert not two.report.mismatched and not two.report.missing  # its heads too, where the outputs are as many


def test_it_starts_from_a_fine_tuned_run(runs: Runs, checker: Checker) -> None:
    found = check_start(runs.segmentation, ("t1", "flair"), checker)
    assert not found.report.missing and not found.report.mismatched
    assert found.report.adapted["encoder.patch_embed1.proj.weight"].startswith("channels t1, flair of ")


def test_it_starts_from_a_saved_encoder(pretrainings: dict[str, Path], tmp_path: Path) -> None:
    encoder = brainmvp.Encoder.from_pretrained(pretrainings["m3ae_skips"])
    encoder.save_pretrained(tmp_path / "hub")
    found = brainmvp.Segmenter.from_pretrained(tmp_path / "hub", encoder.channels, 3)
    torch.testing.assert_close(found.encoder.state_dict(), encoder.state_dict(), rtol=0, atol=0)
    assert found.report.missing and all(not name.startswith("encoder.") for name in found.report.missing)


def test_classifiers_and_regressors_start_too(pretrainings: dict[str, Path]) -> None:
    for kind in (brainmvp.Classifier, brainmvp.Regressor):
        found = kind.from_pretrained(pretrainings["skips"], CHANNELS, 2)
        assert sorted(found.report.missing) == ["head.bias", "head.weight"] and found.outputs == 2
        assert found(torch.rand(1, 3, 32, 32, 32)).shape == (1, 2)


def test_a_channel_that_the_file_does_not_know_is_warned_of(pretrainings: dict[str, Path]) -> None:
    with pytest.warns(UserWarning, match="as initialised: swi") as found:
        brainmvp.Segmenter.from_pretrained(pretrainings["m3ae_skips"], ["t1", "swi"], 2)
    assert found[0].filename == __file__


def test_what_is_no_start_is_refused(pretrainings: dict[str, Path], tmp_path: Path) -> None:
    run = pretrainings["plain"]
    with pytest.raises(brainmvp.BadInput, match=r"no fine-tuned model.*channels=\[...\] and outputs=... for a new Segmenter"):
        brainmvp.Segmenter.from_pretrained(run)
    for one in ({"channels": ["t1"]}, {"outputs": 2}, {"network": "unet"}):
        with pytest.raises(brainmvp.UsageError, match="both"):
            brainmvp.Segmenter.from_pretrained(run, **one)
    with pytest.raises(brainmvp.UsageError, match="it is of uniformer_tiny, not of unet"):
        brainmvp.Segmenter.from_pretrained(run, ["t1"], 2, network="unet")
    for wrong in (["t1", "t1"], []):
        with pytest.raises(brainmvp.UsageError, match="different"):
            brainmvp.Segmenter.from_pretrained(run, wrong, 2)
    with pytest.raises(brainmvp.UsageError, match="output"):
        brainmvp.Segmenter.from_pretrained(run, ["t1"], 0)


def test_half_an_encoder_is_refused(tmp_path: Path) -> None:
    whole = {name: tensor.clone() for name, tensor in brainmvp.make_encoder("uniformer_tiny").state_dict().items()}
    part = {name: tensor for name, tensor in whole.items() if not name.startswith("blocks4.")}
    larger = {**whole, "blocks4.2.norm1.weight": torch.ones(192)}
    twice = {**whole, "encoder.norm.weight": torch.ones(32), "encoder.uniformer.norm.weight": torch.ones(32)}
    other = {name: tensor.clone() for name, tensor in brainmvp.make_encoder("uniformer_small").state_dict().items()}
    for weights, message in (
        (part, "a part of an encoder"),
        (larger, "a larger network"),
        (twice, "the same tensor"),
        (other, "another network"),
        ({"weight": torch.ones(3)}, "no encoder"),
    ):
        save_file(weights, tmp_path / "weights.safetensors")
        with pytest.raises(brainmvp.BadInput, match=message):
            brainmvp.Segmenter.from_pretrained(tmp_path / "weights.safetensors", ["t1"], 2, network="uniformer_tiny")
    save_file(whole, tmp_path / "weights.safetensors")
    found = brainmvp.Segmenter.from_pretrained(tmp_path / "weights.safetensors", ["t1"], 2, network="uniformer_tiny")
    torch.testing.assert_close(found.encoder.state_dict(), whole, rtol=0, atol=0)
