"""Stores of `brainmvp prepare`, read in place (docs/develop/architecture.md, The store).

    store = Store("store")
    t1 = store["sub-01"]["t1"]
    t1.affine                                      # voxel indices to RAS+ mm
    t1.crop((10, 20, 30), (96, 96, 96))            # float32 [96, 96, 96], scaled and bounded as the program reads it
"""

from __future__ import annotations

import functools
import json
import os
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import numpy.typing as npt
import zstandard

from brainmvp.checkpoints import PathLike
from brainmvp.errors import BadInput, NothingFound, UsageError

try:  # crops are then read by the program's own reader
    from brainmvp_native import copy_image_crop, copy_label_crop

    _HAS_READER = True
except ImportError:
    _HAS_READER = False

STORED_ONE = 4681  # what 1 is in the int16 of a store
BOUNDS = {"clipped": (0, 1), "unclipped": (-5, 5)}  # src/store/intensities.h
LABEL = "label"

_SIDE = 32  # of a chunk
_HEADER = struct.Struct("<8s4I3Q")
_PLACE = np.dtype([("offset", "<u8"), ("bytes", "<u8")])

Triple = tuple[int, int, int]
FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[Any]


def bounds_of(intensities: str) -> tuple[int, int]:
    """Bounds of the values: clipped (0 to 1) or unclipped (-5 to 5). Raises `UsageError` for another name."""
    if intensities not in BOUNDS:
        raise UsageError(f"intensities is {intensities!r}; expected {' or '.join(BOUNDS)}")
    return BOUNDS[intensities]


