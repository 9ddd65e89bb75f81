// Classes from tables: keys and values as data sets write them.
#include "study/class_source.h"

#include "base/error.h"
#include "study/class_key.h"
#include "support/support.h"

namespace brainmvp {
namespace {

using study::ClassJoin;
using study::ClassSource;
using study::StudyKey;
using Lines = std::vector<std::string>;

Lines classes(const ClassJoin& join) {
  Lines names;
  for (const auto& name : join.classes) {
    names.push_back(name.value_or("-"));
  }
  return names;
}

// One table in a folder of its own, and studies whose patient is their id.
class Table {
public:
  Table(const std::string& name, const std::string& text) : file_(folder_ / name) { test::write_text(file_, text); }

  [[nodiscard]] ClassJoin join(const Lines& ids, ClassSource source) const {
    source.files = {file_};
    std::vector<StudyKey> keys;
    for (const std::string& id : ids) {
      keys.push_back({.id = id, .patient = study::patient_of({.id = id})});
    }
    return study::join_classes(source, keys);
  }
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

private:
  test::TemporaryFolder folder_;
  std::filesystem::path file_;
};

TEST(ClassKey, TheSameIdInOneForm) {
  EXPECT_EQ(study::loose_key("sub-0050002"), "50002");
  EXPECT_EQ(study::loose_key(" 50002 "), "50002");
  EXPECT_EQ(study::loose_key("UCSF-PDGM-0004"), study::loose_key("UCSF-PDGM-004"));
  EXPECT_EQ(study::loose_key("I13722"), "13722");
  EXPECT_EQ(study::loose_key("000"), "0");
  EXPECT_NE(study::loose_key("sub-100"), study::loose_key("sub-10"));
  EXPECT_EQ(study::plain_value(" 1.0"), "1");
  EXPECT_EQ(study::plain_value("1.5"), "1.5");
  for (const char* text : {"", "-999", "-9999", "N/A", "nan", "Pending", "Not Available"}) {
    EXPECT_TRUE(study::is_missing_value(text)) << text;
  }
  for (const char* text : {"-", "--", "#N/A", "<NA>", "?", "None", "unknown", "n.a.", "."}) {
    EXPECT_TRUE(study::is_missing_value(text)) << text;
  }
  EXPECT_FALSE(study::is_missing_value("0"));
  EXPECT_EQ(study::plain_value("\xc2\xa0"
                               "CN \xc2\xa0"),
            "CN");
}

// ADHD-200: ids without their leading zeros, a column's name that ends in a blank, pending and missing diagnoses.
TEST(ClassSource, AdhdPhenotypes) {
  const Table table("KKI_phenotypic.csv", "\xEF\xBB\xBFScanDir ID,Site,Gender,DX,Secondary Dx \r\n"
                                          "10001,3,1,0,\r\n10002,3,0,3,\"a, b\"\r\n10003,3,0,-999,\r\n26001,2,1,pending,\r\n"
                                          "15019,8,1,0,\r\n");
  const ClassSource source{.columns = {"DX"}, .values = {{"0", "TDC"}, {"1", "ADHD"}, {"3", "ADHD"}}};
  const ClassJoin join =
      table.join({"sub-0010001_ses-1", "sub-0010002", "0010003_session_1", "0010003", "0026001", "0099999"}, source);
  EXPECT_EQ(classes(join), (Lines{"TDC", "ADHD", "-", "-", "-", "-"}));
  EXPECT_EQ(join.no_class.at("-999"), (Lines{"0010003_session_1", "0010003"})); // a visit is its patient's
  EXPECT_EQ(join.no_class.at("pending"), Lines{"0026001"});
  EXPECT_EQ(join.without_row, Lines{"0099999"});
  EXPECT_EQ(join.without_study, Lines{"15019"});
  EXPECT_EQ(classes(table.join({"0010002"}, {.columns = {"Secondary Dx"}})), Lines{"a, b"});
}

// ADNI: joined by image id, with or without its I; otherwise by subject.
TEST(ClassSource, AdniCollections) {
  const std::string rows = "\"I543543\",\"011_S_0021\",\"CN\"\n\"13722\",\"002_S_0295\",\"LMCI\"\n\"I7\",\"003_S_0001\",\"AD\"\n";
  const Table table("collection.csv", "\"Image Data ID\",\"Subject\",\"Group\"\n" + rows);
  const ClassSource source{.columns = {"Group", "DX_bl"}, .values = {{"CN", "CN"}, {"LMCI", "MCI"}}};
  const Lines ids{"011_S_0021_I543543", "002_S_0295_I13722", "003_S_0001_I7"};
  const ClassJoin join = table.join(ids, source);
  EXPECT_EQ(classes(join), (Lines{"CN", "MCI", "-"}));
  EXPECT_EQ(join.no_class.at("AD"), Lines{"003_S_0001_I7"});
  const Table merged("ADNIMERGE.csv", "RID,PTID,DX_bl\n21,011_S_0021,CN\n21,011_S_0021,CN\n295,002_S_0295,LMCI\n");
  EXPECT_EQ(classes(merged.join(ids, source)), (Lines{"CN", "MCI", "-"}));
}

TEST(ClassSource, RowsThatContradictEachOtherGiveNoClass) {
  const Table table("t.tsv", "participant_id\tdiagnosis\nsub-1\ta\nsub-01\tb\nsub-2\ta\nsub-2\tN/A\nsub-3\tb\n");
  const ClassJoin join = table.join({"sub-01", "sub-001", "sub-2", "set_sub-03_ses-1"}, {.columns = {"Diagnosis"}});
  EXPECT_EQ(classes(join), (Lines{"b", "-", "a", "b"})); // sub-01 stands there as it is; sub-001 could be either
  EXPECT_EQ(join.contradicted, Lines{"sub-001"});
}

TEST(ClassSource, OfSeveralKeyColumnsThatWhichNamesTheStudies) {
  const Table table("t.csv", "ID,Subject,group\n1,p3,x\n2,p1,y\n3,p2,x\n");
  EXPECT_EQ(classes(table.join({"p1", "p2"}, {.columns = {"group"}})), (Lines{"y", "x"}));
  EXPECT_EQ(classes(table.join({"p1", "2"}, {.columns = {"group"}, .keys = {"ID"}})), (Lines{"-", "y"}));
  const Table odd("t.csv", "wer,group\np1,y\n");
  EXPECT_EQ(classes(odd.join({"p1"}, {.columns = {"group"}})), Lines{"y"}); // the first column
}

TEST(ClassSource, SeveralTablesAndThoseWithoutTheColumn) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "a.csv", "SUB_ID,DX_GROUP\n50002,1\n");
  test::write_text(folder / "b.csv", "SUB_ID,DX_GROUP\n50003,2\n");
  test::write_text(folder / "c.csv", "SUB_ID,AGE\n50003,20\n");
  const ClassSource source{.files = {folder / "a.csv", folder / "b.csv", folder / "c.csv"},
                           .columns = {"DX_GROUP"},
                           .values = {{"1", "ASD"}, {"2", "control"}}};
  const std::vector<StudyKey> keys{{.id = "sub-0050002", .patient = "sub-0050002"}, {.id = "0050003", .patient = "0050003"}};
  const ClassJoin join = study::join_classes(source, keys);
  EXPECT_EQ(classes(join), (Lines{"ASD", "control"}));
  ASSERT_EQ(join.passed_over.size(), 1U);
  study::Findings findings;
  study::report_join(join, findings);
  EXPECT_TRUE(findings.notices.empty());
  EXPECT_EQ(findings.skipped.size(), 1U);
}

