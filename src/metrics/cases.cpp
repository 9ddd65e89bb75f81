#include "metrics/cases.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "io/image_file.h"
#include "io/image_parts.h"
#include "study/case_draft.h"
#include "study/name_reading.h"

namespace brainmvp::metrics {
namespace fs = std::filesystem;
namespace {

using Kind = study::FileRole::Kind;

constexpr std::size_t kNamesShown = 5;

std::string some_names(const std::vector<std::string>& names) {
  const std::vector<std::string> shown(names.begin(),
                                       names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kNamesShown)));
  return join(shown, ", ") + (names.size() > kNamesShown ? ", ... (" + std::to_string(names.size()) + " in all)" : "");
}

std::string without_entities(std::string name) {
  static constexpr std::array<std::string_view, 5> kEntities{"space-", "res-", "desc-", "label-", "hemi-"};
  for (std::size_t at = name.rfind('_'); at != std::string::npos; at = name.rfind('_')) {
    const std::string_view last = std::string_view(name).substr(at + 1);
    if (last != "label" && std::ranges::none_of(kEntities, [&](std::string_view entity) { return last.starts_with(entity); })) {
      break;
    }
    name.erase(at);
  }
  return name;
}

// Predictions of this program are no label maps for index, and are here.
study::FileRole role_by_name(const fs::path& path) {
  return study::read_name(study::ModalityTable::standard(), io::image_stem(path));
}

std::string case_name(const fs::path& path, const study::FileRole& role, const std::set<std::string>& known) {
  const std::string stem = io::image_stem(path);
  if (known.contains(stem)) {
    return stem;
  }
  // Of what follows the prefix only: "sub-01_ses-2_dseg" is not of "sub-01".
  for (std::size_t at = stem.rfind('_'); role.kind == Kind::kLabel && at != std::string::npos && at > role.prefix.size();
       at = stem.rfind('_', at - 1)) {
    if (known.contains(stem.substr(0, at))) {
      return stem.substr(0, at);
    }
  }
  const std::string name = without_entities(role.kind == Kind::kLabel ? role.prefix : stem);
  return name.empty() ? fs::absolute(path).lexically_normal().parent_path().filename().string() : name;
}

// Of several label maps of one case that which `index` would take.
std::vector<CaseFile> chosen(const std::vector<CaseFile>& labels) {
  std::map<std::string, study::CaseDraft> cases;
  for (const CaseFile& label : labels) {
    study::CaseDraft& draft = cases[label.name];
    draft.id = label.name;
    draft.labels.push_back(label.path);
  }
  std::vector<CaseFile> files;
  for (auto& [name, draft] : cases) {
    const std::vector<fs::path> all = draft.labels;
    study::Findings findings;
    if (all.size() > 1) {
      std::erase_if(draft.labels, study::is_tissue_map);
      study::choose_labels(draft, findings);
    }
    for (const study::Notice& notice : findings.notices) {
      if (notice.severity == study::Notice::Severity::kError) {
        throw Error(ExitCode::kBadInput, all.front().parent_path().string() + ": case " + name + ": " + notice.text);
      }
      log::warning("case " + name + ": " + notice.text);
    }
    for (const fs::path& path : draft.labels.empty() ? all : draft.labels) {
      files.push_back({name, path});
    }
  }
  return files;
}

std::vector<CaseFile> cases_of_folder(const fs::path& folder, const std::set<std::string>& known) {
  std::vector<CaseFile> labels;
  std::vector<CaseFile> others;
  std::vector<CaseFile> whole; // whose label's word is part of a known name
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (!io::has_image_extension(entry->path()) || io::is_data_of_header(entry->path()) || entry->is_directory()) {
      continue;
    }
    const study::FileRole role = role_by_name(entry->path());
    const bool is_known = known.contains(io::image_stem(entry->path()));
    if (role.kind == Kind::kLabel || role.kind == Kind::kUnknown || is_known) {
      std::vector<CaseFile>& files = role.kind != Kind::kLabel ? others : is_known ? whole : labels;
      files.push_back({case_name(entry->path(), role, known), entry->path()});
    }
  }
  if (error) {
    throw Error(ExitCode::kBadInput, folder.string() + ": cannot be listed: " + error.message());
  }
  std::vector<CaseFile> cases = labels.empty() ? others : chosen(labels);
  std::ranges::copy_if(whole, std::back_inserter(cases), [&](const CaseFile& file) {
    return std::ranges::find(labels, file.name, &CaseFile::name) == labels.end();
  });
  return cases;
}

