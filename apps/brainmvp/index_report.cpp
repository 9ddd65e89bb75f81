#include "index_report.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/counted.h"
#include "base/text.h"
#include "study/dicom_series.h"

namespace brainmvp::app {
namespace {

using study::Notice;

constexpr std::size_t kMostLines = 40;   // studies that get a line each
constexpr std::size_t kMostExamples = 5; // of one kind of notice or skipped file
using Row = std::vector<std::string>;

std::string values_text(const study::LabelValues& values) {
  std::vector<std::string> texts;
  for (const auto& [value, voxels] : values) {
    texts.push_back(std::to_string(value));
  }
  if (texts.size() > 8) {
    return counted(texts.size(), "value");
  }
  return join(texts, " ");
}

// Everything of a study but its id.
Row row_of(const study::Study& one, const study::StudyFacts& facts) {
  std::string label = "-";
  if (one.label) {
    label = one.label->filename().string() + (facts.label_values.empty() ? "" : " (" + values_text(facts.label_values) + ")");
  }
  return {one.dataset, join(one.modalities, " "),   study::size_text(facts.reference), study::spacing_text(facts.reference),
          label,       one.class_name.value_or("-")};
}

std::size_t shown_width(const std::string& text) { // UTF-8 characters, not bytes
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

void print_table(const std::vector<Row>& rows, std::ostream& out) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], shown_width(row[column]));
    }
  }
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t column = 0; column < row.size(); ++column) {
      line += row[column] + std::string(column + 1 < row.size() ? widths[column] - shown_width(row[column]) + 2 : 0, ' ');
    }
    out << line << "\n";
  }
}

void print_each_study(const study::Index& index, std::ostream& out) {
  std::vector<Row> rows{{"study", "data set", "modalities", "grid", "mm", "label", "class"}};
  for (std::size_t i = 0; i < index.facts.size(); ++i) {
    Row row = row_of(index.file.studies[i], index.facts[i]);
    row.insert(row.begin(), index.facts[i].id);
    rows.push_back(std::move(row));
  }
  print_table(rows, out);
}

// The label's file name differs from study to study where it holds the id; its values matter.
void print_study_groups(const study::Index& index, std::ostream& out) {
  std::map<Row, std::vector<std::string>> groups;
  for (std::size_t i = 0; i < index.facts.size(); ++i) {
    Row row = row_of(index.file.studies[i], index.facts[i]);
    if (index.file.studies[i].label) {
      row[4] = "values " + values_text(index.facts[i].label_values);
    }
    groups[row].push_back(index.facts[i].id);
  }
  std::vector<Row> rows{{"studies", "data set", "modalities", "grid", "mm", "label", "class", "from, to"}};
  for (const auto& [key, ids] : groups) {
    Row row{std::to_string(ids.size())};
    row.insert(row.end(), key.begin(), key.end());
    row.push_back(ids.front() + (ids.size() > 1 ? ", " + ids.back() : ""));
    rows.push_back(std::move(row));
  }
  print_table(rows, out);
  out << "(studies that agree share a line; -v gives each its own)\n";
}

void print_examples(const std::vector<std::string>& texts, bool all, std::ostream& out) {
  const std::size_t shown = all ? texts.size() : std::min(texts.size(), kMostExamples);
  for (std::size_t i = 0; i < shown; ++i) {
    out << "    " << texts[i] << "\n";
  }
  if (shown < texts.size()) {
    out << "    ... and " << texts.size() - shown << " more (-v lists all)\n";
  }
}

std::size_t count_of(const study::Index& index, Notice::Severity severity) {
  return static_cast<std::size_t>(std::ranges::count(index.notices, severity, &Notice::severity));
}

void print_notices(const study::Index& index, Notice::Severity severity, const std::string& heading, bool all,
                   std::ostream& out) {
  std::map<std::string, std::vector<std::string>> kinds;
  for (const Notice& notice : index.notices) {
    if (notice.severity == severity) {
      kinds[notice.kind].push_back(notice.study.empty() ? notice.text : notice.study + ": " + notice.text);
    }
  }
  if (kinds.empty()) {
    return;
  }
  out << "\n" << heading << "\n";
  for (const auto& [kind, texts] : kinds) {
    out << "  " << kind << ": " << texts.size() << "\n";
    print_examples(texts, all, out);
  }
}

