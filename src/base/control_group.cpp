#include "base/control_group.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "base/text.h"

namespace brainmvp {
namespace fs = std::filesystem;
namespace {

constexpr double kNoMemoryLimit = 0x1p60; // version 1 writes the largest multiple of a page below 2^63

// The number at `place` of a file; nothing when it is absent or the word "max".
std::optional<double> number_in(const fs::path& path, std::size_t place = 0) {
  std::ifstream file(path);
  double value = 0;
  for (std::size_t i = 0; i <= place; ++i) {
    if (!(file >> value)) {
      return std::nullopt;
    }
  }
  return value;
}

// The number behind `key` in a file of "key value" lines; 0 when absent.
double number_of_key(const fs::path& path, const std::string& key) {
  std::ifstream file(path);
  std::string word;
  double value = 0;
  while (file >> word >> value) {
    if (word == key) {
      return value;
    }
  }
  return 0;
}

// `group` in the hierarchy mounted at `mount`, and all groups around it. Inside a container the names of outer groups are
// often known, but only its own is there, as the root.
void add_groups(const fs::path& mount, const fs::path& group, std::vector<fs::path>& folders) {
  for (fs::path path = group.relative_path(); !path.empty(); path = path.parent_path()) {
    folders.push_back(mount / path);
  }
  folders.push_back(mount);
}

// Where limits of `controller` ("cpu", "memory") may stand.
std::vector<fs::path> groups_of(const std::string& controller, const fs::path& root) {
  const fs::path mounts = root / "sys/fs/cgroup";
  std::vector<fs::path> folders;
  std::ifstream file(root / "proc/self/cgroup");
  for (std::string line; std::getline(file, line);) { // "4:cpu,cpuacct:/job" or, in version 2, "0::/job"
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) {
      continue;
    }
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (controllers.empty()) {
      add_groups(mounts, group, folders);
      add_groups(mounts / "unified", group, folders);
    } else if (std::ranges::count(split(controllers, ","), controller) > 0) {
      add_groups(mounts / controllers, group, folders);
      add_groups(mounts / controller, group, folders);
    }
  }
  return folders;
}

std::optional<double> quota_of(const fs::path& group) {
  std::optional<double> quota = number_in(group / "cpu.max");
  std::optional<double> period = number_in(group / "cpu.max", 1);
  if (!quota) {
    quota = number_in(group / "cpu.cfs_quota_us"); // -1: none
    period = number_in(group / "cpu.cfs_period_us");
  }
  return quota && period && *quota > 0 && *period > 0 ? std::optional(*quota / *period) : std::nullopt;
}

std::optional<double> memory_left_of(const fs::path& group) {
  std::optional<double> limit = number_in(group / "memory.max");
  std::optional<double> used = number_in(group / "memory.current");
  double droppable = number_of_key(group / "memory.stat", "inactive_file");
  if (!limit) {
    limit = number_in(group / "memory.limit_in_bytes");
    used = number_in(group / "memory.usage_in_bytes");
    droppable = number_of_key(group / "memory.stat", "total_inactive_file");
  }
  if (!limit || !used || *limit >= kNoMemoryLimit) {
    return std::nullopt;
  }
  return std::max(*limit - std::max(*used - droppable, 0.0), 0.0);
}

template <class Limit>
std::optional<double> tightest(const std::vector<fs::path>& groups, Limit limit_of) {
  std::optional<double> least;
  for (const fs::path& group : groups) {
    const std::optional<double> limit = limit_of(group);
    if (limit && (!least || *limit < *least)) {
      least = limit;
    }
  }
  return least;
}

} // namespace

std::optional<double> processor_quota(const fs::path& root) { return tightest(groups_of("cpu", root), quota_of); }

std::optional<std::uint64_t> memory_left_in_group(const fs::path& root) {
  const std::optional<double> left = tightest(groups_of("memory", root), memory_left_of);
  return left ? std::optional(static_cast<std::uint64_t>(*left)) : std::nullopt;
}

} // namespace brainmvp
