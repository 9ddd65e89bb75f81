"""What weights bring that have seen simulated lesions only, on real heads by leave-one-out: docs/background/results.md.

usage: simulated_start.py PROGRAM FOLDER --heads DATA [--anatomy DIR] [--init NAME] [--seeds N] [--threads N]

A tiny network learns the lesions of 96 simulated heads (layout `folders`, 2 mm). It predicts each head of DATA, a folder of studies with
label maps, as it is; then it and a network from scratch are fine-tuned on the other heads, alike, once per seed. With --init the weights
are those that `finetune --init` takes, and nothing is predicted as it is. What is done already is kept, so that it can be interrupted and
started again. The table goes to FOLDER/table.tsv.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys

import intensities
import results

SCRATCH, START = "scratch", "simulated lesions"
STUDIES, STEPS, HEAD_STEPS = 96, 1500, 200


class Trials:
    def __init__(self, options: argparse.Namespace) -> None:
        self.program = str(options.program.resolve())
        self.folder: pathlib.Path = options.folder
        self.threads = str(options.threads)

    def call(self, *words: object) -> None:
        with (self.folder / "output.txt").open("a") as output:
            subprocess.run([self.program, *map(str, words)], stdout=output, stderr=output, check=True, cwd=self.folder)

    def training(self, store: str, run: str, *words: object) -> None:
        how = "--resume" if (self.folder / run / "checkpoints/last.pt").is_file() else "--force"
        self.call("finetune", "segment", store, "-o", run, "--recipe", "tiny", "--threads", self.threads, *words, how)

    def start(self, anatomy: str) -> str:
        """The run that has learned the simulated lesions."""
        if not (self.folder / "stores/simulated/store.json").is_file():
            self.call("simulate", "-o", "simulated", "--studies", STUDIES, "--layout", "folders", "--anatomy", anatomy, "--voxel", 2,
                      "--skull", "strip", "--seed", 501, "--threads", self.threads, "--force")
            self.call("index", "simulated", "-o", "simulated.json", "--force")
            self.call("prepare", "simulated.json", "-o", "stores/simulated", "--spacing", 2, "--threads", self.threads)
        self.training("stores/simulated", "start", "--init", "scratch", "--network", "uniformer_tiny", "--crop", 48, "--batch-size", 2, "--steps",
                      STEPS, "--learning-rate", "3e-3", "--mix-channels", 0, "--overlap", 0, "--validate-every", 500, "--seed", 1)
        return "start/checkpoints/last.pt"

    def heads(self, data: pathlib.Path) -> list[str]:
        """Writes a list per head, and gives their ids."""
        if not (self.folder / "stores/heads/store.json").is_file():
            studies = sum(entry.is_dir() for entry in data.iterdir())
            self.call("index", data.resolve(), "-o", "heads.json", "--folds", studies, "--force")
            self.call("prepare", "heads.json", "-o", "stores/heads", "--spacing", 2, "--threads", self.threads)
        lists = [self.folder / f"heads_{head}.json" for head in range(intensities.split(self.folder / "heads.json"))]
        return [json.loads(file.read_text())["training"][0]["id"] for file in lists]

    def dice(self, name: str, weights: str, head: int) -> float:
        """Of the head, predicted by `weights`; the values are kept below the name."""
        result = self.folder / f"{name}.json"
        if not result.is_file():
            self.call("predict", weights, f"heads_{head}.json", "-o", f"{name}.masks", "--threads", self.threads, "--force")
            self.call("evaluate", f"{name}.masks", "--reference", f"heads_{head}.json", "-o", f"{name}.json", "--force")
        (region,) = json.loads(result.read_text())["summary"].values()
        return region["dice"]["mean"]

    def fine_tuned(self, start: str, init: list[str], head: int, seed: int) -> float:
        name = f"heads/{start.replace(' ', '_')}_{seed}_{head}"
        run = f"{name}.run"
        if not (self.folder / f"{name}.json").is_file():
            self.training("stores/heads", run, *init, "--crop", 32, "--batch-size", 1, "--steps", HEAD_STEPS, "--learning-rate", "1e-3",
                          "--validate-every", 1000000, "--seed", seed, "--fold", head)
        dice = self.dice(name, f"{run}/checkpoints/last.pt", head)
        shutil.rmtree(self.folder / run, ignore_errors=True)
        return dice


def main() -> None:
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("usage: "))
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--heads", type=pathlib.Path, required=True)
    parser.add_argument("--anatomy", default="shipped")
    parser.add_argument("--init")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    (options.folder / "heads").mkdir(parents=True, exist_ok=True)
    trials = Trials(options)
    start = options.init or trials.start(options.anatomy)
    names = trials.heads(options.heads)
    heads = range(len(names))
    starts = {SCRATCH: ["--init", "scratch", "--network", "uniformer_tiny"], options.init or START: ["--init", start]}
    untouched = [] if options.init else [trials.dice(f"heads/untouched_{head}", start, head) for head in heads]
    tuned: dict[str, list[list[float]]] = {name: [] for name in starts}  # by seed and head
    for seed in range(1, options.seeds + 1):
        for name, init in starts.items():
            tuned[name].append([trials.fine_tuned(name, init, head, seed) for head in heads])
        write(options.folder / "table.tsv", names, untouched, tuned)


def write(file: pathlib.Path, names: list[str], untouched: list[float], tuned: dict[str, list[list[float]]]) -> None:
    """Means over the seeds, with 95 % intervals where there are several."""
    scratch, start = tuned.values()
    def columns(seeds: list[list[float]]) -> list[str]:
        return [results.interval(list(values)) for values in zip(*seeds)] + [results.interval([sum(seed) / len(seed) for seed in seeds])]

    rows = [["weights before fine-tuning", *names, "mean of the heads"]]
    rows += [[f"{START}, not fine-tuned", *columns([untouched])]] if untouched else []
    rows += [[name, *columns(seeds)] for name, seeds in tuned.items()]
    rows.append(["difference", *columns([[a - b for a, b in zip(*pair)] for pair in zip(start, scratch)])])
    file.write_text("".join("\t".join(row) + "\n" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
