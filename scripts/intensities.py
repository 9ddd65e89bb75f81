"""Helps scripts/intensities.sh.

usage: intensities.py split STUDIES     writes STUDIES_K.json with the studies of each fold, and prints how many folds there are
       intensities.py table RESULTS     prints the table of docs/background/results.md
"""
import json
import pathlib
import sys

import results


def split(studies: pathlib.Path) -> int:
    entries = json.loads(studies.read_text())["training"]
    folds = sorted({entry["fold"] for entry in entries})
    for fold in folds:
        of_fold = {"training": [entry for entry in entries if entry["fold"] == fold]}
        studies.with_name(f"{studies.stem}_{fold}.json").write_text(json.dumps(of_fold))
    return len(folds)


# Of each seed: the mean over its folds.
def dice(seed: pathlib.Path, intensities: str, region: str) -> float:
    summaries = [json.loads(file.read_text())["summary"] for file in sorted(seed.glob(f"*.{intensities}.json"))]
    return sum(summary[region]["dice"]["mean"] for summary in summaries) / len(summaries)


def table(of: pathlib.Path) -> None:
    for what in sorted(of.iterdir()):
        seeds = [seed for seed in sorted(what.iterdir()) if list(seed.glob("*.clipped.json")) and list(seed.glob("*.unclipped.json"))]
        regions = list(json.loads(next(seeds[0].glob("*.clipped.json")).read_text())["summary"])
        print(f"{what.name}, {len(seeds)} seeds\n")
        results.table([f"Dice {region}" for region in regions],
                      {name: [[dice(seed, name, region) for seed in seeds] for region in regions] for name in ("unclipped", "clipped")},
                      "unclipped intensities")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("split", "table"):
        sys.exit(__doc__)
    if sys.argv[1] == "split":
        print(split(pathlib.Path(sys.argv[2])))
    else:
        table(pathlib.Path(sys.argv[2]))
