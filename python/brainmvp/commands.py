"""The program's commands as functions. `options` are those of the command line: `steps=100` is `--steps 100`.

True stands for a switch; a list or a tuple gives several values (`labels=["ET", 4]`, `percentiles=(5, 95)`); None leaves an option out.
"""

from __future__ import annotations

import json
import os
import tempfile
import warnings
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
from brainmvp.dataset import Dataset, Templates
from brainmvp.errors import BadInput, UsageError
from brainmvp.networks import Encoder
from brainmvp.process import run_program
from brainmvp.store import Store
from brainmvp.volumes import Volume, affine_of, numbers_of

_SMALLEST_DIFFERENCE = 1e-6  # of features that are of use; those of a whole encoder differ by about 1

_TOGETHER = ("percentiles", "crop", "template_size")  # options of several numbers behind one flag; other flags are repeated

Word = Union[str, int, float, "os.PathLike[str]"]
Option = Union[Word, bool, Sequence[Word], None]
Image = Union[PathLike, "nibabel.spatialimages.SpatialImage", Volume, npt.NDArray[Any], torch.Tensor]


def _words(options: Mapping[str, Option]) -> list[str]:
    words: list[str] = []
    for name, given in options.items():
        flag, value = "--" + name.replace("_", "-"), given.tolist() if isinstance(given, (np.ndarray, np.generic)) else given
        if value is True:
            words.append(flag)
        elif value is not None and value is not False:
            several = [_word(name, item) for item in (value if isinstance(value, (list, tuple)) else [value])]
            words += [flag, *several] if name in _TOGETHER else [word for item in several for word in (flag, item)]
    return words


def _word(name: str, value: object) -> str:
    if isinstance(value, (str, os.PathLike)):
        return os.fspath(value)
    if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
        return str(value)
    raise UsageError(f"{name} has the value {value!r}; expected text, a number or a path, a list of them, True or False")


def simulate(out: PathLike, **options: Option) -> Path:
    """Makes a cohort of heads (`studies=8`, `layout="bids"`, ...); gives the folder."""
    run_program(["simulate", "-o", os.fspath(out), *_words(options)])
    return Path(out)


def index(folder: PathLike | Sequence[PathLike], out: PathLike, **options: Option) -> pd.DataFrame:
    """Finds the studies below a folder, or several, and writes the studies file `out`.

    Gives a row a study and list: the entries of the file, and `list`. Raises `NothingFound` when there are none.
    """
    run_program(["index", *_several(folder), "-o", os.fspath(out), *_words(options)])
    content = json.loads(Path(out).read_text(encoding="utf-8"))
    lists = {name: rows for name in ("training", "validation", "test") if isinstance(rows := content.get(name), list)}
    return pd.DataFrame([{"list": name, **row} for name, rows in lists.items() for row in rows])


def prepare(studies: PathLike, out: PathLike, **options: Option) -> Store:
    """Prepares the studies of a studies file (`spacing=1.0`, `compress=True`, ...) into a store.

    A `shard` of one is no store yet: the program makes it, and `merge=` here puts them together.
    """
    if options.get("shard") is not None:
        raise UsageError("a shard is no store yet: call `brainmvp prepare --shard`, then prepare(..., merge=N)")
    run_program(["prepare", os.fspath(studies), "-o", os.fspath(out), *_words(options)])
    return Store(out)


class Registration(pd.DataFrame):
    """A row an image that was aligned: whence, how far it moved (mm, degrees), how sure that is, and a verdict in words."""

    _metadata = ["studies"]
    studies: Path
    """The studies file of the aligned images, for `prepare`."""

    @property
    def _constructor(self) -> type[Registration]:
        return Registration


def register(studies: PathLike, out: PathLike, **options: Option) -> Registration:
    """Aligns the images of each study to one of them (`reference="t1"`, `bias_correction=True`, ...) into the folder `out`."""
    run_program(["register", os.fspath(studies), "-o", os.fspath(out), *_words(options)])
    table = Registration(_read_table(Path(out) / "registration.tsv", "study", "modality", "reference", "motion_of", "verdict"))
    table["doubtful"] = table["doubtful"].astype(bool)
    table.studies = Path(out) / "studies.json"
    return table


def pretrain(store: Store | PathLike, out: PathLike, **options: Option) -> Path:
    """Pre-trains a network and templates; gives the run folder. Ctrl-C writes a checkpoint, `resume=True` goes on."""
    run_program(["pretrain", _folder(store), "-o", os.fspath(out), *_words(options)])
    return Path(out)


