"""Tables of results are those of the files below results/."""
import re
import shutil
import subprocess
import sys


def test_tables_are_those_of_the_files(root, tmp_path):
    page = root / "docs/background/results.md"
    assert page.read_text().count("<!-- results: ") > 0
    command = [sys.executable, root / "scripts/results_page.py"]
    assert subprocess.run([*command, page, "--check"]).returncode == 0
    changed = tmp_path / "page.md"
    shutil.copy(page, changed)
    changed.write_text(changed.read_text().replace("0.633", "0.733"))
    told = subprocess.run([*command, changed, "--check"], capture_output=True, text=True)
    assert told.returncode == 1 and "are not those of results/" in told.stderr
    subprocess.run([*command, changed], check=True)
    assert changed.read_text() == page.read_text()


def test_no_table_is_without_a_file(root):
    page = (root / "docs/background/results.md").read_text()
    outside = re.sub(r"<!-- results: .*?<!-- end of results -->", "", page, flags=re.DOTALL)
    assert [line for line in outside.splitlines() if line.lstrip().startswith("|")] == []
