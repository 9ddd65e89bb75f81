// What runs and sets of predictions are called in a report: short, without folders, each once.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace brainmvp::report {

// The last part of a path; for a table of classes, that of its folder.
std::string name_of_predictions(const std::filesystem::path& source);

// The first of `candidates` that is not `taken`, otherwise the last one with a number behind it.
std::string unused_name(const std::vector<std::string>& candidates, const std::vector<std::string>& taken);

// "hd95_mm" -> "HD95 (mm)", "validation_dice_WT" -> "Validation Dice WT".
std::string readable_name(const std::string& name);

} // namespace brainmvp::report
