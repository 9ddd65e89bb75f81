#include "study/anonymise.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "study/fake_tree.h"

namespace brainmvp {
namespace {

namespace fs = std::filesystem;
using study::Pseudonyms;
using study::StudiesFile;

constexpr const char* kPythonNames = R"py(
import hashlib, hmac, sys
key = bytes.fromhex(open(sys.argv[1]).read())
for name in sys.argv[2:]:
    print("s" + hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:16])
)py";

TEST(Pseudonyms, AreHmacSha256AsPythonComputesIt) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "given.key", "00112233445566778899AABBccddeeff0123456789abcdef0123456789abcdef\n");
  const std::vector<std::string> names{"", "sub-01", "patient sub-01", "Jürgen", std::string(200, 'x')};
  for (const char* key : {"given.key", "made.key"}) {
    const Pseudonyms pseudonyms(folder / key);
    std::string expected;
    for (const std::string& name : names) {
      expected += pseudonyms.of(name) + "\n";
    }
    std::vector<std::string> arguments{folder / key};
    arguments.insert(arguments.end(), names.begin(), names.end());
    const test::ProcessResult python = test::run_python(kPythonNames, arguments);
    ASSERT_EQ(python.exit_code, 0) << python.err;
    EXPECT_EQ(python.out, expected);
  }
}

TEST(Pseudonyms, FollowTheKeyAndTheName) {
  const test::TemporaryFolder folder;
  const Pseudonyms first(folder / "a.key");
  EXPECT_EQ(first.of("sub-01"), Pseudonyms(folder / "a.key").of("sub-01"));
  EXPECT_NE(first.of("sub-01"), first.of("sub-02"));
  EXPECT_NE(first.of("sub-01"), Pseudonyms(folder / "b.key").of("sub-01"));
  EXPECT_EQ(first.of("sub-01").size(), 17U);
  EXPECT_EQ(fs::status(folder / "a.key").permissions(), fs::perms::owner_read | fs::perms::owner_write);
  for (const char* text : {"a note, not a key\n", "0123456789abcdef\n", ""}) {
    test::write_text(folder / "c.key", text);
    EXPECT_THROW(Pseudonyms(folder / "c.key"), Error) << text;
  }
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