void print_skipped(const study::Index& index, bool all, std::ostream& out) {
  std::map<std::string, std::vector<std::string>> reasons;
  for (const study::Skipped& skipped : index.skipped) {
    reasons[skipped.reason].push_back(skipped.file.string());
  }
  if (reasons.empty()) {
    return;
  }
  out << "\nskipped\n";
  for (const auto& [reason, files] : reasons) {
    out << "  " << reason << ": " << files.size() << "\n";
    print_examples(files, all, out);
  }
}

void print_dicom(const study::Index& index, bool all, std::ostream& out) {
  if (index.dicom.empty()) {
    return;
  }
  out << "\nDICOM, which is not read as it is: convert each folder, then index OUT\n";
  const std::size_t shown = all ? index.dicom.size() : std::min(index.dicom.size(), kMostLines);
  for (std::size_t n = 0; n < shown; ++n) {
    out << "  " << index.dicom[n].folder.string() << "\n";
    for (const std::string& line : index.dicom[n].series) {
      out << "    " << line << "\n";
    }
    out << "    " << study::dicom_conversion(index.dicom[n].folder) << "\n";
  }
  if (shown < index.dicom.size()) {
    out << "  ... and " << counted(index.dicom.size() - shown, "more folder") << " (-v lists all)\n";
  }
}

std::string listed(const std::map<std::string, std::size_t>& counts) {
  std::vector<std::string> parts;
  for (const auto& [name, number] : counts) {
    parts.push_back(name + " " + std::to_string(number));
  }
  return join(parts, ", ");
}

void print_classes_and_folds(const study::StudiesFile& file, std::ostream& out) {
  std::map<std::string, std::size_t> classes;
  std::map<std::string, std::size_t> folds;
  std::set<std::string> patients;
  for (const study::Study& one : file.studies) {
    if (one.class_name) {
      ++classes[*one.class_name];
    }
    if (one.fold) {
      ++folds[std::to_string(*one.fold)];
    }
    patients.insert(study::patient_of(one));
  }
  if (!classes.empty()) {
    out << "classes: " << listed(classes) << "\n";
  }
  if (patients.size() != file.studies.size()) {
    out << counted(patients.size(), "patient") << "\n";
  }
  if (!folds.empty()) {
    out << "studies in each fold: " << listed(folds) << "\n";
  }
}

void print_totals(const study::Index& index, std::ostream& out) {
  std::map<std::string, std::size_t> modalities;
  std::map<std::string, std::size_t> found_as;
  std::size_t labels = 0;
  std::size_t images = 0;
  for (std::size_t i = 0; i < index.facts.size(); ++i) {
    const study::Study& one = index.file.studies[i];
    ++found_as[index.facts[i].layout];
    labels += one.label ? 1 : 0;
    images += one.images.size();
    for (const std::string& modality : one.modalities) {
      ++modalities[modality];
    }
  }
  out << "\n"
      << counted(index.facts.size(), "study") << ", " << labels << " with a label; " << counted(images, "image")
      << (modalities.empty() ? "" : ": " + listed(modalities)) << "\n";
  if (!found_as.empty()) {
    out << "found as " << listed(found_as) << "\n";
  }
  if (!index.file.table.labels.empty() || !index.file.table.regions.empty()) {
    std::vector<std::string> names;
    for (const auto& [name, value] : index.file.table.labels) {
      names.push_back(name + " " + std::to_string(value));
    }
    out << "labels: " << join(names, ", ") << "\n";
    names.clear();
    for (const auto& [name, values] : index.file.table.regions) {
      names.push_back(name);
    }
    if (!names.empty()) {
      out << "regions: " << join(names, ", ") << "\n";
    }
    if (index.file.table.ignore) {
      out << "ignored: " << *index.file.table.ignore << ", left out of training and scores\n";
    }
  }
  print_classes_and_folds(index.file, out);
  out << counted(count_of(index, Notice::Severity::kError), "error") << ", "
      << counted(count_of(index, Notice::Severity::kWarning), "warning") << ", " << counted(index.skipped.size(), "file")
      << " skipped\n";
}

} // namespace

void print_index_report(const study::Index& index, bool every_study, std::ostream& out) {
  if (!index.facts.empty()) {
    every_study || index.facts.size() <= kMostLines ? print_each_study(index, out) : print_study_groups(index, out);
  }
  print_notices(index, Notice::Severity::kError, "errors (left out)", every_study, out);
  print_notices(index, Notice::Severity::kWarning, "warnings", every_study, out);
  print_skipped(index, every_study, out);
  print_dicom(index, every_study, out);
  print_totals(index, out);
}

} // namespace brainmvp::app
