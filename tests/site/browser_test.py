"""The site in Chromium, opened as files: it fits phones and screens, is accessible, searchable, and loads nothing."""
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from browser import open_page, serious_findings

PAGES = ("index.html", "tutorials/own-data.html", "reference/commands.html", "background/beside.html", "develop/extending.html")


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (1400, "light")])
def test_pages_fit_and_are_accessible(browser, site, root, width, scheme):
    axe = (root / ".deps/web/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
    for page in PAGES:
        open_page(browser, (site / page).as_uri(), width, scheme)
        assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth"), f"{page} is wider than {width} pixels"
        assert serious_findings(browser, axe) == [], (page, width, scheme)
        shown = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
        assert (shown == "rgb(255, 255, 255)") == (scheme == "light"), (page, shown)
    loaded = browser.execute_script("return performance.getEntriesByType('resource').map((one) => one.name)")
    assert all(name.startswith(("file:", "data:", "blob:")) for name in loaded), loaded


def test_search_works_from_a_folder(browser, site):
    open_page(browser, (site / "index.html").as_uri(), 1400, "light")
    browser.execute_script("document.querySelector('[data-md-toggle=search]').click()")
    browser.find_element(By.CSS_SELECTOR, "input.md-search__input").send_keys("calibration")
    found = WebDriverWait(browser, 120).until(lambda b: b.find_elements(By.CSS_SELECTOR, ".md-search-result__link"))
    assert any("calibration" in one.get_attribute("textContent").lower() for one in found)
    assert all(one.get_attribute("href").startswith(site.as_uri()) for one in found)
