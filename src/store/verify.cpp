#include "store/verify.h"

#include <system_error>

#include "base/error.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "base/thread_pool.h"

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

void verify_store(const std::filesystem::path& store, std::size_t threads) {
  const std::vector<StoreEntry> studies = read_store_record(store).studies;
  std::vector<std::vector<std::string>> changed(studies.size());
  parallel_for(studies.size(), threads, [&](std::size_t i) {
    stop_if_interrupted("comparing the store with its hashes");
    const std::filesystem::path folder = store / studies[i].id;
    for (const std::string& file : changed_files(read_study_record(folder), folder)) {
      changed[i].push_back((folder / file).string());
    }
  });
  std::vector<std::string> all;
  for (const std::vector<std::string>& files : changed) {
    all.insert(all.end(), files.begin(), files.end());
  }
  if (!all.empty()) {
    throw Error(ExitCode::kBadInput,
                "not what `brainmvp prepare` wrote: " + join(all, ", ") + "; delete their folders and run it again");
  }
}

} // namespace brainmvp::store
