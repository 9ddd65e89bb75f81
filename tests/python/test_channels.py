"""Encoders of several input channels, taken by the names of the modalities, against what the program's fine-tuning makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from conftest import Cohort, Runs
from safetensors.torch import save_file

import brainmvp
from brainmvp.checkpoints import Checkpoint, InputChannels, read_checkpoint, transfer
from brainmvp.process import run_program

STEM = "patch_embed1.proj.weight"
ORDER = ("t2", "flair", "t1c")


@pytest.fixture(scope="session")
def together(cohort: Cohort) -> Path:
    """A pre-training that was given all four modalities at once."""
    return brainmvp.pretrain(cohort.store, cohort.folder / "m3ae", objective="m3ae", recipe="tiny", crop=16, steps=1, threads=1)


def started(init: Path, channels: Sequence[str], cohort: Cohort, out: Path) -> Checkpoint:
    """What the program starts from: a step at a learning rate of 0 changes no weight."""
    options = {"recipe": "tiny", "crop": 16, "steps": 1, "learning_rate": 0.0, "precision": "fp32", "threads": 1}
    run = brainmvp.finetune("segment", cohort.store, out, init=init, channels=channels, **options)
    return read_checkpoint(run / "checkpoints" / "last.pt")


def check_weights(encoder: brainmvp.Encoder, of_program: Checkpoint) -> None:
    for name, tensor in encoder.named_parameters():
        torch.testing.assert_close(tensor.detach(), of_program.weights[f"encoder.{name}"], rtol=0, atol=0)


def test_named_channels_are_the_program_s(together: Path, cohort: Cohort, tmp_path: Path) -> None:
    of_file = brainmvp.Encoder.from_pretrained(together)
    assert sorted(of_file.channels) == ["flair", "t1", "t1c", "t2"] and of_file.in_channels == 4 and not of_file.report.assumed
    encoder = brainmvp.Encoder.from_pretrained(together, channels=ORDER)
    assert encoder.channels == ORDER and encoder.in_channels == 3
    assert encoder.report.adapted[STEM] == f"channels t2, flair, t1c of {', '.join(of_file.channels)}"
    check_weights(encoder, started(together, ORDER, cohort, tmp_path / "run"))
    swapped = brainmvp.Encoder.from_pretrained(tmp_path / "run", channels=["flair", "t2"])
    taken = encoder.state_dict()[STEM][:, [1, 0]]
    torch.testing.assert_close(swapped.state_dict()[STEM], taken, rtol=0, atol=0)


def test_names_survive_saving_and_converting(together: Path, cohort: Cohort, tmp_path: Path) -> None:
    brainmvp.Encoder.from_pretrained(together, channels=ORDER).save_pretrained(tmp_path / "hub")
    run_program(["convert", together / "checkpoints" / "last.pt", tmp_path / "converted.safetensors"])
    converted = brainmvp.Encoder.from_pretrained(tmp_path / "converted.safetensors")
    assert converted.channels == brainmvp.Encoder.from_pretrained(together).channels
    turned = ORDER[::-1]
    encoder = brainmvp.Encoder.from_pretrained(tmp_path / "hub", channels=turned)
    check_weights(encoder, started(tmp_path / "hub" / "model.safetensors", turned, cohort, tmp_path / "run"))


def test_a_channel_that_the_file_does_not_know_stays_as_drawn(together: Path) -> None:
    with pytest.warns(UserWarning, match="not pre-trained: swi"):
        encoder = brainmvp.Encoder.from_pretrained(together, channels=["swi", "t1"])
    assert encoder.report.adapted[STEM].endswith("as initialised: swi")
    known = brainmvp.Encoder.from_pretrained(together, channels=["t1"])
    stems = encoder.state_dict()[STEM], known.state_dict()[STEM]
    torch.testing.assert_close(stems[0][:, 1:], stems[1], rtol=0, atol=0)
    assert stems[0][:, 0].abs().max() > 0 and not torch.equal(stems[0][:, 0], stems[0][:, 1])


def test_what_is_assumed_is_said(together: Path, runs: Runs, tmp_path: Path) -> None:
    four = brainmvp.Encoder.from_pretrained(together, in_channels=4)
    assert "in its order: " + ", ".join(four.channels) in str(four.report)
    one = brainmvp.Encoder.from_pretrained(runs.pretraining, channels=ORDER)
    assert one.channels == ORDER and "divided by 3" in one.report.adapted[STEM] and not one.report.assumed
    save_file({name: tensor.clone() for name, tensor in four.state_dict().items()}, tmp_path / "bare.safetensors")
    bare = brainmvp.Encoder.from_pretrained(tmp_path / "bare.safetensors", network=four.network, channels=["a", "b", "c", "d"])
    assert "does not name them, are a, b, c, d" in str(bare.report)
    torch.testing.assert_close(bare.state_dict(), four.state_dict(), rtol=0, atol=0)
    with pytest.raises(brainmvp.UsageError, match="pass 4 channels"):
        brainmvp.Encoder.from_pretrained(tmp_path / "bare.safetensors", network=four.network, channels=ORDER)


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"in_channels": 3}, "channels="),
        ({"channels": ["T1w", "FLAIR"]}, "knows none"),
        ({"channels": ["t1", "t1"]}, "different"),
        ({"channels": []}, "none"),
        ({"channels": ["t1"], "in_channels": 2}, "2 different"),
        ({"in_channels": 0}, "channel"),
    ],
)
def test_wrong_channels_are_refused(together: Path, wrong: dict[str, object], message: str) -> None:
    with pytest.raises(brainmvp.UsageError, match=message):
        brainmvp.Encoder.from_pretrained(together, **wrong)


@pytest.mark.parametrize("network", ["uniformer_tiny", "unet", "resenc_s", "mednext_s"])
def test_every_family_s_stem_takes_channels(network: str) -> None:
    stem = brainmvp.NETWORKS[network].stem
    source, target = brainmvp.make_encoder(network, 2), brainmvp.make_encoder(network, 3)
    drawn = target.state_dict()[stem][:, 1].clone()
    report = transfer(source.state_dict(), target, InputChannels(("a", "b"), ("b", "c", "a")))
    assert list(report.adapted) == [stem] and not report.missing and not report.mismatched
    expected = torch.stack([source.state_dict()[stem][:, 1], drawn, source.state_dict()[stem][:, 0]], 1)
    torch.testing.assert_close(target.state_dict()[stem], expected, rtol=0, atol=0)


def test_weights_that_come_with_the_program_are_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = brainmvp.Encoder.from_pretrained("brainmvp-tiny-sim", channels=["t2", "flair"])
    assert encoder.channels == ("t2", "flair") and not encoder.report.missing
    assert next(encoder.parameters()).dtype == torch.float32
    with pytest.raises(brainmvp.BadInput, match="weights that come with the program: brainmvp-tiny-sim"):
        brainmvp.Encoder.from_pretrained("brainmvp-tiny")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "brainmvp-tiny-sim").mkdir()
    with pytest.raises(brainmvp.UsageError, match=r"write \./brainmvp-tiny-sim"):
        brainmvp.Encoder.from_pretrained("brainmvp-tiny-sim")
    monkeypatch.delenv("BRAINMVP_PROGRAM")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(brainmvp.BadInput, match="name their folder$"):
        brainmvp.Encoder.from_pretrained("elsewhere")
