"""The program's commands as functions. `options` are those of the command line: `steps=100` is `--steps 100`.

True stands for a switch; a list or a tuple gives several values (`labels=["ET", "NCR"]`, `percentiles=(5, 95)`); None leaves an option out.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Union

import nibabel
import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from brainmvp.checkpoints import PathLike
from brainmvp.dataset import Dataset
from brainmvp.errors import BadInput, UsageError
from brainmvp.networks import Encoder
from brainmvp.process import run_program
from brainmvp.store import Store

Option = Union[str, int, float, bool, Path, Sequence[Union[str, int, float, Path]], None]
Image = Union[str, Path, "nibabel.spatialimages.SpatialImage", npt.NDArray[Any], torch.Tensor]


def _words(options: Mapping[str, Option]) -> list[str]:
    words: list[str] = []
    for name, value in options.items():
        if value is None or value is False:
            continue
        flag = "--" + name.replace("_", "-")
        if value is True:
            words.append(flag)
        elif isinstance(value, (list, tuple)) and all(isinstance(item, (str, Path)) for item in value):
            words += [word for item in value for word in (flag, str(item))]
        else:
            words += [flag, *(str(item) for item in (value if isinstance(value, (list, tuple)) else [value]))]
    return words


def simulate(out: PathLike, **options: Option) -> Path:
    """Makes a cohort of heads (`studies=8`, `layout="bids"`, ...); gives the folder."""
    run_program(["simulate", "-o", str(out), *_words(options)])
    return Path(out)


def index(folder: PathLike | Sequence[PathLike], out: PathLike, **options: Option) -> pd.DataFrame:
    """Finds the studies below a folder, or several, and writes the studies file `out`.

    Gives a row a study and list: the entries of the file, and `list`. Raises `NothingFound` when there are none.
    """
    folders = [folder] if isinstance(folder, (str, Path)) else list(folder)
    run_program(["index", *map(str, folders), "-o", str(out), *_words(options)])
    content = json.loads(Path(out).read_text(encoding="utf-8"))
    lists = {name: rows for name in ("training", "validation", "test") if isinstance(rows := content.get(name), list)}
    return pd.DataFrame([{"list": name, **row} for name, rows in lists.items() for row in rows])


def prepare(studies: PathLike, out: PathLike, **options: Option) -> Store:
    """Prepares the studies of a studies file (`spacing=1.0`, `compress=True`, ...) into a store."""
    run_program(["prepare", str(studies), "-o", str(out), *_words(options)])
    return Store(out)


def register(studies: PathLike, out: PathLike, **options: Option) -> Path:
    """Aligns the images of each study to one of them; gives the folder, which holds a studies.json."""
    run_program(["register", str(studies), "-o", str(out), *_words(options)])
    return Path(out)


def pretrain(store: Store | PathLike, out: PathLike, **options: Option) -> Path:
    """Pre-trains a network and templates; gives the run folder. Ctrl-C writes a checkpoint, `resume=True` goes on."""
    run_program(["pretrain", _folder(store), "-o", str(out), *_words(options)])
    return Path(out)


def finetune(task: str, store: Store | PathLike, out: PathLike, init: PathLike = "scratch", **options: Option) -> Path:
    """Trains a model; `task`: segment, classify or regress; `init`: a run, a checkpoint or scratch. Gives the run folder."""
    if task not in ("segment", "classify", "regress"):
        raise UsageError(f"task is {task!r}; expected segment, classify or regress")
    run_program(["finetune", task, _folder(store), "-o", str(out), "--init", str(init), *_words(options)])
    return Path(out)


def templates(run: PathLike) -> dict[str, npt.NDArray[np.float32]]:
    """The learned templates of a pre-training run or its checkpoint, [H, W, D] by modality, from 0 to 1."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "templates"
        run_program(["templates", str(run), "-o", str(folder), "--quiet"])
        return {
            file.name[: -len(".nii.gz")]: np.asarray(nibabel.load(file).dataobj, np.float32)  # type: ignore[attr-defined]
            for file in sorted(folder.glob("*.nii.gz"))
        }


@dataclass(frozen=True)
class Prediction:
    """What a segmentation gives for a study."""

    label: nibabel.Nifti1Image
    """The label map on the grid of the reference image."""
    probabilities: dict[str, nibabel.Nifti1Image] = field(default_factory=dict)
    """By region or label."""
    filled: tuple[str, ...] = ()
    """Modalities that were missing, filled by a template or zeros."""
    details: dict[str, Any] = field(default_factory=dict)
    """The sidecar of the label map: models, inputs, options, channels."""


