#include "study/index.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "base/interrupt.h"
#include "base/progress.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "study/folder_tree.h"
#include "study/index_task.h"
#include "study/label_scheme.h"
#include "study/layout.h"
#include "study/patients.h"
#include "study/pattern_check.h"
#include "study/set_check.h"
#include "study/study_check.h"
#include "study/study_id.h"
#include "study/twins.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

// Studies of a studies file, which declares its labels itself.
void add_listed(const fs::path& path, const ModalityTable& table, Findings& findings) {
  StudiesFile file = read_studies_file(path, table);
  const std::string scheme = fs::canonical(path).string();
  findings.declared[scheme] = file.table;
  if (!file.reference.empty()) {
    findings.references.insert(file.reference);
  }
  const bool declares = !file.table.labels.empty() || !file.table.regions.empty();
  for (Study& study : file.studies) {
    if (study.dataset.empty()) {
      study.dataset = path.stem().string();
    }
    findings.studies.push_back({std::move(study), "studies file", declares ? std::vector{scheme} : std::vector<std::string>{}});
  }
}

void find_all(const IndexOptions& options, Findings& findings) {
  std::vector<fs::path> folders;
  for (const fs::path& input : options.inputs) {
    std::error_code error;
    if (fs::is_regular_file(input, error)) {
      add_listed(input, options.table, findings);
    } else {
      folders.push_back(input);
    }
  }
  const std::size_t listed = findings.studies.size();
  std::vector<fs::path> roots;
  for (const auto& folder : list_folders(folders, findings)) {
    roots.push_back(folder->path);
    const std::size_t before = findings.studies.size();
    find_studies(*folder, options.task ? options.task->layouts : options.layouts, options.table, findings);
    place_studies(std::span(findings.studies).subspan(before), folder->path, findings);
  }
  place_roots(std::span(findings.studies).subspan(listed), roots, findings);
  apply_patterns(options.table, findings);
}

void name_studies(std::vector<FoundStudy>& found) {
  std::vector<Study> studies;
  for (FoundStudy& one : found) {
    studies.push_back(std::move(one.study));
  }
  make_ids_unique(studies);
  for (std::size_t i = 0; i < found.size(); ++i) {
    found[i].study = std::move(studies[i]);
  }
}

// Reads every file of every study, the files spread over threads.
std::vector<CheckedFiles> check_files(const std::vector<FoundStudy>& studies, const IndexOptions& options) {
  struct ToCheck {
    const fs::path* file;
    FileFacts* facts;
    bool label;
  };
  std::vector<CheckedFiles> checked(studies.size());
  std::vector<ToCheck> files;
  const Depth label_depth = options.task ? Depth::kWhole : options.depth;
  for (std::size_t i = 0; i < studies.size(); ++i) {
    const Study& study = studies[i].study;
    checked[i].images.resize(study.images.size());
    for (std::size_t k = 0; k < study.images.size(); ++k) {
      files.push_back({&study.images[k], &checked[i].images[k], false});
    }
    if (study.label) {
      files.push_back({&*study.label, &checked[i].label.emplace(), true});
    }
  }
  Progress progress("checking", "files", files.size());
  parallel_for(files.size(), options.threads, [&](std::size_t i) {
    stop_if_interrupted("checking files");
    const fs::path& file = *files[i].file;
    *files[i].facts = files[i].label ? check_label(file, label_depth) : check_image(file, options.depth);
    files[i].facts->unsure = files[i].label && !options.table.role(file).remark.empty();
    if (files[i].facts->few_values > 0 && !options.table.pattern_of(file).empty()) {
      files[i].facts->few_values = 0;
    }
    progress.advance();
  });
  return checked;
}

// A data set or task that declares its labels has no others; a label map with more is left out.
bool refuse_undeclared_values(Study& study, const std::vector<std::string>& schemes, StudyFacts& facts, Findings& findings) {
  const auto declared = schemes.size() == 1 ? findings.declared.find(schemes.front()) : findings.declared.end();
  if (!study.label || declared == findings.declared.end()) {
    return false;
  }
  const std::set<int> known = declared_values(declared->second);
  std::vector<std::string> undeclared;
  for (const auto& [value, voxels] : facts.label_values) {
    if (!known.contains(value)) {
      undeclared.push_back(std::to_string(value) + " in " + std::to_string(voxels) + " voxels");
    }
  }
  if (undeclared.empty()) {
    return false;
  }
  findings.error("label maps left out", study.id,
                 study.label->string() + ": holds " + join(undeclared, ", ") + ", which the labels of " + schemes.front() +
                     " do not declare; declare the value or mend the label map");
  study.label.reset();
  facts.label_values.clear();
  return true;
}

