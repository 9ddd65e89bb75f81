"""Hooks of mkdocs.yml: files of the site that are neither in docs/ nor in the theme."""
from pathlib import Path

from mkdocs.structure.files import File

SHIM = Path(__file__).parent.parent / ".deps/web/node_modules/iframe-worker/shim/index.js"


def on_files(files, config):
    if not SHIM.is_file():
        raise SystemExit(f"{SHIM}: not found; ./dev setup installs it")
    files.append(File.generated(config, "assets/iframe-worker.js", abs_src_path=str(SHIM)))
    return files
