#include "store/verify.h"

#include <system_error>

#include "base/hash.h"

namespace brainmvp::store {

std::vector<std::string> changed_files(const StudyRecord& record, const std::filesystem::path& folder) {
  std::vector<std::string> changed;
  for (const StoredFile& file : record.files) {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(folder / file.name, error);
    if (error || bytes != file.bytes || file_hash(folder / file.name) != file.hash) {
      changed.push_back(file.name);
    }
  }
  return changed;
}

} // namespace brainmvp::store
