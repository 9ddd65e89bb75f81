#include "base/error.h"
#include "base/text.h"
#include "finetune/options.h"

namespace brainmvp::finetune {

std::vector<std::string> recipe_names() { return {"paper", "tiny"}; }

Recipe recipe(const std::string& name) {
  if (name == "paper") {
    return {.network = "uniformer_small"};
  }
  if (name == "tiny") {
    return {.network = "uniformer_tiny", .crop = {48, 48, 48}};
  }
  throw Error(ExitCode::kUsage, unknown_name("recipe", name, recipe_names()));
}

} // namespace brainmvp::finetune
