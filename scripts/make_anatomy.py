#!/usr/bin/env python3
"""The heads of data/anatomy, made from SynthSeg's label maps (Apache-2.0).

  .deps/python/bin/python scripts/make_anatomy.py MAPS [--output data/anatomy]

MAPS holds training_seg_02.nii.gz and the others below. Each map gets one number per tissue of `simulate` (src/simulate/tissues.toml), is
mended (holes, specks, its own lesions), deformed and perhaps mirrored, cropped and compressed. The result depends on the maps only.
"""
import argparse
import gzip
import pathlib
import tomllib

import nibabel as nib
import numpy as np

SOURCES = ["02", "03", "04", "06", "07", "09"] # few specks, few lesions; ventricles of 11 to 55 ml
SOFT_TISSUE = 507
LESION, WHITE, CSF = 25, 2, 24
BELOW_MM = 95 # kept below the brain's centre
MARGIN = 4
OUTER = [0, 507, 509, 511, 515, 516] # smoothed: their specks cost much and show nothing


def tissue_numbers(root):
    """Number of the map -> first number of the same tissue."""
    with open(root / "src/simulate/tissues.toml", "rb") as file:
        tissues = tomllib.load(file)
    numbers = {label: entry["freesurfer"][0] for entry in tissues.values() for label in entry.get("freesurfer", [])}
    return numbers | {SOFT_TISSUE: SOFT_TISSUE}


def box_mean(mask, radius):
    mean = mask.astype(np.float32)
    for axis in range(3):
        padded = np.pad(mean, [(radius + 1, radius) if a == axis else (0, 0) for a in range(3)], mode="edge")
        sums = np.cumsum(padded, axis)
        n = mean.shape[axis]
        mean = (np.take(sums, range(2 * radius + 1, n + 2 * radius + 1), axis) - np.take(sums, range(n), axis)) / (2 * radius + 1)
    return mean


def commonest(head, labels, radius):
    """Of the labels the one that most voxels of the box around each voxel have."""
    best, share = np.zeros_like(head), np.full(head.shape, -1, np.float32)
    for label in labels:
        mean = box_mean(head == label, radius)
        more = mean > share
        best[more], share[more] = label, mean[more]
    return best


def mended(head):
    filled = box_mean(head != 0, 2)
    head = np.where((head == 0) & (filled > 0.75), commonest(head, [n for n in np.unique(head) if n != 0], 2), head)
    head = np.where((head != 0) & (box_mean(head != 0, 4) < 0.3), 0, head) # specks in the air
    head = np.where(head == LESION, WHITE, head)
    outer = np.isin(head, OUTER)
    smooth = commonest(head, np.unique(head), 1)
    return np.where(outer & np.isin(smooth, OUTER), smooth, head)


def smooth_field(shape, spacing, rms, random):
    """A displacement in voxels of `rms` per axis that changes over twice `spacing`."""
    field = []
    for _ in range(3):
        coarse = random.standard_normal([n // spacing + 4 for n in shape])
        for axis in range(3):
            for _ in range(2):
                coarse = (np.roll(coarse, 1, axis) + 2 * coarse + np.roll(coarse, -1, axis)) / 4
            at = np.arange(shape[axis]) / spacing + 1
            low = at.astype(int)
            share = (at - low).reshape([-1 if a == axis else 1 for a in range(3)])
            coarse = np.take(coarse, low, axis) * (1 - share) + np.take(coarse, low + 1, axis) * share
        field.append((rms * coarse / coarse.std()).astype(np.float32))
    return field


def deformed(head, random):
    """Each voxel takes the label with most weight among the eight around the point that it comes from."""
    field = smooth_field(head.shape, 24, 3.5, random)
    stretch = 1 + 0.03 * random.standard_normal(3)
    low, share = [], []
    for axis, n in enumerate(head.shape):
        grid = np.arange(n, dtype=np.float32).reshape([-1 if a == axis else 1 for a in range(3)])
        at = np.clip((grid - n / 2) / stretch[axis] + n / 2 + field[axis], 0, n - 1.001)
        low.append(at.astype(np.int32))
        share.append((at - low[-1]).astype(np.float32))
    corners = []
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod([s if c else 1 - s for c, s in zip(corner, share)], 0)
        corners.append((head[tuple(l + c for l, c in zip(low, corner))], weight))
    best, most = np.zeros_like(head), np.zeros(head.shape, np.float32)
    for label in np.unique(head):
        weight = np.zeros(head.shape, np.float32)
        for value, part in corners:
            weight += np.where(value == label, part, 0)
        more = weight > most
        best[more], most[more] = label, weight[more]
    return best


def cropped(head):
    brain = np.argwhere(np.isin(head, [2, 3]))
    bottom = max(0, (brain[:, 2].min() + brain[:, 2].max()) // 2 - BELOW_MM)
    head = head[:, :, bottom:]
    inside = np.argwhere(head != 0)
    low, high = np.maximum(inside.min(0) - MARGIN, 0), inside.max(0) + 1 + MARGIN
    low[2] = max(low[2], 0)
    return head[low[0]:high[0], low[1]:high[1], low[2]:high[2]]


def make(source, number, numbers):
    image = nib.as_closest_canonical(nib.load(source))
    labels = np.rint(np.asarray(image.dataobj)).astype(np.int16)
    head = np.zeros_like(labels)
    for label in np.unique(labels):
        head[labels == label] = numbers[int(label)]
    random = np.random.default_rng(number)
    head = deformed(mended(cropped(head)), random)
    return cropped(head[::-1] if number % 2 == 0 else head)


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("maps", type=pathlib.Path)
    arguments.add_argument("--output", type=pathlib.Path, default=root / "data/anatomy")
    given = arguments.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    numbers = tissue_numbers(root)
    for number, source in enumerate(SOURCES, 1):
        head = make(given.maps / f"training_seg_{source}.nii.gz", number, numbers)
        image = nib.Nifti1Image(np.asfortranarray(head), np.eye(4))
        file = given.output / f"head_{number}.nii.gz"
        file.write_bytes(gzip.compress(image.to_bytes(), 9, mtime=0))
        print(file, head.shape, f"{file.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