class Evaluation(pd.DataFrame):
    """A row a case and region, a column a metric; `summary` has their means and intervals."""

    _metadata = ["summary"]
    summary: pd.DataFrame


def predict(
    images: Mapping[str, Image],
    run: PathLike | Sequence[PathLike],
    affine: npt.NDArray[np.float64] | None = None,
    **options: Option,
) -> Prediction:
    """Segments one study. `images`: by modality a file, an image of nibabel, or an array or tensor [H, W, D].

    `affine`: [4, 4], voxel indices to RAS+ mm of the arrays and tensors, which have none of their own. `run`: a run of `finetune
    segment`; several are an ensemble. Raises `UsageError` for an array without an affine, `BadInput` for images that do not fit.
    """
    runs = [run] if isinstance(run, (str, Path)) else list(run)
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary) / "out"
        files = {name: _as_file(image, affine, Path(temporary) / f"{name}.nii") for name, image in images.items()}
        if not files:
            raise UsageError("images is empty; expected at least one modality of the model")
        named = [word for name, file in files.items() for word in ("--modality", f"{name}={file}")]
        words = [*map(str, runs), *map(str, files.values()), *named, "-o", str(out), "--probabilities"]
        run_program(["predict", *words, *_words(options)])
        return _prediction_in(out)


def evaluate(predictions: PathLike | Sequence[PathLike], reference: PathLike, **options: Option) -> Evaluation:
    """Compares predictions with references: a row a case and region, a column a metric; `.summary`: means and intervals."""
    several = [predictions] if isinstance(predictions, (str, Path)) else list(predictions)
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary) / "evaluation.tsv"
        run_program(["evaluate", *map(str, several), "--reference", str(reference), "-o", str(out), *_words(options)])
        table = Evaluation(pd.read_csv(out, sep="\t"))
        table.summary = pd.read_csv(out.with_suffix(".summary.tsv"), sep="\t")
        return table


def _as_file(image: Image, affine: npt.NDArray[np.float64] | None, file: Path) -> Path:
    if isinstance(image, (str, Path)):
        return Path(image)
    if isinstance(image, nibabel.spatialimages.SpatialImage):
        nibabel.save(image, file)
        return file
    values = image.detach().cpu().float().numpy() if isinstance(image, torch.Tensor) else np.asarray(image, np.float32)
    if values.ndim != 3:
        raise UsageError(f"{file.stem}: expected [H, W, D], found {list(values.shape)}")
    if affine is None:
        raise UsageError(f"{file.stem}: an array has no affine; pass affine=, [4, 4] from voxel indices to RAS+ mm")
    nibabel.save(nibabel.Nifti1Image(values, affine), file)  # type: ignore[no-untyped-call]
    return file


def _read(file: Path) -> nibabel.Nifti1Image:
    """In memory, since the file is about to go."""
    image = nibabel.Nifti1Image.from_filename(file)
    return nibabel.Nifti1Image(np.asanyarray(image.dataobj), image.affine, image.header)  # type: ignore[no-untyped-call]


def _prediction_in(folder: Path) -> Prediction:
    sidecars = list(folder.rglob("*.json"))
    if len(sidecars) != 1 or not (label := sidecars[0].with_suffix(".nii.gz")).is_file():
        raise BadInput("the run gives no label map of one study; predict() takes runs of finetune segment")
    details = json.loads(sidecars[0].read_text(encoding="utf-8"))
    filled = {
        name
        for model in details["channels"]["of_models"]
        for name in (*model["filled_from_template"], *model["filled_with_zeros"])
    }
    maps = folder.rglob("*_label-*_probseg.nii.gz")
    named = {file.name.rsplit("_label-", 1)[1][: -len("_probseg.nii.gz")]: _read(file) for file in maps}
    return Prediction(_read(label), named, tuple(sorted(filled)), details)


def _folder(store: Store | PathLike) -> str:
    return str(store.folder if isinstance(store, Store) else store)


def embed(encoder: Encoder, studies: Dataset) -> pd.DataFrame:
    """The pooled deepest feature of each study, for scikit-learn: a row a study (index `id`), a column a channel.

    `studies`: a `Dataset` with as many channels as the encoder and a crop that its `size_multiple` divides. Without gradients; the
    encoder is left in the mode that it had.
    """
    device = next(encoder.parameters()).device
    was_training = encoder.training
    encoder.eval()
    try:
        with torch.no_grad():
            rows = {}
            for number in range(len(studies)):
                sample = studies[number]
                rows[sample["id"]] = encoder.pooled(sample["image"][None].to(device))[0].cpu().numpy()
    finally:
        encoder.train(was_training)
    return pd.DataFrame(np.stack(list(rows.values())), index=pd.Index(list(rows), name="id"))
