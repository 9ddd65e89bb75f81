// What reaches the page: texts from outside are harmless, numbers are readable.
#include "report/html.h"

#include <cmath>

#include "report/figures.h"
#include "report/names.h"
#include "report/privacy.h"
#include "support/support.h"

namespace brainmvp::report {
namespace {

constexpr const char* kAttack = "</script><img src=x onerror=\"alert('1')\">&";

TEST(Html, EscapesWhatCouldBeMarkup) {
  EXPECT_EQ(escaped(kAttack), "&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;");
  EXPECT_EQ(escaped("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(escaped("a\xff"
                    "b"),
            "a\xef\xbf\xbd"
            "b");
}

TEST(Html, JsonForAScriptHasNoTagAndIsTheSameJson) {
  const nlohmann::ordered_json json{{kAttack, {1.5, "<!--", "\xe2\x80\xa8"}}};
  const std::string text = script_json(json);
  EXPECT_EQ(text.find('<'), std::string::npos) << text;
  EXPECT_TRUE(std::ranges::all_of(text, [](char letter) { return letter > 0; })) << text;
  EXPECT_EQ(nlohmann::ordered_json::parse(text), json);
}

TEST(Html, Base64HasTheValuesOfRfc4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Html, NumbersAreForPeople) {
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1234567), "1\xe2\x80\xaf"
                              "234\xe2\x80\xaf"
                              "567");
  EXPECT_EQ(significant(0.00030001), "0.0003");
  EXPECT_EQ(fixed_number(-0.5, 2), "\xe2\x88\x92"
                                   "0.50");
  EXPECT_EQ(with_interval(0.81234, {.low = 0.7, .high = 0.9}), "0.812 [0.700, 0.900]");
  EXPECT_EQ(p_value(0.0001), "< 0.001");
  EXPECT_EQ(significant(std::nan("")), "not finite");
}

TEST(Html, ATableEscapesAndCanBeSortedByItsValues) {
  const std::string html = table_html({.caption = kAttack,
                                       .columns = {{kAttack, false}, {"Dice", true}},
                                       .rows = {{text_cell(kAttack), number_cell(0.123456, 3)}},
                                       .sortable = true});
  EXPECT_EQ(html.find("<img"), std::string::npos) << html;
  EXPECT_NE(html.find("<button type=\"button\">Dice</button>"), std::string::npos) << html;
  EXPECT_NE(html.find("data-sort=\"0.123456\">0.123</td>"), std::string::npos) << html;
  EXPECT_NE(html.find("<th scope=\"row\">"), std::string::npos) << html;
}

TEST(Figures, MarksAreRoundNumbersWithinTheAxis) {
  EXPECT_EQ(axis_marks(0, 1, 6), (std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1}));
  EXPECT_EQ(axis_marks(-30, 20, 6), (std::vector<double>{-30, -20, -10, 0, 10, 20}));
  EXPECT_EQ(axis_marks(5, 5, 6), (std::vector<double>{5}));
}

TEST(Figures, PlacesAreSharesOfTheWidth) {
  const std::string html = strip_plot({.title = kAttack, .axis = "Dice"},
                                      {{.label = kAttack,
                                        .colour = 1,
                                        .values = {0.25, 0.5},
                                        .mean = 0.375,
                                        .interval = {.low = 0.25, .high = 0.5},
                                        .outside = "1 case off the axis"}},
                                      metrics::Interval{.low = 0, .high = 1});
  EXPECT_EQ(html.find("<img"), std::string::npos) << html;
  EXPECT_NE(html.find("cx=\"26%\""), std::string::npos) << html; // 2 + 96 / 4
  EXPECT_NE(html.find("cx=\"50%\""), std::string::npos) << html;
  EXPECT_NE(html.find("0.375 [0.250, 0.500]; 1 case off the axis"), std::string::npos) << html;
  EXPECT_NE(html.find("<p class=\"axis-name\">Dice</p>"), std::string::npos) << html;
}

TEST(Figures, PairsJoinTheSameCaseOfTwoRows) {
  const std::string html = paired_plot({.title = "Dice", .axis = "Dice"},
                                       {{.label = "a", .colour = 0, .values = {0.25, 0.5}, .mean = 0.375, .interval = {}},
                                        {.label = "b", .colour = 1, .values = {0.5, 1}, .mean = 0.75, .interval = {}}},
                                       metrics::Interval{.low = 0, .high = 1});
  EXPECT_NE(html.find("<line class=\"pair\" x1=\"26%\" y1=\"32\" x2=\"50%\" y2=\"88\"/>"), std::string::npos) << html;
  EXPECT_NE(html.find("<line class=\"pair\" x1=\"50%\" y1=\"32\" x2=\"98%\" y2=\"88\"/>"), std::string::npos) << html;
}

// Equal numbers lie on the line from the lower left to the upper right corner.
TEST(Figures, AScatterPlotHasOneScaleForBothAxes) {
  const std::string html =
      scatter_plot({.title = kAttack, .reading = "n 2", .axes = {}, .colour = 0, .x = {10, 20, 30}, .y = {10, 30, 50}});
  EXPECT_EQ(html.find("<img"), std::string::npos) << html;
  EXPECT_NE(html.find("class=\"zero\" x1=\"2%\" y1=\"313.6\" x2=\"98%\" y2=\"6.4\""), std::string::npos) << html;
  EXPECT_NE(html.find("cx=\"10%\" cy=\"288\""), std::string::npos) << html; // 10 over 10, of 6 to 54
  EXPECT_NE(html.find("cx=\"30%\" cy=\"160\""), std::string::npos) << html; // 30 over 20
}

TEST(Privacy, FoldersAreCutOff) {
  EXPECT_EQ(without_folders("/home/anna/t.toml:dx"), "t.toml:dx");
  EXPECT_EQ(without_folders("a/b c/d, /e/f=/g/h"), "b d, f=h");
  EXPECT_EQ(without_folders("3e-04"), "3e-04");
}

TEST(Privacy, CasesAreNumberedInTheOrderOfTheirNames) {
  const CaseLabels hidden({"zoe", "anna", "mia"}, false);
  EXPECT_EQ(hidden.of("anna"), "case 1");
  EXPECT_EQ(hidden.of("zoe"), "case 3");
  EXPECT_EQ(hidden.place("mia"), 2U);
  EXPECT_EQ(CaseLabels({"anna"}, true).of("anna"), "anna");
}

TEST(Names, AreShortAndUnique) {
  EXPECT_EQ(name_of_predictions("/data/x/pred/"), "pred");
  EXPECT_EQ(name_of_predictions("out/predictions.tsv"), "out");
  EXPECT_EQ(unused_name({"a", "b"}, {"a"}), "b");
  EXPECT_EQ(unused_name({"a", "b"}, {"a", "b", "b (2)"}), "b (3)");
  EXPECT_EQ(readable_name("hd95_mm"), "HD95 (mm)");
  EXPECT_EQ(readable_name("validation_dice_WT"), "Validation Dice, WT");
  EXPECT_EQ(readable_name("gradient_norm"), "Gradient norm");
}

} // namespace
} // namespace brainmvp::report
