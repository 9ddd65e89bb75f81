#include "study/index_task.h"

#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "study/class_source.h"
#include "study/class_spelling.h"
#include "study/folds.h"
#include "study/layout.h"
#include "study/splits.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

bool of_kind(const IndexOptions& options, TaskKind kind) { return options.task && options.task->kind == kind; }

std::vector<fs::path> tables_of(const Task& task, const Findings& findings) {
  std::vector<fs::path> files;
  std::ranges::copy_if(findings.tables, std::back_inserter(files), [&task](const fs::path& file) {
    return std::ranges::any_of(task.class_rule.tables, [&file](const std::string& pattern) {
      return ::fnmatch(pattern.c_str(), file.filename().c_str(), FNM_CASEFOLD) == 0;
    });
  });
  std::ranges::sort(files);
  return files;
}

// Where the classes come from; nothing when the layout has given them.
std::optional<ClassSource> class_source(const IndexOptions& options, const Findings& findings) {
  if (!options.classes_from.empty()) {
    ClassSource source = parse_class_source(options.classes_from);
    if (of_kind(options, TaskKind::kClassify)) {
      source.values = options.task->class_rule.values;
    }
    return source;
  }
  if (!of_kind(options, TaskKind::kClassify) || options.task->class_rule.tables.empty()) {
    return std::nullopt;
  }
  const ClassRule& rule = options.task->class_rule;
  return ClassSource{
      .files = tables_of(*options.task, findings), .columns = rule.columns, .keys = rule.keys, .values = rule.values};
}

std::size_t join_tables(const ClassSource& source, StudiesFile& file, Findings& findings) {
  std::vector<StudyKey> keys;
  for (const Study& study : file.studies) {
    keys.push_back({.id = study.id, .patient = patient_of(study)});
  }
  const ClassJoin join = join_classes(source, keys);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    file.studies[i].class_name = join.classes[i];
  }
  report_join(join, findings);
  return source.files.size() - join.passed_over.size();
}

void refuse_without_table(const Task& task) {
  throw Error(ExitCode::kBadInput, "task " + task.name + " takes classes from the column " +
                                       join(task.class_rule.columns, " or ") + " of a table named " +
                                       join(task.class_rule.tables, " or ") +
                                       ", and there is none below the folders; put it there, or pass --classes-from FILE:COLUMN");
}

std::vector<std::string> class_names(const std::vector<Study>& studies) {
  std::set<std::string> names;
  for (const Study& study : studies) {
    if (study.class_name) {
      names.insert(*study.class_name);
    }
  }
  return {names.begin(), names.end()};
}

void unify_classes(std::vector<Study>& studies, Findings& findings) {
  std::vector<std::string*> names;
  for (Study& study : studies) {
    if (study.class_name) {
      names.push_back(&*study.class_name);
    }
  }
  for (const std::string& text : unify_spellings(names)) {
    findings.warn("spellings of one class", "", text);
  }
}

void drop_other_classes(const std::vector<std::string>& names, std::vector<Study>& studies, Findings& findings) {
  for (Study& study : studies) {
    if (study.class_name && std::ranges::find(names, *study.class_name) == names.end()) {
      findings.warn("classes that the task does not have", study.id, *study.class_name + "; the study gets no class");
      study.class_name.reset();
    }
  }
}

bool can_be_trained_on(const Study& study, const IndexOptions& options) {
  if (study.split == Split::kTest) {
    return false;
  }
  return !(of_kind(options, TaskKind::kSegment) && !study.label) && !(of_kind(options, TaskKind::kClassify) && !study.class_name);
}

void warn_of_missing_modalities(const Task& task, const std::vector<Study>& studies, Findings& findings) {
  for (const Study& study : studies) {
    std::vector<std::string> missing;
    std::ranges::copy_if(task.channels, std::back_inserter(missing), [&study](const std::string& channel) {
      return std::ranges::find(study.modalities, channel) == study.modalities.end();
    });
    if (!missing.empty()) {
      findings.warn("modalities of the task that a study lacks", study.id, join(missing, " "));
    }
  }
}

} // namespace

void declare_labels(const IndexOptions& options, Findings& findings) {
  if (!of_kind(options, TaskKind::kSegment)) {
    return;
  }
  const std::string scheme = "task " + options.task->name;
  findings.declared[scheme] = options.task->table;
  for (FoundStudy& found : findings.studies) {
    found.schemes = {scheme};
  }
}

