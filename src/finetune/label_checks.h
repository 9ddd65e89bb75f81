// Whether the values of label maps mean what a segmentation takes them for.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "finetune/foreground.h"
#include "finetune/studies.h"
#include "store/store.h"
#include "study/studies_file.h"

namespace brainmvp::finetune {

// Throws Error(kUsage) that shows both when a task gives the store's values or classes another meaning than the store does.
// A table that declares nothing agrees with all.
void check_task_table(const study::LabelTable& task, const study::LabelTable& stored, const std::filesystem::path& folder);

// For label maps whose values nobody declared. Throws Error(kBadInput) when they fall into groups that share no value (one
// mask of 0 and 255, the others of 0 and 1), or come from several data sets.
void check_undeclared(const std::vector<std::pair<std::string, Foreground>>& studies, const store::Store& store,
                      const Selection& selection);

// Warns of labels and regions that no training study has. `training`: their foregrounds.
void warn_of_unseen(const study::LabelTable& table, const std::vector<Foreground>& training);

} // namespace brainmvp::finetune
