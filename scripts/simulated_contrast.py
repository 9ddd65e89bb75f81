#!/usr/bin/env python3
"""The table and pictures of docs/background/simulation.md: simulated heads measured as real ones are.

  BRAINMVP_TEST_DATA=DATA .deps/python/bin/python scripts/simulated_contrast.py PROGRAM WORK [--heads N]

Simulates heads into WORK and prints the table. WORK/simulated.png shows the first ones; WORK/beside_real.png shows shipped heads
beside the real ones of DATA, which stay out of the repository.
"""
import argparse
import os
import pathlib
import subprocess

import nibabel as nib
import numpy as np
from PIL import Image, ImageDraw

MODALITIES = ["t1", "t1c", "t2", "flair", "pd", "dwi", "adc"]
REAL_NAMES = {"t1": "T1", "t1c": "T1POST", "t2": "T2", "flair": "FLAIR"}


def load(path):
    return np.asarray(nib.as_closest_canonical(nib.load(path)).dataobj, np.float32)


def neighbours(mask, combine, layers):
    for _ in range(layers):
        padded = np.pad(mask, 1)
        n = [padded[1:-1, 1:-1, 1:-1]]
        for axis in range(3):
            for step in (-1, 1):
                n.append(np.roll(padded, step, axis)[1:-1, 1:-1, 1:-1])
        mask = combine.reduce(n)
    return mask


