"""Exported models in other software against the program: logits of a window, and label maps of studies."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
import torch
from conftest import Cohort, Runs
from monai.inferers import sliding_window_inference
from safetensors.torch import load_file, save_file

import brainmvp
from brainmvp.export.nnunet import adaptation_plan
from brainmvp.painting import Painting, painting_of

Network = Callable[[torch.Tensor], torch.Tensor]
TIE = 1e-4  # probabilities so near to the threshold may fall on either side


@pytest.fixture(scope="session")
def exported(runs: Runs, cohort: Cohort) -> Callable[[str], Path]:
    def folder(format: str) -> Path:
        out = cohort.folder / f"export_{format}"
        return out if out.exists() else brainmvp.export(runs.segmentation, out, format)

    return folder


def onnxruntime_network(folder: Path) -> Network:
    import onnxruntime

    session = onnxruntime.InferenceSession(folder / "model.onnx")
    return lambda image: torch.from_numpy(session.run(["logits"], {"image": image.numpy()})[0])


def openvino_network(folder: Path) -> Network:
    import openvino

    # In single precision also where the processor has bf16.
    compiled = openvino.Core().compile_model(folder / "model.onnx", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return lambda image: torch.from_numpy(compiled({"image": image.numpy()})["logits"])


def pt2_network(folder: Path) -> Network:
    return torch.export.load(folder / "model.pt2").module()


def hub_network(folder: Path) -> Network:
    return brainmvp.Segmenter.from_pretrained(folder)


def monai_network(folder: Path) -> Network:
    from monai.bundle import ConfigParser

    parser = ConfigParser()
    parser.read_config(folder / "configs" / "inference.json")
    network = parser.get_parsed_content("network_def")
    network.load_state_dict(torch.load(folder / "models" / "model.pt", weights_only=True))
    return network.eval()


SOFTWARE: dict[str, tuple[str, Callable[[Path], Network]]] = {
    "onnxruntime": ("onnx", onnxruntime_network),
    "openvino": ("onnx", openvino_network),
    "pt2": ("pt2", pt2_network),
    "hub": ("hub", hub_network),
    "monai": ("monai", monai_network),
}


@pytest.fixture(scope="session")
def window(runs: Runs, cohort: Cohort) -> tuple[torch.Tensor, torch.Tensor]:
    """An input, and the program's logits of it."""
    image = 2 * torch.rand(1, 4, 16, 16, 16) - 0.5
    save_file({"image": image}, cohort.folder / "window.safetensors")
    out = cohort.folder / "logits.safetensors"
    subprocess.run([os.environ["BRAINMVP_LOGITS_OF"], runs.segmentation, cohort.folder / "window.safetensors", out], check=True)
    return image, load_file(out)["logits"]


@pytest.mark.parametrize("software", SOFTWARE)
def test_logits_are_the_program_s(software: str, exported: Callable[[str], Path], window: tuple[torch.Tensor, torch.Tensor]) -> None:
    format, network = SOFTWARE[software]
    image, expected = window
    with torch.no_grad():
        logits = network(exported(format))(image)
    torch.testing.assert_close(logits, expected, atol=1e-4, rtol=0)


class Whole:
    """A study whose label map the program made."""

    def __init__(self, runs: Runs, cohort: Cohort) -> None:
        rows = json.loads(cohort.studies.read_text())
        row = next(row for rows in rows.values() if isinstance(rows, list) for row in rows if len(row["modality"]) == 4)
        self.study = cohort.store[row["id"]]
        self.files = {name: cohort.folder / file for name, file in zip(row["modality"], row["image"])}
        self.prediction = brainmvp.predict(self.files, runs.segmentation, precision="fp32", threads=1)

    def prepared(self, image: nibabel.Nifti1Image) -> np.ndarray:
        """An image of the native grid on the grid of the store, which is a box of it in RAS order."""
        ras = nibabel.as_closest_canonical(image)
        start = np.rint(np.linalg.solve(ras.affine, self.study.affine)[:3, 3]).astype(int)
        return np.asarray(ras.dataobj)[tuple(slice(a, a + n) for a, n in zip(start, self.study.shape))]

    def undecided(self) -> np.ndarray:
        """Voxels with a probability at its threshold."""
        maps = [self.prepared(image) for image in self.prediction.probabilities.values()]
        return np.any([np.abs(values - 0.5) < TIE for values in maps], axis=0)