std::vector<CaseFile> cases_of_studies(const fs::path& path, std::span<const study::Split> splits) {
  std::vector<CaseFile> cases;
  for (const study::Study& study : study::read_studies_file(path).studies) {
    if (study.label && (splits.empty() || std::ranges::count(splits, study.split) > 0)) {
      cases.push_back({study.id, *study.label});
    }
  }
  return cases;
}

void refuse_twins(const std::vector<CaseFile>& sorted) {
  const auto twin = std::ranges::adjacent_find(sorted, {}, &CaseFile::name);
  if (twin != sorted.end()) {
    throw Error(ExitCode::kBadInput, twin->path.string() + " and " + std::next(twin)->path.string() + " are both named '" +
                                         twin->name + "'; give each case a name of its own, or use a studies file");
  }
}

// The names of `names` that `others` lacks.
std::vector<std::string> only_in(const std::vector<CaseFile>& names, const std::vector<CaseFile>& others) {
  std::vector<std::string> only;
  for (const CaseFile& name : names) {
    if (std::ranges::find(others, name.name, &CaseFile::name) == others.end()) {
      only.push_back(name.name);
    }
  }
  return only;
}

void check_sides(const std::vector<CaseFile>& predictions, const std::vector<CaseFile>& references, bool allow_missing) {
  const std::vector<std::string> missing = only_in(references, predictions);
  const std::vector<std::string> unknown = only_in(predictions, references);
  if (missing.size() == references.size()) {
    throw Error(ExitCode::kNothingFound, "no prediction matches a reference: predictions are named " + some_names(unknown) +
                                             "; references are named " + some_names(missing));
  }
  if (!missing.empty() && !allow_missing) {
    throw Error(ExitCode::kBadInput, "no prediction for " + some_names(missing) +
                                         "; predict them, choose cases with --split, or count them as the worst with "
                                         "--allow-missing");
  }
  if (!unknown.empty() && !allow_missing) {
    throw Error(ExitCode::kBadInput, "no reference for the prediction of " + some_names(unknown) +
                                         "; take them out, or leave them aside with --allow-missing");
  }
  if (!missing.empty()) {
    log::warning("no prediction for " + some_names(missing) + ": counted as the worst");
  }
  if (!unknown.empty()) {
    log::warning("no reference for the prediction of " + some_names(unknown) + ": left aside");
  }
}

} // namespace

std::vector<CaseFile> find_cases(const fs::path& source, std::span<const study::Split> splits,
                                 const std::set<std::string>& known) {
  std::vector<CaseFile> cases;
  if (fs::is_directory(source)) {
    cases = cases_of_folder(source, known);
  } else if (!fs::exists(source)) {
    throw Error(ExitCode::kBadInput, source.string() + ": does not exist; a folder of label maps, a studies file or a label map "
                                                       "is expected");
  } else if (io::has_image_extension(source)) {
    cases.push_back({case_name(source, role_by_name(source), known), source});
  } else {
    cases = cases_of_studies(source, splits);
  }
  if (cases.empty()) {
    throw Error(ExitCode::kNothingFound, source.string() +
                                             ": no label map found; a folder needs image files such as p1.nii.gz or "
                                             "p1_seg.nii.gz, a studies file needs studies with a label");
  }
  std::ranges::stable_sort(cases, {}, &CaseFile::name);
  refuse_twins(cases);
  return cases;
}

std::vector<CasePair> match_cases(const std::vector<CaseFile>& predictions, const std::vector<CaseFile>& references,
                                  bool allow_missing) {
  check_sides(predictions, references, allow_missing);
  std::vector<CasePair> pairs;
  for (const CaseFile& reference : references) {
    const auto found = std::ranges::find(predictions, reference.name, &CaseFile::name);
    pairs.push_back({.name = reference.name,
                     .prediction = found == predictions.end() ? std::nullopt : std::optional(found->path),
                     .reference = reference.path});
  }
  return pairs;
}

std::vector<CasePair> pair_cases(const std::vector<fs::path>& predictions, const fs::path& references,
                                 std::span<const study::Split> splits, bool allow_missing) {
  const std::vector<CaseFile> referred = find_cases(references, splits);
  std::set<std::string> known;
  std::ranges::transform(referred, std::inserter(known, known.end()), &CaseFile::name);
  std::vector<CaseFile> predicted;
  for (const fs::path& source : predictions) {
    std::ranges::move(find_cases(source, splits, known), std::back_inserter(predicted));
  }
  std::ranges::stable_sort(predicted, {}, &CaseFile::name);
  refuse_twins(predicted);
  const fs::path& first = predictions.front();
  if (predictions.size() == 1 && fs::is_regular_file(first) && io::has_image_extension(first) && referred.size() == 1) {
    predicted[0].name = referred[0].name;
  }
  return match_cases(predicted, referred, allow_missing);
}

} // namespace brainmvp::metrics
