// `report` as a process: a tiny run, an evaluation and predictions on one page, opened in headless Chromium.
#include <cmath>
#include <fstream>

#include "io/image_file.h"
#include "store/handmade_store.h"
#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;
using test::ProcessResult;
using Arguments = std::vector<std::string>;

constexpr std::size_t kLargestPageBytes = 8'000'000;
constexpr const char* kAttack = "</script><img src=x onerror=alert(1)>";

using test::contains;

class ReportPage : public testing::Test {
protected:
  // A pre-training that was stopped on its way, two sets of predictions with their evaluation, and class probabilities.
  static void SetUpTestSuite() {
    folder_ = new test::TemporaryFolder;
    test::write_handmade_store(path("store"), {{.id = "anna", .size = {20, 18, 16}, .modalities = {"t1", "t2"}},
                                               {.id = "berta", .size = {17, 23, 19}, .modalities = {"t1", "t2"}}});
    pretrain("run", {"--steps", "80", "--stop-after", "70", "--log-images-every", "30", "--checkpoint-every", "1000"});
    write_predictions();
    expect_done(
        {"evaluate", path("good"), "--reference", path("studies.json"), "--compare", path("poor"), "-o", path("seg.json")});
    test::write_text(path("classes.tsv"), "case\tclass\nmueller\tHGG\nsmith\tLGG\njones\tHGG\n");
    test::write_text(path("probabilities.tsv"),
                     "case\tprob_LGG\tprob_HGG\nmueller\t0.2\t0.8\nsmith\t0.7\t0.3\njones\t0.6\t0.4\n");
    expect_done({"evaluate", path("probabilities.tsv"), "--reference", path("classes.tsv"), "--classification", "-o",
                 path("classes.json")});
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static std::string path(const std::string& name) { return *folder_ / name; }
  static void expect_done(const Arguments& arguments) {
    const ProcessResult result = test::run_brainmvp(arguments);
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }

  static void pretrain(const std::string& run, const Arguments& more) {
    Arguments command{"pretrain",     path("store"), "-o",        path(run), "--recipe",        "tiny", "--crop", "16",
                      "--batch-size", "1",           "--threads", "1",       "--template-size", "24",   "24",     "32"};
    command.insert(command.end(), more.begin(), more.end());
    expect_done(command);
  }

  // A bright ball of radius 14 with a cube of `value` from (12, 12, 12).
  template <class Volume>
  static Volume head(std::size_t side, int inside, int ball) {
    Volume volume{.size = {32, 34, 30}, .affine = {}, .data = {}};
    for (std::size_t k = 0; k < 30; ++k) {
      for (std::size_t j = 0; j < 34; ++j) {
        for (std::size_t i = 0; i < 32; ++i) {
          const auto offset = [side](std::size_t place) { return place >= 12 && place < 12 + side; };
          const double distance =
              std::hypot(static_cast<double>(i) - 16, static_cast<double>(j) - 17, static_cast<double>(k) - 15);
          const bool in_cube = offset(i) && offset(j) && offset(k);
          volume.data.push_back(static_cast<typename decltype(volume.data)::value_type>(in_cube         ? inside
                                                                                        : distance < 14 ? ball
                                                                                                        : 0));
        }
      }
    }
    return volume;
  }

  static void write_predictions() {
    std::string entries;
    std::size_t side = 6;
    for (const char* id : {"mueller", "smith", "jones"}) {
      const std::string name = id;
      const auto write_label = [](const std::string& file, std::size_t cube) {
        fs::create_directories(fs::path(file).parent_path());
        io::write_nifti(file, head<image::LabelVolume>(cube, 1, 0), {.type = io::StoredType::kUint8});
      };
      io::write_nifti(path(name + "_flair.nii.gz"), head<image::Volume>(6, 200, 100));
      write_label(path(name + "_seg.nii.gz"), 6);
      write_label(path("good/" + name + ".nii.gz"), side++);
      write_label(path("poor/" + name + ".nii.gz"), 3);
      entries += std::string(entries.empty() ? "" : ", ") + R"({"id": ")" + name + R"(", "image": [")" + name +
                 R"(_flair.nii.gz"], "modality": ["flair"], "label": ")" + name + R"(_seg.nii.gz"})";
    }
    test::write_text(path("studies.json"), R"({"test": [)" + entries + R"(], "labels": {"background": 0, "core": 1}})");
  }

  static Arguments whole(const std::string& output) {
    return {"report",       path("run"),          "-o",
            path(output),   "--evaluation",       path("seg.json"),
            "--evaluation", path("classes.json"), "--predictions",
            path("good"),   "--predictions",      path("poor"),
            "--studies",    path("studies.json")};
  }

