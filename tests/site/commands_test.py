"""Commands that the pages show: each exists, and has the options that it is shown with."""
import re

def shown_commands(text):
    """The lines of blocks of code that run the program, continued lines joined, without comments; not where a script is given it."""
    for block in re.findall(r"^```(?:bash)?\n(.*?)^```", text, re.M | re.S):
        for line in block.replace("\\\n", " ").splitlines():
            for part in re.split(r"&&|;", line.split(" #")[0]):
                found = re.search(r"(?:^|[\s/])brainmvp((?:\s+\S+)+)$", part.strip())
                if found and "scripts/" not in part:
                    yield found.group(1).split()


def sections(reference):
    """The help of each command by its name."""
    return dict(re.findall(r"^## brainmvp ?([a-z ]*)\n(.*?)(?=^## |\Z)", reference, re.M | re.S))


def mistakes(words, helps):
    name = words[0] + (" " + words[1] if words[0] == "finetune" and len(words) > 1 else "")
    if words[0].startswith("-"):
        name, words = "", ["", *words]
    if name not in helps:
        yield f"there is no command {name}"
        return
    for option in (word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)):
        if not re.search(rf"^ +(?:-[a-z],)?{re.escape(option)}\b|^ +{re.escape(option)},", helps[name], re.M):
            yield f"{name} has no option {option}"


def test_commands_of_the_pages_exist(root):
    helps = sections((root / "docs/reference/commands.md").read_text(encoding="utf-8"))
    assert "finetune segment" in helps and "" in helps
    found, count = [], 0
    for page in [root / "README.md", *sorted((root / "docs").rglob("*.md"))]:
        if page.name == "commands.md":
            continue
        for words in shown_commands(page.read_text(encoding="utf-8")):
            count += 1
            found += [f"{page.relative_to(root)}: brainmvp {' '.join(words)}: {one}" for one in mistakes(words, helps)]
    assert found == []
    assert count > 80


def test_the_check_finds_what_is_wrong():
    helps = {"": "  --version  x", "index": "  -o,--output FILE  x\n  --split A  x", "finetune segment": "  --init X  x"}
    page = "```\nbrainmvp index data --split 1 -o x # --none\nbrainmvp indx data\n  brainmvp index --splt 1 && brainmvp finetune segment \\\n  s --ini\n```\n"
    shown = list(shown_commands(page))
    assert len(shown) == 4
    assert [one for words in shown for one in mistakes(words, helps)] == [
        "there is no command indx", "index has no option --splt", "finetune segment has no option --ini"]
