#include "io/delimited.h"

#include "base/error.h"
#include "support/support.h"

namespace brainmvp {
namespace {

using Cells = std::vector<std::string>;

io::DelimitedTable table_of(const std::string& name, const std::string& text) {
  const test::TemporaryFolder folder;
  test::write_text(folder / name, text);
  return io::read_delimited(folder / name);
}

std::string refusal(const std::string& text) {
  try {
    table_of("t.csv", text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    return error.message();
  }
  return "";
}

TEST(Delimited, QuotedCellsAByteOrderMarkAndWindowsLines) {
  const auto table = table_of("t.csv", "\xEF\xBB\xBFID,Diagnosis, note \r\n1,\"a, \"\"b\"\"\nc\",x\r\n\r\n2,,\"\"\r\n");
  EXPECT_EQ(table.head, (Cells{"ID", "Diagnosis", " note "}));
  EXPECT_EQ(table.rows, (std::vector<Cells>{{"1", "a, \"b\"\nc", "x"}, {"2", "", ""}}));
  EXPECT_EQ(table.lines, (std::vector<std::size_t>{2, 5}));
}

TEST(Delimited, TabsSeparateWhatIsNoCsv) {
  const auto table = table_of("t.tsv", "participant_id\tsize\nsub-01\t5\" x 3\"");
  EXPECT_EQ(table.rows, (std::vector<Cells>{{"sub-01", "5\" x 3\""}}));
  EXPECT_EQ(io::column_of(table, "size", "t.tsv"), 1U);
  EXPECT_THROW(io::column_of(table, "Size", "t.tsv"), Error);
}

TEST(Delimited, TheFirstLineSaysTheSeparator) {
  const auto german = table_of("t.csv", "participant_id;score;dx\nsub-001;31,5;AD\n");
  EXPECT_EQ(german.rows, (std::vector<Cells>{{"sub-001", "31,5", "AD"}}));
  EXPECT_EQ(table_of("t.tsv", "id,dx\n1,AD\n").rows, (std::vector<Cells>{{"1", "AD"}}));
  EXPECT_EQ(table_of("t.csv", "id\tdx\n1\tA, D\n").rows, (std::vector<Cells>{{"1", "A, D"}}));
  EXPECT_EQ(table_of("t.csv", "id;\"a,b,c\";dx\n1;2;AD\n").head, (Cells{"id", "a,b,c", "dx"}));
  EXPECT_EQ(table_of("t.csv", "id,\"a;b;c\"\n1,2\n").head, (Cells{"id", "a;b;c"}));
}

TEST(Delimited, RefusalsNameTheLine) {
  EXPECT_NE(refusal("a,b\n1,2\n3\n").find("line 3: 1 cells where the first line names 2 columns"), std::string::npos);
  EXPECT_NE(refusal("a,b\n1,\"2\n3,4\n").find("line 2: a quote is opened"), std::string::npos);
  EXPECT_NE(refusal("\n\n").find("is empty"), std::string::npos);
}

} // namespace
} // namespace brainmvp
