#include "finetune/studies.h"

#include <algorithm>
#include <set>

#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "finetune/samples.h"
#include "store/twin_check.h"
#include "study/folds.h"
#include "study/modality.h"

namespace brainmvp::finetune {
namespace {

// Keeps what `usable` allows and warns of the rest once.
template <class Usable>
void keep_usable(std::vector<std::size_t>& positions, const store::Store& store, const std::string& reason, Usable usable) {
  std::vector<std::string> left_out;
  std::erase_if(positions, [&](std::size_t position) {
    const bool useless = !usable(position);
    if (useless) {
      left_out.push_back(store.studies()[position].id());
    }
    return useless;
  });
  if (!left_out.empty()) {
    log::warning(brainmvp::counted(left_out.size(), "study is", "studies are") + " left out (" + reason +
                 "): " + join(left_out, ", "));
  }
}

// Folds of the studies at `positions`: new ones, or those of the store.
std::vector<int> folds_of(const RunOptions& options, const store::Store& store, const std::vector<std::size_t>& positions,
                          const Targets& targets) {
  std::vector<study::FoldEntry> entries;
  std::vector<int> stored;
  for (const std::size_t position : positions) {
    const store::StoredStudy& study = store.studies()[position];
    entries.push_back({.patient = study.patient(), .stratum = targets.stratum(position)});
    if (study.fold()) {
      stored.push_back(*study.fold());
    }
  }
  if (options.folds) {
    return study::assign_folds(entries, *options.folds, options.session.seed);
  }
  if (stored.size() != positions.size()) {
    throw Error(ExitCode::kUsage,
                options.store.string() + ": " + std::to_string(positions.size() - stored.size()) +
                    " of its studies have no fold; give --folds, or `brainmvp index --folds` and prepare again");
  }
  return stored;
}

// Deals the training and validation studies out anew: one fold becomes validation.
void take_fold(const RunOptions& options, const store::Store& store, const Targets& targets, Selection& selection) {
  std::vector<std::size_t> all = selection.training;
  all.insert(all.end(), selection.validation.begin(), selection.validation.end());
  const std::vector<int> folds = folds_of(options, store, all, targets);
  selection = {};
  for (std::size_t i = 0; i < all.size(); ++i) {
    (folds[i] == *options.fold ? selection.validation : selection.training).push_back(all[i]);
  }
  if (selection.validation.empty()) {
    throw Error(ExitCode::kUsage, "--fold " + std::to_string(*options.fold) +
                                      ": no study is in that fold; folds count from 0 to " +
                                      std::to_string(std::ranges::max(folds)));
  }
}

[[noreturn]] void refuse_empty(const RunOptions& options, const std::string& what) {
  throw Error(ExitCode::kNothingFound,
              options.store.string() + ": no training study " + what + "; correct the studies file and run prepare again");
}

// What the user calls channels, by the names of the store's modalities.
std::vector<std::string> canonical_channels(const std::vector<std::string>& names, const std::set<std::string>& present) {
  std::vector<std::string> channels;
  for (const std::string& name : names) {
    const std::string channel =
        present.contains(name) ? name : study::ModalityTable::standard().canonical(name).value_or(to_lower(name));
    if (!present.contains(channel)) {
      throw Error(ExitCode::kNothingFound, "channel " + name + ": no training study has it; they have " +
                                               join(std::vector(present.begin(), present.end()), ", ") +
                                               "; name the channels with --channels");
    }
    if (std::ranges::count(channels, channel) > 0) {
      throw Error(ExitCode::kUsage, "channel " + name + ": is " + channel + ", which is named already");
    }
    channels.push_back(channel);
  }
  return channels;
}

} // namespace

Selection select_studies(const RunOptions& options, const store::Store& store, const Targets& targets) {
  Selection selection{.training = store.of_split(study::Split::kTraining),
                      .validation = store.of_split(study::Split::kValidation)};
  const auto usable = [&](std::size_t position) { return targets.has(position); };
  keep_usable(selection.training, store, "no " + targets.what(), usable);
  keep_usable(selection.validation, store, "no " + targets.what(), usable);
  if (options.fold) {
    take_fold(options, store, targets, selection);
  }
  if (selection.training.empty()) {
    refuse_empty(options, "has a " + targets.what());
  }
  store::check_twins(store, selection.training, selection.validation);
  return selection;
}

std::vector<study::StudyKey> study_keys(const store::Store& store) {
  std::vector<study::StudyKey> keys;
  for (const store::StoredStudy& study : store.studies()) {
    keys.push_back({.id = study.id(), .patient = study.patient()});
  }
  return keys;
}

std::vector<std::string> choose_channels(const RunOptions& options, const store::Store& store, Selection& selection) {
  std::set<std::string> present;
  for (const std::size_t position : selection.training) {
    const auto& modalities = store.studies()[position].modalities();
    present.insert(modalities.begin(), modalities.end());
  }
  std::vector<std::string> channels = canonical_channels(options.channels, present);
  if (channels.empty()) {
    for (const std::string_view name : study::kMainModalities) {
      if (present.erase(std::string(name)) > 0) {
        channels.emplace_back(name);
      }
    }
    channels.insert(channels.end(), present.begin(), present.end());
  }
  const auto has_any = [&](std::size_t position) {
    return std::ranges::count(present_channels(store.studies()[position], channels), true) > 0;
  };
  const std::string reason = "none of the channels " + join(channels, ", ");
  keep_usable(selection.training, store, reason, has_any);
  keep_usable(selection.validation, store, reason, has_any);
  if (selection.training.empty()) {
    refuse_empty(options, "has any of the channels " + join(channels, ", "));
  }
  return channels;
}

} // namespace brainmvp::finetune