@pytest.fixture(scope="session")
def whole(runs: Runs, cohort: Cohort) -> Whole:
    return Whole(runs, cohort)


@pytest.mark.parametrize("software", ["onnxruntime", "pt2", "hub"])
def test_label_maps_are_the_program_s(software: str, exported: Callable[[str], Path], whole: Whole, cohort: Cohort) -> None:
    format, make = SOFTWARE[software]
    record = json.loads((exported(format) / "brainmvp.json").read_text())
    network, blending = make(exported(format)), record["blending"]
    data = brainmvp.Dataset(cohort.store, crop=None, channels=record["input"]["channels"])
    number = [study.id for study in data.studies].index(whole.study.id)
    with torch.no_grad():
        probabilities = sliding_window_inference(
            data[number]["image"][None],
            tuple(blending["window"]),
            1,
            lambda x: torch.sigmoid(network(x)),
            overlap=blending["overlap"],
            mode="gaussian",
            sigma_scale=blending["sigma_of_window"],
        )[0]
    painting = Painting(**record["painting"])
    label = painting.paint(probabilities)[0].numpy()
    expected = whole.prepared(whole.prediction.label)
    assert len(np.unique(expected)) > 1
    # The store rounds to 1/4681, which `predict` does not: see TIE.
    np.testing.assert_array_equal(label[~whole.undecided()], expected[~whole.undecided()])
    assert whole.undecided().mean() < 0.02


@pytest.fixture(scope="session")
def onnx_segment() -> str:
    program = os.environ.get("BRAINMVP_ONNX_SEGMENT")
    if not program:
        assert "CI" not in os.environ, "onnx_segment was not built: are OpenVINO's headers there?"
        pytest.skip("onnx_segment is built where OpenVINO's or onnxruntime's headers are")
    return program


@pytest.mark.parametrize("missing", [(), ("t1",)])
def test_the_example_in_cpp_gives_the_program_s_label_map(
    missing: tuple[str, ...], onnx_segment: str, exported: Callable[[str], Path], whole: Whole, runs: Runs, tmp_path: Path
) -> None:
    files = {name: file for name, file in whole.files.items() if name not in missing}
    expected = whole.prediction if not missing else brainmvp.predict(files, runs.segmentation, precision="fp32", threads=1)
    assert expected.filled == missing
    images = [f"{name}={file}" for name, file in files.items()]
    command = [onnx_segment, exported("onnx"), tmp_path / "label.nii.gz"]
    subprocess.run([*command, *images], check=True)
    found = nibabel.load(tmp_path / "label.nii.gz")
    np.testing.assert_allclose(found.affine, expected.label.affine)
    near = [np.abs(np.asarray(image.dataobj) - 0.5) < 1e-5 for image in expected.probabilities.values()]
    decided = ~np.any(near, axis=0)
    assert decided.mean() > 0.99
    np.testing.assert_array_equal(np.asarray(found.dataobj)[decided], np.asarray(expected.label.dataobj)[decided])
    refused = subprocess.run([*command, "pet=x.nii"], capture_output=True, text=True, check=False)
    assert refused.returncode == 2 and "pet=x.nii" in refused.stderr


def test_a_bundle_is_what_monai_accepts(exported: Callable[[str], Path], whole: Whole, tmp_path: Path) -> None:
    from monai import bundle

    meta, config = (str(exported("monai") / "configs" / f"{name}.json") for name in ("metadata", "inference"))
    # The form that MONAI's schema asks for; a file that is there is not downloaded.
    tensor = {"type": "object", "required": ["type", "format", "num_channels", "spatial_shape", "dtype", "value_range"]}
    tensors = {"type": "object", "minProperties": 1, "additionalProperties": tensor}
    schema = {
        "type": "object",
        "required": ["schema", "version", "monai_version", "pytorch_version", "numpy_version", "required_packages_version"]
        + ["task", "description", "authors", "copyright", "network_data_format"],
        "properties": {
            "network_data_format": {"required": ["inputs", "outputs"], "properties": {"inputs": tensors, "outputs": tensors}}
        },
    }
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    bundle.verify_metadata(meta_file=meta, filepath=tmp_path / "schema.json")
    bundle.verify_net_in_out(net_id="network_def", meta_file=meta, config_file=config, device="cpu")
    for name, file in whole.files.items():
        (tmp_path / "data" / whole.study.id).mkdir(parents=True, exist_ok=True)
        shutil.copy(file, tmp_path / "data" / whole.study.id / f"{name}.nii.gz")
    bundle.run(
        config_file=config,
        bundle_root=str(exported("monai")),
        dataset_dir=str(tmp_path / "data"),
        output_dir=str(tmp_path / "out"),
    )
    (file,) = (tmp_path / "out" / whole.study.id).glob("*_label.nii.gz")
    label = nibabel.load(file)
    assert label.shape == whole.prediction.label.shape
    np.testing.assert_allclose(label.affine, whole.prediction.label.affine)
    found, expected = whole.prepared(label), whole.prepared(whole.prediction.label)
    np.testing.assert_array_equal(found[~whole.undecided()], expected[~whole.undecided()])