// Field input missing_values_and_separators.
TEST(ClassSource, MissingValuesAndSpellings) {
  const Table dash("dash.tsv", "participant_id\tdx\np1\tAD\np2\tCN\np3\t-\np4\t#N/A\np5\t<NA>\np6\t?\n");
  EXPECT_EQ(classes(dash.join({"p1", "p2", "p3", "p4", "p5", "p6"}, {.columns = {"dx"}})),
            (Lines{"AD", "CN", "-", "-", "-", "-"}));
  const Table spelt("case.tsv", "participant_id\tdx\np1\tAD\np2\tCN\np3\tad\np4\tCN\xc2\xa0\np5\tAD\np6\tcn\n");
  const ClassJoin join = spelt.join({"p1", "p2", "p3", "p4", "p5", "p6"}, {.columns = {"dx"}});
  EXPECT_EQ(classes(join), (Lines{"AD", "CN", "AD", "CN", "AD", "CN"}));
  EXPECT_EQ(join.spellings, (Lines{"AD (2), ad (1) are one class: AD", "CN (2), cn (1) are one class: CN"}));
  const Table german("german.csv", "participant_id;score;dx\np1;31,5;AD\n");
  EXPECT_EQ(classes(german.join({"p1"}, {.columns = {"dx"}})), Lines{"AD"});
}

TEST(ClassSource, TextOnTheCommandLine) {
  const Table table("a:b.csv", "x\n");
  const std::string file = table.file().string();
  EXPECT_EQ(study::parse_class_source(file + ":DX GROUP").columns, Lines{"DX GROUP"});
  EXPECT_EQ(study::parse_class_source(file + ":DX:SUB").keys, Lines{"SUB"});
  for (const std::string& text : {file, file + ":", file + ":a:b:c", std::string("none.csv:DX")}) {
    try {
      study::parse_class_source(text);
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), text.starts_with("none.csv") ? ExitCode::kBadInput : ExitCode::kUsage) << text;
    }
  }
  EXPECT_THROW(static_cast<void>(table.join({"p"}, {.columns = {"y"}})), Error); // the only table lacks the column
}

} // namespace
} // namespace brainmvp
