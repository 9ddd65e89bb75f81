#include "study/folder_tree.h"

#include <unistd.h>

#include "base/error.h"
#include "study/fake_tree.h"

namespace brainmvp {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

TEST(FolderTree, FollowsLinksButNotCycles) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "outside", {"p2/T1.nii"});
  test::put_images(folder / "root", {"p1/T1.nii"});
  fs::create_directory_symlink(folder / "outside/p2", folder / "root/p2");
  fs::create_directory_symlink(folder / "root", folder / "root/p1/again");
  fs::create_directory_symlink(folder / "root/p1", folder / "root/a_second_name"); // sorts before the real folder
  fs::create_symlink(folder / "outside/p2/T1.nii", folder / "root/p1/T2.nii");
  const study::Findings found = test::find(folder / "root");
  EXPECT_EQ(test::lines(found), (Lines{"p1: t1 t2", "p2: t1"}));
  EXPECT_EQ(test::skipped_by_reason(found).at("folders that were read under another name"), 2U);
}

TEST(FolderTree, SkipsHiddenAndAppleDoubleFilesAndOddNames) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"p/T1.nii", "p/._T1.nii", "p/.T2.nii", "p/b\xE4_t2.nii", ".git/T1.nii", "store/p/t1.nii"});
  test::write_text(folder / "store/store.json", "{}");
  const study::Findings found = test::find(folder.path());
  EXPECT_EQ(test::lines(found), Lines{"p: t1"});
  EXPECT_EQ(test::skipped_by_reason(found), (std::map<std::string, std::size_t>{{"AppleDouble companions (\"._*\")", 1},
                                                                                {"hidden files", 1},
                                                                                {"names that are not UTF-8; rename them", 1},
                                                                                {"stores of prepared studies", 1}}));
}

TEST(FolderTree, WarnsOfFoldersThatCannotBeRead) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"p/T1.nii", "locked/T1.nii"});
  fs::permissions(folder.path(), fs::perms(0755));
  fs::permissions(folder / "locked", fs::perms::none);
  const bool root = ::geteuid() == 0; // root reads every folder
  constexpr uid_t kNobody = 65534;
  ASSERT_TRUE(!root || ::seteuid(kNobody) == 0);
  const study::Findings found = test::find(folder.path());
  ASSERT_TRUE(!root || ::seteuid(0) == 0);
  fs::permissions(folder / "locked", fs::perms::owner_all);
  EXPECT_EQ(test::lines(found), Lines{"p: t1"});
  EXPECT_TRUE(test::notes(found.notices, study::Notice::Severity::kWarning, "folders that cannot be read"));
}

TEST(FolderTree, TakesAHeaderImagePairOnce) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"p/T1.hdr", "p/T1.img"});
  EXPECT_EQ(test::lines(test::find(folder.path())), Lines{"p: t1"});
  EXPECT_TRUE(test::find(folder.path()).notices.empty());
}

TEST(FolderTree, RefusesWhatIsNoFolder) {
  const test::TemporaryFolder folder;
  try {
    test::find(folder / "none");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kNothingFound);
  }
}

} // namespace
} // namespace brainmvp
