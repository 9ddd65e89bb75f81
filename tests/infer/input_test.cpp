// Models and studies told apart, and mistakes refused by name.
#include "infer/input.h"

#include "base/error.h"
#include "infer/output_files.h"
#include "support/support.h"

namespace brainmvp::infer {
namespace {
namespace fs = std::filesystem;

const std::vector<std::string> kChannels{"flair", "t1", "t1c"};

class LooseFiles : public testing::Test {
protected:
  fs::path file(const std::string& name) {
    fs::create_directories((folder_ / name).parent_path());
    test::write_text(folder_ / name, "");
    return folder_ / name;
  }
  // The message of the refusal, or nothing.
  std::string refusal(const InputOptions& options) {
    try {
      for (const study::Study& study : gather_studies(options, kChannels)) {
        check_modalities(study, options.table);
      }
    } catch (const Error& error) {
      return error.message();
    }
    return {};
  }
  test::TemporaryFolder folder_;
};

void expect_in(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "expected \"" << part << "\" in: " << text;
}

TEST_F(LooseFiles, AreOneStudy) {
  const auto studies = gather_studies(
      {.inputs = {file("p7-flair.nii.gz"), file("p7-t1c.nii.gz")}, .named = {{"T1w", file("scan.nii")}}}, kChannels);
  ASSERT_EQ(studies.size(), 1U);
  EXPECT_EQ(studies[0].modalities, (std::vector<std::string>{"flair", "t1c", "t1"}));
  const auto bids =
      gather_studies({.inputs = {file("sub-01_ses-2_acq-x_T1w.nii.gz"), file("sub-01_ses-2_FLAIR.nii.gz")}}, kChannels);
  EXPECT_EQ(bids[0].id, "sub-01_ses-2");
}

// The guide's own example: the same file as input and with its modality.
TEST_F(LooseFiles, AFileWithAStatedModalityIsTakenOnce) {
  const fs::path scan = file("scan.nii.gz");
  const auto studies = gather_studies({.inputs = {scan}, .named = {{"T1w", scan}}}, kChannels);
  ASSERT_EQ(studies.size(), 1U);
  EXPECT_EQ(studies[0].modalities, std::vector<std::string>{"t1"});
  EXPECT_EQ(studies[0].images.size(), 1U);
  expect_in(refusal({.named = {{"t1", folder_ / "absent.nii"}}}), "absent.nii: does not exist");
}

TEST_F(LooseFiles, OnlyTheModalitiesThatAreWantedStay) {
  const std::vector<fs::path> files{file("p-flair.nii.gz"), file("p-t1c.nii.gz"), file("p-t1.nii.gz")};
  const auto studies = gather_studies({.inputs = files, .only = {"T1w", "t1ce"}}, kChannels);
  EXPECT_EQ(studies.at(0).modalities, (std::vector<std::string>{"t1c", "t1"}));
  EXPECT_EQ(studies[0].images[1].filename(), "p-t1.nii.gz");
  expect_in(refusal({.inputs = files, .only = {"dream"}}), "--only dream: is no known modality");
}

TEST_F(LooseFiles, OfWrongOrTwoOfOneModalityAreRefusedByName) {
  expect_in(refusal({.inputs = {file("p_t1.nii"), file("p_t2.nii")}}), "p_t2.nii: is t2, which the model does not take");
  expect_in(refusal({.inputs = {file("p_t1.nii"), file("q_T1w.nii.gz")}}), "q_T1w.nii.gz: is t1, and so is");
  expect_in(refusal({.inputs = {file("p_t1.nii"), file("p_seg.nii")}}), "p_seg.nii: is a label map");
  expect_in(refusal({.inputs = {file("scan.nii")}}), "--modality t1=scan.nii");
  expect_in(refusal({.inputs = {folder_ / "absent_t1.nii"}}), "absent_t1.nii: does not exist");
  expect_in(refusal({.named = {{"dream", file("x.nii")}}}), "dream is no known modality");
  EXPECT_EQ(refusal({.inputs = {file("p_t1.nii"), file("p_flair.nii")}}), "");
}

TEST_F(LooseFiles, OfTwoPatientsOrSessionsByTheirNamesAreRefused) {
  const auto of_two = [&](const std::string& one, const std::string& other) {
    const std::string text = refusal({.inputs = {file(one), file(other)}});
    expect_in(text, other + ": is of another patient or session than ");
    expect_in(text, one + " by its name");
  };
  of_two("sub-01_T1w.nii.gz", "sub-02_FLAIR.nii.gz");
  of_two("sub-01_ses-1_T1w.nii.gz", "sub-01_ses-2_FLAIR.nii.gz");
  of_two("patA_t1.nii.gz", "patB_flair.nii.gz");
  of_two("a/p1_t1.nii.gz", "b/p11_flair.nii.gz");
  const auto of_one = [&](const std::string& one, const std::string& other) {
    EXPECT_EQ(refusal({.inputs = {file(one), file(other)}}), "") << one << " and " << other;
  };
  of_one("t1.nii.gz", "flair.nii.gz");
  of_one("a/t1.nii.gz", "b/flair.nii.gz");
  of_one("p1_t1.nii.gz", "flair.nii.gz");
  of_one("P1-t1.nii.gz", "p1_sag_3D_flair.nii.gz");
  of_one("sub-01_T1w.nii.gz", "sub-01_ses-1_acq-x_FLAIR.nii.gz");
  EXPECT_EQ(refusal({.inputs = {file("patA_t1.nii")}, .named = {{"flair", file("patB_flair.nii")}}}), "");
}

TEST_F(LooseFiles, InTheWrongOrderAreRefused) {
  const auto check = [&](const std::vector<std::string>& names, const std::vector<std::string>& modalities) {
    study::Study study{.id = "p", .modalities = modalities};
    study.images.assign(names.begin(), names.end());
    check_modalities(study, study::ModalityTable::standard());
  };
  EXPECT_NO_THROW(check({"p_t1.nii", "p_flair.nii"}, {"t1", "flair"}));
  EXPECT_THROW(check({"p_t1.nii", "p_flair.nii"}, {"flair", "t1"}), Error);
  EXPECT_NO_THROW(check({"vs_gk_t1.nii", "vs_gk_t2.nii"}, {"t1c", "t2"})); // the layout knows better than the name
}

TEST_F(LooseFiles, StudiesFilesKeepTheirSplitsAndIds) {
  test::write_text(folder_ / "studies.json", R"({"training": [{"id": "a", "image": ["a_t1.nii"]}],
                                                 "test": [{"id": "b", "image": ["b_t1.nii"]}]})");
  EXPECT_EQ(gather_studies({.inputs = {folder_ / "studies.json"}}, kChannels).size(), 2U);
  const auto tested = gather_studies({.inputs = {folder_ / "studies.json"}, .splits = {study::Split::kTest}}, kChannels);
  ASSERT_EQ(tested.size(), 1U);
  EXPECT_EQ(tested[0].id, "b");
  test::write_text(folder_ / "empty.json", R"({"training": []})");
  try {
    gather_studies({.inputs = {folder_ / "empty.json"}}, kChannels);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_TRUE(error.code() == ExitCode::kNothingFound || error.code() == ExitCode::kBadInput);
  }
}

TEST(OutputNames, AreThoseOfBidsForBidsAndOtherwiseTheCase) {
  const study::Study plain{.id = "p7", .images = {"x/p7_t1.nii"}};
  EXPECT_EQ(case_files("out", plain, {}).label, "out/p7.nii.gz");
  EXPECT_EQ(case_files("out", plain, {"WT"}).probabilities.at(0), "out/p7_label-WT_probseg.nii.gz");
  const study::Study bids{.id = "sub-01_ses-2", .images = {"x/sub-01_ses-2_T1w.nii"}};
  const CaseFiles files = case_files("out", bids, {"WT", "non enhancing", "non-enhancing"});
  EXPECT_EQ(files.label, "out/sub-01/ses-2/anat/sub-01_ses-2_desc-brainmvp_dseg.nii.gz");
  EXPECT_EQ(files.sidecar, "out/sub-01/ses-2/anat/sub-01_ses-2_desc-brainmvp_dseg.json");
  EXPECT_EQ(files.probabilities[0], "out/sub-01/ses-2/anat/sub-01_ses-2_label-WT_desc-brainmvp_probseg.nii.gz");
  EXPECT_NE(files.probabilities[1], files.probabilities[2]);
  const study::Study named_alike{.id = "sub-01_ses-2", .images = {"x/t1.nii"}};
  EXPECT_FALSE(has_bids_names(named_alike));
  const study::Study more{.id = "sub-01_run-1", .images = {"x/sub-01_run-1_T1w.nii"}};
  EXPECT_FALSE(has_bids_names(more));
}

TEST(OutputNames, CodesAreThoseOfTheInput) {
  io::ImageHeader header;
  header.format = "NIfTI-1";
  header.affine_source = "sform";
  header.sform_code = 4;
  header.qform_code = 1;
  EXPECT_EQ(write_options(header, io::StoredType::kUint8).sform_code, 4);
  header.affine_source = "pixdim";
  header.sform_code = header.qform_code = 0;
  EXPECT_EQ(write_options(header, io::StoredType::kUint8).qform_code, 0);
  header.format = "NRRD";
  EXPECT_EQ(write_options(header, io::StoredType::kUint8).sform_code, 1);
}

} // namespace
} // namespace brainmvp::infer