def finetune(task: str, /, store: Store | PathLike, out: PathLike, init: PathLike = "scratch", **options: Option) -> Path:
    """Trains a model; the first argument: segment, classify or regress; `init`: a run, a checkpoint or scratch. Gives the run folder."""
    if task not in ("segment", "classify", "regress"):
        raise UsageError(f"task is {task!r}; expected segment, classify or regress")
    run_program(["finetune", task, _folder(store), "-o", os.fspath(out), "--init", os.fspath(init), *_words(options)])
    return Path(out)


def templates(run: PathLike) -> Templates:
    """The learned templates of a pre-training run or its checkpoint, [H, W, D] by modality, from 0 to 1."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "templates"
        run_program(["templates", os.fspath(run), "-o", str(folder), "--quiet"])
        images = {file.name[: -len(".nii.gz")]: _read(file) for file in sorted(folder.glob("*.nii.gz"))}
        found = Templates({name: np.asarray(image.dataobj, np.float32) for name, image in images.items()})
        found.spacing_mm = next((float(np.linalg.norm(image.affine[:3, 0])) for image in images.values()), None)
        return found


@dataclass(frozen=True)
class Prediction:
    """What a fine-tuned model gives for a study."""

    label_map: nibabel.Nifti1Image | None
    """Of a segmentation: see `label`."""
    probabilities: dict[str, nibabel.Nifti1Image] = field(default_factory=dict)
    """Of a segmentation: by region or label."""
    numbers: dict[str, float] = field(default_factory=dict)
    """Of a classification the probability of each class, of a regression each number in the units of its table."""
    filled: tuple[str, ...] = ()
    """Modalities that were missing, filled by a template or zeros."""
    details: dict[str, Any] = field(default_factory=dict)
    """What the program wrote beside it: models, inputs, options, channels."""

    @property
    def label(self) -> nibabel.Nifti1Image:
        """The label map on the grid of the reference image. Raises `UsageError` for other tasks than segmentation."""
        if self.label_map is None:
            raise UsageError(f"this is no segmentation and has no label map; its numbers are {', '.join(self.numbers)}")
        return self.label_map


class Evaluation(pd.DataFrame):
    """A row a case and region, a column a metric."""

    _metadata = ["summary", "comparison"]
    summary: pd.DataFrame
    """Means and medians with their intervals."""
    comparison: pd.DataFrame | None
    """With `compare=`: paired differences with their intervals and tests."""

    @property
    def _constructor(self) -> type[Evaluation]:
        return Evaluation


def predict(
    images: Mapping[str, Image],
    run: PathLike | Sequence[PathLike],
    affine: npt.ArrayLike | None = None,
    **options: Option,
) -> Prediction:
    """Segments or classifies one study, or predicts its numbers.

    `images`: by modality a file, an image of nibabel, a `Volume`, or an array or tensor [H, W, D] or [1, H, W, D]. `affine`: [4, 4], voxel
    indices to RAS+ mm of the arrays and tensors that have none of their own (MONAI's have). `run`: a run of `finetune`; several are
    an ensemble. Raises `UsageError` for an array without an affine, `BadInput` for images that do not fit.
    """
    with tempfile.TemporaryDirectory() as temporary:
        out, study = Path(temporary) / "out", Path(temporary) / "study"  # of which messages speak
        if not isinstance(images, Mapping) or not images:
            raise UsageError("expected images by modality, at least one of the model's: {'t1': image}")
        study.mkdir()
        files = [_as_file(image, name, affine, study / f"image{i}.nii") for i, (name, image) in enumerate(images.items())]
        named = [word for name, file in zip(images, files) for word in ("--modality", f"{name}={file}")]
        run_program(["predict", *_several(run), *map(str, files), *named, "-o", os.fspath(out), "--probabilities", *_words(options)])
        return _prediction_in(out)


def predict_all(studies: PathLike, run: PathLike | Sequence[PathLike], out: PathLike, **options: Option) -> pd.DataFrame:
    """Predicts the studies of a studies file or below a folder (`fold=0`, `split="test"`, ...) into the folder `out`.

    Gives a row a study: `case`, and `file`, its label map, of a segmentation; `prob_CLASS` of each class of a classification; each
    number of a regression. Label maps that were in `out` before are left out, except with `resume=True`. Compare them with what is known: `evaluate(out, studies)`, or of the last two
    `evaluate(out / "predictions.tsv", studies, classification=True)` and `regression=True`.
    """
    before = _sidecars(out)
    run_program(["predict", *_several(run), os.fspath(studies), "-o", os.fspath(out), *_words(options)])
    table = Path(out) / "predictions.tsv"
    if table.is_file():
        return _read_table(table, "case")
    done = _sidecars(out).items() if options.get("resume") else _sidecars(out).items() - before.items()
    files = sorted(file.with_suffix(".nii.gz") for file, _ in done)
    names = [file.name.removesuffix(".nii.gz").removesuffix("_desc-brainmvp_dseg") for file in files]
    return pd.DataFrame({"case": names, "file": files})


def _sidecars(out: PathLike) -> dict[Path, int]:
    """What the program wrote beside label maps, and when."""
    found = [file for file in Path(out).rglob("*.json") if file.with_suffix(".nii.gz").is_file()]
    return {file: file.stat().st_mtime_ns for file in found}


def evaluate(predictions: PathLike | Sequence[PathLike], reference: PathLike, **options: Option) -> Evaluation:
    """Compares predictions with references: a row a case and region, a column a metric; `.summary`: means and intervals.

    `compare=` other predictions of the same cases: `.comparison` has the paired differences.
    """
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary) / "evaluation.tsv"
        run_program(["evaluate", *_several(predictions), "--reference", os.fspath(reference), "-o", os.fspath(out), *_words(options)])
        names = ("case", "region", "class", "predicted", "metric", "wilcoxon_method")
        table = Evaluation(_read_table(out, *names))
        table.summary = _read_table(out.with_suffix(".summary.tsv"), *names)
        compared = out.with_suffix(".comparison.tsv")
        table.comparison = _read_table(compared, *names) if compared.is_file() else None
        return table


def report(out: PathLike, *runs: PathLike, **options: Option) -> Path:
    """Writes runs, evaluations (`evaluation=`) and predictions (`predictions=`, `studies=`) as one page; gives the file."""
    run_program(["report", *_several(runs), "-o", os.fspath(out), *_words(options)])
    return Path(out)


def benchmark(plan: PathLike, out: PathLike, **options: Option) -> Path:
    """Compares pre-trainings as a plan says (`dry_run=True` says what it costs); gives the folder. A stopped one goes on."""
    run_program(["benchmark", os.fspath(plan), "-o", os.fspath(out), *_words(options)])
    return Path(out)


def convert(source: PathLike, out: PathLike, **options: Option) -> Path:
    """Converts the weights of a checkpoint between .pt and .safetensors; gives the file."""
    run_program(["convert", os.fspath(source), os.fspath(out), *_words(options)])
    return Path(out)


def inspect(path: PathLike, **options: Option) -> str:
    """What the program says of an image, a checkpoint, a store or a run, which it reads to the end.

    Raises `BadInput` when it cannot be used.
    """
    return run_program(["inspect", os.fspath(path), *_words(options)])


def _several(paths: PathLike | Sequence[PathLike]) -> list[str]:
    return [os.fspath(path) for path in ([paths] if isinstance(paths, (str, os.PathLike)) else paths)]


# The default of pandas 3, where the argument is deprecated.
_TO_THE_LAST_BIT: dict[str, Any] = {} if int(pd.__version__.split(".")[0]) >= 3 else {"float_precision": "round_trip"}


def _read_table(file: Path, *texts: str) -> pd.DataFrame:
    """`texts`: columns of names, which stay texts, also those that look like a number or like nothing ("007", "NA")."""
    columns = pd.read_csv(file, sep="\t", nrows=0).columns
    numbers = {name: ["", "nan"] for name in columns if name not in texts}
    table: pd.DataFrame = pd.read_csv(
        file, sep="\t", dtype=dict.fromkeys(texts, str), keep_default_na=False, na_values=numbers, **_TO_THE_LAST_BIT
    )
    return table


def _as_file(image: Image, name: str, affine: npt.ArrayLike | None, file: Path) -> Path:
    if isinstance(image, (str, os.PathLike)):
        return Path(image)
    if isinstance(image, nibabel.spatialimages.SpatialImage):
        nibabel.save(_exact(image), file)
        return file
    own = getattr(image, "affine", affine)  # of MONAI's MetaTensor
    if own is None:
        raise UsageError(f"{name}: an array has no affine; pass affine=, [4, 4] from voxel indices to RAS+ mm")
    data = image.data if isinstance(image, Volume) else image
    shape = np.shape(data)
    values = numbers_of(data[0] if len(shape) == 4 and shape[0] == 1 != shape[3] else data, name).astype(np.float32)
    nibabel.save(nibabel.Nifti1Image(values, affine_of(own, name)), file)  # type: ignore[no-untyped-call]
    return file


def _exact(image: nibabel.spatialimages.SpatialImage) -> nibabel.spatialimages.SpatialImage:
    """For `nibabel.save`, which rounds scaled values anew where the header has whole numbers."""
    values = np.asanyarray(image.dataobj)
    if values.dtype == image.get_data_dtype():
        return image
    return nibabel.Nifti1Image(values, image.affine, image.header, dtype=values.dtype)  # type: ignore[no-untyped-call]


def _read(file: Path) -> nibabel.Nifti1Image:
    """In memory, since the file is about to go."""
    image = nibabel.Nifti1Image.from_filename(file)
    return nibabel.Nifti1Image(np.asanyarray(image.dataobj), image.affine, image.header)  # type: ignore[no-untyped-call]


def _prediction_in(folder: Path) -> Prediction:
    sidecars = list(folder.rglob("*.json"))
    if len(sidecars) != 1:
        raise BadInput(f"the program wrote the predictions of {len(sidecars)} studies; expected those of one")
    details = json.loads(sidecars[0].read_text(encoding="utf-8"))
    table = folder / "predictions.tsv"
    if table.is_file():
        (row,) = _read_table(table, "case").drop(columns="case").to_dict("records")
        numbers = {
            str(name).removeprefix("prob_" if details["task"] == "classify" else ""): float(value) for name, value in row.items()
        }
        return Prediction(None, {}, numbers, _filled(details["channels_of_rows"][0]), details)
    maps = folder.rglob("*_label-*_probseg.nii.gz")
    named = {file.name.rsplit("_label-", 1)[1][: -len("_probseg.nii.gz")]: _read(file) for file in maps}
    label = _read(sidecars[0].with_suffix(".nii.gz"))
    return Prediction(label, named, {}, _filled(details["channels"]), details)


def _filled(channels: Mapping[str, Any]) -> tuple[str, ...]:
    models = channels["of_models"]
    return tuple(sorted({name for model in models for name in (*model["filled_from_template"], *model["filled_with_zeros"])}))


def _folder(store: Store | PathLike) -> str:
    return os.fspath(store.folder if isinstance(store, Store) else store)


def embed(encoder: Encoder, studies: Dataset) -> pd.DataFrame:
    """The pooled deepest feature of each study, for scikit-learn: a row a study (index `id`), a column a channel.

    `studies`: a `Dataset` with the encoder's channels and a crop that its `size_multiple` divides; the crop is the middle of each
    study. Without gradients, on the encoder's device; it is left in the mode that it had. Warns of other `intensities` than those of
    its training, and of features that are the same for all studies. Raises `UsageError` when the channels are others, or in another order, than the encoder's.
    """
    if not isinstance(encoder, Encoder) or not isinstance(studies, Dataset):
        raise UsageError(f"embed takes an Encoder and a Dataset, not {type(encoder).__name__} and {type(studies).__name__}")
    if encoder.channels and studies.channels != encoder.channels:
        raise UsageError(
            f"the images show {', '.join(studies.channels)}, and the encoder takes {', '.join(encoder.channels)}; pass "
            "channels=encoder.channels to Dataset, or channels=data.channels to Encoder.from_pretrained"
        )
    if encoder.intensities not in ("", studies.intensities):
        warnings.warn(
            f"the encoder was trained on {encoder.intensities} intensities, and these are {studies.intensities}; pass "
            "intensities=encoder.intensities to Dataset",
            stacklevel=2,
        )
    weight = next(encoder.parameters())
    was_training = encoder.training
    encoder.eval()
    try:
        with torch.no_grad():
            rows = {}
            for number in range(len(studies)):
                sample = studies.middle(number)
                rows[sample["id"]] = encoder.pooled(sample["image"][None].to(weight))[0].float().cpu().numpy()
    finally:
        encoder.train(was_training)
    vectors = np.stack(list(rows.values()))
    if len(vectors) > 1 and np.ptp(vectors, axis=0).max() < _SMALLEST_DIFFERENCE:
        warnings.warn("the deepest feature is the same for all studies: this encoder's training left it unused; take another", stacklevel=2)
    return pd.DataFrame(vectors, index=pd.Index(list(rows), name="id"))