@dataclass(frozen=True, eq=False)
class StoredVolume:
    """One image or label map of a store. It holds no file, so that it can go to other processes."""

    path: Path
    shape: Triple
    """Voxels along R, A and S."""
    affine: npt.NDArray[np.float64]
    """[4, 4], voxel indices to RAS+ mm"""
    is_label: bool

    def mapped(self) -> IntArray:
        """The stored int16 (4681 is 1) or uint8 values [H, W, D] as they lie in the file: memory-mapped, read-only.

        Those of a compressed store are decompressed. Raises `BadInput` for a file that is damaged or of another size.
        """
        return self._box((0, 0, 0), self.shape) if self._is_chunked() else self._mapped_file()

    def crop(self, start: Triple, size: Triple, intensities: str = "unclipped") -> npt.NDArray[Any]:
        """A box of `size` voxels from voxel `start`, 0 outside the volume: float32 of an image, uint8 of a label map.

        `start` may be negative. Raises `BadInput` as `mapped`, `UsageError` for a side below 1 or unknown `intensities`.
        """
        if len(size) != 3 or min(size) < 1:
            raise UsageError(f"a crop of {size} voxels: expected three sides of at least 1")
        result: npt.NDArray[Any] = np.zeros(size, np.uint8 if self.is_label else np.float32)
        self.copy_crop(result, start, intensities)
        return result

    def copy_crop(self, out: npt.NDArray[Any], start: Triple, intensities: str = "unclipped") -> None:
        """As `crop`, into `out` [H, W, D] of zeros."""
        low, high = bounds_of(intensities)
        if _HAS_READER and out.flags.c_contiguous:
            self._read_crop(out, start, intensities == "clipped")
            return
        first = tuple(max(0, at) for at in start)
        last = tuple(max(0, min(at + side, whole)) for at, side, whole in zip(start, out.shape, self.shape))
        if any(begin >= end for begin, end in zip(first, last)):
            return
        box = self._box((first[0], first[1], first[2]), (last[0], last[1], last[2]))
        target = out[tuple(slice(begin - at, end - at) for begin, end, at in zip(first, last, start))]
        if self.is_label:
            target[...] = box
            return
        # From the file's order of axes to the other while the box is int16, which is half of float32.
        values = np.array(box, order="C")
        np.clip(values, low * STORED_ONE, high * STORED_ONE, out=values)
        np.multiply(values, np.float32(1) / np.float32(STORED_ONE), out=target)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        """The whole volume as `crop` gives it."""
        if copy is False:
            raise ValueError("the values are scaled, so that they must be copied; use mapped() for those of the file")
        values = self.crop((0, 0, 0), self.shape)
        return values if dtype is None else values.astype(dtype, copy=False)

    def _read_crop(self, out: npt.NDArray[Any], start: Triple, clipped: bool) -> None:
        if self.is_label:
            copy_label_crop(self.path, self.shape, start, out)
        else:
            copy_image_crop(self.path, self.shape, start, clipped, out)

    def _is_chunked(self) -> bool:
        return self.path.suffix == ".chunks"

    def _type(self) -> np.dtype[Any]:
        return np.dtype(np.uint8 if self.is_label else "<i2")

    def _box(self, first: Triple, last: Triple) -> IntArray:
        if self._is_chunked():
            return self._chunks(first, last)
        return self._mapped_file()[tuple(slice(begin, end) for begin, end in zip(first, last))]

    def _mapped_file(self) -> IntArray:
        try:
            state = os.stat(self.path)
            return _mapped_values(self.path, self.shape, self.is_label, state.st_mtime_ns, state.st_size)
        except (OSError, ValueError, nibabel.filebasedimages.ImageFileError) as fault:
            raise _damaged(self.path, str(fault)) from fault

    def _chunks(self, first: Triple, last: Triple) -> IntArray:
        try:
            file = np.memmap(self.path, np.uint8, "r")
        except (OSError, ValueError) as fault:
            raise _damaged(self.path, str(fault)) from fault
        counts = tuple(-(-side // _SIDE) for side in self.shape)
        places = self._places(file, counts)
        box = np.zeros(tuple(end - begin for begin, end in zip(first, last)), self._type())
        touched = [range(begin // _SIDE, -(-end // _SIDE)) for begin, end in zip(first, last)]
        for i in touched[0]:
            for j in touched[1]:
                for k in touched[2]:
                    place = places[(i * counts[1] + j) * counts[2] + k]
                    if place["bytes"] > 0:
                        self._paste(file, place, (i, j, k), first, last, box)
        return box

    def _places(self, file: npt.NDArray[np.uint8], counts: tuple[int, ...]) -> npt.NDArray[np.void]:
        if file.size < _HEADER.size:
            raise _damaged(self.path, f"{file.size} bytes, which hold no header of chunks")
        magic, version, width, side, reserved, *size = _HEADER.unpack(file[: _HEADER.size].tobytes())
        if (magic, version, width, side, reserved) != (b"BMVPCHNK", 1, self._type().itemsize, _SIDE, 0):
            raise _damaged(self.path, "not the type of volume that a store has")
        if tuple(size) != self.shape:
            raise _damaged(self.path, "another size than study.json says")
        end = _HEADER.size + int(np.prod(counts)) * _PLACE.itemsize
        if file.size < end:
            raise _damaged(self.path, f"{file.size} bytes, which end within the index: truncated")
        places: npt.NDArray[np.void] = np.frombuffer(file[_HEADER.size : end].tobytes(), _PLACE)
        if any(int(place["offset"]) + int(place["bytes"]) > file.size for place in places):
            raise _damaged(self.path, f"{file.size} bytes where its index needs more: truncated or changed")
        return places

    def _paste(self, file: npt.NDArray[np.uint8], place: np.void, at: Triple, first: Triple, last: Triple, box: IntArray) -> None:
        corner = [number * _SIDE for number in at]
        sides = [min(_SIDE, whole - low) for low, whole in zip(corner, self.shape)]
        begin, width = int(place["offset"]), self._type().itemsize
        voxels = sides[0] * sides[1] * sides[2]
        try:
            raw = zstandard.ZstdDecompressor().decompress(file[begin : begin + int(place["bytes"])].tobytes(), voxels * width)
        except zstandard.ZstdError as fault:
            raise _damaged(self.path, f"chunk {at} is damaged ({fault})") from fault
        if len(raw) != voxels * width:
            raise _damaged(self.path, f"chunk {at} is damaged (it has another size)")
        planes = np.frombuffer(raw, np.uint8).reshape(width, voxels)
        values = np.ascontiguousarray(planes.T).view(self._type()).reshape(sides)
        low = [max(a, b) for a, b in zip(first, corner)]
        high = [min(a, b + side) for a, b, side in zip(last, corner, sides)]
        inside = tuple(slice(a - c, b - c) for a, b, c in zip(low, high, corner))
        box[tuple(slice(a - f, b - f) for a, b, f in zip(low, high, first))] = values[inside]


# Mapping a file anew costs a third of a crop; a process may hold 65,530 mappings.
@functools.lru_cache(maxsize=1 << 12)
def _mapped_values(path: Path, shape: Triple, is_label: bool, modified_ns: int, size: int) -> IntArray:
    """Of a file that is what study.json says. `modified_ns` and `size` make it read again after a change."""
    data = nibabel.load(path).dataobj  # type: ignore[attr-defined]
    expected = np.dtype(np.uint8 if is_label else "<i2")
    if data.shape != shape or data.dtype != expected:
        raise _damaged(path, f"{data.dtype} of {data.shape}, where study.json says {expected} of {shape}")
    if not is_label and np.float32(data.slope) != np.float32(1) / np.float32(STORED_ONE):
        raise _damaged(path, "scl_slope is not 1/4681")
    return np.memmap(path, expected, "r", data.offset, shape, "F")


@dataclass(frozen=True, eq=False)
class StoredStudy:
    """One prepared study: its images lie on one grid."""

    id: str
    split: str
    patient: str
    dataset: str
    class_name: str | None
    fold: int | None
    shape: Triple
    affine: npt.NDArray[np.float64]
    volumes: dict[str, StoredVolume]
    """By modality, in the order of the studies file; "label" last where there is one."""

    @property
    def modalities(self) -> tuple[str, ...]:
        """Those that the study has."""
        return tuple(name for name in self.volumes if name != LABEL)

    @property
    def has_label(self) -> bool:
        """Whether it has a label map, `study["label"]`."""
        return LABEL in self.volumes

    def __getitem__(self, name: str) -> StoredVolume:
        """A modality or "label". Raises `KeyError` for one that it lacks."""
        return self.volumes[name]

    def __contains__(self, name: object) -> bool:
        return name in self.volumes

    def __iter__(self) -> Iterator[str]:
        return iter(self.volumes)

    def __len__(self) -> int:
        return len(self.volumes)


class Store(Mapping[str, StoredStudy]):
    """The studies of a store by id, in its order."""

    def __init__(self, folder: PathLike) -> None:
        """Raises `BadInput` for a folder that is no store or is damaged, `NothingFound` for one without studies."""
        self.folder = Path(folder)
        file = self.folder / "store.json"
        record = _read_json(file, "brainmvp-store", "run `brainmvp prepare` to make a store")
        with _as_bad_input(file):
            self.labels: dict[str, int] = record.get("labels", {})
            self.regions: dict[str, list[int]] = record.get("regions", {})
            self.classes: list[str] = record.get("classes", [])
            self.parameters: dict[str, Any] = record["parameters"]
            """How it was prepared: spacing_mm, percentiles and so on."""
            self._studies = {entry["id"]: self._study(entry) for entry in record["studies"]}
        if not self._studies:
            raise NothingFound(f"{self.folder}: the store lists no study; run `brainmvp prepare` again")

    def __repr__(self) -> str:
        return f"Store({str(self.folder)!r}: {len(self)} studies of {', '.join(self.modalities)})"

    def __getitem__(self, study: str) -> StoredStudy:
        return self._studies[study]

    def __iter__(self) -> Iterator[str]:
        return iter(self._studies)

    def __len__(self) -> int:
        return len(self._studies)

    @property
    def modalities(self) -> tuple[str, ...]:
        """All that any study has, in alphabetical order, as the program orders channels."""
        return tuple(sorted({name for study in self.values() for name in study.modalities}))

    def _study(self, entry: Mapping[str, Any]) -> StoredStudy:
        folder = self.folder / entry["id"]
        record = _read_json(folder / "study.json", "brainmvp-study", "run `brainmvp prepare` again")
        with _as_bad_input(folder / "study.json"):
            i, j, k = record["grid"]["size"]
            affine = np.array(record["grid"]["affine"], np.float64).reshape(4, 4)
            names = [*record["modalities"], *([LABEL] if record["label"] else [])]
        extension = ".chunks" if self.parameters.get("compress", False) else ".nii"
        volumes = {name: StoredVolume(folder / (name + extension), (i, j, k), affine, name == LABEL) for name in names}
        return StoredStudy(
            id=entry["id"],
            split=entry["split"],
            patient=entry.get("patient") or entry["id"],
            dataset=entry.get("dataset", ""),
            class_name=entry.get("class"),
            fold=entry.get("fold"),
            shape=(i, j, k),
            affine=affine,
            volumes=volumes,
        )


def _read_json(path: Path, kind: str, advice: str) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise BadInput(f"{path}: cannot be read ({fault}); {advice}") from fault
    if not isinstance(record, dict) or record.get("format") != kind or record.get("version") != 2:
        raise BadInput(f"{path}: not of the format {kind}, version 2; {advice}")
    return record


@contextmanager
def _as_bad_input(path: Path) -> Iterator[None]:
    """For what a record lacks or has of another type."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise _damaged(path, f"an entry is missing or of another type ({fault!r})") from fault


def _damaged(path: Path, what: str) -> BadInput:
    return BadInput(f"{path}: {what}; run `brainmvp prepare` again")
