#include "train/agreement.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "io/config_file.h"

namespace brainmvp::train {
namespace {

// In the form of a configuration, so that differences are found as those of settings are.
std::string described(const RunIdentity& identity, std::uint64_t step) {
  const std::array<std::pair<const char*, std::string>, 7> facts{{{"version", identity.program_version},
                                                                  {"network", identity.network},
                                                                  {"precision", identity.precision},
                                                                  {"data", identity.store_fingerprint},
                                                                  {"seed", std::to_string(identity.seed)},
                                                                  {"steps", std::to_string(identity.schedule.total_steps)},
                                                                  {"first_step", std::to_string(step)}}};
  std::string text = "[rank]\n";
  for (const auto& [name, value] : facts) {
    text += std::string(name) + " = " + io::toml_text({value}) + "\n";
  }
  return text + identity.config;
}

} // namespace

void require_agreement(const parallel::Group& group, const RunIdentity& identity, std::uint64_t step) {
  if (group.alone()) {
    return;
  }
  const std::vector<std::string> ranks = group.texts(described(identity, step));
  for (std::size_t rank = 1; rank < ranks.size(); ++rank) {
    std::vector<std::string> texts;
    for (const ConfigDifference& difference : config_differences(ranks.front(), ranks[rank])) {
      if (bends_curve(difference.key)) {
        texts.push_back(difference.key + " is " + difference.before + " in rank 0 and " + difference.now + " in rank " +
                        std::to_string(rank));
      }
    }
    if (!texts.empty()) {
      throw Error(ExitCode::kUsage,
                  "the ranks disagree: " + join(texts, "; ") + "; start all with the same program, options and store");
    }
  }
}

} // namespace brainmvp::train
