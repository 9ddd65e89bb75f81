#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "base/counted.h"
#include "base/error.h"
#include "base/text.h"
#include "checkpoint/encoder_transfer.h"
#include "checkpoint/name_groups.h"

namespace brainmvp::checkpoint {
namespace {

constexpr std::array<std::string_view, 3> kEncoderParts{"encoder.", "conv", "ds"}; // the last two: the UNet of pre-training

// Counters of batch norm are not in every file, and are not used.
bool of_encoder(const std::string& name) {
  return std::ranges::any_of(kEncoderParts, [&](std::string_view part) { return name.starts_with(part); }) &&
         !name.ends_with("num_batches_tracked");
}

// "blocks3" of "encoder.uniformer.blocks3.7.norm1.weight"; empty where no number follows.
std::string stage_of(const std::string& name) {
  std::vector<std::string> parts = split(name, ".");
  while (!parts.empty() && (parts.front() == "encoder" || parts.front() == "uniformer")) {
    parts.erase(parts.begin());
  }
  const bool numbered =
      parts.size() > 1 && !parts[1].empty() && std::ranges::all_of(parts[1], [](char c) { return c >= '0' && c <= '9'; });
  return numbered ? parts.front() : "";
}

// What of the file belongs to further blocks of the encoder's stages.
std::vector<std::string> further_blocks(const TransferReport& report) {
  std::set<std::string> stages;
  for (const std::string& name : report.loaded) {
    if (of_encoder(name)) {
      stages.insert(stage_of(name));
    }
  }
  stages.erase("");
  std::vector<std::string> further;
  std::ranges::copy_if(report.unused, std::back_inserter(further),
                       [&](const std::string& name) { return stages.contains(stage_of(name)); });
  return further;
}

[[noreturn]] void refuse_encoder(const std::string& what) {
  throw Error(ExitCode::kBadInput,
              what + "; name a whole checkpoint of the network that is trained (--network says which), or start without --init");
}

void require_whole(const TransferReport& report, const std::string& stem) {
  const std::set<std::string> loaded(report.loaded.begin(), report.loaded.end());
  const auto count = static_cast<std::size_t>(std::ranges::count_if(report.loaded, of_encoder));
  std::vector<std::string> missing;
  std::ranges::copy_if(report.missing, std::back_inserter(missing), of_encoder);
  const auto misfit =
      std::ranges::find_if(report.mismatched, [&](const auto& entry) { return of_encoder(entry.first) && entry.first != stem; });
  if (misfit != report.mismatched.end()) {
    refuse_encoder("the encoder of another network: " + misfit->first + " has " + misfit->second);
  }
  if (!missing.empty()) {
    refuse_encoder((count == 0 ? std::string("no encoder")
                               : "a part of an encoder: " + std::to_string(count) + " of " +
                                     std::to_string(count + missing.size()) + " tensors are there") +
                   "; missing are " + grouped_names(missing, loaded));
  }
  const std::vector<std::string> further = further_blocks(report);
  if (!further.empty()) {
    refuse_encoder("the encoder of a larger network: it has " + counted(further.size(), "tensor") + " more, " +
                   grouped_names(further, spellings(loaded)));
  }
}

} // namespace

void require_whole_encoder(const TransferReport& report) { require_whole(report, ""); }

void require_whole_encoder(const EncoderTransfer& transfer) {
  TransferReport report = transfer.report;
  for (const auto& [name, what] : transfer.adapted) {
    report.loaded.push_back(name);
  }
  require_whole(report, transfer.stem);
}

} // namespace brainmvp::checkpoint