private:
  static test::TemporaryFolder* folder_;
};
test::TemporaryFolder* ReportPage::folder_ = nullptr;

constexpr const char* kOpen = R"py(
import re, sys, time
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

options = webdriver.ChromeOptions()
options.binary_location = "/usr/bin/chromium"
for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
                 "--window-size=1280,900", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=direct://"):
    options.add_argument(argument)
options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
wait = WebDriverWait(browser, 60)

def script(text, *arguments):
    return browser.execute_script(text, *arguments)

def column(table, index):
    return script("return [...arguments[0].tBodies[0].rows].map((row) => row.cells[arguments[1]].textContent)", table, index)

try:
    browser.get("file://" + sys.argv[1])
    charts = browser.find_elements(By.CSS_SELECTOR, ".chart-area canvas")
    assert len(charts) >= 6, len(charts)
    for canvas in charts: # curves: pixels of another colour than the greys of the axes
        coloured = script("""const c = arguments[0], d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data; let n = 0;
            for (let i = 0; i < d.length; i += 4) if (d[i+3] > 128 && Math.max(d[i], d[i+1], d[i+2]) - Math.min(d[i], d[i+1], d[i+2]) > 40) n++;
            return n;""", canvas)
        assert coloured > 50, coloured

    script("for (const part of document.querySelectorAll('details')) part.open = true")
    table = browser.find_element(By.XPATH, "//table[caption='Every case']")
    buttons = table.find_elements(By.CSS_SELECTOR, "thead th button")
    dice = next(i for i, button in enumerate(buttons) if button.text.startswith("Dice"))
    numbers = lambda: [float(text) for text in column(table, dice)]
    script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", buttons[dice])
    buttons[dice].click()
    assert numbers() == sorted(numbers()) and len(set(numbers())) > 2, numbers()
    header = table.find_elements(By.CSS_SELECTOR, "thead th")[dice]
    assert header.get_attribute("aria-sort") == "ascending"
    buttons[dice].send_keys(Keys.ENTER)
    assert numbers() == sorted(numbers(), reverse=True), numbers()
    assert header.get_attribute("aria-sort") == "descending"
    buttons[dice].send_keys(Keys.SPACE)
    assert numbers() == sorted(numbers()), numbers()

    slider = browser.find_element(By.CSS_SELECTOR, "#reconstructions input[type=range]")
    output = browser.find_element(By.CSS_SELECTOR, "#reconstructions output")
    caption = r"step {}, mean absolute error 0\.\d+ \(view 1\), 0\.\d+ \(view 2\)"
    assert re.fullmatch(caption.format(60), output.text), output.text
    slider.send_keys(Keys.ARROW_LEFT)
    assert re.fullmatch(caption.format(30), output.text), output.text
    shown = browser.find_elements(By.CSS_SELECTOR, "#reconstructions .stack img:not([hidden])")
    assert len(shown) == 1 and shown[0].get_attribute("alt").endswith(output.text) and shown[0].get_property("naturalWidth") > 0
    pictures = browser.find_elements(By.CSS_SELECTOR, "#reconstructions .stack img")
    target = """const i = arguments[0], c = document.createElement("canvas"); c.width = 16; c.height = i.naturalHeight;
        const g = c.getContext("2d"); g.drawImage(i, 0, 0); return [...g.getImageData(0, 0, 16, c.height).data].join()"""
    script("arguments[0].forEach((i) => i.hidden = false)", pictures)
    assert len({script(target, picture) for picture in pictures}) == 1, "every step shows the same crop"

    assert script("return typeof window.brainmvpViewer") == "undefined", "the viewer must not load before it is opened"
    button = browser.find_element(By.ID, "viewer-open")
    script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", button)
    button.send_keys(Keys.ENTER)
    place = browser.find_element(By.ID, "viewer-place")
    wait.until(lambda _: " of " in place.text)
    canvas = browser.find_element(By.ID, "viewer-canvas")
    script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", canvas)
    def picture():
        time.sleep(0.5) # frames of a software renderer
        return canvas.screenshot_as_png
    before, first = place.text, picture()
    for _ in range(6):
        browser.find_element(By.ID, "viewer-slice").send_keys(Keys.ARROW_RIGHT)
    assert place.text != before, place.text
    second = picture()
    assert first != second, "another slice must look different"
    import io
    from PIL import Image
    data = Image.open(io.BytesIO(first)).convert("RGB").tobytes()
    pixels = list(zip(data[::3], data[1::3], data[2::3]))
    assert any(max(p) > 60 for p in pixels), "the slice is black"
    assert any(max(p) - min(p) > 60 for p in pixels), "no overlay in colour"

    errors = [entry for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
    assert not errors, errors
    browser.set_window_size(500, 900)
    assert script("return document.documentElement.scrollWidth <= document.documentElement.clientWidth"), "wider than a phone"
finally:
    browser.quit()
)py";

