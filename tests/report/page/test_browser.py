"""The report in a real browser: headless Chromium, driven by selenium."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_boards import SCRIPT, nasty_chapters
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from geneboard.benchmark.report.page import write_pages

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium and chromedriver are not installed"),
]

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
LUNG = "files-data/quick/lung"
L1000 = "l1000-tcga/quick"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6364f8ffbf1e000485027fd4e0f4c00000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SE_OFFLINE", "true")  # never look for another driver
        options = Options()
        options.binary_location = str(CHROMIUM)
        for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service(executable_path=str(DRIVER)))
        yield driver
        driver.quit()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report")
    for picture in (out / LUNG / "heatmap.png", out / L1000 / "landmark_budget.png"):
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(PNG)
    write_pages(out, nasty_chapters())
    return out


@pytest.fixture
def report(chromium: webdriver.Chrome, folder: Path) -> webdriver.Chrome:
    """The report, just opened at the table of lung."""
    for log in ("browser", "performance"):
        chromium.get_log(log)
    chromium.get("about:blank")
    chromium.get(f"{(folder / 'report.html').as_uri()}#{LUNG}")
    return chromium


def width(driver: webdriver.Chrome, pixels: int) -> None:
    """Give the page a width; a headless window cannot be as narrow as a telephone."""
    size = {"width": pixels, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def scores(driver: webdriver.Chrome) -> WebElement:
    return driver.find_element(By.ID, f"{LUNG}/leaderboard")


def unfold(table: WebElement) -> WebElement:
    """What shows more columns of a table."""
    return table.find_element(By.XPATH, "ancestor::div[@class='table-block']/input[@class='unfold']")


def cut(table: WebElement) -> bool:
    """Whether a table says that it is wider than the window; then, and only then, it is."""
    region = table.find_element(By.XPATH, "ancestor::div[@class='scroll']")
    says = region.find_element(By.XPATH, "preceding-sibling::p[@class='cut']").is_displayed()
    wider: bool = region.get_property("scrollWidth") > region.get_property("clientWidth") + 1
    assert says == wider
    return says


def head(table: WebElement, label: str) -> WebElement:
    return table.find_element(By.XPATH, f"thead//th[normalize-space(.)='{label}']")


def column(table: WebElement, label: str, body: int = 0) -> list[str]:
    """The cells of a column in the rows that are to be seen, of the methods (0) or of the controls (1)."""
    script = """
        const [table, label, body] = arguments;
        const column = [...table.tHead.rows[0].cells].findIndex((head) => head.innerText.trim() === label);
        const rows = [...table.tBodies[body].rows].filter((row) => row.offsetParent !== null);
        return rows.map((row) => row.cells[column].firstElementChild.innerText);
    """  # the first element of a cell is what it says, then come footnotes and the small print
    found: list[str] = table.parent.execute_script(script, table, label, body)
    return found


def numbers(cells: list[str]) -> list[float]:
    return [float(cell) for cell in cells if cell not in ("–", "undef")]


def requests(driver: webdriver.Chrome) -> list[str]:
    """Every address that was asked for since the log was last read."""
    events: list[Any] = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    return [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    ]


def test_a_click_sorts_up_then_down_then_as_written_and_missing_is_last(report: webdriver.Chrome) -> None:
    table = scores(report)
    written = column(table, "method")
    button = head(table, "ASW").find_element(By.TAG_NAME, "button")
    for order in ("ascending", "descending"):
        button.click()
        cells = column(table, "ASW")
        found = numbers(cells)
        assert found == sorted(found, reverse=order == "descending")
        assert sorted(cells[len(found) :]) == ["undef", "–"]
        assert head(table, "ASW").get_attribute("aria-sort") == order
        assert column(table, "method", body=1) == ["Random"]  # controls stay below
    button.click()
    assert column(table, "method") == written
    assert head(table, "ASW").get_attribute("aria-sort") is None


def test_numbers_sort_as_numbers_and_texts_as_texts(report: webdriver.Chrome) -> None:
    table = scores(report)
    unfold(table).click()
    head(table, "average rank").find_element(By.TAG_NAME, "button").click()
    ranks = numbers(column(table, "average rank"))
    assert max(ranks) >= 10
    assert ranks == sorted(ranks)
    head(table, "status").find_element(By.TAG_NAME, "button").click()
    assert column(table, "status") == sorted(column(table, "status"))
    sorted_heads = table.find_elements(By.CSS_SELECTOR, "th[aria-sort]")
    assert [found.text.strip() for found in sorted_heads] == ["status"]


def test_the_filters_hide_rows_by_name_and_kind(report: webdriver.Chrome) -> None:
    table = scores(report)
    block = table.find_element(By.XPATH, "ancestor::div[@class='table-block']")
    name, shown = (block.find_element(By.CLASS_NAME, part) for part in ("filter-text", "shown"))
    kind = Select(block.find_element(By.CLASS_NAME, "filter-kind"))
    everything = [*column(table, "method"), *column(table, "method", body=1)]
    assert shown.text == f"{len(everything)} of {len(everything)} rows"
    name.send_keys("SCRIPT")
    assert column(table, "method") == [SCRIPT]
    assert shown.text == f"1 of {len(everything)} rows"
    name.clear()
    name.send_keys(Keys.BACKSPACE)
    kind.select_by_value("published")
    assert column(table, "method") == ["A", "B", "C"]
    assert column(table, "method", body=1) == []
    kind.select_by_value("control")
    assert column(table, "method", body=1) == ["Random"]
    kind.select_by_value("")
    assert [*column(table, "method"), *column(table, "method", body=1)] == everything


def test_the_keyboard_is_enough(report: webdriver.Chrome) -> None:
    table = scores(report)
    block = table.find_element(By.XPATH, "ancestor::div[@class='table-block']")
    block.find_element(By.CLASS_NAME, "filter-text").click()
    labels = []
    for _ in range(6):  # kind, more columns, the table as a region that scrolls, and the first heads
        report.switch_to.active_element.send_keys(Keys.TAB)
        focused = report.switch_to.active_element
        labels.append(focused.get_attribute("class") or focused.tag_name)
    assert labels == ["filter-kind", "unfold", "scroll", "button", "button", "button"]
    sorted_by = report.switch_to.active_element.text
    report.switch_to.active_element.send_keys(Keys.ENTER)
    assert head(table, sorted_by).get_attribute("aria-sort") == "ascending"
    report.switch_to.active_element.send_keys(Keys.SPACE)
    assert head(table, sorted_by).get_attribute("aria-sort") == "descending"


def test_the_console_is_silent_and_nothing_leaves_the_file(report: webdriver.Chrome, folder: Path) -> None:
    for part in report.find_elements(By.CSS_SELECTOR, "details:not([open]) > summary"):
        report.execute_script("arguments[0].parentElement.open = true", part)
    for button in report.find_elements(By.CSS_SELECTOR, "thead button")[:40]:
        report.execute_script("arguments[0].click()", button)
    assert report.get_log("browser") == []
    asked = requests(report)
    assert any(url.startswith("file:") for url in asked)
    for url in asked:
        assert url.split("#")[0] == (folder / "report.html").as_uri() or url.startswith("data:")
    loaded = report.find_elements(By.TAG_NAME, "img")
    assert loaded
    assert all(image.get_property("naturalWidth") for image in loaded)


@pytest.mark.parametrize("pixels", [400, 1400])
@pytest.mark.parametrize(
    "name",
    [
        "report.html",
        f"{LUNG}/leaderboard.html",
        "files-data/quick/across_tissues.html",
        f"{L1000}/all-landmarks/leaderboard.html",
    ],
)
def test_no_page_scrolls_sideways(chromium: webdriver.Chrome, folder: Path, name: str, pixels: int) -> None:
    width(chromium, pixels)
    chromium.get((folder / name).as_uri())
    chromium.execute_script("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    page, window = chromium.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
    assert window == pixels
    assert page <= window
    assert chromium.get_log("browser") == []


def test_leaderboards_fit_a_window_and_say_where_they_are_cut(report: webdriver.Chrome) -> None:
    report.execute_script("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    names = [LUNG, "files-data/quick/heart", f"{L1000}/all-landmarks"]
    boards = [report.find_element(By.ID, f"{name}/leaderboard") for name in names]
    boards.append(report.find_element(By.ID, "files-data/quick/across_tissues/across_tissues"))
    for pixels, expected in ((1400, False), (400, True)):
        width(report, pixels)
        WebDriverWait(report, 5).until(lambda _, expected=expected: cut(boards[0]) == expected)
        assert [cut(board) for board in boards] == [expected] * len(boards)
    width(report, 1400)


def test_more_columns_are_shown_when_asked_for_and_on_paper(report: webdriver.Chrome) -> None:
    table = scores(report)
    assert head(table, "joint score").is_displayed()
    assert not head(table, "average rank").is_displayed()
    heads = table.find_elements(By.CSS_SELECTOR, "thead th.secondary")
    label = unfold(table).find_element(By.XPATH, "following-sibling::label")
    assert label.text == f"{len(heads)} more columns"
    label.click()
    assert head(table, "average rank").is_displayed()
    label.click()
    assert not head(table, "average rank").is_displayed()
    report.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    width(report, 1032)  # A4 landscape without its margins
    try:
        assert all(one.is_displayed() for one in table.find_elements(By.TAG_NAME, "th"))
        assert not unfold(table).is_displayed()
        right = "return arguments[0].getBoundingClientRect().right"
        assert report.execute_script(right, table) <= 1032
    finally:
        report.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
        width(report, 1400)


def test_the_first_column_stays_while_a_table_scrolls(report: webdriver.Chrome) -> None:
    width(report, 400)
    table = scores(report)
    region = table.find_element(By.XPATH, "ancestor::div[@class='scroll']")
    name = table.find_element(By.CSS_SELECTOR, "tbody th")
    before = name.rect["x"]
    report.execute_script("arguments[0].scrollLeft = 300", region)
    assert region.get_property("scrollLeft") == 300
    assert name.rect["x"] == before
    width(report, 1400)


def test_a_link_into_a_closed_leaderboard_opens_it(report: webdriver.Chrome) -> None:
    target = report.find_element(By.ID, "files-data/quick/heart")
    assert not target.is_displayed()
    report.find_element(By.CSS_SELECTOR, "nav a[href='#files-data/quick/heart']").click()
    assert target.is_displayed()


def test_without_scripts_the_tables_are_whole(chromium: webdriver.Chrome, folder: Path) -> None:
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    chromium.get((folder / LUNG / "leaderboard.html").as_uri())
    table = scores(chromium)
    assert len(table.find_elements(By.CSS_SELECTOR, "tbody tr")) == 11
    assert not table.find_elements(By.TAG_NAME, "button")
    assert not chromium.find_element(By.CLASS_NAME, "filters").is_displayed()
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
