// What the tests of checkpoints share: files with any content, and errors with their message.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "checkpoint/archive_writer.h"

namespace brainmvp::test {

// Calls `work`, which must throw an Error with `code` and `part` in its message.
template <class Work>
void expect_refused(Work&& work, const std::string& part, ExitCode code = ExitCode::kBadInput) {
  try {
    std::forward<Work>(work)();
    ADD_FAILURE() << "not refused; expected a message with: " << part;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.message();
    EXPECT_NE(error.message().find(part), std::string::npos) << error.message();
  }
}

// A .pt file with this data.pkl and these further records.
inline void write_archive(const std::filesystem::path& path, const std::string& pickle,
                          const std::vector<std::pair<std::string, std::string>>& records = {}) {
  checkpoint::ArchiveWriter archive(path, path);
  archive.write("data.pkl", pickle.data(), pickle.size());
  for (const auto& [name, bytes] : records) {
    archive.write(name, bytes.data(), bytes.size());
  }
  archive.finish();
}

} // namespace brainmvp::test
