// Numbers from tables.
#include "study/number_source.h"

#include "base/error.h"
#include "support/support.h"

namespace brainmvp {
namespace {

using test::contains;

class NumberSource : public testing::Test {
protected:
  // Joins for the studies sub-01, sub-02 and sub-03.
  study::NumberJoin join(const std::string& table, const std::string& columns) {
    test::write_text(folder_ / "people.tsv", table);
    const std::vector<study::StudyKey> studies{
        {.id = "sub-01", .patient = "sub-01"}, {.id = "sub-02", .patient = "sub-02"}, {.id = "sub-03", .patient = "sub-03"}};
    findings_ = {};
    return study::join_numbers(study::parse_number_source((folder_ / "people.tsv").string() + ":" + columns), studies, findings_);
  }
  std::string refusal(const std::string& table, const std::string& columns) {
    try {
      (void)join(table, columns);
    } catch (const Error& error) {
      return error.message();
    }
    return "nothing was thrown";
  }
  [[nodiscard]] std::string warnings() const {
    std::string all;
    for (const study::Notice& notice : findings_.notices) {
      all += notice.text + "\n";
    }
    return all;
  }
  test::TemporaryFolder folder_;
  study::Findings findings_;
};

TEST_F(NumberSource, TakesSeveralColumnsByTheKey) {
  const study::NumberJoin numbers = join("code\tAge\tvolume\n1\t60\t1.5e3\n2\t 71.25 \t1400\n3\t-3\t0\n", "age,volume:code");
  EXPECT_EQ(numbers.names, (std::vector<std::string>{"age", "volume"}));
  EXPECT_EQ(numbers.values, (std::vector<std::vector<double>>{{60, 1500}, {71.25, 1400}, {-3, 0}}));
}

TEST_F(NumberSource, NamesStudiesWithoutANumber) {
  const study::NumberJoin numbers = join("participant_id\tage\tml\nsub-01\tn/a\t3\nsub-02\t71\t\n", "age,ml");
  EXPECT_EQ(numbers.values, (std::vector<std::vector<double>>{{}, {}, {}}));
  EXPECT_TRUE(contains(warnings(), "the value 'n/a', which is no age: sub-01")) << warnings();
  EXPECT_TRUE(contains(warnings(), "the value '', which is no ml: sub-02")) << warnings();
  EXPECT_TRUE(contains(warnings(), "no row in the tables, and no age: sub-03")) << warnings();
}

TEST_F(NumberSource, RefusesTextWithItsPlace) {
  for (const std::string cell : {"abc", "6o", "1,5", "inf", "-inf", "1e999", "0x10"}) {
    const std::string text = refusal("participant_id\tage\nsub-01\t60\nsub-02\t" + cell + "\n", "age");
    EXPECT_TRUE(contains(text, "people.tsv: line 3: column age: '" + cell + "' is no finite number")) << text;
  }
}

TEST_F(NumberSource, RefusesColumnsThatCannotBe) {
  const std::string table = "participant_id\tage\nsub-01\t60\n";
  EXPECT_TRUE(contains(refusal(table, "weight"), "no column 'weight'; its columns are: participant_id, age"));
  EXPECT_TRUE(contains(refusal(table, "age:code"), "no column 'code'"));
  EXPECT_TRUE(contains(refusal(table, "age,Age"), "each named once"));
  EXPECT_TRUE(contains(refusal(table, "age,"), "separated by single commas"));
}

} // namespace
} // namespace brainmvp
