// One reader under random input: the same function for libFuzzer (./dev fuzz) and for the tests that replay seeded changes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/error.h"

namespace brainmvp::fuzz {

using Input = std::span<const std::byte>;
inline constexpr std::size_t kLargestInput = 1U << 16;

inline std::string text_of(Input input) { return {reinterpret_cast<const char*>(input.data()), input.size()}; }

// What is random about a test's reader. `seed` gives valid inputs to change, numbered from 0; empty where there are no more.
struct Target {
  std::string_view name;
  void (*run)(Input input);
  std::string (*seed)(std::size_t number);
};

// Of the program that is linked; defined in tests/fuzz and tests/fuzz_checkpoint.
std::span<const Target> targets();

// A file that holds the input, gone with the object.
class ScratchFile {
public:
  ScratchFile(Input input, std::string_view extension);
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

// Whether `read` takes the input. A refusal says so with one of these codes; anything else that it throws is a finding.
template <class Read>
bool accepts(Read&& read) {
  try {
    read();
    return true;
  } catch (const Error& error) {
    if (error.code() == ExitCode::kBadInput || error.code() == ExitCode::kUsage || error.code() == ExitCode::kNothingFound) {
      return false;
    }
    throw;
  }
}

// A broken promise of a reader is a finding too.
inline void require(bool kept, const char* promise) {
  if (!kept) {
    throw std::logic_error(promise);
  }
}

} // namespace brainmvp::fuzz
