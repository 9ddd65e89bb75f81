#include "io/text_file.h"

#include <sys/stat.h>

#include "io/config_file.h"
#include "io/delimited.h"
#include "support/support.h"

namespace brainmvp::io {
namespace {

namespace fs = std::filesystem;

template <class Call>
std::string refusal(ExitCode code, Call call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code);
    return error.message();
  }
  return "accepted";
}

TEST(TextFile, ReadsUtf8WithAndWithoutAMark) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "a.txt", "\xEF\xBB\xBFgrün\n");
  EXPECT_EQ(read_text_file(folder / "a.txt", 100), "grün\n");
  test::write_text(folder / "empty.txt", "");
  EXPECT_EQ(read_text_file(folder / "empty.txt", 100), "");
}

TEST(TextFile, RefusesOtherEncodingsBySayingHowToConvertThem) {
  const test::TemporaryFolder folder;
  const auto message = [&](const std::string& text) {
    test::write_text(folder / "t.csv", text);
    return refusal(ExitCode::kBadInput, [&] { (void)read_delimited(folder / "t.csv"); });
  };
  EXPECT_NE(message("id,site\n1,G\xF6ttingen\n").find("line 2: is not UTF-8"), std::string::npos);
  EXPECT_NE(message("id,site\n1,G\xF6ttingen\n").find("iconv -f WINDOWS-1252"), std::string::npos);
  EXPECT_NE(message(std::string("\xFF\xFEi\0d\0", 6)).find("is UTF-16"), std::string::npos);
  EXPECT_NE(message("id\n\xED\xA0\x80\n").find("line 2"), std::string::npos); // a surrogate
}

TEST(TextFile, RefusesPipesFoldersAndHugeFilesBeforeReadingThem) {
  const test::TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe.toml").c_str(), 0600), 0);
  const auto config = [&](const std::string& name) {
    return refusal(ExitCode::kUsage, [&] { (void)read_config_file(folder / name); });
  };
  EXPECT_NE(config("pipe.toml").find("no regular file"), std::string::npos);
  EXPECT_NE(config("").find("no regular file"), std::string::npos);
  const std::string missing = refusal(ExitCode::kBadInput, [&] { (void)read_config_file(folder / "none.toml"); });
  EXPECT_NE(missing.find("does not exist"), std::string::npos);
  test::write_text(folder / "huge.toml", "");
  fs::resize_file(folder / "huge.toml", 1ULL << 40); // a hole, so it costs nothing
  EXPECT_NE(config("huge.toml").find("1.1 TB, more than the 1.0 MB"), std::string::npos) << config("huge.toml");
}

TEST(ConfigFile, DeepNestingIsRefused) {
  const auto message = [](const std::string& text) {
    return refusal(ExitCode::kUsage, [&] { (void)read_config_text(text, "c.toml"); });
  };
  constexpr std::size_t kMany = 300'000;
  std::string keys = "a";
  for (std::size_t i = 0; i < kMany; ++i) {
    keys += ".a";
  }
  EXPECT_NE(message(keys + " = 1").find("c.toml: line 1"), std::string::npos);
  EXPECT_NE(message("[" + keys + "]").find("c.toml: line 1"), std::string::npos);
  EXPECT_NE(message("a = " + std::string(kMany, '[')).find("c.toml: line 1"), std::string::npos);
  std::string tables;
  for (std::size_t i = 0; i < kMany; ++i) {
    tables += "a = { ";
  }
  EXPECT_NE(message(tables).find("c.toml: line 1"), std::string::npos);
}

TEST(ConfigFile, ANameThatBeginsWithNoLetterIsRefused) {
  for (const std::string text : {"[=a]", "[[+a]]", "[ .a]", "[a.=b]", "a.=b = 1", "=1", "a = { =1 }"}) {
    const std::string found = refusal(ExitCode::kUsage, [&] { (void)read_config_text("k = 1\n" + text, "c.toml"); });
    EXPECT_NE(found.find("c.toml: line 2"), std::string::npos) << text << ": " << found;
  }
}

} // namespace
} // namespace brainmvp::io
