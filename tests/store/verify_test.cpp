#include "store/verify.h"

#include "base/error.h"
#include "base/hash.h"
#include "store/handmade_store.h"
#include "support/support.h"

namespace brainmvp::store {
namespace {

TEST(VerifyStore, NamesEveryFileThatIsNotWhatWasWritten) {
  const test::TemporaryFolder folder;
  test::write_handmade_store(folder.path(), {{.id = "a", .size = {5, 6, 7}, .modalities = {"t1", "t2"}},
                                             {.id = "b", .size = {5, 6, 7}, .modalities = {"t1"}}});
  for (const char* id : {"a", "b"}) {
    StudyRecord record = read_study_record(folder / id);
    for (StoredFile& file : record.files) {
      file.hash = file_hash(folder / id / file.name);
    }
    write_study_record(record, folder / id);
  }
  EXPECT_NO_THROW(verify_store(folder.path(), 2));
  std::string bytes = test::read_text(folder / "a/t2.nii");
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  test::write_text(folder / "a/t2.nii", bytes);
  std::filesystem::remove(folder / "b/t1.nii");
  try {
    verify_store(folder.path(), 2);
    FAIL() << "damage was not found";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    EXPECT_NE(error.message().find("a/t2.nii, "), std::string::npos) << error.message();
    EXPECT_NE(error.message().find("b/t1.nii; "), std::string::npos) << error.message();
    EXPECT_EQ(error.message().find("a/t1.nii"), std::string::npos) << error.message();
  }
}

} // namespace
} // namespace brainmvp::store
