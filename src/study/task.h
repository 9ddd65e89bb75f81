// Tasks: what a data set is used for, and all that indexing and fine-tuning need to know of it.
//
//   const Task task = study::task("brats2023-ped");   // or a .toml file of the form of data/tasks/*.toml
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "io/config_file.h"
#include "study/studies_file.h"

namespace brainmvp::study {

enum class TaskKind { kSegment, kClassify, kRegress };

inline constexpr std::array<const char*, 3> kTaskKinds{"segment", "classify", "regress"}; // as `brainmvp finetune` calls them

// Where the class of a study stands: with the layout (the folder that the study lies in), or in a column of tables.
struct ClassRule {
  std::vector<std::string> tables = {};                         // patterns of file names with * ; none: the layout's class
  std::vector<std::string> keys = {};                           // columns that may name the study; none: the usual ones
  std::vector<std::string> columns = {};                        // the first that a table has holds the values
  std::vector<std::pair<std::string, std::string>> values = {}; // value -> class; none: the values are the classes
};

// Cross-validation: a patient is never split over folds; `stratified` gives each fold the same share of the classes.
struct FoldRule {
  int folds = 5;
  bool stratified = false;
};

struct Task {
  std::string name = {};
  std::string title = {};
  TaskKind kind = TaskKind::kSegment;
  std::vector<std::string> layouts = {};  // layouts that the data set comes in
  std::vector<std::string> channels = {}; // canonical modalities in the order of the network's input
  std::string reference = {};             // the channel whose grid studies without a label are brought to; may be empty
  LabelTable table = {};                  // labels and regions, or classes; nothing of a regression
  ClassRule class_rule = {};
  FoldRule fold_rule = {};
  std::vector<std::pair<std::string, io::ConfigValues>> settings = {}; // {"learning_rate", {3e-4}}: defaults

  [[nodiscard]] bool needs_labels() const { return kind == TaskKind::kSegment; }
  [[nodiscard]] std::string kind_name() const { return kTaskKinds.at(static_cast<std::size_t>(kind)); }
};

// The compiled-in tasks (data/tasks), in alphabetical order.
std::vector<std::string> task_names();

// A compiled-in task, or one of a file. Throws Error(kUsage): no such task (with the nearest name), or a file that is not of
// this form (with its line).
Task task(const std::string& name_or_file);

} // namespace brainmvp::study
