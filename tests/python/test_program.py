"""The program's commands from Python, from simulated heads to a table, and what Python reads of its runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nibabel
import numpy as np
import pandas as pd
import pytest
import torch
from conftest import Cohort, Runs
from safetensors.torch import load_file

import brainmvp


def test_an_encoder_of_a_pretraining(runs: Runs, tmp_path: Path) -> None:
    encoder = brainmvp.Encoder.from_pretrained(runs.pretraining, in_channels=4)
    assert list(encoder.report.adapted) == ["patch_embed1.proj.weight"]
    assert "rep_template" in encoder.report.unused and not encoder.report.missing
    plain = brainmvp.Encoder.from_pretrained(runs.pretraining)
    x = torch.rand(1, 1, 16, 32, 16)
    with torch.no_grad():
        for found, expected in zip(encoder(x.expand(-1, 4, -1, -1, -1)), plain(x)):
            torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
    encoder.save_pretrained(tmp_path / "hub")
    again = brainmvp.Encoder.from_pretrained(tmp_path / "hub")
    torch.testing.assert_close(again.state_dict(), encoder.state_dict(), rtol=0, atol=0)
    with pytest.raises(brainmvp.OutputError):
        encoder.save_pretrained(tmp_path / "hub")


def test_the_program_reads_what_python_saved(
    runs: Runs, cohort: Cohort, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    brainmvp.Encoder.from_pretrained(runs.pretraining).save_pretrained(tmp_path / "hub")
    init = tmp_path / "hub" / "model.safetensors"
    brainmvp.finetune(
        "segment", cohort.store, tmp_path / "run", init=init, network="uniformer_tiny", recipe="tiny", crop=16, steps=1
    )
    said = capfd.readouterr().err
    assert "192 of the model's 219 tensors were loaded" in said and "adapted (1): encoder.patch_embed1.proj.weight" in said


def test_a_segmenter_has_the_weights_of_its_run(runs: Runs, tmp_path: Path) -> None:
    model = brainmvp.Segmenter.from_pretrained(runs.segmentation)
    assert model.description is not None and not model.report.missing and not model.report.unused
    saved = load_file(_converted(runs.segmentation, tmp_path))
    torch.testing.assert_close(dict(model.state_dict()), {name: saved[name] for name in model.state_dict()}, rtol=0, atol=0)
    model.save_pretrained(tmp_path / "hub")
    again = brainmvp.Segmenter.from_pretrained(tmp_path / "hub")
    assert again.description is not None and again.description.as_config() == model.description.as_config()
    x = torch.rand(1, 4, 16, 16, 16)
    with torch.no_grad():
        torch.testing.assert_close(again.probabilities(x), model.probabilities(x), rtol=0, atol=0)


def _converted(run: Path, folder: Path) -> Path:
    out = folder / "weights.safetensors"
    subprocess.run([os.environ["BRAINMVP_PROGRAM"], "convert", str(run / "checkpoints" / "best.pt"), str(out)], check=True)
    return out


def test_predict_and_evaluate(runs: Runs, cohort: Cohort, tmp_path: Path) -> None:
    folder = cohort.folder / "raw" / "BraTS2021_Training_Data"
    file = sorted(folder.rglob("*_flair.nii.gz"))[0]
    by_path = brainmvp.predict({"flair": file}, runs.segmentation)
    assert by_path.filled == ("t1", "t1c", "t2") and set(by_path.probabilities) == {"WT", "TC", "ET"}
    image = nibabel.load(file)
    assert by_path.label.shape == image.shape
    np.testing.assert_allclose(by_path.label.affine, image.affine)
    values = np.asarray(image.dataobj)
    for given, affine in ((image, None), (values, image.affine), (torch.from_numpy(values.astype(np.float32)), image.affine)):
        again = brainmvp.predict({"flair": given}, runs.segmentation, affine)
        np.testing.assert_array_equal(np.asarray(again.label.dataobj), np.asarray(by_path.label.dataobj))
    nibabel.save(by_path.label, tmp_path / "case.nii.gz")
    table = brainmvp.evaluate(tmp_path / "case.nii.gz", tmp_path / "case.nii.gz", labels=["1", "2"], bootstrap=10)
    assert len(table) == 2 and "dice" in table.columns
    assert len(table.summary) > 0


def test_templates_and_embeddings(runs: Runs, cohort: Cohort) -> None:
    learned = brainmvp.templates(runs.pretraining)
    assert {"flair", "t1", "t1c", "t2"} <= set(learned)
    assert all(template.ndim == 3 and 0 <= template.min() <= template.max() <= 1 for template in learned.values())
    assert learned.spacing_mm == 5
    data = brainmvp.Dataset(cohort.store, crop=16, fill="template", templates=learned, intensities="clipped")
    encoder = brainmvp.Encoder.from_pretrained(runs.pretraining, channels=data.channels)
    table = brainmvp.embed(encoder.train(), data)
    assert list(table.index) == list(cohort.store) and table.shape == (3, encoder.widths[-1]) and encoder.training
    pd.testing.assert_frame_equal(brainmvp.embed(encoder, data), table)  # of no drawn crop
    study = data.studies[1]
    start = tuple((side - 16) // 2 for side in study.shape)
    middle = np.stack([study[name].crop(start, (16, 16, 16), "clipped") if name in study else data.middle(1)["image"][i] for i, name in enumerate(data.channels)])
    with torch.no_grad():
        expected = encoder.eval().pooled(torch.from_numpy(middle)[None])[0].numpy()
    np.testing.assert_allclose(table.loc[study.id], expected, rtol=1e-5, atol=1e-6)
    rounded = brainmvp.embed(encoder.to(torch.bfloat16), data)
    np.testing.assert_allclose(rounded, table, atol=0.1 * table.abs().to_numpy().max())
    turned = brainmvp.Dataset(cohort.store, crop=16, channels=data.channels[::-1])
    with pytest.raises(brainmvp.UsageError, match="channels=encoder.channels"):
        brainmvp.embed(encoder, turned)
    with pytest.warns(UserWarning, match="trained on clipped"):
        brainmvp.embed(encoder, brainmvp.Dataset(cohort.store, crop=16))
    torch.nn.init.zeros_(encoder.get_parameter("norm.weight"))
    torch.nn.init.zeros_(encoder.get_parameter("norm.bias"))
    with pytest.warns(UserWarning, match="the same for all studies"):
        brainmvp.embed(encoder, data)
    learned.spacing_mm = 2
    with pytest.raises(brainmvp.UsageError, match="2 mm.*5 mm"):
        brainmvp.Dataset(cohort.store, fill="template", templates=learned)


def test_errors_are_those_of_the_exit_codes(runs: Runs, cohort: Cohort, tmp_path: Path) -> None:
    with pytest.raises(brainmvp.UsageError, match="recipe"):
        brainmvp.pretrain(cohort.store, tmp_path / "a", recipe="unknown")
    (tmp_path / "empty").mkdir()
    with pytest.raises(brainmvp.NothingFound):
        brainmvp.index(tmp_path / "empty", tmp_path / "studies.json")
    with pytest.raises(brainmvp.BadInput):
        brainmvp.prepare(tmp_path / "missing.json", tmp_path / "store")
    with pytest.raises(brainmvp.OutputError):
        brainmvp.pretrain(cohort.store, runs.pretraining, recipe="tiny")
    with pytest.raises(brainmvp.UsageError, match="affine"):
        brainmvp.predict({"t1": np.zeros((4, 4, 4))}, runs.segmentation)
    with pytest.raises(brainmvp.BadInput, match="no fine-tuned model"):
        brainmvp.Segmenter.from_pretrained(runs.pretraining)
    with pytest.raises(brainmvp.BadInput, match="task"):
        brainmvp.Classifier.from_pretrained(runs.segmentation)
    (tmp_path / "text.pt").write_text("no checkpoint")
    with pytest.raises(brainmvp.BadInput, match="text.pt"):
        brainmvp.Encoder.from_pretrained(tmp_path / "text.pt")
    with pytest.raises(brainmvp.BadInput, match="nothing is downloaded"):
        brainmvp.Encoder.from_pretrained("someone/encoder")


def test_messages_need_no_stderr(cohort: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert len(brainmvp.prepare(cohort.studies, tmp_path / "store", spacing=8)) == 3
    with pytest.raises(brainmvp.BadInput, match="missing.json"):
        brainmvp.prepare(tmp_path / "missing.json", tmp_path / "other")


def test_ctrl_c_is_passed_on(cohort: Cohort, tmp_path: Path) -> None:
    script = (
        "import signal, sys, brainmvp\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # which a shell's background jobs ignore
        "try:\n"
        "    brainmvp.pretrain(sys.argv[1], sys.argv[2], recipe='tiny', crop=16, steps=100000)\n"
        "except KeyboardInterrupt:\n"
        "    sys.exit(42)\n"
    )
    run = tmp_path / "run"
    with subprocess.Popen([sys.executable, "-c", script, str(cohort.store.folder), str(run)]) as process:
        metrics = run / "metrics.jsonl"
        while process.poll() is None and not (metrics.is_file() and metrics.stat().st_size):
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait() == 42
    assert (run / "checkpoints" / "last.pt").is_file()
