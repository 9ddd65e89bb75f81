#include "io/dicom.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "io/image_file.h"
#include "support/dicom_bytes.h"
#include "support/support.h"

namespace brainmvp::io {
namespace {

DicomHeader parse(const std::string& bytes) { return parse_dicom(std::as_bytes(std::span(bytes)), "slice"); }

std::string refusal(const std::string& bytes) {
  try {
    (void)parse(bytes);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    return error.message();
  }
  return "accepted";
}

void expect_flair(const DicomHeader& header) {
  EXPECT_TRUE(header.magnetic_resonance);
  EXPECT_TRUE(header.spin_echo && header.inversion_recovery);
  EXPECT_FALSE(header.gradient_echo || header.contrast_agent || header.adc_map);
  EXPECT_EQ(header.repetition_ms, 9000);
  EXPECT_EQ(header.echo_ms, 125); // not that of the item in a sequence
  EXPECT_EQ(header.inversion_ms, 2500);
  EXPECT_EQ(header.series_number, 5);
  EXPECT_EQ(header.rows, 320U);
  EXPECT_EQ(header.columns, 256U);
  ASSERT_TRUE(header.pixel_mm && header.position_mm && header.orientation);
  EXPECT_EQ((*header.pixel_mm)[1], 0.75);
  EXPECT_EQ((*header.position_mm)[2], 33.5);
}

TEST(Dicom, ReadsExplicitAndImplicitLittleEndian) {
  expect_flair(parse(test::flair_slice(33.5)));
  expect_flair(parse(test::flair_slice(33.5, test::kImplicitLittle)));
  expect_flair(parse(test::flair_slice(33.5, "1.2.840.10008.1.2.4.90"))); // compressed pixels
}

TEST(Dicom, ReadsHeadersBehindLongPrivateElements) {
  const test::TemporaryFolder folder;
  const std::string whole = test::flair_slice(33.5);
  const std::size_t at = whole.find("SECRET^NAME") - 8; // before the patient's name: a private element of 100 kB
  std::string head("\x09\x00\x10\x10UN\0\0", 8);
  head += std::string("\xA0\x86\x01\x00", 4);
  test::write_text(folder / "slice", whole.substr(0, at) + head + std::string(100'000, 'x') + whole.substr(at));
  expect_flair(read_dicom_header(folder / "slice"));
}

TEST(Dicom, ReadsTheFunctionalGroupsOfEnhancedImages) {
  const DicomHeader header = parse(test::enhanced_diffusion());
  EXPECT_TRUE(header.magnetic_resonance && header.spin_echo && header.echo_planar);
  EXPECT_EQ(header.frames, 3U);
  EXPECT_EQ(header.repetition_ms, 5200);
  EXPECT_EQ(header.echo_ms, 80);
  EXPECT_EQ(header.b_value, 1000);
  ASSERT_TRUE(header.pixel_mm);
  EXPECT_EQ((*header.pixel_mm)[1], 2.5);
}

TEST(Dicom, ReadsTheBValueOfSiemensAlone) {
  const auto with_creator = [](const std::string& creator) {
    return parse(test::DicomBytes().add(0x00190010, "LO", creator).add(0x0019100C, "IS", "800").bytes()).b_value;
  };
  EXPECT_EQ(with_creator("SIEMENS MR HEADER"), 800);
  EXPECT_EQ(with_creator("SOMEBODY ELSE"), std::nullopt);
}

TEST(Dicom, NamesWhatItDoesNotRead) {
  EXPECT_NE(refusal(test::flair_slice(0, "1.2.840.10008.1.2.2")).find("big endian"), std::string::npos);
  EXPECT_NE(refusal(test::flair_slice(0, "1.2.840.10008.1.2.1.99")).find("deflated"), std::string::npos);
  EXPECT_NE(refusal("no image at all").find("DICM"), std::string::npos);
  std::string damaged = test::flair_slice(0);
  damaged[damaged.find("SECRET^NAME") - 4] = '\7'; // its type of value
  EXPECT_NE(refusal(damaged).find("damaged"), std::string::npos);
}

TEST(Dicom, IsRefusedAsAnImageByName) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "slice.nii", test::flair_slice(0) + std::string(1000, '\0'));
  try {
    (void)read_image(folder / "slice.nii");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    EXPECT_NE(error.message().find("dcm2niix"), std::string::npos) << error.message();
  }
}

} // namespace
} // namespace brainmvp::io
