#!/usr/bin/env python3
"""Crops of the same studies from a store and from MONAI's CacheDataset and PersistentDataset: samples per second, and memory.

usage: bench_dataset.py STUDIES STORE [--epochs N] [--rounds N] [--crop N] [--workers N] [--only NAME ...]

STUDIES is the studies file that STORE was prepared from, with every modality in each study. Python needs the package brainmvp and MONAI.
MONAI's data sets load, turn to RAS, resample, scale percentiles to 0 and 1 and crop to the foreground before they keep a study; what
is drawn is a crop, as from the store. Each measurement is a process of its own, all in turn and as often as --rounds says; the first epoch, which
fills caches, is told apart from the others. Memory is the share that all processes have of it (PSS of Linux): of their own, and of
mapped files, which the system may take back.
"""
from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

KINDS = ("store", "CacheDataset", "PersistentDataset")


def monai_transforms(modalities: list[str], spacing: float, crop: int):
    from monai.transforms import (
        Compose,
        ConcatItemsd,
        CropForegroundd,
        LoadImaged,
        Orientationd,
        RandSpatialCropd,
        ScaleIntensityRangePercentilesd,
        Spacingd,
        SpatialPadd,
    )

    keys = ["image", "label"]
    return Compose(
        [
            LoadImaged([*modalities, "label"], ensure_channel_first=True),
            ConcatItemsd(modalities, name="image"),
            Orientationd(keys, "RAS", labels=None),
            Spacingd(keys, (spacing,) * 3, mode=("bilinear", "nearest")),
            CropForegroundd(keys, source_key="image", allow_smaller=True),
            ScaleIntensityRangePercentilesd("image", 5, 95, 0, 1, channel_wise=True),
            SpatialPadd(keys, (crop,) * 3),
            RandSpatialCropd(keys, (crop,) * 3, random_size=False),
            Kept(),
        ]
    )


class Kept:
    """Of a sample what a training needs, so that nothing else is sent between processes."""

    def __call__(self, sample: dict) -> dict:
        return {"image": sample["image"].as_tensor(), "label": sample["label"].as_tensor()}


def data_set(kind: str, studies: Path, store: Path, crop: int, cache: str):
    import brainmvp

    if kind == "store":
        return brainmvp.Dataset(store, crop, label=True)
    import monai.data

    opened = brainmvp.Store(store)
    rows = [row for rows in json.loads(studies.read_text()).values() if isinstance(rows, list) for row in rows if isinstance(row, dict)]
    files = [
        {**{name: str(studies.parent / file) for name, file in zip(row["modality"], row["image"])}, "label": str(studies.parent / row["label"])}
        for row in rows
        if row["id"] in opened
    ]
    transform = monai_transforms(list(opened.modalities), float(opened.parameters["spacing_mm"]), crop)
    if kind == "CacheDataset":
        return monai.data.CacheDataset(files, transform, progress=False, copy_cache=False)  # a crop changes nothing in place
    return monai.data.PersistentDataset(files, transform, cache_dir=cache)


def memory_mb() -> tuple[float, float]:
    """Of this process and its children: their own, and of mapped files."""
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    own = files = 0
    for process in ("self", *children):
        lines = dict(line.split(":", 1) for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:])
        own += int(lines["Pss_Anon"].split()[0]) + int(lines["Pss_Shmem"].split()[0])
        files += int(lines["Pss_File"].split()[0])
    return own / 1024, files / 1024


def measure(kind: str, arguments: argparse.Namespace) -> dict[str, float]:
    import torch
    from torch.utils.data import DataLoader

    torch.manual_seed(0)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as cache:
        begin = time.perf_counter()
        data = data_set(kind, arguments.studies, arguments.store, arguments.crop, cache)
        loader = DataLoader(data, batch_size=1, shuffle=True, num_workers=arguments.workers, persistent_workers=arguments.workers > 0)
        spent, memory = [], []
        for _ in range(arguments.epochs):
            count = 0
            for batch in loader:
                assert batch["image"].shape[2:] == batch["label"].shape[2:] == (arguments.crop,) * 3
                count += 1
                if count == len(data):
                    memory.append(memory_mb())
            spent.append(time.perf_counter() - begin)
            begin = time.perf_counter()
        rate = (len(spent) - 1) * len(data) / sum(spent[1:])
        return {"first_s": spent[0], "rate": rate, "own_mb": max(own for own, _ in memory), "files_mb": max(files for _, files in memory)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("studies", type=Path)
    parser.add_argument("store", type=Path)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--crop", type=int, default=96)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--measure", choices=KINDS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.epochs < 2:
        parser.error("--epochs: the first one only fills caches; expected at least 2")
    if arguments.measure:
        print(json.dumps(measure(arguments.measure, arguments)))
        return
    results: dict[str, list[dict[str, float]]] = {kind: [] for kind in arguments.only}
    for _ in range(arguments.rounds):
        for kind in arguments.only:
            command = [sys.executable, __file__, *sys.argv[1:], "--measure", kind]
            printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            results[kind].append(json.loads(printed.splitlines()[-1]))
    print(f"{'':18}  samples/s  first epoch s  own MB  mapped MB")
    for kind, rows in results.items():
        middle = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
        print(f"{kind:18}  {middle['rate']:9.1f}  {middle['first_s']:13.1f}  {middle['own_mb']:6.0f}  {middle['files_mb']:9.0f}")


if __name__ == "__main__":
    main()
