"""Chromium for tests of pages: opened as files, without a network, and looked at by axe-core."""
from selenium import webdriver
from selenium.webdriver.chrome.service import Service


def start():
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--no-first-run",
                     "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=direct://"):
        options.add_argument(argument)
    browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    browser.set_script_timeout(300)  # axe-core beside other tests
    return browser


def open_page(browser, address, width, scheme):
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    browser.get(address)


def serious_findings(browser, axe):
    found = browser.execute_async_script(
        axe + ";const done = arguments[arguments.length - 1]; axe.run(document, {iframes: false}).then(done, (e) => done(String(e)))")
    assert not isinstance(found, str), found
    assert len(found["passes"]) > 10, "axe-core looked at nothing"
    return [(one["id"], [node["html"][:200] for node in one["nodes"][:3]])
            for one in found["violations"] if one["impact"] in ("serious", "critical")]
