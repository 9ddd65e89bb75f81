"""Helps scripts/intensities.sh.

usage: intensities.py split STUDIES              writes STUDIES_K.json with the studies of each fold, and prints how many folds there are
       intensities.py tables RESULTS FOLDER      writes FOLDER/heads.tsv and gliomas.tsv, which docs/background/results.md shows
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


def tables(of: pathlib.Path, folder: pathlib.Path) -> None:
    for what in sorted(of.iterdir()):
        seeds = [seed for seed in sorted(what.iterdir()) if list(seed.glob("*.clipped.json")) and list(seed.glob("*.unclipped.json"))]
        regions = list(json.loads(next(seeds[0].glob("*.clipped.json")).read_text())["summary"])
        results.write_table(folder / f"{what.name}.tsv", [f"Dice {region}" for region in regions],
                            {name: [[dice(seed, name, region) for seed in seeds] for region in regions] for name in ("unclipped", "clipped")},
                            "unclipped intensities")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["split", studies]:
            print(split(pathlib.Path(studies)))
        case ["tables", of, folder]:
            tables(pathlib.Path(of), pathlib.Path(folder))
        case _:
            sys.exit(__doc__)
