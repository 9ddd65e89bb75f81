"""check_prose.py FILE...: each page begins with a paragraph that says who needs it, and uses the field's words."""
import re
import sys
from pathlib import Path

UNITS = "rank|step|study|sample|batch|modality|processor|core|folder|row|file|machine|voxel|case|image|epoch|patient|thread|channel"
AMOUNTS = r"one|once|twice|[0-9.]+ (?:times|samples|batches|bytes|KiB|MB|GB|TB|GFLOP|s|ms|seconds|microseconds)|[Ss]econds"
WORDS = [  # what is found, and what to write instead
    (r"\balone\b", "only"),
    (r"\bbut for\b", "except for"),
    (rf"\b(?:{AMOUNTS}) an? (?:{UNITS})\b", "per"),
    (r"\b[Ff]or who\b", "for whoever"),
    (r"\brandom streams?\b", "random seed"),
]


def prose(text):
    """The lines of a page with their numbers, without blocks and spans of code."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            inside = not inside
        elif not inside:
            yield number, re.sub(r"`[^`]*`", "`", line)


def problems(name, text):
    lines = text.splitlines()
    if len(lines) < 3 or lines[1] or not lines[0].startswith("# ") or not re.match(r"[^\s#|`!>*-]", lines[2]):
        yield f"{name}:1: a page is a title and a paragraph that says who needs it, then the rest"
    for number, line in prose(text):
        for pattern, instead in WORDS:
            for found in re.finditer(pattern, line):
                yield f"{name}:{number}: \"{found.group()}\": write \"{instead}\""


if __name__ == "__main__":
    found = [one for file in sys.argv[1:] for one in problems(file, Path(file).read_text(encoding="utf-8"))]
    print("\n".join(found), end="\n" if found else "")
    sys.exit(1 if found else 0)
