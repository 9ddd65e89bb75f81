"""Checks that each module of src/ includes only itself and the modules it depends on, and that no dependency is idle.

A folder of a module that FOLDERS lists includes only itself and those listed before it.

usage: check_layers.py ROOT     ROOT has CMakeLists.txt with brainmvp_module(...) lines, and src/
"""
import dataclasses
import pathlib
import re
import sys


@dataclasses.dataclass
class Module:
    deps: list[str]
    folders: list[str]
    allowed: set[str]  # the module and all that its DEPS lead to
    included: set[str] = dataclasses.field(default_factory=set)


def words_after(key: str, text: str) -> list[str]:
    found = re.search(rf"\b{key}((?:\s+[a-z_]+)+)", text)
    return found.group(1).split() if found else []


def read_modules(cmake: str) -> dict[str, Module]:
    modules: dict[str, Module] = {}
    for name, rest in re.findall(r"^brainmvp_module\((\w+)([^)]*)\)", cmake, re.M):
        deps = words_after("DEPS", rest)
        for dep in deps:
            if dep not in modules:
                sys.exit(f"CMakeLists.txt: module {name} depends on {dep}, which is not listed before it")
        allowed = {name}.union(*(modules[dep].allowed for dep in deps))
        modules[name] = Module(deps, words_after("FOLDERS", rest), allowed)
    return modules


def includes_of(path: pathlib.Path) -> list[tuple[int, list[str]]]:
    """Line and folders of each of our headers that a file includes."""
    found = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        include = re.match(r'#include "([\w/]+)/[\w.]+"', line)
        if include:
            found.append((number, include.group(1).split("/")))
    return found


def forbidden(module: Module, own: list[str], other: list[str]) -> bool:
    if other[0] != own[0]:
        return other[0] not in module.allowed
    folders = module.folders
    inner = len(own) > 1 and len(other) > 1 and own[1] in folders and other[1] in folders
    return inner and folders.index(other[1]) > folders.index(own[1])


def check_includes(root: pathlib.Path, modules: dict[str, Module]) -> int:
    faults = 0
    for path in sorted(root.glob("src/**/*")):
        if path.suffix not in (".h", ".cpp"):
            continue
        own = list(path.relative_to(root / "src").parent.parts)
        if own[0] not in modules:
            sys.exit(f"src/{own[0]} is no module of CMakeLists.txt")
        module = modules[own[0]]
        for number, other in includes_of(path):
            if other[0] not in modules:
                continue
            module.included.add(other[0])
            if forbidden(module, own, other):
                print(f"{path.relative_to(root)}:{number}: {'/'.join(own)} must not include {'/'.join(other)}")
                faults += 1
    return faults


def check_idle(modules: dict[str, Module]) -> int:
    idle = [(name, dep) for name, module in modules.items() for dep in module.deps if dep not in module.included]
    for name, dep in idle:
        print(f"CMakeLists.txt: module {name} names {dep} in DEPS and includes nothing of it")
    return len(idle)


def main(root: pathlib.Path) -> int:
    modules = read_modules((root / "CMakeLists.txt").read_text())
    return 1 if check_includes(root, modules) + check_idle(modules) else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
