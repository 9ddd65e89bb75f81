#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <span>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/own_files.h"
#include "support/support.h"

namespace brainmvp {
namespace {

namespace fs = std::filesystem;
using test::contains;
using test::message_of;

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
  write_manifest(folder / "out");
  AtomicFolder made(folder / "out");
  test::write_text(made.temporary() / "new.txt", "new");
  EXPECT_TRUE(fs::exists(folder / "out/old.txt"));
  made.commit();
  EXPECT_FALSE(fs::exists(folder / "out/old.txt"));
  EXPECT_EQ(test::read_text(folder / "out/new.txt"), "new");
}

TEST(AtomicFolder, WithOtherFilesIsNeverReplaced) {
  const test::TemporaryFolder folder;
  const fs::path out = folder / "out";
  test::write_text(out / "a/old.txt", "old");
  write_manifest(out);
  AtomicFolder made(out);
  test::write_text(made.temporary() / "new.txt", "new");
  test::write_text(out / "a/thesis.txt", "years"); // put there meanwhile
  EXPECT_TRUE(contains(message_of([&] { made.commit(); }), "holds a/thesis.txt, which"));
  EXPECT_EQ(test::read_text(out / "a/old.txt"), "old");
  fs::remove(out / "a/thesis.txt");
  fs::create_directory(out / "empty");
  fs::create_symlink("nowhere", out / "link");
  const std::string both = message_of([&] { refuse_existing_folder(out, true); });
  EXPECT_TRUE(contains(both, "empty, link")) << both;
  test::write_text(folder / "file", "x");
  EXPECT_TRUE(contains(message_of([&] { refuse_existing_folder(folder / "file", true); }), "is no folder"));
  test::write_text(folder / "patient/t1.nii", "x"); // without a manifest nothing is ours
  EXPECT_TRUE(contains(message_of([&] { refuse_existing_folder(folder / "patient", true); }), "t1.nii"));
}

TEST(OwnFiles, NamesWithQuotesAndBackslashesAreKnownAgain) {
  const test::TemporaryFolder folder;
  for (int time = 0; time < 2; ++time) {
    AtomicFolder output(folder / "out");
    test::write_text(output.temporary() / R"(a "b" \c.txt)", "x");
    test::write_text(output.temporary() / "d.txt", "x");
    output.commit();
  }
  test::write_text(folder / "out/b", "mine"); // stands in the list, but not as a name
  EXPECT_THROW(refuse_foreign_files(folder / "out", made_files(folder / "out")), Error);
}

TEST(OwnFiles, AreRemovedAndNothingElse) {
  const test::TemporaryFolder folder;
  for (const char* name : {"a/own", "a/b/own", "c/own", "c/other", ".1f00d5ee.half/x"}) {
    test::write_text(folder / name, "x");
  }
  write_manifest(folder.path());
  fs::remove(folder / "c/other");
  test::write_text(folder / "c/later", "x");
  remove_own_files(folder.path(), made_files(folder.path()));
  EXPECT_EQ(entries_in(folder.path()), 1U);
  EXPECT_EQ(entries_in(folder / "c"), 1U);
  EXPECT_TRUE(fs::exists(folder / "c/later"));
}

TEST(AtomicFile, GoesThroughLinks) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "far/real.json", "old");
  fs::create_symlink("far/real.json", folder / "link.json");
  fs::create_symlink("link.json", folder / "chain.json");
  fs::create_symlink("far/none.json", folder / "dangling.json");
  fs::create_symlink("circle", folder / "circle");
  write_file(folder / "chain.json", "new");
  EXPECT_EQ(test::read_text(folder / "far/real.json"), "new");
  write_file(folder / "dangling.json", "made");
  EXPECT_EQ(test::read_text(folder / "far/none.json"), "made");
  for (const char* name : {"link.json", "chain.json", "dangling.json"}) {
    EXPECT_TRUE(fs::is_symlink(folder / name)) << name;
  }
  EXPECT_EQ(entries_in(folder / "far"), 2U); // no temporary file stays
  EXPECT_TRUE(contains(message_of([&] { write_file(folder / "circle", "x"); }), "leads to itself"));
}

TEST(AtomicFile, WritesIntoPipesAndDevices) {
  const test::TemporaryFolder folder;
  const std::string pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  fs::create_symlink("pipe", folder / "link");
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  write_file(pipe, "one ");
  write_file(folder / "link", "two");
  std::array<char, 32> read{};
  EXPECT_EQ(::read(reader, read.data(), read.size()), 7);
  EXPECT_STREQ(read.data(), "one two");
  ::close(reader);
  EXPECT_TRUE(fs::is_fifo(pipe));
  EXPECT_EQ(entries_in(folder.path()), 2U);
  write_file("/dev/null", "x");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  try {
    write_file("/dev/full", "x");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kOutOfResources);
  }
}

TEST(AtomicFolder, GoesThroughLinks) {
  const test::TemporaryFolder folder;
  fs::create_directories(folder / "disk/old");
  fs::create_symlink("disk/old", folder / "out");
  fs::create_symlink("disk/new", folder / "dangling");
  for (const char* name : {"out", "dangling"}) {
    AtomicFolder made(folder / name);
    test::write_text(made.temporary() / "a", name);
    made.commit();
    EXPECT_TRUE(fs::is_symlink(folder / name)) << name;
  }
  EXPECT_EQ(test::read_text(folder / "disk/old/a"), "out");
  EXPECT_EQ(test::read_text(folder / "disk/new/a"), "dangling");
}

TEST(OutputFolder, IsNoneThatHoldsTheUserOrTheInput) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "data/p1/t1.nii", "x");
  const std::vector<fs::path> inputs{folder / "data"};
  refuse_output_above(folder / "out", inputs);
  refuse_output_above(folder / "data/out", inputs);
  refuse_output_above(folder / "dat", inputs);
  fs::create_symlink("data", folder / "link");
  const std::string home = std::getenv("HOME") == nullptr ? "/" : std::getenv("HOME");
  for (const fs::path& output : {folder / "data", folder / "link", folder / "data/out/..", folder.path(), fs::path("."),
                                 fs::path("/"), fs::path(".."), fs::path(home)}) {
    EXPECT_THROW(refuse_output_above(output, inputs), Error) << output;
  }
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

TEST(RefuseExisting, SeesWhatLinksLeadToAndObeysForce) {
  const test::TemporaryFolder folder;
  fs::create_symlink("nowhere", folder / "dangling");
  EXPECT_NO_THROW(refuse_existing(folder / "dangling", false)); // nothing would be lost
  EXPECT_NO_THROW(refuse_existing("/dev/null", false));
  test::write_text(folder / "there", "x");
  fs::create_symlink("there", folder / "link");
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
