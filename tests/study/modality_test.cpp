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
  EXPECT_EQ(study::main_index("flair"), 0U);
  EXPECT_EQ(study::main_index("adc"), 7U);
  EXPECT_FALSE(study::main_index("t1_ir"));
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
  for (const char* name : {"brainmask", "a_brain_segmentation", "a_brain_parenchyma_segmentation", "brain_seg",
                           "nodif_brain_mask", "t1_bet_mask", "t1"}) {
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

// Field input names_of_other_contrasts and names of its kind.
TEST(ModalityTable, NeighbouringWordsChangeTheContrast) {
  const std::vector<std::pair<std::string, std::string>> names{{"3_AX_T1_FLAIR", "t1"},
                                                               {"T1_SAG_FLAIR", "t1"},
                                                               {"sub-01_space-T1w_FLAIR", "flair"},
                                                               {"T1_study_007_FLAIR", "flair"},
                                                               {"sub-01_acq-FLAIR_T2w", "flair"},
                                                               {"sub-03_ce-none_T1w", "t1"},
                                                               {"sub-03_ce-gadolinium_T1w", "t1c"},
                                                               {"sub-02_acq-postGd_T1w", "t1c"},
                                                               {"sub-02_acq-pre_T1w", "t1"},
                                                               {"AX_T1_POST", "t1c"},
                                                               {"T1_SE_TRA_GD", "t1c"},
                                                               {"Gd_T1_SE", "t1c"},
                                                               {"t1_without_contrast", "t1"},
                                                               {"flair_to_t1", "flair"},
                                                               {"T2_reg_T1", "t2"},
                                                               {"sub-01_acq-T1flair_FLAIR", "t1"},
                                                               {"sub-01_part-mag_T1w", "t1"},
                                                               {"proton_density", "pd"},
                                                               {"sub-01_ce-gadolinium_FLAIR", "flair"},
                                                               {"sub-01_ce-Gd_FLAIR", "flair"},
                                                               {"ADC_DWI", "adc"}};
  for (const auto& [name, modality] : names) {
    EXPECT_EQ(table().of_file(name + ".nii.gz").value_or("none"), modality) << name;
  }
  for (const char* name : {"AX_T1_FLAIR", "ADC_DWI", "t1_foo_bar", "post_t1", "p_mask"}) {
    EXPECT_NE(table().role(std::string(name) + ".nii").remark, "") << name;
  }
  for (const char* name :
       {"5_exp_ADC", "eADC", "p1_ADC_exp", "t1_map", "T1_brain_mni", "tof_mip", "mp2rage_INV1", "sub-01_inv-1_MP2RAGE",
        "FLAIR_T1space", "dwi_b0", "mIP_SWI", "MIP_TOF_3D", "sub-01_part-phase_T1w", "sub-01_part-real_T1w", "T1_rho"}) {
    EXPECT_FALSE(table().of_file(std::string(name) + ".nii.gz")) << name;
  }
}

TEST(ModalityTable, ThePrefixEndsBeforeAllNeighbouringModalities) {
  for (const char* name : {"p1_DWI_ADC", "p1_DWI_b1000", "p1_mprage_t1", "p1_ax_T1_FLAIR", "p1_T1_seg", "p1_MD_dwi_adc"}) {
    EXPECT_EQ(table().role(std::string(name) + ".nii").prefix, "p1") << name;
  }
  EXPECT_EQ(table().role("PD_T1.nii").prefix, "PD") << "a group of patients";
  EXPECT_EQ(table().role("sub-1_acq-flair_T1w.nii").prefix, "sub-1_acq-flair") << "a qualifier of BIDS";
}

TEST(ModalityTable, WordsBeforeTheModalityAndEntitiesTellDerivedImages) {
  for (const char* name : {"sub-1_desc-FA_dwi",
                           "sub-1_desc-MD_dwi",
                           "sub-1_desc-mean_dwi",
                           "sub-1_desc-b0_dwi",
                           "sub-1_acq-b0_dwi",
                           "sub-1_desc-GM_T1w",
                           "sub-1_desc-std_T1w",
                           "sub-1_acq-localizer_T2w",
                           "sub-1_acq-scout_T1w",
                           "sub-1_acq-T1map_T1w",
                           "sub-1_rec-subtraction_T1w",
                           "FA_dwi",
                           "p1_mean_dwi",
                           "b0_dwi",
                           "dwi_b0000",
                           "dwi_b50",
                           "dwi_S0",
                           "p1_b50_dwi",
                           "phase_T1",
                           "std_T1",
                           "BiasField_T1",
                           "Jacobian_T1",
                           "warp_T1",
                           "template_T1",
                           "p1_mean_ax_T2",
                           "T1_localizer"}) {
    EXPECT_EQ(table().role(std::string(name) + ".nii").kind, FileRole::Kind::kSkipped) << name;
  }
  EXPECT_EQ(table().role("sub-1_acq-localizer_T2w.nii").name, "localizers");
  for (const char* name :
       {"sub-1_acq-mprage_T1w", "sub-1_desc-preproc_T1w", "sub-1_acq-highres_T2w", "sub-1_rec-norm_T1w", "p1_T1", "p1_brain_T1",
        "MNI_T1", "MD_T1", "Mean_001_T1", "sub_T1", "dwi_b1000", "dwi_b0_b1000", "dwi_b50_b800", "p1_dwi_b2000", "p1_b1000_dwi",
        "sub-1_desc-skullstripped_T1w", "p1_ADC_b50", "T1_b2"}) {
    EXPECT_EQ(table().role(std::string(name) + ".nii").kind, FileRole::Kind::kModality) << name;
  }
}

TEST(ModalityTable, FindsTheNamesOfScanners) {
  const std::vector<std::pair<std::string, std::string>> names{{"t1_mprage_sag_p2_iso", "t1"},
                                                               {"t2_tse_tra", "t2"},
                                                               {"SAG_3D_FLAIR_FS", "flair"},
                                                               {"tof_fl3d_tra_multi-slab", "mra"},
                                                               {"t1_mp2rage_sag_p3_UNI", "t1"},
                                                               {"ep2d_diff_3scan_trace_p2_ADC", "adc"},
                                                               {"Sag_BRAVO", "t1"},
                                                               {"AX_3D_FSPGR", "t1"},
                                                               {"t2_space_sag_p2_iso", "t2"},
                                                               {"t1_space_sag", "t1"},
                                                               {"DICOM_T1_SE_SAG", "t1"},
                                                               {"DICOM_T2_FLAIR_TRA", "flair"},
                                                               {"DICOM_TOF3D_MULTI_SLAB", "mra"},
                                                               {"DICOM_DIFF_TRACEW", "dwi"},
                                                               {"DICOM_DIFF_ADC", "adc"},
                                                               {"t2_tirm_tra_dark-fluid", "flair"},
                                                               {"t2_fl2d_tra_hemo", "t2star"},
                                                               {"pd_tse_tra", "pd"},
                                                               {"ep2d_diff_b1000", "dwi"}};
  for (const auto& [name, modality] : names) {
    const FileRole role = table().role(name + ".nii.gz");
    EXPECT_EQ(role.name, modality) << name;
    EXPECT_EQ(role.remark, "") << name;
  }
  EXPECT_EQ(table().role("p2_flair.nii").prefix, "p2") << "a patient, no acceleration";
  for (const char* name : {"pat1", "start1_x", "MD_Anderson_001", "PD_group_scan", "Manual_007_scan"}) {
    EXPECT_EQ(table().role(std::string(name) + ".nii").kind, FileRole::Kind::kUnknown) << name;
  }
}

TEST(ModalityTable, JsonDecidesWhereNamesDoNot) {
  const test::TemporaryFolder folder;
  const auto role = [&](const std::string& stem, const std::string& json) {
    test::write_text(folder / (stem + ".json"), json);
    return table().role(folder / (stem + ".nii.gz"));
  };
  EXPECT_EQ(role("s1", R"({"SeriesDescription": "t2_tse_tra"})").name, "t2");
  EXPECT_EQ(role("s2", R"({"ImageType": ["DERIVED", "PRIMARY", "DIFFUSION", "ADC"], "SeriesDescription": "ep2d_diff"})").name,
            "adc");
  EXPECT_EQ(role("s3", R"({"RepetitionTime": 0.5, "EchoTime": 0.012})").name, "t1");
  EXPECT_NE(role("s3", R"({"RepetitionTime": 0.5, "EchoTime": 0.012})").remark, "");
  EXPECT_EQ(role("s4", R"({"RepetitionTime": 9, "EchoTime": 0.12, "InversionTime": 2.5})").name, "flair");
  EXPECT_EQ(role("p_t1", R"({"ContrastBolusAgent": "Gadovist"})").name, "t1c");
  EXPECT_EQ(role("p_t1", R"({"ContrastBolusAgent": "NONE"})").name, "t1");
  EXPECT_EQ(role("p_t2", R"({"SeriesDescription": "t1_mprage"})").name, "t2") << "names go first";
  EXPECT_EQ(role("s5", "[1").kind, FileRole::Kind::kUnknown);
  EXPECT_EQ(role("s6", R"({"SeriesDescription": 3, "ImageType": "x", "EchoTime": "y"})").kind, FileRole::Kind::kUnknown);
}

TEST(ModalityTable, PatternsAndLabelWordsGoBeforeEverything) {
  ModalityTable own = table();
  own.add_pattern("T1w=*foo*");
  own.add_pattern("label=*/rater/*");
  own.add_pattern("skip=*old*");
  own.add_label_word("roi");
  own.add_label_word("mask");
  EXPECT_EQ(own.role("a_FOO_t2.nii").name, "t1");
  EXPECT_EQ(own.role("x/rater/t1.nii").kind, FileRole::Kind::kLabel);
  EXPECT_EQ(own.role("t1_old.nii").kind, FileRole::Kind::kSkipped);
  EXPECT_THROW(static_cast<void>(own.role("t1_old_foo.nii")), Error);
  EXPECT_EQ(own.role("a_roi.nii").kind, FileRole::Kind::kLabel);
  EXPECT_EQ(own.role("a_mask.nii").remark, "");
  EXPECT_THROW(own.add_label_word("flair"), Error);
  EXPECT_THROW(own.add_pattern("t1"), Error);
}

TEST(ModalityTable, LabelWords) {
  for (const char* name :
       {"segmentation", "lesion", "truth", "manual", "ot", "mask", "p1_annotation", "p1_tumor", "VSD.Brain.O.OT.54517"}) {
    EXPECT_TRUE(table().names_label(std::string(name) + ".nii.gz")) << name;
  }
}

} // namespace
} // namespace brainmvp