void complete_table(const IndexOptions& options, StudiesFile& file) {
  if (of_kind(options, TaskKind::kSegment)) {
    file.table = options.task->table;
  }
}

void refuse_without_labels(const IndexOptions& options, const Findings& findings) {
  const auto labelled = [](const FoundStudy& found) { return found.study.label.has_value(); };
  if (!of_kind(options, TaskKind::kSegment) || options.unlabelled || findings.studies.empty() ||
      std::ranges::any_of(findings.studies, labelled)) {
    return;
  }
  std::string left_out;
  for (std::size_t i = 0; i < std::min<std::size_t>(findings.skipped.size(), 3); ++i) {
    left_out += "\n  left out: " + findings.skipped[i].file.string() + ": " + findings.skipped[i].reason;
  }
  throw Error(ExitCode::kBadInput,
              "task " + options.task->name + ": none of the " + std::to_string(findings.studies.size()) +
                  " studies has a label map. Looked for: files whose name ends in seg, segm, msk, mask of a lesion or tumour, as "
                  "the layouts have them: " +
                  described_layouts(options.task->layouts) +
                  ". Put the label maps there, or pass --unlabelled if there are none" + left_out);
}

std::string reference_of(const IndexOptions& options, Findings& findings) {
  if (options.task && !options.task->reference.empty()) {
    return options.task->reference;
  }
  const std::vector<std::string> names(findings.references.begin(), findings.references.end());
  if (names.size() > 1) {
    findings.warn("no reference", "", "the studies files name " + join(names, " and ") + " as the reference; none is kept");
  }
  return names.size() == 1 ? names.front() : "";
}

void set_classes(const IndexOptions& options, StudiesFile& file, Findings& findings) {
  if (options.task) {
    warn_of_missing_modalities(*options.task, file.studies, findings);
  }
  const bool of_task = of_kind(options, TaskKind::kClassify);
  if (const auto source = class_source(options, findings); source && !file.studies.empty()) {
    if (join_tables(*source, file, findings) == 0) {
      refuse_without_table(*options.task);
    }
  }
  if (!of_task) {
    unify_classes(file.studies, findings);
  }
  file.table.classes = of_task ? options.task->table.classes : class_names(file.studies);
  if (of_task) {
    drop_other_classes(file.table.classes, file.studies, findings);
  }
}

void set_splits(const IndexOptions& options, StudiesFile& file) {
  if (options.shares.empty()) {
    return;
  }
  std::vector<FoldEntry> entries;
  for (const Study& study : file.studies) {
    entries.push_back(
        {.patient = patient_of(study), .stratum = study.class_name.value_or("") + (study.label ? "" : " without a label map")});
  }
  const std::vector<Split> assigned = assign_splits(entries, parse_shares(options.shares), options.seed);
  for (std::size_t i = 0; i < assigned.size(); ++i) {
    file.studies[i].split = assigned[i];
    if (assigned[i] == Split::kTest) { // what a studies file said of it
      file.studies[i].fold.reset();
    }
  }
}

void set_folds(const IndexOptions& options, StudiesFile& file, Findings& findings) {
  const int folds = options.folds.value_or(options.task ? options.task->fold_rule.folds : 0);
  if (folds == 0 && !options.folds) {
    return;
  }
  for (Study& study : file.studies) {
    study.fold.reset();
  }
  if (folds == 0) {
    return;
  }
  std::vector<Study*> studies;
  std::vector<FoldEntry> entries;
  std::set<std::string> patients;
  for (Study& study : file.studies) {
    if (can_be_trained_on(study, options)) {
      const bool stratified = !options.task || options.task->fold_rule.stratified;
      studies.push_back(&study);
      entries.push_back({.patient = patient_of(study), .stratum = stratified ? study.class_name.value_or("") : ""});
      patients.insert(entries.back().patient);
    }
  }
  if (!options.folds && patients.size() < static_cast<std::size_t>(folds)) {
    findings.warn("no folds", "",
                  "the task has " + std::to_string(folds) + " folds and there are " + std::to_string(patients.size()) +
                      " patients to train on; pass --folds with a smaller number");
    return;
  }
  const std::vector<int> assigned = assign_folds(entries, folds, options.seed);
  for (std::size_t i = 0; i < studies.size(); ++i) {
    studies[i]->fold = assigned[i];
  }
}

} // namespace brainmvp::study
