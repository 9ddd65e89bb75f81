#include "support/dicom_bytes.h"

#include "study/dicom_series.h"
#include "study/fake_tree.h"

namespace brainmvp::study {
namespace {

namespace fs = std::filesystem;

void write_series(const fs::path& folder, const std::vector<double>& places_mm) {
  for (std::size_t n = 0; n < places_mm.size(); ++n) {
    test::write_text(folder / ("IM-" + std::to_string(n)), test::flair_slice(places_mm[n]));
  }
}

std::vector<std::string> described(const fs::path& folder) {
  const Index index = index_studies({.inputs = {folder}});
  EXPECT_TRUE(index.file.studies.empty());
  EXPECT_EQ(index.dicom.size(), 1U);
  return index.dicom.empty() ? std::vector<std::string>{} : index.dicom.front().series;
}

TEST(DicomFolder, IsDescribedWithoutNamesOfPeople) {
  const test::TemporaryFolder folder;
  write_series(folder.path(), {0, 3, 6, 9});
  test::write_text(folder / "DICOMDIR", test::flair_slice(0));
  test::write_text(folder / "README", "no image");
  const std::vector<std::string> lines = described(folder.path());
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0],
            "series 5: 4 files, probably flair (TR 9000 ms, TE 125 ms, TI 2500 ms), 256 x 320, pixels of 0.75 x 0.72 mm, "
            "slices even");
}

TEST(DicomFolder, NamesUnevenGapsAndDamage) {
  const test::TemporaryFolder folder;
  write_series(folder.path(), {0, 3, 6, 12, 15});
  test::write_text(folder / "damaged.dcm", "x");
  const std::vector<std::string> lines = described(folder.path());
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_NE(lines[0].find("uneven slice gaps: 6 mm between slices 3 and 4 of 5 where others have 3 mm"), std::string::npos)
      << lines[0];
  EXPECT_TRUE(lines[1].starts_with("1 file without a readable header")) << lines[1];
}

TEST(DicomFolder, TellsContrastsByTheirNumbers) {
  const auto guess = [](io::DicomHeader header) { return guess_contrast(header).modality; };
  EXPECT_EQ(guess({.repetition_ms = 500, .echo_ms = 10, .spin_echo = true}), "t1");
  EXPECT_EQ(guess({.repetition_ms = 500, .echo_ms = 10, .spin_echo = true, .contrast_agent = true}), "t1c");
  EXPECT_EQ(guess({.repetition_ms = 2300, .echo_ms = 3, .inversion_ms = 900, .gradient_echo = true, .inversion_recovery = true}),
            "t1");
  EXPECT_EQ(guess({.repetition_ms = 4000, .echo_ms = 90, .spin_echo = true}), "t2");
  EXPECT_EQ(guess({.repetition_ms = 3000, .echo_ms = 15, .spin_echo = true}), "pd");
  EXPECT_EQ(guess({.repetition_ms = 5000, .echo_ms = 80, .b_value = 1000, .echo_planar = true}), "dwi");
  EXPECT_EQ(guess({.repetition_ms = 5000, .echo_ms = 80, .echo_planar = true, .adc_map = true}), "adc");
  EXPECT_EQ(guess({.repetition_ms = 2000, .echo_ms = 30, .gradient_echo = true, .echo_planar = true}), "");
  EXPECT_EQ(guess({}), "");
}

TEST(DicomFolder, DescribesFramesOfDiffusionInOneFile) {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder / "enhanced.dcm";
  test::write_text(file, test::enhanced_diffusion());
  const std::vector<std::string> lines = describe_dicom(std::span(&file, 1));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0], "series 7: 1 file, probably dwi (TR 5200 ms, TE 80 ms, b 1000), 112 x 128, pixels of 2.5 x 2 mm, "
                      "3 frames in a file, whose places are not read");
}

TEST(DicomFolder, QuotesTheFolderForAShell) {
  EXPECT_EQ(dicom_conversion("/a/it's b"), "mkdir -p OUT && dcm2niix -z y -f %f_%p -o OUT '/a/it'\\''s b'");
}

} // namespace
} // namespace brainmvp::study