std::set<int> values_of(const LabelValues& counts) {
  std::set<int> values;
  for (const auto& [value, voxels] : counts) {
    values.insert(value);
  }
  return values;
}

// Masks of one value, which is not the same in all: most often 1 in some and 255 in others.
void warn_of_mixed_masks(const std::vector<StudyFacts>& facts, Findings& findings) {
  std::map<int, std::vector<std::string>> owners;
  bool all_binary = true;
  for (const StudyFacts& one : facts) {
    std::set<int> values = values_of(one.label_values);
    values.erase(0);
    all_binary &= values.size() <= 1;
    if (values.size() == 1) {
      owners[*values.begin()].push_back(one.id);
    }
  }
  if (owners.size() < 2 || (!all_binary && !owners.contains(255))) {
    return;
  }
  std::vector<std::string> parts;
  for (const auto& [value, ids] : owners) {
    parts.push_back(std::to_string(value) + " in " + std::to_string(ids.size()) + " (" + ids.front() +
                    (ids.size() > 1 ? ", ...)" : ")"));
  }
  findings.warn("masks of one value that is not the same in all", "",
                "beside 0 they hold " + join(parts, ", ") +
                    "; training takes these for different classes: write one value into all where they mean the same, else "
                    "declare each value in `labels` of the studies file");
}

void warn_of_twins(const Index& index, Findings& findings) {
  std::vector<Content> contents;
  for (std::size_t i = 0; i < index.facts.size(); ++i) {
    const std::vector<std::string>& hashes = index.facts[i].contents;
    const std::vector<std::string>& names = index.file.studies[i].modalities;
    for (std::size_t k = 0; k < hashes.size(); ++k) {
      if (!hashes[k].empty()) {
        contents.push_back({i, hashes.size() == names.size() ? names[k] : "image", hashes[k]});
      }
    }
  }
  const Twins twins = find_twins(index.file.studies, contents);
  for (const std::string& text : twins.of_splits) {
    findings.warn("the same images in more than one split (leakage; `prepare` refuses them)", "", text);
  }
  for (const std::string& text : twins.of_patients) {
    findings.warn("the same images under several patients", "", text);
  }
}

void check_set(const Index& index, Findings& findings) {
  for (const std::string& text : leaks(index.file.studies)) {
    findings.warn("patients or images in more than one split (leakage)", "", text);
  }
  warn_of_twins(index, findings);
  std::vector<StudyHead> heads;
  for (const StudyFacts& facts : index.facts) {
    heads.push_back({.id = facts.id, .kind = facts.head});
  }
  warn_of_mixed_heads(heads, findings);
}

} // namespace

Index index_studies(const IndexOptions& options) {
  Findings findings;
  find_all(options, findings);
  name_studies(findings.studies);
  refuse_without_labels(options, findings);
  declare_labels(options, findings);
  std::vector<CheckedFiles> checked = check_files(findings.studies, options);
  Index index;
  index.file.reference = reference_of(options, findings);
  std::vector<LabelEvidence> evidence;
  for (std::size_t i = 0; i < checked.size(); ++i) {
    FoundStudy& found = findings.studies[i];
    Study as_found = found.study;
    auto facts = check_study(found.study, std::move(checked[i]), index.file.reference, findings);
    if (!facts) {
      index.left_out.push_back(std::move(as_found));
      continue;
    }
    index.undeclared_labels += refuse_undeclared_values(found.study, found.schemes, *facts, findings) ? 1 : 0;
    if (found.study.label) {
      evidence.push_back({found.study.id, found.study.dataset, found.schemes, values_of(facts->label_values)});
    }
    facts->layout = found.layout;
    index.facts.push_back(std::move(*facts));
    index.file.studies.push_back(std::move(found.study));
  }
  index.file.table = common_label_table(evidence, findings);
  complete_table(options, index.file);
  if (index.file.table.labels.empty() && index.file.table.regions.empty()) {
    warn_of_mixed_masks(index.facts, findings);
  }
  set_classes(options, index.file, findings);
  set_splits(options, index.file);
  check_set(index, findings);
  set_folds(options, index.file, findings);
  index.notices = std::move(findings.notices);
  index.skipped = std::move(findings.skipped);
  index.dicom = std::move(findings.dicom);
  return index;
}

} // namespace brainmvp::study
