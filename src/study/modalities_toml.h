// The text of modalities.toml, compiled in.
#pragma once

#include <string_view>

namespace brainmvp::study {

std::string_view modalities_toml();

} // namespace brainmvp::study
