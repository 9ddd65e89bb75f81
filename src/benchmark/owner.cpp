#include "benchmark/owner.h"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace brainmvp::benchmark {
namespace {

constexpr std::size_t kFields = 5;

std::string first_line(const std::filesystem::path& path) {
  std::string line;
  std::getline(std::ifstream(path), line);
  return line;
}

// When the process began, in ticks since the machine started; "" when it is not there, or is dead and was not waited for. The
// name in parentheses may hold blanks.
std::string start_of(const std::string& process) {
  const std::string line = first_line("/proc/" + process + "/stat");
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) {
    return "";
  }
  const std::vector<std::string> fields = split(line.substr(name_end + 2), " "); // from the third on
  constexpr std::size_t kState = 0;
  constexpr std::size_t kStart = 22 - 3;
  return fields.size() > kStart && fields[kState] != "Z" ? fields[kStart] : "";
}

// Where process numbers mean what they mean here.
std::string place() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  std::error_code error;
  const std::string space = std::filesystem::read_symlink("/proc/self/ns/pid", error).string();
  return std::string(host.data()) + " " + first_line("/proc/sys/kernel/random/boot_id") + " " + space;
}

} // namespace

std::string this_process() {
  const std::string process = std::to_string(::getpid());
  return place() + " " + process + " " + start_of(process);
}

Life life_of(const std::string& owner) {
  const std::vector<std::string> fields = split(owner, " \n");
  if (fields.size() < kFields || !owner.starts_with(place() + " ")) {
    return Life::kUnknown;
  }
  return start_of(fields[3]) == fields[4] ? Life::kAlive : Life::kDead;
}

} // namespace brainmvp::benchmark
