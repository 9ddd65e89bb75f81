"""scripts/check_symbols.py on small programs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "check_symbols.py"
NEW = "#include <cstdlib>\nint main() { return arc4random() == 0; }\n"  # of glibc 2.36


def compiled(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / "main.cpp").write_text(text)
    subprocess.run(["g++", "-o", folder / "main", folder / "main.cpp"], check=True)
    return folder


def check(glibc: str, folder: Path, *more: str) -> tuple[int, str]:
    result = subprocess.run([sys.executable, SCRIPT, glibc, folder, *more], capture_output=True, text=True)
    return result.returncode, result.stdout


def test_a_newer_symbol_is_refused(tmp_path: Path) -> None:
    folder = compiled(tmp_path / "new", NEW)
    code, said = check("2.28", folder, "--without", "libstdc++.so.6", "libgcc_s.so.1")
    assert code == 1 and "main: GLIBC_2.36 of libc.so.6 is newer than glibc 2.28" in said
    assert check("2.36", folder, "--without", "libstdc++.so.6", "libgcc_s.so.1")[0] == 0


def test_a_library_that_is_not_there_is_refused(tmp_path: Path) -> None:
    folder = compiled(tmp_path / "cxx", "#include <iostream>\nint main() { std::cout << 1; }\n")
    code, said = check("2.99", folder)
    assert code == 1 and "libstdc++.so.6 is neither beside it nor of glibc" in said


def test_an_older_library_beside_it_is_refused(tmp_path: Path) -> None:
    folder = compiled(tmp_path / "old", "#include <iostream>\nint main() { std::cout << 1; }\n")
    (folder / "empty.cpp").write_text("int nothing;\n")
    library = folder / "libstdc++.so.6"
    subprocess.run(["g++", "-shared", "-nostdlib", "-Wl,-soname,libstdc++.so.6", "-o", library, folder / "empty.cpp"], check=True)
    code, said = check("2.99", folder)
    assert code == 1 and "libstdc++.so.6 beside it has no GLIBCXX_3.4" in said


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    assert check("2.28", tmp_path)[0] == 1
