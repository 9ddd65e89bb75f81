// What a search of folders gives: studies, files left out with reasons, and notices for the report.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "study/studies_file.h"

namespace brainmvp::study {

// A file that belongs to no study by its name or place, which is no fault.
struct Skipped {
  std::filesystem::path file;
  std::string reason; // the same text for all files of a kind
};

// Something the user should know. Errors left something out of the studies; warnings did not.
struct Notice {
  enum class Severity { kWarning, kError };
  Severity severity = Severity::kWarning;
  std::string kind;  // heading under which the report gathers notices
  std::string study; // id, or the file or folder it is about
  std::string text;
};

struct FoundStudy {
  Study study;
  std::string layout;
  std::vector<std::string> schemes; // label schemes that its data set may follow (label_scheme.h)
};

// A folder of DICOM files: one line a series (dicom_series.h).
struct DicomFolder {
  std::filesystem::path folder;
  std::vector<std::string> series;
};

// Gathered by the layout readers.
class Findings {
public:
  std::vector<FoundStudy> studies;
  std::vector<Skipped> skipped;
  std::vector<DicomFolder> dicom;
  std::vector<Notice> notices;
  std::vector<std::filesystem::path> tables;  // .csv and .tsv files, which may hold classes
  std::set<std::string> references;           // modalities that studies files name as their reference
  std::map<std::string, LabelTable> declared; // schemes that data sets declare, by the path of the declaring file

  void skip(const std::filesystem::path& file, const std::string& reason) {
    explained_.insert(file);
    skipped.push_back({file, reason});
  }
  void use(const std::filesystem::path& file) { explained_.insert(file); }
  [[nodiscard]] bool explains(const std::filesystem::path& file) const { return explained_.contains(file); }

  void warn(const std::string& kind, const std::string& study, const std::string& text) {
    notices.push_back({Notice::Severity::kWarning, kind, study, text});
  }
  void error(const std::string& kind, const std::string& study, const std::string& text) {
    notices.push_back({Notice::Severity::kError, kind, study, text});
  }

private:
  std::set<std::filesystem::path> explained_; // files that are used, skipped or in a notice
};

// Logs every notice as a warning.
void warn_of(const Findings& findings);

} // namespace brainmvp::study
