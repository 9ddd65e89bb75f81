"""Links of the site, and the check of them."""
import re
import subprocess

import check_site


def test_links_lead_somewhere_and_nothing_is_loaded_from_elsewhere(site):
    assert list(check_site.problems(site)) == []


def test_the_check_finds_what_is_wrong(tmp_path):
    (tmp_path / "index.html").write_text(
        '<p id="here"><a href="#here">1</a> <a href="other.html#there">2</a> <a href="https://example.org">3</a>'
        '<a href="none.html">4</a> <a href="#nowhere">5</a> <a href="other.html#nowhere">6</a> <a href="../index.html">7</a>'
        '<script src="https://example.org/x.js"></script><img src="none.png"><link rel="stylesheet" href="//example.org/x.css">')
    (tmp_path / "other.html").write_text('<p id="there">')
    (tmp_path / "x.css").write_text("@font-face { src: url('https://example.org/x.woff2') }")
    assert sorted(check_site.problems(tmp_path)) == sorted([
        "index.html: none.html: no such file",
        "index.html: #nowhere: no such place on that page",
        "index.html: other.html#nowhere: no such place on that page",
        "index.html: ../index.html: no such file",
        "index.html: none.png: no such file",
        "index.html: loads https://example.org/x.js",
        "index.html: loads //example.org/x.css",
        "x.css: loads https://example.org/x.woff2",
    ])


def test_an_empty_folder_is_no_site(tmp_path):
    assert list(check_site.problems(tmp_path)) != []


def test_pages_that_sources_and_readme_name_are_there(root):
    files = subprocess.run(["git", "-C", root, "ls-files", "-z"], capture_output=True, text=True, check=True).stdout.split("\0")
    named = {}
    for file in (one for one in files if one and not one.startswith("tests/site/")):
        try:
            text = (root / file).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        for page in re.findall(r"\bdocs/[a-z0-9_/-]+\.(?:md|png)\b", text):
            named.setdefault(page, file)
    assert len(named) > 20
    assert {page: file for page, file in named.items() if not (root / page).is_file()} == {}
