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
  const std::string nearest = nearest_name(name, recipe_names());
  throw Error(ExitCode::kUsage, "recipe '" + name + "' is unknown" + (nearest.empty() ? "" : "; did you mean " + nearest + "?") +
                                    " (known: " + join(recipe_names(), ", ") + ")");
}

} // namespace brainmvp::finetune
