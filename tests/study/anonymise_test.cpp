#include "study/anonymise.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/sha256.h"
#include "study/fake_tree.h"

namespace brainmvp {
namespace {

namespace fs = std::filesystem;
using study::Pseudonyms;
using study::StudiesFile;

std::string digest(std::string_view text) {
  std::string digits;
  for (const std::uint8_t byte : sha256(text)) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    digits += kDigits[byte >> 4U];
    digits += kDigits[byte & 15U];
  }
  return digits;
}

TEST(Sha256, VectorsOfTheStandard) {
  EXPECT_EQ(digest(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(digest(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Pseudonyms, FollowTheKeyAndTheName) {
  const test::TemporaryFolder folder;
  const Pseudonyms first(folder / "a.key");
  EXPECT_EQ(first.of("sub-01"), Pseudonyms(folder / "a.key").of("sub-01"));
  EXPECT_NE(first.of("sub-01"), first.of("sub-02"));
  EXPECT_NE(first.of("sub-01"), Pseudonyms(folder / "b.key").of("sub-01"));
  EXPECT_EQ(first.of("sub-01").size(), 17U);
  EXPECT_EQ(fs::status(folder / "a.key").permissions(), fs::perms::owner_read | fs::perms::owner_write);
  test::write_text(folder / "c.key", "a note, not a key\n");
  EXPECT_THROW(Pseudonyms(folder / "c.key"), Error);
}

TEST(Anonymise, NothingOfTheNamesIsLeft) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "data", {"sub-Doe_Jane/T1.nii", "sub-Doe_Jane/FLAIR.nii", "sub-Doe_Jane/seg.nii", "sub-Roe/T1.nii"});
  const StudiesFile found = study::index_studies({.inputs = {folder / "data"}}).file;
  const Pseudonyms pseudonyms(folder / "key");
  study::write_studies_file(folder / "s.json", study::anonymise(found, folder / "s_files", pseudonyms));
  const std::string text = test::read_text(folder / "s.json");
  for (const char* name : {"Doe", "Jane", "Roe", "sub-"}) {
    EXPECT_EQ(text.find(name), std::string::npos) << text;
  }
  // The same images are found under the new names, and doing it again changes nothing.
  const study::Index again = study::index_studies({.inputs = {folder / "s.json"}});
  ASSERT_EQ(again.file.studies.size(), 2U);
  EXPECT_TRUE(again.notices.empty());
  std::set<std::string> ids;
  for (const study::Study& one : again.file.studies) {
    ids.insert(one.id);
    EXPECT_EQ(one.id == pseudonyms.of(found.studies[0].id) ? 2U : 1U, one.images.size());
    EXPECT_EQ(one.patient.size(), 17U);
  }
  EXPECT_TRUE(ids.contains(pseudonyms.of(found.studies[0].id)));
  (void)study::anonymise(found, folder / "s_files", pseudonyms);
  EXPECT_TRUE(fs::exists(folder / "data/sub-Roe/T1.nii")); // replacing links leaves what they led to
}

TEST(Anonymise, NeverReplacesAFolderOfSomethingElse) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"s_files/T1.nii"});
  const StudiesFile found = study::index_studies({.inputs = {folder / "s_files"}}).file;
  try {
    (void)study::anonymise(found, folder / "s_files", Pseudonyms(folder / "key"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kOutput);
  }
  EXPECT_TRUE(fs::exists(folder / "s_files/T1.nii"));
}

} // namespace
} // namespace brainmvp
