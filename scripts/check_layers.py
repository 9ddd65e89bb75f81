"""Checks that each module of src/ includes only itself and the modules it depends on.

usage: check_layers.py ROOT     ROOT has CMakeLists.txt with brainmvp_module(...) lines, and src/
"""
import pathlib
import re
import sys


def allowed_modules(cmake: str) -> dict[str, set[str]]:
    """Each module with itself and all modules that its DEPS lead to."""
    allowed: dict[str, set[str]] = {}
    for name, rest in re.findall(r"^brainmvp_module\((\w+)([^)]*)\)", cmake, re.M):
        deps = re.search(r"\bDEPS((?:\s+[a-z_]+)+)", rest)
        allowed[name] = {name}
        for dep in deps.group(1).split() if deps else []:
            if dep not in allowed:
                sys.exit(f"CMakeLists.txt: module {name} depends on {dep}, which is not listed before it")
            allowed[name] |= allowed[dep]
    return allowed


def main(root: pathlib.Path) -> int:
    allowed = allowed_modules((root / "CMakeLists.txt").read_text())
    faults = 0
    for path in sorted(root.glob("src/*/*")):
        if path.suffix not in (".h", ".cpp"):
            continue
        module = path.parent.name
        if module not in allowed:
            sys.exit(f"src/{module} is no module of CMakeLists.txt")
        for number, line in enumerate(path.read_text().splitlines(), 1):
            include = re.match(r'#include "(\w+)/', line)
            if include and include.group(1) in allowed and include.group(1) not in allowed[module]:
                print(f"{path.relative_to(root)}:{number}: module {module} must not include {include.group(1)}")
                faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
