#include "store/twin_check.h"

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "store/records.h"
#include "store/sources.h"
#include "study/twins.h"

namespace brainmvp::store {
namespace fs = std::filesystem;
namespace {

void add_prepared(std::size_t position, const std::vector<StoredFile>& files, std::vector<study::Content>& contents) {
  for (const StoredFile& file : files) {
    const std::string modality = fs::path(file.name).stem().string();
    if (modality != "label") {
      contents.push_back({position, modality, "prepared " + file.hash});
    }
  }
}

void add_contents(std::size_t position, const study::Study& study, const StudyRecord& record, const fs::path& base,
                  std::vector<study::Content>& contents) {
  add_prepared(position, record.files, contents);
  for (std::size_t i = 0; i < study.images.size() && study.images.size() == study.modalities.size(); ++i) {
    const auto source = std::ranges::find(record.sources, relative_below(study.images[i], base), &SourceFile::path);
    if (source != record.sources.end()) {
      contents.push_back({position, study.modalities[i], "file " + source->hash});
    }
  }
}

} // namespace

void check_twins(const std::vector<study::Study>& studies, const fs::path& store, const fs::path& base) {
  std::vector<study::Content> contents;
  for (std::size_t i = 0; i < studies.size(); ++i) {
    add_contents(i, studies[i], read_study_record(store / studies[i].id), base, contents);
  }
  const study::Twins twins = study::find_twins(studies, contents);
  if (!twins.of_splits.empty()) {
    throw Error(ExitCode::kBadInput, "the same images are in more than one split, so that results on them would be too good: " +
                                         study::first_of(twins.of_splits) +
                                         "; take them out of all splits but one in the studies file and run this again (what is "
                                         "prepared stays)");
  }
  if (!twins.of_patients.empty()) {
    log::warning("the same images stand under several patients: " + study::first_of(twins.of_patients) +
                 "; if these are copies, take them out of the studies file");
  }
}

void check_twins(const Store& store, const std::vector<std::size_t>& training, const std::vector<std::size_t>& validation) {
  std::vector<study::Study> studies;
  std::vector<study::Content> contents;
  const auto add = [&](const std::vector<std::size_t>& positions, study::Split split) {
    for (const std::size_t position : positions) {
      const StoredStudy& stored = store.studies()[position];
      add_prepared(studies.size(), stored.files(), contents);
      study::Study& one = studies.emplace_back();
      one.id = stored.id();
      one.patient = stored.patient();
      one.split = split;
    }
  };
  add(training, study::Split::kTraining);
  add(validation, study::Split::kValidation);
  const study::Twins twins = study::find_twins(studies, contents);
  if (!twins.of_splits.empty()) {
    throw Error(ExitCode::kBadInput,
                "the same images are among those to train on and those to validate with: " + study::first_of(twins.of_splits) +
                    "; take the copies out of the studies file and run prepare again");
  }
}

} // namespace brainmvp::store
