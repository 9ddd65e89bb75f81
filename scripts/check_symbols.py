#!/usr/bin/env python3
"""check_symbols.py GLIBC FOLDER...: whether the programs and libraries in the folders run where glibc has that version.

Every version of a symbol that they need must be in a library beside them, or be one of glibc's that is not newer. Libraries may be missing
that --without names (those of an installed torch). Prints what was found; ends with 1 when something is too new or missing.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

OF_GLIBC = re.compile(r"(lib(c|m|rt|dl|pthread)\.so\.\d+|ld-linux-x86-64\.so\.2)$")
VERSION = re.compile(r"(GLIBC|GLIBCXX|CXXABI|GCC|[A-Z]+)_([0-9.]+)$")


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def read(file: Path) -> tuple[str, set[str], dict[str, set[str]]]:
    """Its name as others need it, the versions that it defines, and for each library that it needs the versions of its symbols."""
    text = subprocess.run(["objdump", "-p", file], check=True, capture_output=True, text=True).stdout
    soname = re.search(r"^  SONAME +(\S+)", text, re.M)
    needed: dict[str, set[str]] = {name: set() for name in re.findall(r"^  NEEDED +(\S+)", text, re.M)}
    library = ""
    for line in text.partition("Version References:")[2].splitlines():
        if match := re.match(r"  required from (\S+):", line):
            library = match[1]
        elif match := re.match(r"    0x\S+ 0x\S+ \d+ (\S+)", line):
            needed.setdefault(library, set()).add(match[1])
    defined = text.partition("Version definitions:")[2].partition("Version References:")[0]
    return soname[1] if soname else file.name, set(re.findall(r"^\d+ 0x\S+ 0x\S+ (\S+)", defined, re.M)), needed


def faults(files: list[Path], newest: str, absent: list[str]) -> list[str]:
    read_files = {file: read(file) for file in files}
    shipped = {soname: defined for soname, defined, _ in read_files.values()}
    found = []
    for file, (_, _, needed) in read_files.items():
        for library, versions in needed.items():
            if library in shipped:
                found += [f"{file}: {library} beside it has no {one}" for one in sorted(versions - shipped[library])]
            elif OF_GLIBC.match(library):
                found += [
                    f"{file}: {one} of {library} is newer than glibc {newest}"
                    for one in sorted(versions)
                    if (match := VERSION.match(one)) is None or numbers(match[2]) > numbers(newest)
                ]
            elif library not in absent:
                found.append(f"{file}: {library} is neither beside it nor of glibc")
    return found


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument("glibc")
    parser.add_argument("folders", nargs="+", type=Path)
    arguments = parser.parse_args()
    files = [file for folder in arguments.folders for file in sorted(folder.iterdir()) if file.is_file() and file.read_bytes()[:4] == b"\x7fELF"]
    if not files:
        print("check_symbols: no program and no library is there")
        return 1
    found = faults(files, arguments.glibc, arguments.without)
    print("\n".join(found) or f"check_symbols: {len(files)} files run with glibc {arguments.glibc}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
