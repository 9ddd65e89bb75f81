// Tables for people and for programs.
#include "metrics/text_table.h"

#include "support/support.h"

namespace brainmvp::metrics {
namespace {

TEST(AlignedTable, ShortensNamesInTheirMiddle) {
  const std::string name = std::string(60, 'a') + "_end-01";
  const std::string table = aligned_table({{"case", "region", "value"}, {name, "whole tumour", std::string(40, '1')}}, 2);
  const std::string line = table.substr(table.find('\n') + 1);
  EXPECT_EQ(line.size(), 101U) << line; // with the line break
  test::expect_part(line, "..");
  test::expect_part(line, "_end-01  whole tumour  1111");
}

TEST(AlignedTable, CountsCharactersRatherThanBytes) {
  EXPECT_EQ(aligned_table({{"\xC3\xA9t\xC3\xA9", "1"}, {"abcd", "2"}}, 1), "\xC3\xA9t\xC3\xA9   1\nabcd  2\n");
  std::string accents;
  for (int i = 0; i < 120; ++i) {
    accents += "\xC3\xA9";
  }
  const std::string cut = aligned_table({{accents, "1"}}, 1);
  EXPECT_EQ(cut.size(), 2 * 95 + 2 + 3U + 1) << cut; // 97 columns of which two are dots, two blanks, the value, the line break
}

TEST(Fixed, WritesNoMinusBeforeZero) {
  EXPECT_EQ(fixed(-0.004, 2), "0.00");
  EXPECT_EQ(fixed(-0.006, 2), "-0.01");
}

TEST(PText, NeverWritesZero) {
  EXPECT_EQ(p_text(0.00009), "< 0.0001");
  EXPECT_EQ(p_text(0.0001), "0.0001");
  EXPECT_EQ(p_text(1), "1.0000");
}

TEST(Csv, QuotesWhatNeedsIt) {
  EXPECT_EQ(csv({{"a", "b,c"}, {"d\"\"e", "f\ng"}, {"", "h"}}), "a,\"b,c\"\n\"d\"\"\"\"e\",\"f\ng\"\n,h\n");
}

} // namespace
} // namespace brainmvp::metrics