def clusters(features, start):
    """k-means on standardised features from the given centres; gives a number a voxel."""
    scaled = (features - features.mean(0)) / features.std(0)
    sample = scaled[:: max(1, len(scaled) // 50_000)] # enough to place the centres
    centres = np.array(start, np.float64)
    nearest = lambda some: np.argmin([((some - c) ** 2).sum(1) for c in centres], 0)
    for _ in range(40):
        of = nearest(sample)
        centres = np.array([sample[of == n].mean(0) for n in range(len(centres))])
    return nearest(scaled)


def box_mean(image):
    """The mean of each voxel's 3 x 3 x 3 neighbourhood."""
    for axis in range(3):
        image = (np.roll(image, -1, axis) + image + np.roll(image, 1, axis)) / 3
    return image


def local_deviation(image, part):
    """The median of the standard deviation in 3 x 3 x 3 voxels, over neighbourhoods that lie wholly in the part."""
    inside = box_mean(part.astype(np.float64)) > 0.999
    shifted = image.astype(np.float64) - image[part].mean()
    variance = box_mean(shifted ** 2) - box_mean(shifted) ** 2
    return np.median(np.sqrt(np.maximum(variance[inside], 0))) if inside.any() else np.nan


def spectrum_slope(image, mask):
    """The exponent of the radial power spectrum from 0.05 to 0.45 cycles per voxel; nearer to 0 is rougher."""
    power = np.abs(np.fft.rfftn(np.where(mask, image - image[mask].mean(), 0))) ** 2
    grid = np.meshgrid(*[np.fft.fftfreq(n) for n in image.shape[:2]], np.fft.rfftfreq(image.shape[2]), indexing="ij")
    radius = np.sqrt(sum(g ** 2 for g in grid))
    edges = np.geomspace(0.05, 0.45, 13)
    rings = [power[(radius >= a) & (radius < b)].mean() for a, b in zip(edges, edges[1:])]
    return np.polyfit(np.log(np.sqrt(edges[1:] * edges[:-1])), np.log(rings), 1)[0]


def ratios(images, lesion, classes, mask):
    """Of each modality: grey, CSF and lesion relative to white matter's median, and white matter's standard deviation, overall,
    local, and local 2 voxels deep; the slope of the brain's spectrum."""
    out = {}
    white_part = np.zeros(mask.shape, bool)
    white_part[mask] = classes == 0
    deep_part = neighbours(white_part, np.logical_and, 2)
    for name, image in images.items():
        white = image[mask][classes == 0]
        unit = np.median(white)
        out[name] = [np.median(image[mask][classes == n]) / unit for n in (1, 2)]
        out[name].append(np.median(image[lesion]) / unit if lesion.sum() > 20 else np.nan)
        out[name].append(white.std() / unit)
        out[name].append(local_deviation(image, white_part) / unit)
        out[name].append(local_deviation(image, deep_part) / unit)
        out[name].append(spectrum_slope(image, mask))
    return out


def measure_structural(images, lesion):
    brain = neighbours((images["t1"] != 0) & (images["t2"] != 0), np.logical_and, 4)
    mask = brain & ~neighbours(lesion, np.logical_or, 1)
    features = np.stack([np.clip(images[n][mask], *np.percentile(images[n][mask], (0.5, 99.5))) for n in ("t1", "t2")], 1)
    return ratios(images, lesion, clusters(features, [(0.8, -0.5), (-0.3, 0.1), (-2, 2.5)]), mask)


def measure_diffusion(images, lesion):
    """Where there is no T1: fluid by ADC, grey and white matter by DWI."""
    unit = np.median(images["adc"][images["adc"] > 0])
    brain = neighbours(images["dwi"] > 0.3 * np.median(images["dwi"][images["dwi"] > 0]), np.logical_and, 2)
    mask = brain & ~neighbours(lesion, np.logical_or, 2) & (images["adc"] > 0.3 * unit)
    adc, dwi = images["adc"][mask], images["dwi"][mask]
    tissue = adc < 1.5 * unit
    classes = np.where(adc > 2.5 * unit, 2, 3)
    classes[tissue] = clusters(dwi[tissue, None], [(-0.5,), (0.8,)])
    return ratios(images, lesion, classes, mask)


def real_structural(data):
    for folder in sorted((data / "openms").iterdir()):
        images = {n: load(next(folder.glob(f"*{f}.nii*"))) for n, f in REAL_NAMES.items()}
        yield images, load(next(folder.glob("*gold*.nii*"))) > 0


def real_diffusion(data):
    case = data / "isles2022" / "sub-strokecase0009"
    find = lambda word: next(p for p in sorted(case.rglob("*.nii*")) if word in p.name.lower())
    yield {"dwi": load(find("dwi")), "adc": load(find("adc"))}, load(find("msk")) > 0


def simulated(program, work, name, layout, pathology, heads, anatomy):
    folder = work / name
    if not folder.exists():
        subprocess.run([program, "simulate", "-o", str(folder), "--studies", str(heads), "--layout", layout, "--pathology",
                        pathology, "--share-3t", "1", "--skull", "strip", "-q", "--anatomy", anatomy], check=True, stdout=subprocess.DEVNULL)
    files = sorted(folder.rglob("*.nii.gz"))
    names = {"T1w": "t1", "ce-GADOLINIUM_T1w": "t1c", "T2w": "t2", "FLAIR": "flair", "PDw": "pd", "dwi": "dwi", "adc": "adc"}
    for subject in sorted({p.name.split("_")[0] for p in files}):
        study, lesion = {}, None
        for path in (p for p in files if p.name.startswith(subject + "_")):
            stem = path.name.removesuffix(".nii.gz").lower()
            if "derivatives" in path.parts or stem.endswith("msk"):
                lesion = load(path) > 0
                continue
            matches = [n for word, n in names.items() if stem.endswith("_" + word.lower())]
            if matches:
                study["t1c" if "ce-gadolinium" in stem else matches[0]] = load(path)
        if layout == "isles22":
            study.pop("flair", None) # on a grid of its own
        yield study, lesion


def span(values):
    values = [v for v in values if np.isfinite(v)]
    if not values:
        return "-"
    low, high = min(values), max(values)
    return f"{low:.2f}" if f"{low:.2f}" == f"{high:.2f}" else f"{low:.2f}-{high:.2f}"


def table(real, made):
    lines = ["| | | real | shipped heads | drawn head | real / shipped |", "| --- | --- | --- | --- | --- | --- |"]
    for modality in MODALITIES:
        for part, what in enumerate(("grey", "CSF", "lesion", "SD", "local SD", "deep local SD", "slope")):
            of = lambda group: [m[modality][part] for m in group if modality in m]
            r, a, b = of(real), of(made["shipped"]), of(made["drawn"])
            both = np.isfinite(r).any() and np.isfinite(a).any() if r and a else False
            lines.append(f"| {modality if part == 0 else ''} | {what} | {span(r)} | {span(a)} | {span(b)} | "
                         f"{f'{np.nanmean(r) / np.nanmean(a):.2f}' if both else '-'} |")
    return "\n".join(lines)


def tile(image, side, cut=None):
    """A slice inside the brain's box, seen from below, in its own window; without `cut` at six tenths of its height."""
    inside = np.argwhere(image != 0)
    low, high = inside.min(0), inside.max(0) + 1
    cut = low[2] + int(0.6 * (high[2] - low[2])) if cut is None else cut
    part = np.clip(image[low[0]:high[0], low[1]:high[1], cut] / np.percentile(image[image != 0], 99.5), 0, 1)
    picture = Image.fromarray((255 * part.T[::-1]).astype(np.uint8))
    picture.thumbnail((side, side), Image.LANCZOS)
    canvas = Image.new("L", (side, side))
    canvas.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return canvas


SHOWN = ["t1", "t1c", "t2", "flair"]


def sheet(rows, path, side=180):
    """rows: title and images by modality."""
    canvas = Image.new("L", (side * len(SHOWN), side * len(rows)))
    draw = ImageDraw.Draw(canvas)
    for r, (title, images) in enumerate(rows):
        for c, name in enumerate(SHOWN):
            if name in images:
                canvas.paste(tile(images[name], side), (side * c, side * r))
            draw.text((side * c + 4, side * r + 2), f"{title} {name}" if c == 0 else name, fill=255)
    canvas.save(path, optimize=True)


def pairs(real, made, path, side=240):
    """A row a modality: real heads at the left, simulated ones at the right."""
    canvas = Image.new("L", (side * (len(real) + len(made)) + 12, side * len(SHOWN)), 255)
    draw = ImageDraw.Draw(canvas)
    for r, name in enumerate(SHOWN):
        for c, images in enumerate([*real, *made]):
            left = side * c + (12 if c >= len(real) else 0)
            canvas.paste(tile(images[name], side), (left, side * r))
            draw.text((left + 4, side * r + 2), f"{'real' if c < len(real) else 'simulated'} {name}", fill=255)
    canvas.save(path, optimize=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program")
    arguments.add_argument("work", type=pathlib.Path)
    arguments.add_argument("--heads", type=int, default=2)
    given = arguments.parse_args()
    data = pathlib.Path(os.environ.get("BRAINMVP_TEST_DATA", "../shared/data"))
    given.work.mkdir(parents=True, exist_ok=True)
    structural = list(real_structural(data))
    real = [measure_structural(*one) for one in structural] + [measure_diffusion(*one) for one in real_diffusion(data)]
    made, rows, shown = {}, [], []
    for name in ("shipped", "drawn"):
        heads = list(simulated(given.program, given.work, name, "bids", "white_matter_lesions", given.heads, name))
        strokes = list(simulated(given.program, given.work, name + "_stroke", "isles22", "stroke", given.heads, name))
        made[name] = [{m: v for m, v in measure_structural(*one).items() if m not in ("dwi", "adc")} for one in heads]
        made[name] += [measure_diffusion(*one) for one in strokes]
        rows.append((name, heads[0][0]))
        shown += [images for images, _ in heads] if name == "shipped" else []
    print(table(real, made))
    sheet(rows, given.work / "simulated.png")
    pairs([images for images, _ in structural], shown[:len(structural)], given.work / "beside_real.png")


if __name__ == "__main__":
    main()
