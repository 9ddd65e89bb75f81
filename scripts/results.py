"""Means over several demos, each of a seed of its own, as tables for docs/background/results.md.

usage: results.py DEMO...     folders that scripts/demo.sh wrote

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
    "flair_alone": "pre-trained, FLAIR alone",
}
CLASSIFICATIONS = {"classes_pretrained": "pre-trained", "classes_scratch": "from scratch"}


def read(demo: pathlib.Path, name: str) -> dict:
    return json.loads((demo / "results" / f"{name}.json").read_text())["summary"]


def interval(values: list[float]) -> str:
    if len(values) == 1:
        return f"{values[0]:.3f}"
    half = T_QUANTILES[len(values) - 1] * statistics.stdev(values) / math.sqrt(len(values))
    mean = statistics.fmean(values)
    return f"{mean:.3f} [{mean - half:.3f}, {mean + half:.3f}]"


def table(heads: list[str], rows: dict[str, list[list[float]]], first_by: str = "pre-training") -> None:
    print("| | " + " | ".join(heads) + " |\n|" + " --- |" * (len(heads) + 1))
    for name, columns in rows.items():
        print(f"| {name} | " + " | ".join(interval(values) for values in columns) + " |")
    first, second = list(rows.values())[:2]
    differences = [[a - b for a, b in zip(x, y)] for x, y in zip(first, second)]
    print(f"| difference by {first_by} | " + " | ".join(interval(values) for values in differences) + " |")
    wins = [f"{sum(value > 0 for value in values)} of {len(values)}" for values in differences]
    print("| seeds in which it helps | " + " | ".join(wins) + " |\n")


def main(demos: list[pathlib.Path]) -> None:
    regions = list(read(demos[0], "pretrained"))
    table([f"Dice {region}" for region in regions],
          {title: [[read(demo, name)[region]["dice"]["mean"] for demo in demos] for region in regions]
           for name, title in SEGMENTATIONS.items()})
    table(["accuracy", "AUC"],
          {title: [[read(demo, name)[metric]["value"] for demo in demos] for metric in ("accuracy", "auc")]
           for name, title in CLASSIFICATIONS.items()})


if __name__ == "__main__":
    if not 3 <= len(sys.argv) <= 11:
        sys.exit(__doc__)
    main([pathlib.Path(name) for name in sys.argv[1:]])
