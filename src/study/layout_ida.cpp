#include <algorithm>
#include <array>
#include <map>
#include <regex>
#include <tuple>

#include "base/text.h"
#include "io/image_file.h"
#include "study/case_draft.h"
#include "study/layout_readers.h"
#include "study/study_id.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

struct IdaImage {
  fs::path file;
  std::string series; // "MPR__GradWarp__B1_Correction__N3__Scaled"
  std::string day;    // "2015-11-03", or what stands for it
  std::string image_id;
};

bool is_subject_name(const std::string& name) {
  static const std::regex form("[0-9]{3}_S_[0-9]{4}");
  return std::regex_match(name, form);
}

bool is_ida_subject(const Folder& folder) { return is_subject_name(folder.name()); }

// ADNI names its T1 images after the sequence; MT1 and MPR are corrected copies.
std::string modality_of_series(const std::string& series, const ModalityTable& table) {
  constexpr std::array<std::string_view, 5> kT1{"mprage", "mp-rage", "mpr", "spgr", "mt1"};
  const std::string lower = to_lower(series);
  if (lower.find("mask") != std::string::npos) {
    return "";
  }
  if (std::ranges::any_of(kT1, [&](std::string_view word) { return lower.find(word) != std::string::npos; })) {
    return "t1";
  }
  return table.of_file(series + ".nii").value_or("");
}

IdaImage describe(const fs::path& file, const Folder& subject) {
  static const std::regex id_form("(?:.*_)?(I[0-9]+)");
  static const std::regex day_form("[0-9]{4}-[0-9]{2}-[0-9]{2}.*");
  IdaImage image{.file = file, .series = {}, .day = {}, .image_id = {}};
  const fs::path below = file.lexically_relative(subject.path);
  image.series = below.begin()->string();
  std::smatch match;
  for (const fs::path& part : below) {
    const std::string name = part == *std::prev(below.end()) ? io::image_stem(part) : part.string();
    if (std::regex_match(name, match, id_form)) {
      image.image_id = match[1];
    } else if (std::regex_match(name, day_form)) {
      image.day = name.substr(0, 10);
    }
  }
  if (image.day.empty()) {
    image.day = image.image_id.empty() ? file.parent_path().string() : image.image_id;
  }
  return image;
}

// Smaller is better: no repeat, many corrections ("__" stands before each), a low image id.
std::tuple<bool, int, std::size_t, std::string, std::string> copy_rank(const IdaImage& image) {
  const std::string lower = to_lower(image.series);
  int corrections = 0;
  for (std::size_t at = lower.find("__"); at != std::string::npos; at = lower.find("__", at + 2)) {
    ++corrections;
  }
  const bool repeat = lower.find("mpr-r") != std::string::npos || lower.find("repeat") != std::string::npos;
  return {repeat, -corrections, image.image_id.size(), image.image_id, image.file.string()};
}

void add_day(const std::string& subject, const std::vector<IdaImage>& images, const ModalityTable& table, Findings& findings) {
  CaseDraft draft{.id = {}, .patient = subject, .dataset = "ADNI", .layout = "ida_tree"};
  std::map<std::string, std::vector<IdaImage>> copies;
  for (const IdaImage& image : images) {
    const std::string modality = modality_of_series(image.series, table);
    if (modality.empty()) {
      findings.skip(image.file, "series that are no known modality (add words with --modalities FILE)");
    } else {
      copies[modality].push_back(image);
    }
  }
  for (const auto& [modality, of_modality] : copies) {
    const auto best = std::ranges::min_element(of_modality, {}, copy_rank);
    draft.images.emplace_back(modality, best->file);
    if (draft.id.empty() || modality == "t1") {
      draft.id = safe_id(subject + "_" + (best->image_id.empty() ? best->day : best->image_id));
    }
    for (const IdaImage& other : of_modality) {
      if (other.file != best->file) {
        findings.skip(other.file, "other copies of an image of the day (used is no repeat, most corrected, lowest image id)");
      }
    }
  }
  add_study(std::move(draft), findings);
}

void read_ida_subject(const Folder& subject, const ModalityTable& table, Findings& findings) {
  std::map<std::string, std::vector<IdaImage>> days;
  for (const fs::path& file : subject.all_images()) {
    IdaImage image = describe(file, subject);
    days[image.day].push_back(std::move(image));
  }
  for (const auto& [day, images] : days) {
    add_day(subject.name(), images, table, findings);
  }
}

// "011_S_0021" of "ADNI_011_S_0021_MR_MPRAGE_br_raw_20051103101010_154_S299478_I543543"; empty for other files.
std::string subject_of_file(const fs::path& file) {
  static const std::regex form("ADNI_([0-9]{3}_S_[0-9]{4})_.*");
  std::smatch match;
  const std::string stem = io::image_stem(file);
  return std::regex_match(stem, match, form) ? match[1].str() : "";
}

// A file whose name alone says all, in a folder of many subjects.
IdaImage describe_flat(const fs::path& file) {
  static const std::regex series_form("ADNI_[0-9]{3}_S_[0-9]{4}_(?:MR_)?(.*?)(?:_br_raw.*|_[0-9]{8,}.*|_S[0-9]+.*|_I[0-9]+)");
  static const std::regex stamp_form(".*_(20[0-9]{6})[0-9]*_.*");
  static const std::regex id_form(".*_(I[0-9]+)");
  const std::string stem = io::image_stem(file);
  IdaImage image{.file = file, .series = stem, .day = {}, .image_id = {}};
  std::smatch match;
  if (std::regex_match(stem, match, series_form)) {
    image.series = match[1];
  }
  if (std::regex_match(stem, match, id_form)) {
    image.image_id = match[1];
  }
  image.day = std::regex_match(stem, match, stamp_form) ? match[1].str() : stem;
  return image;
}

void read_flat_ida(const Folder& folder, const ModalityTable& table, Findings& findings) {
  std::map<std::pair<std::string, std::string>, std::vector<IdaImage>> days;
  for (const fs::path& file : folder.images) {
    if (const std::string subject = subject_of_file(file); !subject.empty()) {
      IdaImage image = describe_flat(file);
      days[{subject, image.day}].push_back(std::move(image));
    }
  }
  for (const auto& [key, images] : days) {
    add_day(key.first, images, table, findings);
  }
}

} // namespace

bool detect_ida_tree(const Folder& folder, const ModalityTable&) {
  return is_ida_subject(folder) ||
         std::ranges::any_of(folder.images, [](const auto& file) { return !subject_of_file(file).empty(); }) ||
         std::ranges::any_of(folder.folders, [](const auto& child) { return is_ida_subject(*child); });
}

void read_ida_tree(const Folder& folder, const ModalityTable& table, Findings& findings) {
  if (is_ida_subject(folder)) {
    read_ida_subject(folder, table, findings);
    return;
  }
  read_flat_ida(folder, table, findings);
  for (const auto& child : folder.folders) {
    if (is_ida_subject(*child)) {
      read_ida_subject(*child, table, findings);
    }
  }
}

} // namespace brainmvp::study
