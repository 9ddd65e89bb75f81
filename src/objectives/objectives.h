// The table of objectives: a new one is a file, or a small folder, and a row in objectives.cpp.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "objectives/objective.h"

namespace brainmvp::objectives {

struct Row {
  std::string name;
  std::string sentence; // what is learned, for the help
  std::function<std::shared_ptr<ObjectiveSettings>()> make;
};

// Adds an objective of another library, before the command line is made.
void add(Row row);

std::vector<std::string> names();
std::string described(); // a line each: name and sentence

// What each can be told, with its defaults.
std::map<std::string, std::shared_ptr<ObjectiveSettings>> all_settings();

} // namespace brainmvp::objectives
