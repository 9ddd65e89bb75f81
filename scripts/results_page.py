"""Tables of results in a page of the docs, made from files of results/.

usage: results_page.py PAGE [--check]

Between the lines `<!-- results: FILE -->` and `<!-- end of results -->` of the page stand the tables of FILE, a path from the repository's
root: the comparison.json of `brainmvp benchmark`, or a .tsv as it is. They are written anew, or, with --check, compared (exit code 1 where they differ).
"""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(<!-- results: (\S+) -->\n).*?(<!-- end of results -->)", re.DOTALL)


def with_interval(row: dict) -> str:
    low, high = row["interval"]
    return f"{row['mean']:.3f} [{low:.3f}, {high:.3f}]"


def of_difference(row: dict) -> str:
    return with_interval(row) + (f", p {row['holm']:.3f}" if "holm" in row else "")


def table(rows: list[dict], labelled: int, text) -> list[str]:
    """A line per objective, a column per task."""
    chosen = [row for row in rows if row["labelled"] == labelled]
    tasks = list(dict.fromkeys(row["task"] for row in chosen))
    objectives = list(dict.fromkeys(row["objective"] for row in chosen))
    cells = {(row["objective"], row["task"]): text(row) for row in chosen}
    lines = ["| | " + " | ".join(tasks) + " |", "|" + " --- |" * (len(tasks) + 1)]
    for objective in objectives:
        lines.append(f"| {objective} | " + " | ".join(cells.get((objective, task), "") for task in tasks) + " |")
    return lines + [""]


def rows_of(file: pathlib.Path) -> list[str]:
    head, *rows = [line.split("\t") for line in file.read_text().splitlines()]
    return ["| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows]] + [""]


def tables(file: pathlib.Path) -> str:
    return "\n" + "\n".join(rows_of(file) if file.suffix == ".tsv" else compared(json.loads(file.read_text()))) + "\n"


def compared(comparison: dict) -> list[str]:
    lines = []
    for labelled in sorted({row["labelled"] for row in comparison["scores"]}):
        lines += [f"Scores with {labelled} labelled patients, means over patients and seeds with 95 % intervals over patients:", ""]
        lines += table(comparison["scores"], labelled, with_interval)
        for reference in dict.fromkeys(row["reference"] for row in comparison["differences"]):
            rows = [row for row in comparison["differences"] if row["reference"] == reference]
            if any(row["labelled"] == labelled for row in rows):
                lines += [f"Differences from `{reference}`, with Holm's p where there is a test:", ""]
                lines += table(rows, labelled, of_difference)
    return lines


def main(page: pathlib.Path, check: bool) -> int:
    before = page.read_text()
    after = BLOCK.sub(lambda match: match[1] + tables(ROOT / match[2]) + match[3], before)
    if check:
        if after != before:
            print(f"{page}: its tables are not those of results/; run scripts/results_page.py {page}", file=sys.stderr)
        return int(after != before)
    page.write_text(after)
    return 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[1].startswith("-") or sys.argv[2:] not in ([], ["--check"]):
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1]), "--check" in sys.argv))
