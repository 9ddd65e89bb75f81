// Why a studies file is refused.
#pragma once

#include <string>

#include "base/error.h"
#include "study/studies_file.h"
#include "support/support.h"

namespace brainmvp::test {

// The message, which must be short and name the file; "accepted" when there is none.
inline std::string list_refusal(const std::string& json) {
  const TemporaryFolder folder;
  write_text(folder / "list.json", json);
  try {
    (void)study::read_studies_file(folder / "list.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    EXPECT_TRUE(contains(error.message(), "list.json")) << error.message();
    EXPECT_LT(error.message().size(), 1000U);
    return error.message();
  }
  return "accepted";
}

} // namespace brainmvp::test