def test_nnunet_s_network_takes_the_weights(runs: Runs, tmp_path: Path) -> None:
    from dynamic_network_architectures.architectures.unet import ResidualEncoderUNet

    command = [os.environ["BRAINMVP_NETWORK_VALUES"], "resenc_l", "3", "3", "64,64,64", str(tmp_path)]
    subprocess.run(command, check=True)
    values = load_file(tmp_path / "values.safetensors")
    with torch.device("meta"):
        model = brainmvp.make_segmenter("resenc_l", 3, 3)
    model.load_state_dict(load_file(tmp_path / "weights.safetensors"), assign=True)
    described = brainmvp.Segmenter.from_pretrained(runs.segmentation).description
    assert described is not None
    model.description = dataclasses.replace(
        described,
        network="resenc_l",
        channels=described.channels[:3],
        templates=described.templates[:3],
        has_template=described.has_template[:3],
        window=(64, 64, 96),
    )
    model.save_pretrained(tmp_path / "hub")
    checkpoint = torch.load(brainmvp.export(tmp_path / "hub", tmp_path / "out", "nnunet") / "checkpoint_final.pth", weights_only=True)
    plan = checkpoint["nnssl_adaptation_plan"]
    assert plan == adaptation_plan(3, (96, 64, 64), 5.0)
    kwargs = dict(plan["architecture_plans"]["arch_kwargs"])
    for name in plan["architecture_plans"]["arch_kwargs_requiring_import"]:
        kwargs[name] = _imported(kwargs[name])
    with torch.device("meta"):  # its start of the weights takes long, and is replaced
        network = ResidualEncoderUNet(input_channels=3, num_classes=3, **kwargs).eval()
    network.load_state_dict(checkpoint["network_weights"], assign=True)
    with torch.no_grad():
        logits = network(values["input"].permute(0, 1, 4, 3, 2)).permute(0, 1, 4, 3, 2)
    scale = values["evaluated"].abs().max().item()
    torch.testing.assert_close(logits, values["evaluated"], atol=1e-4 * scale, rtol=0)


def _imported(name: str | None) -> object:
    if name is None:
        return None
    module, _, attribute = name.rpartition(".")
    return getattr(__import__(module, fromlist=[attribute]), attribute)


