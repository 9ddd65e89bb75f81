#include "benchmark/studies.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/random.h"
#include "base/text.h"
#include "io/text_file.h"
#include "study/studies_file.h"

namespace brainmvp::benchmark {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;
using Patients = std::vector<Json>; // each a list of studies
constexpr std::array kSplits{"training", "validation", "test"};

Json read_list(const fs::path& file) { return Json::parse(io::read_text_file(file, io::kLargestList)); }

Json studies_of(const Json& file) {
  Json studies = Json::array();
  for (const char* split : kSplits) {
    for (const Json& study : file.value(split, Json::array())) {
      studies.push_back(study);
    }
  }
  return studies;
}

// The cohorts are one data set, in whose label maps equal values mean the same.
Patients one_each(const Json& studies, const Task& task) {
  Patients patients;
  for (Json study : studies) {
    study["dataset"] = task.name;
    patients.push_back(Json::array({study}));
  }
  return patients;
}

// The cohorts number their studies alike, and training and validation share a store.
const std::string kValidationPrefix = "validation-";
Json renamed(Json studies) {
  for (Json& study : studies) {
    study["id"] = kValidationPrefix + study.at("id").get<std::string>();
    study.erase("patient");
  }
  return studies;
}

Json flattened(const Patients& patients, std::size_t count) {
  Json studies = Json::array();
  for (std::size_t i = 0; i < count; ++i) {
    studies.insert(studies.end(), patients[i].begin(), patients[i].end());
  }
  return studies;
}

struct Dealt {
  Json rest; // labels, regions, classes
  Patients training;
  Patients validation;
  Patients test;
};

void write_lists(const fs::path& folder, const Task& task, Dealt dealt) {
  for (const char* split : kSplits) {
    dealt.rest.erase(split);
  }
  const auto write = [&](const std::string& name, const Json& lists) {
    Json file = dealt.rest;
    file.update(lists);
    write_file(folder / name, file.dump(1) + "\n");
  };
  for (const std::uint64_t count : task.labelled) {
    write("labelled-" + std::to_string(count) + ".json",
          {{"training", flattened(dealt.training, count)}, {"validation", flattened(dealt.validation, dealt.validation.size())}});
  }
  write("studies.json", {{"test", flattened(dealt.test, dealt.test.size())}});
}

// Columns `study` and the target of the cohorts' tables, which have a row an image.
void write_targets(const fs::path& folder, const Task& task, const std::vector<std::string>& cohorts, const std::string& name) {
  std::map<std::string, std::string> targets;
  for (const std::string& cohort : cohorts) {
    const std::vector<std::string> lines = split(io::read_text_file(folder / cohort / "simulation.tsv", io::kLargestTable), "\n");
    const std::vector<std::string> head = split(lines.at(0), "\t");
    const auto column = static_cast<std::size_t>(std::ranges::find(head, task.target) - head.begin());
    if (column == head.size()) {
      throw Error(ExitCode::kUsage,
                  "task." + task.name + ".target: simulation.tsv has no column " + task.target + "; it has " + join(head, ", "));
    }
    for (const std::string& line : lines) {
      const std::vector<std::string> cells = split(line, "\t");
      if (cells.size() == head.size() && cells != head) {
        targets[(cohort == "validation" ? kValidationPrefix : "") + cells[0]] = cells[column];
      }
    }
  }
  std::string table = "study\t" + task.target + "\n";
  for (const auto& [study, value] : targets) {
    table += study + "\t" + value + "\n";
  }
  write_file(folder / name, table);
}

std::string patient_of(const Json& study) {
  return study::patient_of({.id = study.at("id").get<std::string>(), .patient = study.value("patient", "")});
}

bool labelled(const Json& study, Kind kind) { return study.contains(kind == Kind::kSegment ? "label" : "class"); }

// By patient, in an order that is drawn, the classes in turn.
Patients drawn_patients(const Json& studies, Kind kind, std::uint64_t seed) {
  std::map<std::string, Json> by_patient; // sorted, so that the order of the files does not matter
  for (const Json& study : studies) {
    if (labelled(study, kind)) {
      by_patient[patient_of(study)].push_back(study);
    }
  }
  Patients sorted;
  std::ranges::transform(by_patient, std::back_inserter(sorted), [](const auto& one) { return one.second; });
  std::map<std::string, Patients> strata;
  RandomStream stream({seed, text_key("patients of a benchmark")});
  for (const std::size_t position : stream.permutation(sorted.size())) {
    strata[kind == Kind::kClassify ? sorted[position][0].at("class").get<std::string>() : ""].push_back(sorted[position]);
  }
  Patients drawn;
  for (std::size_t i = 0; drawn.size() < sorted.size(); ++i) {
    for (const auto& [name, patients] : strata) {
      if (i < patients.size()) {
        drawn.push_back(patients[i]);
      }
    }
  }
  return drawn;
}

} // namespace

void deal_cohorts(const fs::path& folder, const Task& task) {
  const Json training = read_list(folder / "training.json");
  Dealt dealt{training, one_each(studies_of(training), task),
              one_each(renamed(studies_of(read_list(folder / "validation.json"))), task),
              one_each(studies_of(read_list(folder / "test.json")), task)};
  if (dealt.training.size() < task.labelled.back() || dealt.validation.empty() || dealt.test.empty()) {
    throw Error(ExitCode::kBadInput, folder.string() + ": index found " + std::to_string(dealt.training.size()) + " of " +
                                         std::to_string(task.labelled.back()) + " training studies");
  }
  write_lists(folder, task, std::move(dealt));
  if (task.kind == Kind::kRegress) {
    write_targets(folder, task, {"training", "validation"}, "targets.tsv");
    write_targets(folder, task, {"test"}, "test_targets.tsv");
  }
}

void deal_patients(const fs::path& folder, const Task& task, std::uint64_t seed) {
  const Json all = read_list(folder / "all.json");
  const Patients drawn = drawn_patients(studies_of(all), task.kind, seed);
  const std::size_t wanted = task.test + task.validation + task.labelled.back();
  if (drawn.size() < wanted) {
    throw Error(ExitCode::kBadInput, "task." + task.name + ": wants " + std::to_string(wanted) +
                                         " patients (test, validation and most labelled), and the data set has " +
                                         std::to_string(drawn.size()) + " with a label; make the numbers smaller");
  }
  const auto test_end = drawn.begin() + static_cast<std::ptrdiff_t>(task.test);
  const auto validation_end = test_end + static_cast<std::ptrdiff_t>(task.validation);
  write_lists(folder, task, {all, {validation_end, drawn.end()}, {test_end, validation_end}, {drawn.begin(), test_end}});
}

std::map<std::string, std::string> patients_in(const fs::path& list) {
  std::map<std::string, std::string> patients;
  for (const Json& study : studies_of(read_list(list))) {
    patients[study.at("id")] = patient_of(study);
  }
  return patients;
}

std::map<std::string, std::string> classes_in(const fs::path& list) {
  std::map<std::string, std::string> classes;
  for (const Json& study : studies_of(read_list(list))) {
    classes[study.at("id")] = study.at("class");
  }
  return classes;
}

void keep_cases(const fs::path& list, const std::vector<std::string>& cases, const fs::path& reduced) {
  Json file = read_list(list);
  for (const char* split : kSplits) {
    Json kept = Json::array();
    for (const Json& study : file.value(split, Json::array())) {
      if (std::ranges::count(cases, study.at("id").get<std::string>()) > 0) {
        kept.push_back(study);
      }
    }
    file[split] = kept;
  }
  write_file(reduced, file.dump(1) + "\n");
}

} // namespace brainmvp::benchmark
