// The one exception type of brainmvp and the exit codes of the program.
//
//   throw Error(ExitCode::kBadInput, "t1.nii: 12 bytes where a NIfTI header needs 348; copy the file again");
//   with_context("reading study X", [&] { ... });   // "reading study X: t1.nii: ..."
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace brainmvp {

// Exit codes of the program (docs/reference/exit-codes.md).
enum class ExitCode : int {
  kDone = 0,           // also when all was done already
  kInternal = 1,       // a fault of the program
  kUsage = 2,          // wrong command line or configuration
  kNothingFound = 3,   // nothing usable in the input
  kBadInput = 4,       // an input that is damaged, inconsistent or missing
  kOutput = 5,         // an output that exists or cannot be written
  kOutOfResources = 6, // memory or disk used up
  kDiverged = 7,       // training gave a non-finite loss
  kInterrupted = 130,  // stopped by a signal
};

// An error with the exit code it leads to. The message says which file, what was expected, what was found, what to do.
class Error : public std::exception {
public:
  Error(ExitCode code, std::string message) : code_(code), message_(std::move(message)) {}

  // Puts "context: " in front of the message.
  void add_context(const std::string& context) { message_ = context + ": " + message_; }

  [[nodiscard]] ExitCode code() const noexcept { return code_; }
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

private:
  ExitCode code_;
  std::string message_;
};

// Calls `work`; an Error that leaves it gets `context` in front of its message.
template <class Work>
auto with_context(const std::string& context, Work&& work) -> decltype(work()) {
  try {
    return std::forward<Work>(work)();
  } catch (Error& error) {
    error.add_context(context);
    throw;
  }
}

} // namespace brainmvp
