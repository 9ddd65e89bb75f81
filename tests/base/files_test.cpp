#include <cerrno>
#include <fstream>
#include <span>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/hash.h"
#include "support/support.h"

namespace brainmvp {
namespace {

namespace fs = std::filesystem;

std::size_t entries_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(AtomicFile, AppearsOnlyWhenCommitted) {
  const test::TemporaryFolder folder;
  {
    const AtomicFile file(folder / "a.txt");
    std::ofstream(file.temporary()) << "half";
  }
  EXPECT_EQ(entries_in(folder.path()), 0U);
  AtomicFile file(folder / "a.txt");
  std::ofstream(file.temporary()) << "whole";
  EXPECT_FALSE(fs::exists(folder / "a.txt"));
  file.commit();
  EXPECT_EQ(test::read_text(folder / "a.txt"), "whole");
  EXPECT_EQ(entries_in(folder.path()), 1U);
}

TEST(AtomicFolder, ReplacesTheOldOneWhole) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "out/old.txt", "old");
  AtomicFolder made(folder / "out");
  test::write_text(made.temporary() / "new.txt", "new");
  EXPECT_TRUE(fs::exists(folder / "out/old.txt"));
  made.commit();
  EXPECT_FALSE(fs::exists(folder / "out/old.txt"));
  EXPECT_EQ(test::read_text(folder / "out/new.txt"), "new");
}

TEST(Temporaries, AreToldFromOtherNamesAndRemoved) {
  const test::TemporaryFolder folder;
  const AtomicFile file(folder / "a.txt");
  EXPECT_TRUE(is_temporary(file.temporary().filename().string()));
  for (const char* name :
       {"a.txt", ".a.txt", ".1.a.txt", ".0123456.a", ".0123456g.a", ".01234567.", ".012345678.a", "x01234567.a"}) {
    EXPECT_FALSE(is_temporary(name)) << name;
    test::write_text(folder / name, "kept");
  }
  const std::size_t before = entries_in(folder.path());
  test::write_text(file.temporary(), "half");
  test::write_text(folder / ".89abcdef.study/t1.nii", "half");
  remove_temporaries(folder.path());
  EXPECT_EQ(entries_in(folder.path()), before);
}

TEST(WriteFile, NamesTheFileThatCannotBeWritten) {
  const test::TemporaryFolder folder;
  try {
    write_file(folder / "missing/a.txt", "x");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kOutput);
    EXPECT_NE(error.message().find("missing/a.txt"), std::string::npos) << error.message();
  }
}

TEST(WriteFile, AFullDiskIsOutOfResources) {
  try {
    throw_write_error("x", ENOSPC);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kOutOfResources);
  }
}

TEST(RefuseExisting, SeesDanglingLinksAndObeysForce) {
  const test::TemporaryFolder folder;
  fs::create_symlink("nowhere", folder / "link");
  EXPECT_THROW(refuse_existing(folder / "link", false), Error);
  EXPECT_NO_THROW(refuse_existing(folder / "link", true));
  EXPECT_NO_THROW(refuse_existing(folder / "other", false));
}

TEST(Hash, FileAndBytesAgreeAndDifferFromOthers) {
  const test::TemporaryFolder folder;
  const std::string text(3'000'000, 'x');
  test::write_text(folder / "a", text);
  EXPECT_EQ(file_hash(folder / "a"), content_hash(std::as_bytes(std::span(text))));
  EXPECT_EQ(content_hash({}), "99aa06d3014798d86001c324468d497f"); // XXH3-128 of nothing, published
  EXPECT_NE(file_hash(folder / "a"), content_hash({}));
  EXPECT_THROW(file_hash(folder / "missing"), Error);
}

} // namespace
} // namespace brainmvp