TEST_F(ReportPage, OpensInABrowserWithCurvesTablesAndSlices) {
  const ProcessResult made = test::run_brainmvp(whole("whole.html"));
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_TRUE(contains(made.out, "Dice of good: ")) << made.out;
  EXPECT_TRUE(contains(made.out, "Dice of good minus poor: +")) << made.out;
  EXPECT_TRUE(contains(made.out, "(too few cases to tell; paired over 3 cases")) << made.out;
  EXPECT_TRUE(contains(made.out, "70 of 80 steps, stopped as asked")) << made.out;
  EXPECT_LT(fs::file_size(path("whole.html")), kLargestPageBytes);
  const ProcessResult opened = test::run_python(kOpen, {path("whole.html")});
  EXPECT_EQ(opened.exit_code, 0) << opened.err;
}

TEST_F(ReportPage, IsForEveryScreenReaderKeyboardAndPrinter) {
  ASSERT_EQ(test::run_brainmvp(whole("access.html")).exit_code, 0);
  const fs::path axe =
      fs::path(test::python_program()).parent_path().parent_path().parent_path() / "web/node_modules/axe-core/axe.min.js";
  ASSERT_TRUE(fs::exists(axe)) << "run ./dev setup, which installs axe-core";
  const fs::path own = fs::path(__FILE__).parent_path();
  const ProcessResult opened =
      test::run_python(test::read_text(own / "report_access.py"), {path("access.html"), axe, own.parent_path() / "support"});
  EXPECT_EQ(opened.exit_code, 0) << opened.out << opened.err;
}

TEST_F(ReportPage, PicturesChangeNothingOfTheTraining) {
  for (const char* every : {"0", "1"}) {
    pretrain(std::string("pictured") + every, {"--steps", "4", "--seed", "3", "--log-images-every", every});
  }
  const ProcessResult python = test::run_python(R"py(
import sys, torch
a, b = (torch.load(f"{path}/checkpoints/last.pt", weights_only=True)["state_dict"] for path in sys.argv[1:])
assert a.keys() == b.keys() and len(a) > 10
assert all(torch.equal(a[name], b[name]) for name in a), [name for name in a if not torch.equal(a[name], b[name])]
)py",
                                                {path("pictured0"), path("pictured1")});
  EXPECT_EQ(python.exit_code, 0) << python.err;
}

TEST_F(ReportPage, NamesNoPatientNoFolderAndNoAddress) {
  ASSERT_EQ(test::run_brainmvp(whole("private.html")).exit_code, 0);
  const std::string html = test::read_text(path("private.html"));
  for (const char* word : {"mueller", "smith", "jones", "src=\"http", "href=\"http", "src='http", "href='http"}) {
    EXPECT_FALSE(contains(html, word)) << word;
  }
  EXPECT_FALSE(contains(html, fs::path(path("run")).parent_path().string()));
  EXPECT_TRUE(contains(html, "case 3"));
  Arguments named = whole("named.html");
  named.push_back("--show-identifiers");
  ASSERT_EQ(test::run_brainmvp(named).exit_code, 0);
  EXPECT_TRUE(contains(test::read_text(path("named.html")), "mueller"));
}

