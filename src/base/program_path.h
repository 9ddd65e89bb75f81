// Where this program is.
#pragma once

#include <filesystem>

namespace brainmvp {

// As this process was started, with links followed; /proc may be missing. Empty where it was removed since.
std::filesystem::path path_of_program();

} // namespace brainmvp