def test_refusals_are_named_and_leave_nothing(runs: Runs, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(brainmvp.UsageError, match="did you mean onnx"):
        brainmvp.export(runs.segmentation, out, "onx")
    for format in ("onnx", "pt2", "hub", "monai"):
        with pytest.raises(brainmvp.BadInput, match="no fine-tuned model"):
            brainmvp.export(runs.pretraining, out, format)
    with pytest.raises(brainmvp.BadInput, match="uniformer_tiny.*resenc_l"):
        brainmvp.export(runs.segmentation, out, "nnunet")
    with pytest.raises(brainmvp.BadInput):
        brainmvp.export(tmp_path / "missing", out, "hub")
    assert list(tmp_path.iterdir()) == []
    out.mkdir()
    with pytest.raises(brainmvp.OutputError, match="exists"):
        brainmvp.export(runs.segmentation, out, "hub")


def test_the_program_calls_the_package(runs: Runs, tmp_path: Path) -> None:
    def call(format: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
        command = [os.environ["BRAINMVP_PROGRAM"], "export", runs.segmentation, "-o", tmp_path / "out", "--format", format]
        environment = os.environ | {"BRAINMVP_PYTHON": python}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert call("onx").returncode == 2
    without = call("hub", "/bin/false")
    assert without.returncode == 2 and "pip install" in without.stderr and "/bin/false" in without.stderr
    assert call("hub", str(tmp_path / "no_python")).returncode == 2
    done = call("hub")
    assert done.returncode == 0, done.stderr
    assert brainmvp.Segmenter.from_pretrained(tmp_path / "out").network == "uniformer_tiny"
    again = call("hub")
    assert again.returncode == 5 and "exists" in again.stderr


@pytest.mark.parametrize(
    "regions, order, expected",
    [
        ({"WT": (1, 2, 4), "TC": (1, 4), "ET": (4,)}, (), [0, 2, 1, 4, 4]),
        ({"ET": (4,), "WT": (1, 2, 4), "TC": (1, 4)}, (), [0, 2, 1, 4, 4]),
        ({"A": (1, 2), "B": (2,)}, (7, 8), [0, 7, 8, 8, 8]),
    ],
)
def test_regions_are_painted_as_by_the_program(
    runs: Runs, regions: dict[str, tuple[int, ...]], order: tuple[int, ...], expected: list[int]
) -> None:
    described = brainmvp.Segmenter.from_pretrained(runs.segmentation).description
    assert described is not None
    painting = painting_of(dataclasses.replace(described, regions=regions, region_order=order))
    # Voxels in no region, and in the 1, 2, ... largest ones; the last in the smallest only.
    names = sorted(regions, key=lambda name: -len(regions[name]))
    inside = [names[:count] for count in range(len(names) + 1)] + [names[-1:]] * (4 - len(names))
    probabilities = torch.tensor([[0.9 if name in voxel else 0.1 for voxel in inside] for name in regions])
    assert painting.paint(probabilities[:, :, None, None])[0].flatten().tolist() == expected


def test_order_and_ignored_label_survive_the_hub(runs: Runs, tmp_path: Path) -> None:
    model = brainmvp.Segmenter.from_pretrained(runs.segmentation)
    assert model.description is not None and model.description.ignore is None
    model.description = dataclasses.replace(model.description, region_order=(3, 2, 1), ignore=9)
    model.save_pretrained(tmp_path / "hub")
    again = brainmvp.Segmenter.from_pretrained(tmp_path / "hub").description
    assert again is not None and again.region_order == (3, 2, 1) and again.ignore == 9
    assert painting_of(again) == Painting(False, (3, 2, 1), (0, 1, 2))


def test_classifications_and_regressions_see_whole_volumes(runs: Runs, tmp_path: Path) -> None:
    described = brainmvp.Segmenter.from_pretrained(runs.segmentation).description
    assert described is not None
    common = dataclasses.replace(described, labels={}, regions={}, window=(32, 32, 16))
    classifier = brainmvp.Classifier("uniformer_tiny", 4, 2).eval()
    classifier.description = dataclasses.replace(common, task="classify", classes=("a", "b"))
    classifier.save_pretrained(tmp_path / "classifier")
    out = brainmvp.export(tmp_path / "classifier", tmp_path / "pt2", "pt2")
    image = torch.rand(1, 4, 32, 32, 16)
    with torch.no_grad():
        torch.testing.assert_close(pt2_network(out)(image), classifier(image), atol=1e-5, rtol=0)
    record = json.loads((out / "brainmvp.json").read_text())
    assert record["classes"] == ["a", "b"] and record["sizing"] == described.sizing and "blending" not in record
    assert record["output"] == {"name": "logits", "shape": [1, 2], "outputs": ["a", "b"], "activation": "softmax"}
    with pytest.raises(brainmvp.BadInput, match="task is classify"):
        brainmvp.export(tmp_path / "classifier", tmp_path / "bundle", "monai")
    regressor = brainmvp.Regressor("uniformer_tiny", 4, 1).eval()
    regressor.description = dataclasses.replace(common, task="regress", targets={"age": (40.0, 10.0)})
    regressor.save_pretrained(tmp_path / "regressor")
    record = json.loads((brainmvp.export(tmp_path / "regressor", tmp_path / "hub", "hub") / "brainmvp.json").read_text())
    assert record["targets"] == {"age": {"mean": 40.0, "deviation": 10.0}} and record["output"]["activation"] == "none"
