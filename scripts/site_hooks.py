"""Hooks of mkdocs.yml: a file that is neither in docs/ nor in the theme, and what the theme lacks for screen readers and keyboards."""
from pathlib import Path

from mkdocs.structure.files import File

SHIM = Path(__file__).parent.parent / ".deps/web/node_modules/iframe-worker/shim/index.js"


def on_files(files, config):
    if not SHIM.is_file():
        raise SystemExit(f"{SHIM}: not found; ./dev setup installs it")
    files.append(File.generated(config, "assets/iframe-worker.js", abs_src_path=str(SHIM)))
    return files


def on_post_page(output, page, config):
    named = output.replace('data-md-component="search" role="dialog"', 'data-md-component="search" role="dialog" aria-label="Search"')
    return named.replace("<pre><span></span><code>", '<pre tabindex="0"><span></span><code>')  # scrolls by keyboard