TEST_F(ReportPage, TheRunsEventsAreReadByTensorBoard) {
  const ProcessResult python = test::run_python(R"py(
import sys, json
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={"images": 0, "scalars": 0}).Reload()
lines = [json.loads(line) for line in open(sys.argv[1] + "/metrics.jsonl")]
for tag, key in (("train/loss", "loss"), ("train/learning_rate", "learning_rate")):
    found = [(e.step, e.value) for e in events.Scalars(tag)]
    assert [step for step, _ in found] == [line["step"] for line in lines]
    assert all(abs(value - line[key]) <= 1e-6 * abs(line[key]) + 1e-12 for (_, value), line in zip(found, lines))
for tag in ("reconstruction", "template/t1", "template/t2"):
    images = events.Images(tag)
    assert [image.step for image in images] == [30, 60], images
    assert all(image.encoded_image_string.startswith(b"\x89PNG") for image in images)
for view in (1, 2):
    errors = events.Scalars(f"reconstruction/error_view{view}")
    assert [error.step for error in errors] == [30, 60] and all(0 < error.value < 1 for error in errors), errors
)py",
                                                {path("run")});
  EXPECT_EQ(python.exit_code, 0) << python.err;
}

TEST_F(ReportPage, NamesFromOutsideStayText) {
  const std::string evil = std::string("evil ") + kAttack;
  fs::copy(path("run"), path("evil"), fs::copy_options::recursive);
  std::string config = test::read_text(path("evil/config.toml"));
  test::write_text(path("evil/config.toml"), config + "evil = \"" + kAttack + "\"\n");
  nlohmann::json evaluation = nlohmann::json::parse(test::read_text(path("seg.json")));
  evaluation["parameters"]["predictions"] = kAttack;
  for (auto& row : evaluation["cases"]) {
    row["case"] = row["case"].get<std::string>() + kAttack;
  }
  test::write_text(path("evil.json"), evaluation.dump());
  std::ofstream(path("evil/metrics.jsonl"), std::ios::app) << R"({"step": 71, "</script><img src=x onerror=alert(1)>": 1})"
                                                           << "\n";
  const ProcessResult made = test::run_brainmvp({"report", path("evil"), "-o", path("evil.html"), "--title", kAttack,
                                                 "--evaluation", path("evil.json"), "--show-identifiers"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_FALSE(contains(test::read_text(path("evil.html")), "<img src=x"));
}

TEST_F(ReportPage, RunsWithoutStepsOrWithDamageGiveAReport) {
  fs::create_directories(path("young"));
  fs::copy(path("run/config.toml"), path("young/config.toml"));
  fs::copy(path("run"), path("damaged"), fs::copy_options::recursive);
  for (const auto& entry : fs::directory_iterator(path("damaged"))) {
    if (contains(entry.path().filename(), "tfevents")) {
      fs::resize_file(entry.path(), fs::file_size(entry.path()) - 5);
    }
  }
  const ProcessResult made = test::run_brainmvp({"report", path("young"), path("damaged"), "-o", path("states.html")});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_TRUE(contains(made.out, "young: pre-training: no steps yet (0 of 80 steps")) << made.out;
  const std::string html = test::read_text(path("states.html"));
  EXPECT_TRUE(contains(html, "what was recorded after it is left out"));
}

TEST_F(ReportPage, RefusesWhatIsNoInputAndWhatIsThere) {
  const ProcessResult no_run = test::run_brainmvp({"report", path("store"), "-o", path("x.html")});
  EXPECT_EQ(no_run.exit_code, 4);
  EXPECT_TRUE(contains(no_run.err, path("store"))) << no_run.err;
  test::write_text(path("there.html"), "mine");
  EXPECT_EQ(test::run_brainmvp({"report", "/nonexistent", "-o", path("there.html")}).exit_code, 5);
  EXPECT_EQ(test::read_text(path("there.html")), "mine");
  EXPECT_EQ(test::run_brainmvp({"report", path("run"), "-o", path("there.html"), "-f"}).exit_code, 5); // no page of ours
  EXPECT_EQ(test::read_text(path("there.html")), "mine");
  test::write_text(path("page.html"), "<!doctype html>");
  EXPECT_EQ(test::run_brainmvp({"report", path("run"), "-o", path("page.html"), "-f"}).exit_code, 0);
  EXPECT_EQ(test::run_brainmvp({"report", "-o", path("x.html")}).exit_code, 2);
  EXPECT_EQ(test::run_brainmvp({"report", path("run"), "-o", path("x.html"), "--predictions", path("good")}).exit_code, 2);
  EXPECT_EQ(test::run_brainmvp({"report", path("run"), "-o", path("x.html"), "--evaluation", path("studies.json")}).exit_code, 4);
  EXPECT_FALSE(fs::exists(path("x.html")));
}

} // namespace
} // namespace brainmvp
