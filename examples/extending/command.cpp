// brainmvp count STUDIES: how many studies a list has.
#include <iostream>

#include "program.h"
#include "study/studies_file.h"

namespace example {
using namespace brainmvp;

app::Command add_count(CLI::App& program, app::CommonOptions& common) {
  CLI::App* command = program.add_subcommand("count", "Say how many studies a list has");
  const auto list = std::make_shared<std::string>();
  command->add_option("STUDIES", *list, "List that `brainmvp index` wrote")->required();
  app::add_common_options(*command, common, {});
  return {command, [list] { std::cout << study::read_studies_file(*list).studies.size() << "\n"; }};
}

void add_count_to(app::Program& program) { program.add(add_count); }

} // namespace example
