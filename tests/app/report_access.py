"""report_access.py PAGE AXE SUPPORT (folder of browser.py): opens a report at three widths, light and dark, with axe-core; by keyboard; and printed."""
import base64
import re
import sys

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

sys.path.insert(0, sys.argv[3])
import browser as support  # noqa: E402

page, axe = sys.argv[1], open(sys.argv[2], encoding="utf-8").read()
browser = support.start()


def script(text, *arguments):
    return browser.execute_script(text, *arguments)


def opened(width, scheme):
    support.open_page(browser, "file://" + page, width, scheme)


def serious_findings():
    script("for (const part of document.querySelectorAll('details')) part.open = true")
    return support.serious_findings(browser, axe)


def focused():
    return script("const e = document.activeElement; return [e.tagName, e.id, e.name ?? '', e.textContent.slice(0, 40)]")


def tab_to(wanted):
    """Presses Tab until the element of this id or name has the focus."""
    for _ in range(400):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        tag, element, name, _ = focused()
        if wanted in (element, name):
            shown = script("const s = getComputedStyle(document.activeElement); return s.outlineStyle !== 'none'")
            assert shown, f"the focus of {wanted} is not shown"
            return browser.switch_to.active_element
    raise AssertionError(f"the keyboard does not reach {wanted}")


def hidden(selector):
    return script("return [...document.querySelectorAll(arguments[0])].every((e) => getComputedStyle(e).display === 'none')", selector)


try:
    for width in (390, 800, 1400):
        for scheme in ("light", "dark"):
            opened(width, scheme)
            assert script("return document.documentElement.scrollWidth <= innerWidth"), f"wider than {width} pixels"
            findings = serious_findings()
            assert not findings, (width, scheme, findings)
            columns = script("return getComputedStyle(document.querySelector('.overlays')).gridTemplateColumns.split(' ').length")
            assert columns == (2 if width == 1400 else 1), (width, columns)
            wide = script("return [...document.querySelectorAll('.scroll')].filter((t) => t.scrollWidth > t.clientWidth + 1 && "
                          "t.nextElementSibling.hidden).length")
            assert wide == 0, f"{wide} tables are wider than {width} pixels, and do not say so"
    assert script("return getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)", "dark is white"
    opened(390, "light")
    script("for (const part of document.querySelectorAll('details')) part.open = true")
    browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
    assert script("return [...document.querySelectorAll('.scroll-hint')].some((hint) => !hint.hidden)"), "no table asks to be scrolled"

    opened(1400, "light")
    script("document.body.focus()")
    assert not hidden("g.prediction") and not hidden("g.reference")
    assert script("return getComputedStyle(document.querySelector('g.prediction path')).fill") == "none", "contours by default"
    tab_to("overlay-show").send_keys(Keys.ARROW_RIGHT)
    assert not hidden("g.prediction") and hidden("g.reference")
    browser.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    assert hidden("g.prediction") and not hidden("g.reference")
    browser.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    assert hidden("g.prediction") and hidden("g.reference")
    browser.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    sets = "return [...document.querySelectorAll('g.prediction:not([hidden])')].map((g) => g.dataset.set)"
    first = set(script(sets))
    tab_to("overlay-set").send_keys(Keys.ARROW_DOWN)
    assert set(script(sets)) != first and len(set(script(sets))) == 1
    tab_to("overlay-filled").send_keys(Keys.SPACE)
    assert script("return getComputedStyle(document.querySelector('g.prediction:not([hidden]) path')).fill") != "none"
    window = "return getComputedStyle(document.querySelector('.plane img')).filter"
    before = script(window)
    tab_to("overlay-width").send_keys(Keys.ARROW_RIGHT * 5)
    changed = script(window)
    assert changed != before, changed
    tab_to("overlay-reset").send_keys(Keys.ENTER)
    assert script(window) == before
    plane = browser.find_element(By.CSS_SELECTOR, ".plane.axial")
    script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", plane)
    webdriver.ActionChains(browser).move_to_element(plane).click_and_hold().move_by_offset(40, 10).release().perform()
    assert script(window) != before, "dragging changes nothing"

    pdf = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": False})["data"])
    pages = len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))
    assert 1 <= pages <= 8, f"printed on {pages} pages"
    print(pages, "pages")
finally:
    browser.quit()
