#!/usr/bin/env python3
"""Simulated gliomas measured as real ones were: the table of docs/background/simulation.md.

  .deps/python/bin/python scripts/simulated_gliomas.py PROGRAM WORK [--patients N] [simulate's options]

Simulates `brats2021` patients into WORK, unless they are there, and prints medians over patients with the 10th and 90th percentile beside those
of 22 real patients (1 mm, registered, stripped). WORK/gliomas.png shows the first of them through the middle of the core.
"""
import argparse
import pathlib
import subprocess

import numpy as np
from PIL import Image, ImageDraw

from simulated_contrast import box_mean, clusters, load, neighbours, spectrum_slope, tile

REAL = {"FLAIR, oedema": "1.61 [1.31, 2.15]", "T2, oedema": "1.53 [1.34, 2.00]", "T2, core": "2.08 [1.54, 3.00]",
        "T1, core": "0.77 [0.54, 1.00]", "FLAIR, core": "1.75", "T1c, enhancing part": "1.27 [0.92, 1.52]",
        "T2, variation inside the core": "0.19", "noise in FLAIR": "0.04", "lesion volume, ml": "116 [38, 214]",
        "surface of the core over volume^(2/3)": "10.5"}
CORE, OEDEMA, ENHANCING = 1, 2, 4


def white_matter(images, lesion):
    brain = neighbours((images["t1"] != 0) & (images["t2"] != 0), np.logical_and, 4)
    mask = brain & ~neighbours(lesion, np.logical_or, 3)
    features = np.stack([np.clip(images[n][mask], *np.percentile(images[n][mask], (0.5, 99.5))) for n in ("t1", "t2")], 1)
    white = np.zeros(mask.shape, bool)
    white[mask] = clusters(features, [(0.8, -0.5), (-0.3, 0.1), (-2, 2.5)]) == 0
    return white


def faces(mask):
    return sum(np.count_nonzero(np.diff(np.pad(mask, 1).astype(np.int8), axis=axis)) for axis in range(3))


def noise(image, inside):
    """Standard deviation of what a mean over 3 x 3 x 3 voxels leaves, from the median of absolute values."""
    left = (image - box_mean(image))[inside]
    return 1.4826 * np.median(np.abs(left)) * np.sqrt(27 / 26)


def measure(images, label):
    white = white_matter(images, label > 0)
    relative = {name: image / np.median(image[white]) for name, image in images.items()}
    of = lambda name, value: np.median(relative[name][label == value]) if np.any(label == value) else np.nan
    core = (label == CORE) | (label == ENHANCING)
    inside = relative["t2"][label == CORE]
    return {"FLAIR, oedema": of("flair", OEDEMA), "T2, oedema": of("t2", OEDEMA), "T2, core": of("t2", CORE), "T1, core": of("t1", CORE),
            "FLAIR, core": of("flair", CORE), "T1c, enhancing part": of("t1c", ENHANCING),
            "T2, variation inside the core": inside.std() / inside.mean() if inside.size > 50 else np.nan,
            "noise in FLAIR": noise(relative["flair"], neighbours(white, np.logical_and, 1)),
            "lesion volume, ml": np.count_nonzero(label) / 1000,
            "surface of the core over volume^(2/3)": faces(core) / max(1, np.count_nonzero(core)) ** (2 / 3),
            "slope of the spectrum of FLAIR": spectrum_slope(images["flair"], images["flair"] != 0)}


def patients(folder):
    for label in sorted(folder.rglob("*_seg.nii.gz")):
        file = lambda word: label.with_name(label.name.replace("_seg", f"_{word}"))
        yield {n: load(file(w)) for n, w in (("t1", "t1"), ("t1c", "t1ce"), ("t2", "t2"), ("flair", "flair"))}, load(file("seg"))


def row_of(values):
    values = [v for v in values if np.isfinite(v)]
    low, middle, high = np.percentile(values, (10, 50, 90))
    digits = 0 if middle > 30 else 2
    return f"{middle:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def sheet(studies, path, side=200):
    canvas = Image.new("L", (4 * side, side * len(studies)))
    draw = ImageDraw.Draw(canvas)
    for row, (images, label) in enumerate(studies):
        core = np.isin(label, (CORE, ENHANCING))
        cut = int(np.argmax(core.sum((0, 1)))) if core.any() else label.shape[2] // 2
        for column, name in enumerate(("t1", "t1c", "t2", "flair")):
            canvas.paste(tile(images[name], side, cut), (side * column, side * row))
            draw.text((side * column + 4, side * row + 2), name, fill=255)
    canvas.save(path, optimize=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program")
    arguments.add_argument("work", type=pathlib.Path)
    arguments.add_argument("--patients", type=int, default=10)
    given, more = arguments.parse_known_args()
    folder = given.work / "gliomas"
    if not folder.exists():
        given.work.mkdir(parents=True, exist_ok=True)
        subprocess.run([given.program, "simulate", "-o", str(folder), "--layout", "brats2021", "--studies", str(given.patients), "-q", *more],
                       check=True, stdout=subprocess.DEVNULL)
    measured, shown = [], []
    for images, label in patients(folder):
        measured.append(measure(images, label))
        if len(shown) < 6:
            shown.append((images, label))
    print("| | real | simulated |\n| --- | --- | --- |")
    for name in measured[0]:
        print(f"| {name} | {REAL.get(name, '-')} | {row_of([m[name] for m in measured])} |")
    sheet(shown, given.work / "gliomas.png")


if __name__ == "__main__":
    main()
