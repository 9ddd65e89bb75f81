// What went wrong, in plain words: exceptions of the standard library and of the libraries under us, as errors of ours.
#pragma once

#include <exception>
#include <string>

#include "base/error.h"

namespace brainmvp {

// `fault` itself where it is an Error. Memory that could not be had becomes kOutOfResources, whoever says it (the standard
// library, libtorch, CUDA, oneDNN, ITK), with the amount that was asked for where that is known, and `relief`: what makes the
// command need less. Anything else becomes kInternal, without the stack frames that libtorch appends: they go to the debug log.
[[nodiscard]] Error error_of(const std::exception& fault, const std::string& relief = "");

// Whether memory could not be had.
[[nodiscard]] bool is_out_of_memory(const std::exception& fault);

} // namespace brainmvp
