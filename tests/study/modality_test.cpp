#include "study/modality.h"

#include "base/error.h"
#include "support/support.h"

namespace brainmvp {
namespace {

using study::FileRole;
using study::ModalityTable;

const ModalityTable& table() { return ModalityTable::standard(); }

TEST(ModalityTable, KnowsTheSpellingsOfTheDesign) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> spellings{
      {"t1", {"t1", "T1", "T1w", "t1n"}}, {"t1c", {"t1ce", "t1c", "T1c", "T1Gd", "T1POST", "T1WKS", "ce-GADOLINIUM"}},
      {"t2", {"t2", "t2w", "T2"}},        {"flair", {"flair", "FLAIR", "t2f", "fla"}},
      {"mra", {"MRA", "angio"}},          {"pd", {"PD", "PDw"}},
      {"dwi", {"DWI", "dwi", "trace"}},   {"adc", {"ADC"}}};
  for (const auto& [canonical, words] : spellings) {
    for (const std::string& word : words) {
      EXPECT_EQ(table().canonical(word), canonical) << word;
    }
  }
  EXPECT_EQ(table().canonical("T1_IR"), "t1_ir");
  EXPECT_FALSE(table().canonical("seg"));
  EXPECT_FALSE(table().canonical("ct"));
}

TEST(ModalityTable, TemplateRowsAreThoseOfTheDesign) {
  EXPECT_EQ(study::template_row("flair"), 0U);
  EXPECT_EQ(study::template_row("adc"), 7U);
  EXPECT_FALSE(study::template_row("t1_ir"));
}

TEST(ModalityTable, ReadsTheEndOfFileNames) {
  EXPECT_EQ(table().of_file("x/BraTS-GLI-00001-000-t1n.nii.gz"), "t1");
  EXPECT_EQ(table().of_file("BraTS2021_00000_t1ce.nii.gz"), "t1c");
  EXPECT_EQ(table().of_file("study1_T1W.nii.gz"), "t1");
  EXPECT_EQ(table().of_file("T2_FLAIR.nii"), "flair");
  EXPECT_EQ(table().of_file("sub-01_ce-gadolinium_T1w.nii.gz"), "t1c");
  EXPECT_EQ(table().of_file("sub-01_ce-anyagent_run-2_T1w.nii.gz"), "t1c");
  EXPECT_EQ(table().of_file("UCSF-PDGM-0004_DTI_eddy_FA.nii.gz"), "dti_fa");
  EXPECT_FALSE(table().of_file("t1_brain.nii.gz"));
  EXPECT_FALSE(table().of_file("not1.nii.gz"));
  EXPECT_FALSE(table().of_file("UCSF-PDGM-0004_T1_bias.nii.gz"));
}

TEST(ModalityTable, TellsLabelsFromBrainMasks) {
  for (const char* name : {"a_seg", "a-Segm", "a_dseg", "label", "x_msk", "gold", "a_GT", "consensus", "tumor_segmentation"}) {
    EXPECT_TRUE(table().names_label(std::string(name) + ".nii.gz")) << name;
  }
  for (const char* name : {"brainmask", "a_brain_segmentation", "a_brain_parenchyma_segmentation", "brain_seg", "mask", "t1"}) {
    EXPECT_FALSE(table().names_label(std::string(name) + ".nii.gz")) << name;
  }
  EXPECT_EQ(table().role("p1_brainmask.nii").kind, FileRole::Kind::kSkipped);
}

TEST(ModalityTable, GivesThePrefixOfANameAndEveryWordItsMeaning) {
  EXPECT_EQ(table().role("BraTS-GLI-00001-000-t1n.nii.gz").prefix, "BraTS-GLI-00001-000");
  EXPECT_EQ(table().role("FLAIR.nii.gz").prefix, "");
  EXPECT_EQ(table().role("T1 图像.nii.gz").kind, FileRole::Kind::kUnknown);
  for (const auto& entry : table().entries()) { // a property of the table: every spelling leads to its name
    for (const std::string& spelling : entry.spellings) {
      EXPECT_EQ(table().of_file("case7_" + spelling + ".nii"), entry.canonical) << spelling;
    }
  }
}

TEST(ModalityTable, TakesWordsFromAFile) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "m.toml", "[modalities]\nt1 = [\"图像\"]\nmtr = [\"MT-ratio\"]\n[labels]\nwords = [\"roi\"]\n"
                                      "[skipped]\nold = \"replaced files\"\n");
  const ModalityTable own = ModalityTable::with_file(folder / "m.toml");
  EXPECT_EQ(own.of_file("T1 图像.nii.gz"), "t1");
  EXPECT_EQ(own.of_file("a_mt_RATIO.nii.gz"), "mtr");
  EXPECT_TRUE(own.names_label("a_ROI.nii"));
  EXPECT_EQ(own.role("t1_old.nii").name, "replaced files");
  EXPECT_EQ(own.of_file("flair.nii"), "flair");
}

TEST(ModalityTable, RefusesBadFiles) {
  const test::TemporaryFolder folder;
  const auto message = [&](const std::string& text) -> std::string {
    test::write_text(folder / "m.toml", text);
    try {
      ModalityTable::with_file(folder / "m.toml");
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      return error.message();
    }
    return "accepted";
  };
  EXPECT_NE(message("[modalities]\nt1 = [\"t2\"]\n").find("line 2: 't2' means t2 already"), std::string::npos);
  EXPECT_NE(message("[modalities]\n\"T 1\" = [\"x\"]\n").find("canonical name"), std::string::npos);
  EXPECT_NE(message("[modality]\nt1 = [\"x\"]\n").find("expected [modalities]"), std::string::npos);
  EXPECT_NE(message("[labels]\nwords = [\"\"]\n").find("has 0 words"), std::string::npos);
  EXPECT_NE(message("t1 = [").find("line"), std::string::npos);
  EXPECT_THROW(ModalityTable::with_file(folder / "none.toml"), Error);
}

} // namespace
} // namespace brainmvp
