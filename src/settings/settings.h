// Options of a command, each one row: its name, its variable, its help, what is checked, and its value in each recipe. The
// command line, configuration files, recipes and a run's config.toml are made from the rows.
//
//   Settings settings;
//   settings.add("train", {{.name = "batch_size", .slot = run.batch_size, .help = "Samples a step", .range = at_least(1),
//                           .recipes = {{"tiny", {2}}}}});
//   settings.read_file("run.toml");      // [train] batch_size = 4
//   settings.fill_recipe("tiny");        // what was not given
#pragma once

#include <filesystem>
#include <functional>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include "settings/slot.h"

namespace brainmvp::settings {

struct Setting {
  std::string name; // as in a file: "batch_size", which is --batch-size
  Slot slot;
  std::string help = {}; // without it the setting is no option: recipes alone set it
  Range range = {};
  std::vector<std::pair<std::string, ConfigValues>> recipes = {}; // where they differ from the variable's own default
  std::string placeholder = {};                                   // of its value in the help, such as FILE
  std::string excludes = {};                                      // the setting that this one stands instead of
  std::string needs = {};                                         // the setting without which this one means nothing
  std::string owner = {};                                         // what has this setting: an objective; empty: the command
  std::string table = {};                                         // in a file
  bool given = false;                                             // by the user or a file; recipes leave it then

  [[nodiscard]] std::string option() const; // "--batch-size"
};

std::string option_named(const std::string& name);

class Settings {
public:
  void add(const std::string& table, std::vector<Setting> rows, const std::string& owner = {});

  // Rows of several owners may have one name; they are one option.
  [[nodiscard]] std::list<Setting>& rows() { return rows_; }

  // As the user gives it. Throws Error(kUsage) that begins with the option's name.
  void give(const std::string& table, const std::string& name, const ConfigValues& values);

  // Sets what the command line left out and the file has. `known_name`: what a key is called here. Throws Error(kUsage) for an
  // unknown table or key, with the nearest known name, and for keys that exclude each other.
  void read_file(const std::filesystem::path& file, const std::function<std::string(std::string_view)>& known_name);

  // A default that depends on other settings: unless the setting, or one that excludes it, was given.
  void fill(const std::string& name, const ConfigValues& values);
  void fill_recipe(const std::string& recipe);

  // Leaves out the rows of other owners. Throws Error(kUsage) when one of them was given; `what` is "--objective mae".
  void keep_owner(const std::string& owner, const std::string& what);

  // All options that have a value, as TOML.
  [[nodiscard]] std::string toml() const;

private:
  [[nodiscard]] bool excluded(const Setting& setting) const; // by one that was given

  std::list<Setting> rows_; // options of the command line refer to them
};

} // namespace brainmvp::settings
