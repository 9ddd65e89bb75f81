"""`python -m brainmvp.export RUN -o DIR --format onnx`, which `brainmvp export` runs. Ends with the exit codes of the program."""

from __future__ import annotations

import argparse
import sys

from brainmvp.errors import Error
from brainmvp.export import FORMATS, export


def _arguments() -> argparse.Namespace:
    formats = "; ".join(f"{name}: {row.summary}" for name, row in FORMATS.items())
    parser = argparse.ArgumentParser("brainmvp export", description="Writes a fine-tuned model for other software.")
    parser.add_argument("run", metavar="RUN", help="Folder of a fine-tuned run, or a checkpoint")
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="Folder to write")
    parser.add_argument("--format", default="onnx", metavar="NAME", help=f"{formats} [onnx]")
    return parser.parse_args()


def main() -> int:
    """0, or the exit code of what went wrong."""
    arguments = _arguments()
    try:
        out = export(arguments.run, arguments.output, arguments.format)
    except Error as fault:
        print(f"error: {fault}", file=sys.stderr)
        return fault.exit_code
    except KeyboardInterrupt:
        return 130
    print(f"{arguments.format} of {arguments.run} in {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
