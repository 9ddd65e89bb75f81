"""The words of the pages, and the check of them."""
import check_prose


def test_pages_say_who_needs_them_and_use_the_words_of_the_field(root):
    pages = sorted((root / "docs").rglob("*.md"))
    assert len(pages) > 30
    found = [one for page in pages for one in check_prose.problems(page.relative_to(root), page.read_text(encoding="utf-8"))]
    assert found == []


def test_the_check_finds_what_is_wrong():
    page = "# Title\n\nFor who runs it alone, one a core.\n\n```\nalone\n```\n`alone` takes 2 GB a rank, but for one.\n"
    assert [one.split(":")[1:3] for one in check_prose.problems("x", page)] == [
        ["3", ' "alone"'], ["3", ' "one a core"'], ["3", ' "For who"'], ["8", ' "but for"'], ["8", ' "2 GB a rank"']]
    assert len(list(check_prose.problems("x", "# Title\n## Next\n\nText.\n"))) == 1
    assert len(list(check_prose.problems("x", "# Title\n\n| a | table |\n"))) == 1
    assert list(check_prose.problems("x", "# Title\n\nFor whoever runs it.\n")) == []
