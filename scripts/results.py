"""Means over several demos, each of a seed of its own: the files of results/demo that docs/background/results.md shows.

usage: results.py FOLDER DEMO...     writes FOLDER/segmentation.tsv of 2 to 10 folders that scripts/demo.sh wrote

A row is a mean over the seeds of what a seed's held-out patients have on average, with its 95% interval (Student's t).
"""
import json
import math
import pathlib
import statistics
import sys

# 97.5% quantiles of Student's t by degrees of freedom.
T_QUANTILES = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}
SEGMENTATIONS = {
    "pretrained": "pre-trained, all four modalities",
    "scratch": "from scratch, all four modalities",
    "without_t1c": "pre-trained, without T1c",
    "flair_alone": "pre-trained, only FLAIR",
}


def read(demo: pathlib.Path, name: str) -> dict:
    return json.loads((demo / "results" / f"{name}.json").read_text())["summary"]


def interval(values: list[float]) -> str:
    if len(values) == 1:
        return f"{values[0]:.3f}"
    half = T_QUANTILES[len(values) - 1] * statistics.stdev(values) / math.sqrt(len(values))
    mean = statistics.fmean(values)
    return f"{mean:.3f} [{mean - half:.3f}, {mean + half:.3f}]"


def write_table(file: pathlib.Path, heads: list[str], rows: dict[str, list[list[float]]], first_by: str = "pre-training") -> None:
    """rows: for each column the values of the seeds. The first row is compared with the second."""
    first, second = list(rows.values())[:2]
    differences = [[a - b for a, b in zip(x, y)] for x, y in zip(first, second)]
    lines = [["", *heads]] + [[name, *map(interval, columns)] for name, columns in rows.items()]
    lines.append([f"difference by {first_by}", *map(interval, differences)])
    lines.append(["seeds in which it helps", *(f"{sum(value > 0 for value in values)} of {len(values)}" for values in differences)])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join("\t".join(line) + "\n" for line in lines))


def main(folder: pathlib.Path, demos: list[pathlib.Path]) -> None:
    regions = list(read(demos[0], "pretrained"))
    write_table(folder / "segmentation.tsv", [f"Dice {region}" for region in regions],
                {title: [[read(demo, name)[region]["dice"]["mean"] for demo in demos] for region in regions]
                 for name, title in SEGMENTATIONS.items()})


if __name__ == "__main__":
    if not 4 <= len(sys.argv) <= 12:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), [pathlib.Path(name) for name in sys.argv[2:]])
