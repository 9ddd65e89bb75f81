#include "base/fault.h"

#include <algorithm>
#include <array>
#include <new>
#include <regex>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "base/log.h"
#include "base/text.h"

namespace brainmvp {
namespace {

// How libraries that have one exception for everything say it. oneDNN compiles code for a primitive, whose memory is what fails.
constexpr std::array<std::string_view, 11> kOutOfMemoryTexts{"allocate memory",
                                                             "out of memory",
                                                             "not enough memory",
                                                             "failed to allocate",
                                                             "size calculation overflow",
                                                             "integer multiplication overflow",
                                                             "alloc_failed",
                                                             "invalid buffer size",
                                                             "could not create a memory",
                                                             "could not create a primitive",
                                                             "could not execute a primitive"};

// Where libtorch's messages turn to those who write it.
constexpr std::array<std::string_view, 4> kFrameTexts{"Exception raised from", "C++ CapturedTraceback", "frame #0",
                                                      "(Could this error message be improved?"};

std::string without_frames(const std::string& text) {
  std::size_t end = text.size();
  for (const std::string_view start : kFrameTexts) {
    end = std::min(end, text.find(start));
  }
  const std::size_t last = text.find_last_not_of(" \n\t.", end == 0 ? std::string::npos : end - 1);
  return end == 0 || last == std::string::npos ? "" : text.substr(0, last + 1);
}

bool is_of_memory(const std::error_code& code) {
  return code == std::errc::not_enough_memory || code == std::errc::resource_unavailable_try_again; // a thread's stack
}

// libtorch writes "tried to allocate 4000 bytes" and "Tried to allocate 20.00 GiB".
std::string amount_of(const std::string& text) {
  static const std::regex pattern("allocate (\\d+(?:\\.\\d+)?) ([KMGT]?i?B|bytes)\\b");
  std::smatch found;
  if (!std::regex_search(text, found, pattern)) {
    return "";
  }
  const bool whole = found[2] == "bytes" && found[1].length() < 19; // fits 64 bits
  return whole ? human_bytes(std::stoull(found[1])) : found[1].str() + " " + found[2].str();
}

Error out_of_memory(const std::string& text, const std::string& relief) {
  const std::string amount = amount_of(text);
  return {ExitCode::kOutOfResources, std::string("out of memory") + (text.starts_with("CUDA") ? " of the GPU" : "") +
                                         (amount.empty() ? "" : ": " + amount + " more were asked for") + "; " +
                                         (relief.empty() ? "close other programs, or use a machine with more" : relief)};
}

} // namespace

bool is_out_of_memory(const std::exception& fault) {
  if (const auto* system = dynamic_cast<const std::system_error*>(&fault)) {
    return is_of_memory(system->code());
  }
  if (dynamic_cast<const std::bad_alloc*>(&fault) != nullptr || dynamic_cast<const std::length_error*>(&fault) != nullptr) {
    return true;
  }
  const std::string text = to_lower(without_frames(fault.what()));
  return std::ranges::any_of(kOutOfMemoryTexts, [&](std::string_view part) { return text.find(part) != std::string::npos; });
}

Error error_of(const std::exception& fault, const std::string& relief) {
  if (const auto* error = dynamic_cast<const Error*>(&fault)) {
    return *error;
  }
  const std::string whole = fault.what();
  const std::string text = without_frames(whole);
  log::debug(whole);
  if (is_out_of_memory(fault)) {
    return out_of_memory(text, relief);
  }
  return {ExitCode::kInternal, "internal fault: " + text + "; please report it with the command and this message"};
}

} // namespace brainmvp
