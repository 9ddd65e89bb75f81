"""check_site.py SITE: links and anchors of a built site lead somewhere, and nothing is loaded from elsewhere. Opens no connection."""
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("link", "href")}


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.anchors, self.links, self.loaded = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.anchors |= {values[key] for key in ("id", "name") if values.get(key)}
        for key in ("href", "src"):
            if values.get(key):
                (self.loaded if (tag, key) in LOADED else self.links).append(values[key])


def is_elsewhere(link):
    return bool(urlsplit(link).netloc)


def is_local(link):
    return not urlsplit(link).scheme and not is_elsewhere(link)


def wrong_link(site, file, link, pages):
    parts = urlsplit(link)
    target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
    if not target.is_relative_to(site) or not target.is_file():
        return f"{link}: no such file"
    if parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
        return f"{link}: no such place on that page"
    return None


def problems(site):
    site = Path(site).resolve()
    pages = {file: Page(file.read_text(encoding="utf-8")) for file in sorted(site.rglob("*.html"))}
    if not pages:
        yield f"{site}: holds no page"
    for file, page in pages.items():
        if file.name == "404.html":  # its links are those of a server's root
            continue
        name = file.relative_to(site)
        yield from (f"{name}: loads {link}" for link in page.loaded if is_elsewhere(link))
        wrong = (wrong_link(site, file, link, pages) for link in page.links + page.loaded if is_local(link))
        yield from (f"{name}: {problem}" for problem in wrong if problem)
    for file in sorted(site.rglob("*.css")):
        found = re.findall(r"""(?:url\(|@import)\s*["']?((?:https?:)?//[^"')\s]+)""", file.read_text(encoding="utf-8"))
        yield from (f"{file.relative_to(site)}: loads {link}" for link in found)


if __name__ == "__main__":
    found = list(problems(sys.argv[1]))
    print("\n".join(found), end="\n" if found else "")
    sys.exit(1 if found else 0)
